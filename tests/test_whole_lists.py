"""A list that is read is whole, or there is an error, whatever happens to it between two requests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cgc_tui.api import Client
from cgc_tui.api.every import all_jobs
from cgc_tui.errors import IncompleteList
from cgc_tui.models import JobPage, JobQuery
from tests.shifting import ShiftingList, Step

steady = settings(
    derandomize=True, deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)


def read(listed: ShiftingList, **options: int) -> JobPage | IncompleteList:
    """Return all jobs, or the error in their place."""
    try:
        return asyncio.run(all_jobs(Client(listed), JobQuery(), **options))  # type: ignore[arg-type]
    except IncompleteList as error:
        return error


def steps(*kinds: str) -> st.SearchStrategy[list[Step]]:
    """Return scripts of these kinds of steps, with quiet requests among them."""
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
        listed = ShiftingList(count, limit, script, total=total)
        result = read(listed)
        if isinstance(result, IncompleteList):
            event("error")
            return
        event("whole")
        ids = [job.id for job in result.jobs]
        assert len(set(ids)) == len(ids)
        assert listed.throughout <= set(ids)

    check()
