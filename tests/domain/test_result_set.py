"""Result sets: pages, filters, order and refreshes, alone and in the app."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.jobs import Destination, ImportJob, JobError, Source
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.domain.result_set import MAX_REFRESHED, ResultSet
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.context import FLOW
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.screen import JobsScreen
from tests.support.app import Connect, Start, rest, shown, text_of
from tests.support.clock import NOON, Clock

SEARCH = ResultOrigin(SafeText("even ones"), searched=20, total=20, at=NOON)


def job(number: int, state: str = "COMPLETED") -> ImportJob:
    return ImportJob(
        str(number),
        state,
        source=Source("rosalind/raw", f"{number}.bam"),
        destination=Destination(f"rosalind/{'even' if number % 2 == 0 else 'odd'}"),
        started_on=NOON + timedelta(minutes=number),
    )


def ids(jobs: tuple[ImportJob, ...]) -> list[str]:
    return [each.id for each in jobs]


def test_pages_follow_each_other_and_end() -> None:
    results = ResultSet(SEARCH, map(job, range(7)))
    first = results.page(JobQuery(limit=3), ListView())
    last = results.page(JobQuery(limit=3, offset=6), ListView())
    assert (ids(first.jobs), first.total, first.more) == (["0", "1", "2"], 7, True)
    assert (ids(last.jobs), last.total, last.more) == (["6"], 7, False)
    assert first.received_at == NOON


def test_filters_narrow_a_result_set() -> None:
    results = ResultSet(SEARCH, [job(0), job(1, "FAILED"), job(2, "FAILED")])
    assert ids(results.filter(JobQuery(states=("FAILED",)))) == ["1", "2"]
    assert ids(results.filter(JobQuery(states=("FAILED",), project="rosalind/even"))) == ["2"]
    assert ids(results.filter(JobQuery(volume="rosalind/other"))) == []


def test_the_order_spans_all_pages() -> None:
    results = ResultSet(SEARCH, map(job, (3, 1, 2, 0)))
    order = ListView(sort=SortKey.STARTED, reverse=True)
    second = results.page(JobQuery(limit=2, offset=2), order)
    assert ids(second.jobs) == ["1", "0"]
    assert order.rows_of(second) == second.jobs
    reversed_page = results.page(JobQuery(limit=2), ListView(reverse=True))
    assert ids(reversed_page.jobs) == ids(ListView(reverse=True).rows_of(reversed_page)) == ["0", "2"]


def test_a_refresh_fetches_the_page_and_unfinished_jobs() -> None:
    states = {400: "PENDING", 300: "ABORTED"}
    results = ResultSet(SEARCH, [job(number, states.get(number, "COMPLETED")) for number in range(500)])
    assert results.ids_to_refresh(results.page(JobQuery(limit=2), ListView())) == ("0", "1", "400")


def test_a_refresh_fetches_a_limited_number_of_jobs() -> None:
    results = ResultSet(SEARCH, [job(number, "RUNNING") for number in range(3000)])
    ids = results.ids_to_refresh(results.page(JobQuery(limit=100, offset=2000), ListView()))
    assert len(set(ids)) == len(ids) == MAX_REFRESHED + 100


def test_an_update_keeps_fields_that_the_response_lacks() -> None:
    results = ResultSet(SEARCH, [job(0, "RUNNING"), job(1)])
    later = NOON + timedelta(minutes=1)
    results.update({"0": ImportJob("0", "FAILED"), "9": job(9)}, later)
    assert ids(results.jobs) == ["0", "1"]
    assert (results.jobs[0].state, results.jobs[0].started_on, results.as_of) == ("FAILED", NOON, later)


def test_only_a_job_that_no_longer_exists_is_removed() -> None:
    results = ResultSet(SEARCH, [job(0), job(1)])
    results.update({"0": JobError(503, 9100), "1": JobError(404, 9008)}, NOON)
    assert ids(results.jobs) == ["0"]


@pytest.fixture
async def every_third(connect: Connect) -> ResultSet:
    """Return every third job of the list as a result set."""
    listed = [
        job
        for offset in (0, 100, 200)
        for job in (await connect().imports.page(JobQuery(offset=offset, limit=100))).jobs
    ]
    search = ResultOrigin(SafeText("every third"), searched=len(listed), total=len(listed), at=NOON)
    return ResultSet(search, listed[::3])


def jobs_screen(app: object) -> JobsScreen:
    screen = app.screen  # type: ignore[attr-defined]
    assert isinstance(screen, JobsScreen)
    return screen


def show_results(app: object, results: ResultSet) -> None:
    """List a result set, as a flow does, until the user goes back."""
    screen = jobs_screen(app)
    screen.run_worker(screen.show_results(results), group=FLOW)


async def test_a_result_set_is_a_list_like_any_other(
    start: Start, platform: SimulatedPlatform, every_third: ResultSet
) -> None:
    failed = sum(job.state == "FAILED" for job in every_third.jobs)
    async with start() as pilot:
        await shown(pilot, "page 1 of 5 · newest first")
        await pilot.press("]")
        await shown(pilot, "page 2 of 5 · newest first")
        show_results(pilot.app, every_third)
        await shown(pilot, "1–50 of 77 · page 1 of 2 · searched all 230 at 12:00 · newest first")
        failures = f"{failed} failed"
        await shown(pilot, f"finished · {failures}")
        assert "every third" in text_of(pilot.app)
        await shown(pilot, f"0 All 77 │ 1 Pending {sum(j.state == 'PENDING' for j in every_third.jobs)} ")
        await pilot.press("]")
        await shown(pilot, "51–77 of 77 · page 2 of 2 · searched")
        assert pilot.app.screen.query_one(JobTable).job.id == platform.ids()[150]
        await pilot.press("4")
        await shown(pilot, f"of {failed} · page 1 of 1 · searched all 230 at 12:00 · newest first")
        await pilot.press("0", "]")
        await shown(pilot, "51–77 of 77")
        await pilot.press("s")
        await shown(pilot, "Sort by")
        await pilot.press("down", "down", "enter")
        await shown(pilot, "1–50 of 77 · page 1 of 2 · searched all 230 at 12:00 · sorted by name")
        names = sorted((listed.name or "").casefold() for listed in every_third.jobs)
        table = pilot.app.screen.query_one(JobTable)
        assert [(each.name or "").casefold() for each in table.shown_jobs] == names[:50]
        await pilot.press("escape")
        await shown(pilot, "51–100 of 230 · page 2 of 5 · sorted by name (this page)")


async def test_a_refresh_takes_one_request_and_updates_the_counts(
    start: Start, platform: SimulatedPlatform, clock: Clock, every_third: ResultSet
) -> None:
    going = [job.id for job in every_third.jobs if not job.is_final]
    assert going
    async with start() as pilot:
        await shown(pilot, "0 All 230")
        show_results(pilot.app, every_third)
        await shown(pilot, "0 All 77")
        await rest(pilot)
        for job_id in going:
            platform.set_state(job_id, "FAILED")
        gone = every_third.jobs[0].id
        platform.remove_jobs([gone])
        clock.seconds += 60
        before = len(platform.requests)
        await pilot.press("r")
        await shown(pilot, "of 76 · page 1 of 2")
        await shown(pilot, "1 Pending 0 │ 2 Running 0")
        await shown(pilot, "updated 12:01")
        paths = [request.path for request in list(platform.requests)[before:]]
        assert paths.count("/v2/bulk/storage/imports/get") == 1
        assert "/v2/storage/imports" not in paths


async def test_a_failed_refresh_keeps_the_result_set(
    start: Start, platform: SimulatedPlatform, every_third: ResultSet
) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 230")
        show_results(pilot.app, every_third)
        await shown(pilot, "1–50 of 77")
        platform.fail("maintenance")
        await pilot.press("r")
        await shown(pilot, "503 maintenance")
        assert "0 All 77" in text_of(pilot.app)
        assert len(pilot.app.screen.query_one(JobTable).shown_jobs) == 50


def test_a_search_of_a_result_set_has_both_titles_and_all_filters() -> None:
    outer = ResultOrigin(SafeText('"bam"'), 9, 9, NOON, JobQuery(project="rosalind/brca", states=("FAILED",)))
    search = ResultOrigin(SafeText("9105"), 4, 4, NOON, JobQuery(volume="rosalind/raw", offset=50))
    inner = search.inside(outer)
    assert inner.title == '9105 in "bam"'
    assert inner.filters == JobQuery(("FAILED",), "rosalind/brca", "rosalind/raw", offset=50)
    assert search.inside(inner).title == inner.title
    assert search.inside(None) == search
