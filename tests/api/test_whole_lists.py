"""A list is read completely, or there is an error, however it changes between two requests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.listing import MAX_AHEAD, fetch_all, iter_pages
from cgc_tui.domain.errors import IncompleteList
from cgc_tui.domain.queries import JobPage, JobQuery
from tests.support.shifting import ShiftingList, Step

steady = settings(
    derandomize=True, deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)


def read(shifting: ShiftingList, **options: int) -> JobPage | IncompleteList:
    """Return all jobs, or the error."""
    try:
        return asyncio.run(fetch_all(PlatformClient(shifting), JobQuery(), **options))  # type: ignore[arg-type]
    except IncompleteList as error:
        return error


def steps(*kinds: str) -> st.SearchStrategy[list[Step]]:
    """Return scripts of these kinds of steps, with steps without a change in between."""
    step = st.builds(Step, st.sampled_from((*kinds, "nothing")), st.integers(1, 9), st.integers(0, 60))
    return st.lists(step, max_size=25)


CHANGING = steps("insert", "shuffle")
LEAVING = steps("insert first", "remove")
WRONG_PAGES = steps("insert", "shuffle", "other page")
WRONG_TOTALS = steps("insert", "shuffle", "other page", "wrong total", "no total")
WRONG_LINKS = steps("insert", "shuffle", "other page", "wrong link")
LEAVING_WRONG_PAGES = steps("remove", "other page")

totals = st.sampled_from((0, 0, -7, -1, 3, None))
true_totals = st.just(0)


@pytest.mark.parametrize(
    ("scripts", "wrong_by"),
    [
        (CHANGING, totals),
        (LEAVING, true_totals),
        (WRONG_PAGES, totals),
        (WRONG_TOTALS, totals),
        (WRONG_LINKS, true_totals),
        (LEAVING_WRONG_PAGES, true_totals),
    ],
    ids=["changing", "leaving", "wrong pages", "wrong totals", "wrong links", "leaving and wrong pages"],
)
def test_a_job_that_is_listed_throughout_is_read_or_there_is_an_error(
    scripts: st.SearchStrategy[list[Step]], wrong_by: st.SearchStrategy[int | None]
) -> None:
    @steady
    @given(st.integers(0, 40), st.integers(1, 12), scripts, wrong_by)
    def check(count: int, limit: int, script: Sequence[Step], total: int | None) -> None:
        shifting = ShiftingList(count, limit, script, total=total)
        result = read(shifting)
        if isinstance(result, IncompleteList):
            event("error")
            return
        event("whole")
        ids = [job.id for job in result.jobs]
        assert len(set(ids)) == len(ids)
        assert shifting.throughout <= set(ids)

    check()


QUIET = Step("nothing")


def ids_of(result: JobPage | IncompleteList) -> list[str]:
    assert isinstance(result, JobPage), result
    return [job.id for job in result.jobs]


@pytest.mark.parametrize("total", [0, None])
@pytest.mark.parametrize("count", [0, 1, 29, 30, 31])
def test_an_unchanged_list_takes_one_request_per_page(count: int, total: int | None) -> None:
    shifting = ShiftingList(count, 10, [], total=total)
    assert ids_of(read(shifting)) == shifting.ids
    full = total is None and count and count % 10 == 0
    assert shifting.requests == max(1, -(-count // 10)) + bool(full)


@pytest.mark.parametrize("total", [0, None])
def test_a_page_with_the_jobs_of_another_is_read_again(total: int | None) -> None:
    shifting = ShiftingList(50, 10, [QUIET, Step("other page", place=0), QUIET, QUIET], total=total)
    assert ids_of(read(shifting)) == shifting.ids


def test_a_short_page_in_the_middle_does_not_shift_the_windows_after_it() -> None:
    """Without this, the last window has more jobs than any page, and a wrong page would hide the end."""
    short, second = (Step("other page", place=place) for place in (3, 1))
    shifting = ShiftingList(35, 11, [short, second, short, Step("shuffle", place=14), short], total=None)
    result = read(shifting)
    assert isinstance(result, IncompleteList) or shifting.throughout <= {job.id for job in result.jobs}


def test_jobs_of_several_passes_are_counted_together() -> None:
    script = [QUIET, Step("other page", place=0), *[QUIET] * 5, *[QUIET] * 2, Step("other page", place=0)]
    shifting = ShiftingList(50, 10, script)
    assert ids_of(read(shifting)) == shifting.ids
    assert shifting.requests == 5 + 2 + 5


def test_jobs_that_left_between_two_passes_are_not_counted() -> None:
    shifting = ShiftingList(50, 10, [*[QUIET] * 6, Step("remove", 10, 30)])
    shifting.wrong_pages = {20: 10}
    assert isinstance(read(shifting), IncompleteList)


def test_without_a_total_an_empty_page_with_a_next_link_is_not_the_end() -> None:
    shifting = ShiftingList(50, 10, [], total=None)
    shifting.wrong_pages = {20: 1000}
    assert isinstance(read(shifting), IncompleteList)


def test_a_page_that_always_has_the_jobs_of_another_is_an_error_after_three_passes() -> None:
    shifting = ShiftingList(50, 10, [])
    shifting.wrong_pages = {20: 10}
    result = read(shifting)
    assert isinstance(result, IncompleteList)
    assert str(result) == "40 of 50 jobs could be read; the list changed while it was read"
    assert (result.read, result.total) == (40, 50)
    assert 15 <= shifting.requests <= 3 * (5 + 2)


@pytest.mark.parametrize("total", [-1, -20, -30, -50])
def test_a_total_that_is_too_low_does_not_hide_jobs(total: int) -> None:
    shifting = ShiftingList(50, 10, [], total=total)
    assert ids_of(read(shifting)) == shifting.ids
    assert shifting.requests == 5


def test_a_total_that_is_too_high_is_an_error() -> None:
    result = read(ShiftingList(50, 10, [], total=3))
    assert str(result) == "50 of 53 jobs could be read; the list changed while it was read"


def test_an_empty_page_ends_a_list_whose_last_page_has_a_next_link() -> None:
    shifting = ShiftingList(50, 10, [QUIET, QUIET, QUIET, Step("wrong link")])
    assert ids_of(read(shifting)) == shifting.ids
    assert shifting.requests == 6


@pytest.mark.parametrize("total", [10**11, None])
def test_endless_pages_of_the_same_jobs_are_an_error(total: int | None) -> None:
    shifting = ShiftingList(50, 10, [], total=total)
    shifting.wrong_pages = dict.fromkeys(range(0, 10_000, 10), 0)
    shifting.always_next = True
    result = read(shifting)
    assert isinstance(result, IncompleteList)
    assert result.read == 10
    assert total is None or str(result).startswith("10 of 100,000,000,050 jobs could be read")
    assert shifting.requests <= 21 + MAX_AHEAD


def test_a_part_of_a_list_is_complete_or_an_error() -> None:
    shifting = ShiftingList(50, 10, [])
    part = read(shifting, max_jobs=30)
    assert (ids_of(part), shifting.requests) == (shifting.ids[:30], 3)
    assert isinstance(part, JobPage)
    assert part.more
    shifting.wrong_pages = {20: 10}
    assert str(read(shifting, max_jobs=30)).startswith("20 of 30 jobs could be read")
    assert ids_of(read(shifting, max_jobs=20)) == shifting.ids[:20]


@pytest.mark.parametrize("added", [1, 9])
def test_jobs_that_are_added_at_the_start_meanwhile_are_read_from_there(added: int) -> None:
    shifting = ShiftingList(50, 10, [QUIET, QUIET, Step("insert first", added)])
    assert ids_of(read(shifting)) == shifting.ids
    assert shifting.requests == 6 + 2


def test_a_job_that_leaves_meanwhile_costs_one_request() -> None:
    shifting = ShiftingList(50, 10, [QUIET, QUIET, Step("remove", 1, 5)])
    before = list(shifting.ids)
    assert ids_of(read(shifting)) == before
    assert shifting.requests == 6


async def test_pages_that_were_read_are_yielded_before_the_error() -> None:
    shifting = ShiftingList(50, 10, [])
    shifting.wrong_pages = {20: 10}
    matches: list[str] = []

    async def stream() -> None:
        async with aclosing(iter_pages(PlatformClient(shifting), JobQuery())) as pages:  # type: ignore[arg-type]
            async for page in pages:
                matches.extend(job.id for job in page.jobs)

    with pytest.raises(IncompleteList):
        await stream()
    assert matches == [job_id for job_id in shifting.ids if not 20 <= shifting.ids.index(job_id) < 30]
