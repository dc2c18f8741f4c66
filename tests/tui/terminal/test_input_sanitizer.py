"""What the terminal sends: keys stay keys, pastes run nothing, and nothing at all breaks the reading."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from cgc_tui.tui.terminal.driver import KeyParser
from cgc_tui.tui.terminal.input_sanitizer import BURST_PAUSE, MAX_PASTE_CHARS, PASTE_THRESHOLD, InputSanitizer


class Clock:
    """A time that only a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def read(*chunks: bytes, pause: float = 0) -> list[Message]:
    """Return what Textual reads out of bytes that come in these chunks."""
    clock = Clock()
    intake, parser, matches = InputSanitizer(clock=clock, more=lambda: False), KeyParser(), []
    for chunk in chunks:
        if text := intake.decode(chunk):
            matches += parser.feed(text)
        clock.seconds += pause
    return matches


def keys(*chunks: bytes, pause: float = 0) -> list[str]:
    return [one.key for one in read(*chunks, pause=pause) if isinstance(one, events.Key)]


def pasted(*chunks: bytes, pause: float = 0) -> list[str]:
    return [one.text for one in read(*chunks, pause=pause) if isinstance(one, events.Paste)]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"jq", ["j", "q"]),
        ("é日".encode(), ["é", "日"]),
        (b"a\xff\xfe\x80b", ["a", "b"]),
        (b"\x1b[A\x1b[15~\x1bOP", ["up", "f5", "f1"]),
        (b"\x1b[2~", ["insert"]),
        (b"\x1b[97;1;97:98u\x1b[113u", ["a", "b", "q"]),
        (b"j" * 200, ["j"] * 200),
        (b"\x1b[A" * 200, ["up"] * 200),
    ],
)
def test_keys_stay_keys(data: bytes, named: list[str]) -> None:
    assert keys(data) == named
    assert keys(*(data[index : index + 1] for index in range(len(data))), pause=0.01) == named


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b[?62;22c",
        b"\x1b[>0;276;0c",
        b"\x1b[?1u",
        b"\x1b[?1;2$y",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b]52;c;cXE=\x1b\\",
        b"\x1bP>|XTerm(370)\x1b\\",
        b"\x1b[8;24;80t",
        b"\x1b[0n",
        b"\x1b[48;0;0;0;0t",
        b"\x1b[1:2u",
        b"\x1b[97;1:3u",
        b"\x1b[9999999999999999999u",
        b"\x1b[48;99999999;99999999;1;1t",
    ],
)
def test_answers_that_nobody_asked_for_are_no_keys(answer: bytes) -> None:
    assert [type(one) for one in read(answer + b"j")] == [events.Key]


def test_a_paste_is_cut_and_commands_nothing() -> None:
    data = b"\x1b[200~s3\x1b[31m\x07cret\x00\x9b\nq\r" + b"x" * 2_000_000 + b"\x1b[201~"
    (text,) = pasted(*(data[index : index + 4096] for index in range(0, len(data), 4096)))
    assert text.startswith("s3[31mcret\nq\rxxx")
    assert len(text) <= MAX_PASTE_CHARS
    assert keys(data + b"j") == ["j"]


@given(st.integers(1, 12))
def test_a_mark_may_come_in_pieces(size: int) -> None:
    data = b"j\x1b[200~pasted\x1b[201~k"
    chunks = [data[index : index + size] for index in range(0, len(data), size)]
    assert keys(*chunks) == ["j", "k"]
    assert pasted(*chunks) == ["pasted"]


def test_a_burst_is_a_paste_to_its_end() -> None:
    data = b"quit now\r" * 10
    assert len(data) > PASTE_THRESHOLD
    assert keys(data, b"q\r", pause=BURST_PAUSE / 2) == []
    assert pasted(data) == [data.decode()]
    assert keys(data, b"q", pause=BURST_PAUSE * 2) == ["q"]
    assert keys(data, b"\x03", b"\x1b[C") == ["ctrl+c", "right"]
    assert keys(b"q" + b"\x1b[<35;10;10M" * 300) == ["q"]
    assert sum(map(len, pasted(*[data * 40] * 500))) <= MAX_PASTE_CHARS


ODD = st.lists(
    st.sampled_from(
        [b"\x1b", b"[", b"\x1b[", b"<", b"?", b"0", b"9" * 12, b";", b":", b"u", b"t", b"M", b"$y"]
    )
    | st.binary(max_size=3),
    max_size=20,
).map(b"".join)


@given(st.lists(ODD, max_size=4))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_nothing_breaks_the_reading(chunks: list[bytes]) -> None:
    read(b"\x1b[48;24;80;0;0t", *chunks, b"\x1b[<0;5;5M")


@pytest.mark.parametrize(
    "odd", [b"\x1b[1:2u", b"\x1b[97;1:3u", b"\x1b[99999999999999999999u", b"\x1b[1114112u"]
)
def test_keys_that_cannot_be_are_left_out(odd: bytes) -> None:
    read(odd)


def test_a_burst_may_begin_with_a_short_read() -> None:
    waits = iter([True, True, False])
    intake, data = InputSanitizer(more=lambda: next(waits)), b"quit now\r" * 10
    assert intake.decode(data[:5]) == ""
    assert intake.decode(data[5:9]) == ""
    assert intake.decode(data[9:]) == f"\x1b[200~{data.decode()}\x1b[201~"
    assert InputSanitizer(more=lambda: True).decode(b"q") == "q"
    held = InputSanitizer(more=iter([True, False]).__next__)
    assert held.decode(b"]]") + held.decode(b"j") == "]]j"
