"""A list without rows says only what is known, and what to do."""

from __future__ import annotations

from textual.pilot import Pilot

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.jobs.empty_state import EmptyState
from tests.support.app import Start, first_page, shown, text_of


def message(pilot: Pilot[None]) -> list[str]:
    """Return the lines in place of the rows, none if there are rows."""
    state = pilot.app.screen.query_one(EmptyState)
    return str(state.render()).splitlines() if state.display else []


async def test_a_refused_connection_is_all_that_is_known(start: Start) -> None:
    async with start(endpoint="http://127.0.0.1:1") as pilot:
        await shown(pilot, "r: retry.")
        lines = message(pilot)
        assert "127.0.0.1" in lines[0]
        assert lines[-1] == "r: retry."
        assert not any(text in text_of(pilot.app) for text in ("No jobs", "No import jobs", "No job matches"))


async def test_a_project_that_is_not_found_can_be_changed(start: Start) -> None:
    query = JobQuery(states=("FAILED",), project="rosalind/nope")
    async with start(query=query, size=(80, 24)) as pilot:
        await shown(pilot, "f: change the filter. r: retry.")
        assert message(pilot)[0] == "not found: FAILED · project rosalind/nope"
        assert not any(text in text_of(pilot.app) for text in ("No jobs", "No import jobs", "No job matches"))
        await pilot.press("f")
        await shown(pilot, "Filter jobs")


async def test_an_empty_list_is_not_claimed_to_be_empty_while_requests_fail(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids())
    async with start(query=JobQuery(states=("PENDING",))) as pilot:
        await shown(pilot, "No job matches: PENDING.")
        assert message(pilot)[1] == "0: all states. f: change the filter."
        platform.fail("maintenance")
        await pilot.press("r")
        await shown(pilot, "No job matches", gone=True)
        assert message(pilot)[0] == "503 maintenance"
        platform.recover()
        await pilot.press("r")
        await shown(pilot, "No job matches")


async def test_a_stopped_first_load_is_not_said_to_be_loading(
    start: Start, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(first_page)
    async with start() as pilot:
        await shown(pilot, "Loading your import jobs from http://127.0.0.1")
        await pilot.press("escape")
        await shown(pilot, "Loading", gone=True)
        assert message(pilot) == ["stopped; r: retry"]
        gate.release()
        await pilot.press("r")
        await shown(pilot, "1–50 of 230")


async def test_a_search_without_a_match_offers_all_pages(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("slash", *"#nothing")
        await shown(pilot, "No match on this page. Enter searches all 230; Esc clears.")
        await pilot.press("escape")
        await shown(pilot, "No match", gone=True)
        assert message(pilot) == []


async def test_a_search_of_the_only_page_offers_no_other(start: Start) -> None:
    async with start(query=JobQuery(states=("PENDING",))) as pilot:
        await shown(pilot, "page 1 of 1")
        await pilot.press("slash", *"#nothing")
        await shown(pilot, "No match. Esc clears.")
