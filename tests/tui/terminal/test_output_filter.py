"""The output filter: text that a widget draws unsanitized contains no control characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.widgets import Button, DataTable, Input, OptionList, Select, Static, Tree

from cgc_tui.config.settings import Settings
from cgc_tui.domain.text import UNSAFE, sanitize
from cgc_tui.tui.base_app import TerminalApp
from cgc_tui.tui.terminal.output_filter import ControlCharFilter

HOSTILE = "a\x1b]2;pwned\x07b\x9b2Jc\u202ed\x7fe\x00f\udc80g"
BLACK = Color(0, 0, 0)


class Careless(TerminalApp):
    """An app that sanitizes nothing."""

    def compose(self) -> ComposeResult:
        """Draw hostile text in every kind of widget."""
        framed = Static(Text(HOSTILE, style=Style(link=f"https://h/{HOSTILE}")))
        framed.border_title = Content(HOSTILE)
        framed.styles.border = ("round", "white")
        yield framed
        yield Static(Content(HOSTILE))
        yield Button(Content(HOSTILE))
        yield Input(HOSTILE, placeholder=Content(HOSTILE))
        yield OptionList(Content(HOSTILE))
        yield Select([(Content(HOSTILE), 1)], value=1, allow_blank=False)
        table = DataTable[Text]()
        table.add_column(Text(HOSTILE))
        table.add_row(Text(HOSTILE))
        yield table
        yield Tree(Text(HOSTILE))

    def on_mount(self) -> None:
        """Draw hostile text in a toast."""
        self.notify(HOSTILE, title=HOSTILE, markup=False)


async def test_no_widget_draws_control_characters(tmp_path: Path) -> None:
    app = Careless(Settings(), tmp_path, {}, driver_class=None)
    async with app.run_test(size=(80, 50), notifications=True) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        drawn = "".join(segment.text for strip in strips for segment in strip)
        assert drawn.count("pwned") >= 9
        assert not UNSAFE.search(drawn)
        assert not any(segment.style and segment.style.link for strip in strips for segment in strip)
        assert {strip.cell_length for strip in strips} == {80}


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_filtered_text_keeps_its_width(text: str) -> None:
    (segment,) = ControlCharFilter().apply([Segment(text)], BLACK)
    assert cell_len(segment.text) == cell_len(text)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in segment.text)


@pytest.mark.parametrize("text", ["TCGA-86.bam", sanitize("e\u0301 日本 👩\u200d🔬\x1b"), "✓ ◐ ○ – … │"])
def test_sanitized_text_is_unchanged(text: str) -> None:
    segments = [Segment(text)]
    assert ControlCharFilter().apply(segments, BLACK) is segments
