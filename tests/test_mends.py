"""What is mended in Textual: layouts without end, and widgets that are kept after they are gone."""

from __future__ import annotations

import gc

import pytest
from textual._styles_cache import StylesCache
from textual.events import Resize
from textual.geometry import Size

from cgc_tui.screens.jobs import JobsScreen
from tests.conftest import Start, rest, shown

FOR_EVER = 50


async def test_two_sizes_in_a_row_come_to_rest(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out, sizes = JobsScreen._refresh_layout, list[Size]()

    def counted(self: JobsScreen, size: Size | None = None, scroll: bool = False) -> None:
        sizes.append(size or self.size)
        if len(sizes) < FOR_EVER:
            lay_out(self, size, scroll)

    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        monkeypatch.setattr(JobsScreen, "_refresh_layout", counted)
        screen, now = pilot.app.screen, pilot.app.size
        for size in (Size(now.width, now.height + 1), now):
            screen.post_message(Resize(size, size))
            screen.call_later(lambda: None)
        await rest(pilot)
        assert len(sizes) < FOR_EVER
        assert screen.size == now


async def test_closed_dialogs_leave_none_of_their_lines(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        kept = []
        for _ in range(3):
            await pilot.press("f")
            await rest(pilot)
            await pilot.press("escape")
            await rest(pilot)
            gc.collect()
            kept.append(sum(isinstance(thing, StylesCache) for thing in gc.get_objects()))
        assert kept[0] == kept[1] == kept[2]
