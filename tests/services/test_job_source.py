"""Where the listed jobs come from: the platform, with a cache, or a result set."""

from __future__ import annotations

import pytest

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText
from cgc_tui.services.job_source import PlatformSource, ResultSetSource
from tests.support.clock import NOON, Clock
from tests.support.host import fake_session

VIEW = ListView()
ORIGIN = ResultOrigin(SafeText("found"), 3, 3, NOON)


@pytest.fixture
def jobs() -> list[ImportJob]:
    return [ImportJob(str(number), "RUNNING" if number == 2 else "COMPLETED") for number in range(3)]


async def test_a_page_of_the_platform_is_cached(jobs: list[ImportJob], clock: Clock) -> None:
    session, imports = fake_session(jobs, clock)
    source, query = PlatformSource(session), JobQuery(limit=2)
    assert source.origin is None
    assert source.known_jobs(query) is None
    assert source.cached(query, VIEW) is None
    page = await source.page(query, VIEW)
    assert source.cached(query, VIEW) is page
    assert imports.requests == [query]
    source.clear_cache()
    assert source.cached(query, VIEW) is None


async def test_a_smaller_page_is_cached_under_its_own_size(jobs: list[ImportJob], clock: Clock) -> None:
    session, imports = fake_session(jobs, clock)
    imports.limit = 1
    source = PlatformSource(session)
    page = await source.page(JobQuery(limit=2), VIEW)
    cached = source.cached(JobQuery(limit=1), VIEW)
    assert cached is not None
    assert (cached.jobs, cached.query.limit) == (page.jobs, 1)


async def test_the_client_is_that_of_the_session_at_the_time(jobs: list[ImportJob], clock: Clock) -> None:
    session, before = fake_session(jobs, clock)
    source = PlatformSource(session)
    other, after = fake_session(jobs, clock)
    session.client = other.client
    await source.page(JobQuery(), VIEW)
    assert (before.requests, len(after.requests)) == ([], 1)


async def test_a_result_set_knows_its_jobs_and_requests_the_unfinished_ones(
    jobs: list[ImportJob], clock: Clock
) -> None:
    session, imports = fake_session(jobs, clock)
    source = ResultSetSource(session, ResultSet(ORIGIN, jobs))
    query = JobQuery(limit=1)
    assert source.origin == source.cached(query, VIEW).origin == ORIGIN
    assert source.known_jobs(JobQuery(states=("RUNNING",))) == (jobs[2],)
    imports.jobs = [*jobs[:2], ImportJob("2", "FAILED")]
    clock.seconds += 60
    page = await source.page(query, VIEW)
    assert imports.requests == [("get_many", ("0", "2"))]
    assert page.received_at == clock()
    assert source.known_jobs(JobQuery(states=("FAILED",))) == (ImportJob("2", "FAILED"),)
    source.clear_cache()
    assert len(source.known_jobs(JobQuery())) == 3
