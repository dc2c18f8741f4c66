"""Toasts: where they are, that they close, and that routine news is in the status line."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets._toast import Toast

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.tui.dialogs.base import Dialog
from cgc_tui.tui.jobs.state_tabs import StateTabs
from cgc_tui.tui.jobs.status_line import StatusLine
from cgc_tui.tui.widgets.key_bar import KeyBar
from tests.support.app import Start, shown, text_of
from tests.support.params import mostly_slow

LONG = "config.toml line 3: " + "a setting that takes several lines to explain; " * 5
DIALOGS = {"question_mark": "Esc Back", "f": "Filter jobs", "E": "Export jobs", "Y": "Enter Select"}


def toasts(pilot: Pilot[None]) -> list[Widget]:
    """Return the toasts on the screen, hidden ones as well."""
    return list(pilot.app.screen.query("Toast"))


async def warn(pilot: Pilot[None], *messages: str) -> None:
    """Show warnings, and wait until they are laid out."""
    for message in messages:
        pilot.app.notify(message, severity="warning", markup=False)
    while len(toasts(pilot)) < len(set(messages)) or not all(toast.region for toast in toasts(pilot)):
        await pilot.pause()


def covered(pilot: Pilot[None], *below: Widget) -> list[Widget]:
    """Return the widgets that a toast covers at least in part."""
    at = pilot.app.screen.get_widget_at
    return [
        widget
        for widget in below
        if any(
            isinstance(at(x, y)[0], Toast)
            for x in range(widget.region.x, widget.region.right)
            for y in range(widget.region.y, widget.region.bottom)
        )
    ]


@pytest.mark.parametrize("size", mostly_slow([((80, 24),), ((60, 15),), ((120, 36),)]))
async def test_toasts_cover_neither_tabs_nor_status_nor_keys(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as pilot:
        await shown(pilot, "page 1 of 5")
        await warn(pilot, LONG, "a second one", "a third one")
        screen = pilot.app.screen
        lines = [screen.query_one(kind) for kind in (StateTabs, StatusLine, KeyBar)]
        assert covered(pilot, screen) == [screen]
        assert covered(pilot, *lines) == []
        assert all(toast.region.right <= size[0] for toast in toasts(pilot))


@pytest.mark.parametrize("size", mostly_slow([((60, 15),), ((80, 24),)]))
@pytest.mark.parametrize("key", DIALOGS)
async def test_toasts_do_not_cover_the_keys_of_a_dialog(
    start: Start, size: tuple[int, int], key: str
) -> None:
    async with start(size=size) as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press(key)
        await shown(pilot, DIALOGS[key])
        assert isinstance(pilot.app.screen, Dialog)
        await warn(pilot, LONG, "a second one", "a third one")
        assert covered(pilot, pilot.app.screen.query_one(KeyBar)) == []


async def test_an_identical_toast_is_not_shown_twice(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await warn(pilot, "the same", "the same")
        await pilot.press("T", "T")
        await shown(pilot, "Read-only mode")
        await pilot.pause()
        assert text_of(pilot.app).count("the same") == 1
        assert text_of(pilot.app).count("Read-only mode") == 1


async def test_esc_closes_toasts_before_anything_else(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("space", "J")
        await shown(pilot, "y Copy")
        await warn(pilot, "a warning", "another one")
        await pilot.press("escape")
        await shown(pilot, "a warning", gone=True)
        assert "another one" not in await shown(pilot, "y Copy")
        await pilot.press("escape")
        await shown(pilot, "y Copy   Esc Back", gone=True)
        assert "1 marked" in text_of(pilot.app)
        await pilot.press("escape")
        await shown(pilot, "1 mark cleared")


async def test_routine_news_stands_in_the_status_line(start: Start, platform: SimulatedPlatform) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("y")
        screen = await shown(pilot, "page 1 of 5 · Copied the id to the clipboard (OSC 52)")
        assert toasts(pilot) == []
        assert screen.splitlines()[-2].lstrip().startswith("1–50 of 230")
        await pilot.press("down")
        await shown(pilot, "Copied the id", gone=True)
        platform.fail("maintenance")
        await pilot.press("r")
        await shown(pilot, "503 maintenance")
        await pilot.press("y")
        await shown(pilot, "Copied the id to the clipboard (OSC 52) · ")


async def test_a_refresh_removes_the_news_of_the_status_line(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("y")
        await shown(pilot, "Copied the id")
        await pilot.press("right_square_bracket")
        await shown(pilot, "page 2 of 5")
        assert "Copied the id" not in text_of(pilot.app)


async def test_news_of_a_dialog_is_a_toast(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("J")
        await shown(pilot, "y Copy")
        await pilot.press("y")
        await shown(pilot, "Copied the JSON to the clipboard")
        assert len(toasts(pilot)) == 1
