"""The filter dialog by keys."""

from __future__ import annotations

from textual.widgets import Checkbox, Input, OptionList

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.platform import IdList
from cgc_tui.tui.jobs.id_input import IdInput
from tests.support.app import Start, shown
from tests.support.calls import lists


async def test_a_project_can_be_chosen_from_suggestions(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f")
        await shown(pilot, "rosalind/luad-rnaseq")
        await pilot.press(*"germ")
        await shown(pilot, "rosalind/luad-rnaseq", gone=True)
        await pilot.press("down", "enter")
        await shown(pilot, "rosalind/wgs-germline")
        await pilot.press("enter")
        await shown(pilot, "wgs-germline ✕")
        assert lists(platform)[-1]["project"] == ["rosalind/wgs-germline"]


async def test_several_states_and_a_volume(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f")
        await shown(pilot, "[ ] Failed")
        pilot.app.screen.query_one("#pending", Checkbox).focus()
        await pilot.press("space", "tab", "space")
        await shown(pilot, "[x] Pending")
        pilot.app.screen.query_one("#volume Input", Input).focus()
        await pilot.press(*"rosalind/results", "enter")
        await shown(pilot, "results ✕")
        assert lists(platform)[-1]["state"] == ["PENDING", "RUNNING"]
        assert lists(platform)[-1]["volume"] == ["rosalind/results"]


async def test_text_that_matches_one_suggestion_is_completed(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f")
        await shown(pilot, "rosalind/luad-rnaseq")
        await pilot.press(*"germ", "enter")
        await shown(pilot, "wgs-germline ✕")
        assert lists(platform)[-1]["project"] == ["rosalind/wgs-germline"]


async def test_an_invalid_id_is_reported(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f", *"nowhere", "enter")
        await shown(pilot, "Project must be owner/name")
        await pilot.press("escape")
        await shown(pilot, "of 230 · page 1 of 5 · newest first")


async def test_without_suggestions_ids_can_be_typed(start: Start, platform: SimulatedPlatform) -> None:
    platform.fail("maintenance", where="/v2/projects")
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f")
        await shown(pilot, "No suggestions: 503 maintenance")
        await pilot.press(*"rosalind/wgs-germline", "enter")
        await shown(pilot, "wgs-germline ✕")


async def test_an_unknown_project_is_reported_by_the_platform(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f", *"rosalind/nothing", "enter")
        await shown(pilot, "not found")
        await pilot.press("f", "ctrl+x", "enter")
        await shown(pilot, "of 230 · page 1 of 5 · newest first")


async def test_suggestions_that_arrive_while_the_form_is_closed_are_ignored(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f")
        await shown(pilot, "rosalind/luad-rnaseq")
        dialog = pilot.app.screen
        field = dialog.query_one("#project", IdInput)
        await field.query_one(OptionList).remove()
        field.names = IdList(("rosalind/late",), complete=True)
        await pilot.press("escape")
        assert not dialog.is_current
