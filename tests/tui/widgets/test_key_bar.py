"""The key bar: the keys of what is in front, as many as fit, none of them cut."""

from __future__ import annotations

import pytest

from cgc_tui.config.keymap import KEY_BAR, KEYS
from cgc_tui.tui.widgets.key_bar import KeyBar
from tests.support.app import Start, shown, text_of
from tests.support.params import mostly_slow

BAR = "Enter Details / Find f Filter F Failures b Batches w Watch T Retry E Export"


def bottom_row(text: str) -> str:
    return text.splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("width", "keys"),
    mostly_slow(
        [
            (60, "Enter Details / Find f Filter F Failures ? Help q Quit"),
            (80, "Enter Details / Find f Filter F Failures b Batches w Watch T Retry ? Help q Quit"),
            (120, f"{BAR} y Copy Space Mark s Sort ? Help q Quit"),
            (
                200,
                f"{BAR} y Copy Space Mark s Sort r Refresh 0-4 State n Next failed"
                " ] Next [ Previous ? Help q Quit",
            ),
        ],
        fast=2,
    ),
)
async def test_the_most_useful_keys_fit_and_none_is_cut(start: Start, width: int, keys: str) -> None:
    async with start(size=(width, 15)) as pilot:
        await shown(pilot, "1–50 of 230")
        assert bottom_row(text_of(pilot.app)) == keys


@pytest.mark.parametrize(
    ("keys", "marker", "bar"),
    mostly_slow(
        [
            (["f"], "Filter jobs", "Enter Apply ↓ Select Tab Next Space Toggle ^x Clear Esc Back"),
            (["E"], "Export jobs to a file", "Enter Save Tab Next ← Previous value → Next value Esc Back"),
            (["s"], "Sort this page by", "Enter Select Esc Back"),
            (["question_mark"], "Keyboard shortcuts", "/ Search Esc Back"),
            (["J"], "Job ", "y Copy Esc Back"),
            (["exclamation_mark"], "Request log", "Enter Full entry y Copy Esc Back"),
        ],
        fast=2,
    ),
)
async def test_a_dialog_has_its_own_keys_in_the_bar(
    start: Start, keys: list[str], marker: str, bar: str
) -> None:
    async with start(size=(60, 15)) as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press(*keys)
        await shown(pilot, marker)
        assert bottom_row(text_of(pilot.app)) == bar
        assert len(pilot.app.screen.query(KeyBar)) == 1


async def test_the_details_have_their_own_keys(start: Start) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("enter")
        await shown(pilot, "Id      ")
        bar = bottom_row(text_of(pilot.app))
        assert bar.endswith("Esc Back ? Help q Quit")
        assert "Details" not in bar


async def test_a_click_on_a_hint_presses_its_key(start: Start) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("s")
        await shown(pilot, "Sort this page by")
        await pilot.press("down", "down")
        await pilot.click("ChoiceDialog KeyBar", offset=(2, 0))
        await shown(pilot, "sorted by name (this page)")


def test_the_bar_names_known_keys_with_short_words() -> None:
    shown_keys = {key.id: key for key in KEYS["jobs"] if key.show}
    assert set(KEY_BAR) == set(shown_keys)
    assert all(len(key.description) <= len("Next failed") for key in shown_keys.values())
