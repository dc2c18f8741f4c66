"""Only changed cells are written: the same screen as from Textual's output, in fewer bytes."""

from __future__ import annotations

import io
import itertools
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from cgc_tui.tui.terminal.diff.cell_grid import UnknownOutputError
from cgc_tui.tui.terminal.diff.screen_differ import SYNC_END, SYNC_START, ScreenDiffer
from cgc_tui.tui.terminal.diff.support import is_supported
from cgc_tui.tui.terminal.diff.text_cells import _NARROW, _WIDE, has_known_width
from tests.support.painted import Emulator, Tmux, needed

SIZES = [(12, 3), (33, 7), (80, 4), (1, 1)]
COLOURS = [None, "default", "red", "bright_blue", "color(77)", "#123456", "#fedcba"]
SWITCHES = ["bold", "dim", "italic", "underline", "underline2", "blink", "reverse", "strike", "overline"]
SWITCHES += ["conceal"]
RARE = ["blink2", "frame", "encircle"]  # not supported by tmux
NARROW = "ab m;[]K0 ä│─…✗·▌"
WIDE = "日本、ｗ한x "
AMBIGUOUS = [
    "e\u0301",
    "👩\u200d👩\u200d👧",
    "🇩🇪",
    "❤\ufe0f",
    "👍🏽",
    "🙂",
    "ก\u0e33",
    "\xa0",
    "☎",
    "क\u094dष",
    "1\ufe0f⃣",
]

Rows = list[list[tuple[str, int]]]


@dataclass(frozen=True)
class Shot:
    """One frame: rows from a corner on, the column from which they are painted, and the cursor."""

    size: tuple[int, int]
    corner: tuple[int, int]
    rows: Rows
    cut: int | None
    cursor: tuple[int, int]


@dataclass(frozen=True)
class Film:
    """Frames, and the styles that their segments refer to by index."""

    style_fields: list[dict[str, object]]
    colours: str
    shots: list[Shot]

    def frames(self) -> Iterator[tuple[Shot, str]]:
        """Yield the output of Textual for each frame."""
        console = Console(file=io.StringIO(), force_terminal=True, color_system=self.colours)
        styles = [Style(**style) for style in self.style_fields]  # type: ignore[arg-type]
        for shot in self.shots:
            width, height = shot.size[0] - shot.corner[0], len(shot.rows)
            region = Region(*shot.corner, width, height)
            strips = [
                Strip([Segment(text, styles[number]) for text, number in row]).adjust_cell_length(
                    width, styles[row[0][1]]
                )
                for row in shot.rows
            ]
            yield shot, render(strips, region, shot.cut, console) + moved(*shot.cursor)


def moved(x: int, y: int) -> str:
    return Control.move_to(x, y).segment.text


def render(strips: list[Strip], region: Region, cut: int | None, console: Console) -> str:
    """Return Textual's output for a region: its rows, or the part of them from column `cut` on."""
    if cut is None:
        return LayoutUpdate([[strip] for strip in strips], region).render_segments(console)
    index, end = region.x + cut, region.right
    lines = [{region.x: strip.crop(0, cut), index: strip.crop(cut)} for strip in strips]
    spans = [(y, index, end) for y in region.line_range]
    chops = [{}] * region.y + lines
    ends = [[index, end]] * region.bottom
    return ChopsUpdate(chops, spans, ends).render_segments(console)


STYLES = st.fixed_dictionaries(
    {"color": st.sampled_from(COLOURS), "bgcolor": st.sampled_from(COLOURS)},
    optional={name: st.booleans() for name in SWITCHES},
)


@st.composite
def films(draw: st.DrawFn, *, text: st.SearchStrategy[str], links: bool = False, parts: bool = True) -> Film:
    """Draw frames for screens of several sizes; the first one of each size is complete."""
    style_fields = draw(st.lists(STYLES, min_size=1, max_size=4))
    if links:
        style_fields[0] = {**style_fields[0], "link": "https://example.org/a;b"}
    segment = st.tuples(text, st.integers(0, len(style_fields) - 1))
    row = st.lists(segment, min_size=1, max_size=5)
    shots = []
    for width, height in draw(st.lists(st.sampled_from(SIZES), min_size=1, max_size=2)):
        for number in range(draw(st.integers(1, 4))):
            top = draw(st.integers(0, height - 1)) if number else 0
            left = draw(st.integers(0, width - 1)) if number and parts else 0
            rows = draw(st.lists(row, min_size=1, max_size=height - top)) if number else []
            rows += [] if number else draw(st.lists(row, min_size=height, max_size=height))
            whole = not (number and parts) or width - left == 1 or draw(st.booleans())
            cut = None if whole else draw(st.integers(1, width - left - 1))
            cursor = draw(st.tuples(st.integers(0, width - 1), st.integers(0, height - 1)))
            shots.append(Shot((width, height), (left, top), rows, cut, cursor))
    return Film(style_fields, draw(st.sampled_from(["truecolor", "256", "standard"])), shots)


often = settings(derandomize=True, deadline=None, max_examples=60)


@often
@given(films(text=st.text(NARROW, min_size=1, max_size=9), links=True))
def test_an_emulator_shows_the_same_cells_with_few_bytes(film: Film) -> None:
    differ, plain, diffed = ScreenDiffer(), Emulator((1, 1)), Emulator((1, 1))
    for shot, frame in film.frames():
        if (plain.columns, plain.lines) != shot.size:
            plain, diffed = Emulator(shot.size), Emulator(shot.size)
            diffed.feed("\x1b[H" + "\r\n".join(["?" * shot.size[0]] * shot.size[1]))
        before = diffed.cells()
        output = differ.diff(frame, shot.size)
        plain.feed(frame)
        diffed.feed(output)
        assert diffed.cells() == plain.cells()
        assert (diffed.cursor.x, diffed.cursor.y) == (plain.cursor.x, plain.cursor.y) == shot.cursor
        assert len(output.encode()) <= needed(before, plain.cells()) + len("\x1b[99;99H")
        assert differ.diff(frame, shot.size) == ""


AMBIGUOUS_TEXT = st.lists(st.sampled_from([*AMBIGUOUS, *"ab日"]), min_size=1, max_size=4).map("".join)
if_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


@pytest.fixture(scope="module")
def tmux(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tmux]:
    with Tmux(tmp_path_factory.mktemp("tmux")) as server:
        yield server


@if_tmux
@settings(often, max_examples=20)
@given(films(text=st.text(NARROW, min_size=1, max_size=9)))
def test_tmux_shows_the_same_styles(tmux: Tmux, film: Film) -> None:
    _compare_in_tmux(tmux, film)


@if_tmux
@settings(often, max_examples=20)
@given(films(text=st.text(WIDE, min_size=1, max_size=6), parts=False))
def test_tmux_shows_the_same_wide_characters(tmux: Tmux, film: Film) -> None:
    _compare_in_tmux(tmux, film)


def _compare_in_tmux(tmux: Tmux, film: Film) -> None:
    """Check that tmux shows the same cells after the last frame of each size."""
    differ = ScreenDiffer()
    for size, shots in itertools.groupby(film.frames(), key=lambda both: both[0].size):
        if 1 in size:
            continue
        frames = [frame for _, frame in shots]
        shown = []
        for outputs in (frames, [differ.diff(frame, size) for frame in frames]):
            tmux.start(size)
            tmux.feed("".join(outputs))
            shown.append(tmux.cells())
        assert shown[0] == shown[1]


@if_tmux
@settings(often, max_examples=20)
@given(films(text=AMBIGUOUS_TEXT))
def test_ambiguous_characters_do_not_depend_on_previous_frames_in_tmux(tmux: Tmux, film: Film) -> None:
    differ = ScreenDiffer()
    for size, shots in itertools.groupby(film.frames(), key=lambda both: both[0].size):
        if 1 in size:
            continue
        tmux.start(size)
        tmux.feed("".join(differ.diff(frame, size) for _, frame in shots))
        result = tmux.lines()
        tmux.start(size)
        differ.invalidate()
        tmux.feed(differ.diff(moved(0, 0), size))
        assert result == tmux.lines()


@if_tmux
@pytest.mark.parametrize("text", AMBIGUOUS)
def test_text_after_ambiguous_characters_stays_in_its_column(tmux: Tmux, text: str) -> None:
    differ, index = ScreenDiffer(), 3 + cell_len(text)
    tmux.start((40, 2))
    tmux.feed(differ.diff(f"\x1b[1;1H{'?' * 40}\x1b[1;1H", (40, 2)))
    tmux.feed(differ.diff(f"\x1b[1;1Habc{text}|next{' ' * (32 - cell_len(text))}\x1b[1;1H", (40, 2)))
    assert "?" not in tmux.lines()[0]
    tmux.feed(f"\x1b[H{'x' * index}")
    assert tmux.lines()[0].rstrip() == f"{'x' * index}|next"


@if_tmux
def test_tmux_agrees_about_characters_of_known_width(tmux: Tmux) -> None:
    size = (240, 60)
    for pattern, width in ((_NARROW, 1), (_WIDE, 2)):
        characters = re.findall(f"[{pattern}]", "".join(map(chr, range(0x20, 0xFFFF))))
        assert all(cell_len(character) == width and has_known_width(character) for character in characters)
        some = characters[:: 1 if width == 1 else 29]
        rows = [some[start : start + 60] for start in range(0, len(some), 60)]
        tmux.start(size)
        assert len(rows) <= size[1]
        for y, row in enumerate(rows):
            tmux.feed("".join(f"{moved(4 * x, y)}{c}{moved(4 * x + width, y)}|" for x, c in enumerate(row)))
        reports = [line.rstrip() for line in tmux.lines()[: len(rows)]]
        pad = " " * (3 - width)
        assert reports == [pad.join(f"{c}|" for c in row) for row in rows]


def test_half_overwritten_wide_characters_leave_a_blank() -> None:
    differ, size = ScreenDiffer(), (3, 1)
    differ.diff("\x1b[1;1H日x\x1b[1;1H", size)
    assert differ.diff("\x1b[1;2Hy\x1b[1;1H", size) == "\x1b[H y\r"
    differ.diff("\x1b[1;1H日x\x1b[1;1H", size)
    assert differ.diff("\x1b[1;1Hy\x1b[1;1H", size) == "\x1b[Hy \r"


def test_a_combining_mark_belongs_to_the_previous_cell() -> None:
    differ, size = ScreenDiffer(), (4, 1)
    differ.diff("\x1b[1;1Hab\x1b[1;1H", size)
    output = differ.diff("\x1b[1;2H\x1b[31m\u0301\x1b[0m\x1b[1;1H", size)
    assert "a\u0301" in output
    assert differ.diff("\x1b[1;4H\u0301\x1b[1;1H", size).count("\u0301") == 1
    assert differ.diff("\x1b[1;1H\u0301\x1b[1;1H", size) == ""


def test_a_frame_without_a_change_writes_nothing() -> None:
    differ, size = ScreenDiffer(), (4, 1)
    frame = "\x1b[1;1H\x1b[31mab\x1b[0m  \x1b[1;1H"
    assert [differ.diff(data, size) for data in (SYNC_START, frame, SYNC_END)] == [
        "",
        f"{SYNC_START}\x1b[H\x1b[31mab  \x1b[m\r{SYNC_END}",
        "",
    ]
    assert [differ.diff(data, size) for data in (SYNC_START, frame, SYNC_END)] == ["", "", ""]


def test_an_invisible_colour_is_not_written() -> None:
    differ, size = ScreenDiffer(), (3, 1)
    differ.diff("\x1b[1;1H\x1b[31;44m   \x1b[0m\x1b[1;1H", size)
    assert differ.diff("\x1b[1;1H\x1b[1;32;44m   \x1b[0m\x1b[1;1H", size) == ""
    assert differ.diff("\x1b[1;1H\x1b[7;32;44m   \x1b[0m\x1b[1;1H", size) != ""


def test_only_blanks_without_a_colour_are_erased() -> None:
    differ, size = ScreenDiffer(), (30, 1)
    differ.diff(f"\x1b[1;1H{'x' * 30}\x1b[1;1H", size)
    assert differ.diff(f"\x1b[1;1Hx{' ' * 29}\x1b[1;1H", size) == "\x1b[1;2H\x1b[K\r"
    differ.diff(f"\x1b[1;1H{'x' * 30}\x1b[1;1H", size)
    assert differ.diff(f"\x1b[1;1H{' ' * 29}y\x1b[1;1H", size) == "\x1b[H\x1b[29X\x1b[29Cy\r"
    output = differ.diff(f"\x1b[1;1H\x1b[44m{' ' * 30}\x1b[0m\x1b[1;1H", size)
    assert output == f"\x1b[H\x1b[44m{' ' * 30}\x1b[m\r"


def test_invalidated_cells_are_written_again() -> None:
    differ, size = ScreenDiffer(), (4, 1)
    frame = "\x1b[1;1Habcd\x1b[1;1H"
    differ.diff(frame, size)
    differ.invalidate()
    assert differ.diff(moved(0, 0), size) == "\x1b[Habcd\r"
    differ.diff("\x1b[?1049h", size)
    assert differ.diff(frame, size) == "\x1b[Habcd\r"


@pytest.mark.parametrize(
    "data",
    ["\x07", "\x1b[?1000h", "\x1b[?2026$p", "\x1b[>1u", "\x1b[<u", "\x1b]52;c;YQ==\x07", "\x1b]22;text\x07"],
)
def test_output_that_changes_no_cell_is_passed_on(data: str) -> None:
    differ = ScreenDiffer()
    differ.diff("\x1b[1;1Hab\x1b[1;1H", (2, 1))
    assert differ.diff(data, (2, 1)) == data
    assert differ.diff("\x1b[1;1Hab\x1b[1;1H", (2, 1)) == ""


@pytest.mark.parametrize(
    "data",
    [
        "words",
        "\x1b[2J",
        "\x1b[1;1Ha\tb\x1b[1;1H",
        "\x1b[1;1Ha\x9bb\x1b[1;1H",
        "\x1b[1;1Ha\nb\x1b[1;1H",
        "\x1b[1;1Ha\x1b[Kb\x1b[1;1H",
        "\x1b[1;1H\x1b[38;9;1ma\x1b[0m\x1b[1;1H",
        "\x1b[1;1H\x1b[4:3ma\x1b[0m\x1b[1;1H",
        "\x1b[1;1H\x1b]8;;https://example.org\x07a\x1b]8;;\x07\x1b[1;1H",
        "\x1b]8;;https://example.org\x07",
        "\x1b[1;1Ha\x1b[1;1H\x1b]0;title",
    ],
)
def test_unknown_output_raises_an_error(data: str) -> None:
    with pytest.raises(UnknownOutputError):
        ScreenDiffer().diff(data, (80, 24))


@pytest.mark.parametrize(
    ("term", "supported"),
    [
        ("xterm-256color", True),
        ("screen", True),
        ("tmux-256color", True),
        ("dumb", False),
        ("linux", False),
        ("vt100", False),
        ("", False),
    ],
)
def test_the_supported_terminals(term: str, *, supported: bool) -> None:
    assert is_supported({"TERM": term}) is supported
