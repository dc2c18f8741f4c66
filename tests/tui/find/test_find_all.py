"""Find in all pages by keys: the result set is a list like any other, with its scope."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform, list_call
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.jobs.find_bar import FindBar
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.screen import JobsScreen
from tests.support.app import MakeApp, Start, rest, shown, text_of
from tests.support.clock import Clock


async def test_enter_searches_all_pages_and_esc_returns_to_the_list(
    start: Start, platform: SimulatedPlatform
) -> None:
    names = [platform.job(job_id)["destination"]["name"] for job_id in platform.ids()]
    rare = next(name for name in names[100:] if names.count(name) == 1 and name not in names[:50])
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("slash", *rare.lower())
        await shown(pilot, f'0 of 50 on this page match "{rare.lower()}"')
        await pilot.press("enter")
        await shown(pilot, "1–1 of 1 · page 1 of 1 · searched all 230 at 12:00")
        await shown(pilot, rare)
        assert pilot.app.focused is pilot.app.screen.query_one(JobTable)
        assert not pilot.app.screen.query_one(FindBar).display
        await pilot.press("space")
        await shown(pilot, "1 marked")
        await pilot.press("escape")
        await shown(pilot, "1–50 of 230 · page 1 of 5 · 1 marked · newest first")


async def test_the_scope_of_enter_is_shown(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("slash", *"bam")
        await shown(pilot, 'of 50 on this page match "bam" · Enter searches all 230 · 1–50 of 230')
        await pilot.press("down")
        await shown(pilot, "Enter searches", gone=True)
        await shown(pilot, 'of 50 on this page match "bam" · 1–50 of 230')


async def test_a_result_set_can_be_paged_filtered_and_searched(
    start: Start, platform: SimulatedPlatform
) -> None:
    matches = [job_id for job_id in platform.ids() if "00" in platform.job(job_id)["source"]["location"]]
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("slash", *"~runs/.*00", "enter")
        await shown(pilot, f"of {len(matches)} · page 1 of")
        await pilot.press("}")
        await shown(pilot, f"{len(matches)} of {len(matches)} · page")
        before = len([request for request in platform.requests if request.path.endswith("/imports")])
        failed = sum(platform.job(job_id)["state"] == "FAILED" for job_id in matches)
        await pilot.press("4")
        await shown(pilot, f"of {failed} · page 1 of 1")
        await pilot.press("0", "slash", *"bam", "enter")
        await shown(pilot, '"bam" in "~runs/.*00"')
        assert len([request for request in platform.requests if request.path.endswith("/imports")]) == before
        await pilot.press("escape")
        await shown(pilot, f"of {len(matches)} · page 1 of")
        await pilot.press("escape")
        await shown(pilot, "1–50 of 230 · page 1 of 5 · newest first")


async def test_the_header_of_a_result_set_has_the_filter_it_was_read_with(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.add_jobs(120, "FAILED", error=9105)
    async with start(query=JobQuery(states=("FAILED",))) as pilot:
        await shown(pilot, "page 1 of")
        await pilot.press("slash", *"bam", "enter")
        await shown(pilot, '"bam" · FAILED')


async def test_esc_stops_the_search(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        gate = platform.gate(lambda request: list_call(request) and b"limit=100" in request.url.query)
        await pilot.press("slash", *"bam", "enter")
        await gate.arrival()
        await shown(pilot, "Esc Cancel")
        await pilot.press("escape")
        await shown(pilot, "Esc Cancel", gone=True)
        gate.release()
        await shown(pilot, 'of 50 on this page match "bam"')
        screen = pilot.app.screen
        assert isinstance(screen, JobsScreen)
        assert screen.origin is None


async def test_a_search_without_a_match_reports_its_scope(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("slash", *"zzzz", "enter")
        await shown(pilot, '"zzzz"')
        await shown(pilot, "searched all 230")
        screen = await shown(pilot, 'No job matches: "zzzz".')
        assert "Esc: back." in screen
        assert "0: all states" not in screen
        await pilot.press("escape")
        await shown(pilot, "1–50 of 230")


async def test_an_invalid_pattern_is_reported_and_sends_no_request(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await rest(pilot)
        before = len(platform.requests)
        await pilot.press("slash", *"~(", "enter")
        await shown(pilot, "invalid regular expression: missing )")
        assert len(platform.requests) == before
        await pilot.press(*"bam)", "down")
        await shown(pilot, 'of 50 on this page match "~(bam)"')


async def test_a_list_of_one_page_is_not_requested_again(start: Start, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids()[40:])
    async with start() as pilot:
        await shown(pilot, "1–40 of 40")
        await rest(pilot)
        before = len(platform.requests)
        await pilot.press("slash", *"bam")
        await shown(pilot, 'of 40 on this page match "bam"')
        assert "Enter searches" not in text_of(pilot.app)
        await pilot.press("enter")
        assert pilot.app.focused is pilot.app.screen.query_one(JobTable)
        assert len(platform.requests) == before


@pytest.mark.slow
async def test_a_search_of_twelve_thousand_jobs_takes_one_request_per_page(
    make_app: MakeApp, clock: Clock
) -> None:
    platform = SimulatedPlatform(jobs=12_000, clock=clock.unix)
    with LoopbackServer(platform, latency_ms=50) as server:
        app = make_app(token=platform.token)
        session = app._session
        session.access = replace(session.access, endpoint=server.url)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, "of 12,000")
            await shown(pilot, "0 All 12,000")
            await rest(pilot)
            before = len(platform.requests)
            await pilot.press("slash", *"~-0001[0-9]\\.bam", "enter")
            for _ in range(120):
                if "searched all 12,000" in text_of(pilot.app):
                    break
                await pilot.pause(0.5)
            await shown(pilot, "searched all 12,000")
            await rest(pilot)
            assert len(platform.requests) - before <= 130
