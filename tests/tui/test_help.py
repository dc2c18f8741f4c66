"""The help: keys by task, complete at small sizes, and searchable."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Input, Static

from cgc_tui.config.keymap import HELP_GROUPS, KEYS
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.tui.dialogs.help import KEY_CELLS, HelpDialog
from tests.support.app import Start, shown, text_of
from tests.support.params import mostly_slow

SCREENS = (
    "terminal",
    "app",
    "jobs",
    "table",
    "detail",
    "find",
    "failures",
    "retry",
    "token",
    "batches",
    "batch_table",
)
"""The groups of keys that the help can show."""


def lines(pilot: Pilot[None]) -> list[str]:
    """Return all lines of the keys, those that are scrolled out of view as well."""
    shortcuts = pilot.app.screen.query_one("#shortcuts", Static)
    return [strip.text for strip in shortcuts.render_lines(Region(0, 0, *shortcuts.size))]


def rows(pilot: Pilot[None]) -> dict[str, str]:
    """Return the keys by description, with wrapped descriptions joined."""
    tops = [lines(pilot)[0].find(title) for title in HELP_GROUPS]
    half = max(tops) or None
    found: list[tuple[str, str]] = []
    for column in (slice(0, half), *([slice(half, None)] if half else [])):
        for line in (line[column] for line in lines(pilot)):
            keys, text = line[: KEY_CELLS - 1].strip(), line[KEY_CELLS:].strip()
            if not line.strip() or line.strip() in HELP_GROUPS:
                continue
            if not keys:
                keys, text = found[-1][0], f"{found.pop()[1]} {text}"
            found.append((keys, text))
    return {text: keys for keys, text in found}


async def opened(pilot: Pilot[None], *keys: str) -> set[str]:
    """Open a screen and its help, and return the descriptions that the help has to show."""
    if keys:
        await pilot.press(keys[0])
        await shown(pilot, keys[1])
    active = pilot.app.screen.active_bindings.values()
    await pilot.press("question_mark")
    await shown(pilot, "Keyboard shortcuts")
    await shown(pilot, "Move")
    return {each.binding.tooltip or each.binding.description for each in active if each.binding.id}


def test_every_key_of_a_screen_has_one_task() -> None:
    grouped = [key_id for ids in HELP_GROUPS.values() for key_id in ids]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) == {key.id for group in SCREENS for key in KEYS[group]}


@pytest.mark.parametrize("size", mostly_slow([((60, 15),), ((80, 24),)]))
@pytest.mark.parametrize(
    "keys", [(), ("F", "failed jobs by cause"), ("T", "sent"), ("b", "Batches")], ids=str
)
async def test_no_row_of_the_help_is_cut(
    start: Start, platform: SimulatedPlatform, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    platform.add_jobs(2, "FAILED")
    async with start(size=size, write=True) as pilot:
        await shown(pilot, "page 1 of")
        expected = await opened(pilot, *keys)
        assert len(expected) > 8
        assert set(rows(pilot)) == expected


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_keys_are_grouped_by_task(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as pilot:
        await shown(pilot, "page 1 of 5")
        await opened(pilot)
        text = "\n".join(lines(pilot))
        assert all(title in text for title in HELP_GROUPS)
        found = rows(pilot)
        assert found["Next page"] == "] →"
        assert found["Quit"] == "q ^c"


async def test_a_larger_terminal_shows_all_keys_at_once(start: Start) -> None:
    async with start(size=(120, 36)) as pilot:
        await shown(pilot, "page 1 of 5")
        await opened(pilot)
        assert not pilot.app.screen.query_one("#text").show_vertical_scrollbar
        assert set(rows(pilot)) >= {"Up", "Quit"}


async def test_the_help_is_searchable(start: Start) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "page 1 of 5")
        await opened(pilot)
        await pilot.press("slash", *"mark all")
        await shown(pilot, "Up", gone=True)
        assert rows(pilot) == {"Mark or unmark all rows": "*"}
        await pilot.press(*"qj")
        await shown(pilot, "No shortcut matches mark allqj")
        await pilot.press("escape")
        await shown(pilot, "Page up")
        assert isinstance(pilot.app.screen, HelpDialog)
        assert pilot.app.screen.query_one(Input).value == ""
        await pilot.press("escape")
        await shown(pilot, "Keyboard shortcuts", gone=True)


async def test_a_search_by_key_and_by_task(start: Start) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "page 1 of 5")
        await opened(pilot)
        await pilot.press("slash", *"E", "enter")
        await shown(pilot, "Export to a file")
        await pilot.press("escape", "slash", *"progress")
        await shown(pilot, "Page up", gone=True)
        assert set(rows(pilot)) == {
            "Failures by cause",
            "Retry failed jobs, show results",
            "Watch until finished",
            "Batches of jobs",
        }
        assert "Find and filter" not in text_of(pilot.app)
