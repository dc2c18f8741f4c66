"""The job list without an app: its jobs and its requests."""

from __future__ import annotations

import asyncio

import pytest

from cgc_tui.domain.errors import ServerError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.jobs import job_list as module
from cgc_tui.tui.jobs.job_list import REFRESHING, STOPPED, JobList, ListState
from cgc_tui.tui.jobs.refresher import Refresher
from tests.support.clock import NOON, Clock
from tests.support.host import FakeHost, FakeImports, fake_session

pytestmark = pytest.mark.usefixtures("no_pauses")

QUERY = JobQuery(limit=10)


class Listed:
    """A job list on a host without an app, and what it has reported."""

    def __init__(self, host: FakeHost, jobs: list[ImportJob], clock: Clock) -> None:
        session, self.imports = fake_session(jobs, clock)
        self.host = host
        self.states: list[ListState] = []
        self.loaded: list[tuple[JobPage, bool]] = []
        self.refresher = Refresher(
            host, 15.0, clock=clock, due=lambda: self.list.reload(), changed=lambda _: None
        )
        self.list = JobList(
            host,
            session,
            QUERY,
            refresher=self.refresher,
            changed=self.states.append,
            loaded=lambda page, by_user: self.loaded.append((page, by_user)),
        )

    @property
    def ids(self) -> list[str]:
        """The ids of the jobs that are shown."""
        return [job.id for job in self.states[-1].page.jobs] if self.states[-1].page else []

    @property
    def offsets(self) -> list[int]:
        """The offsets of the pages that were requested."""
        return [query.offset for query in self.imports.requests if isinstance(query, JobQuery)]

    async def started(self) -> Listed:
        """Load the first page and the next one."""
        self.list.reload()
        await self.host.settle()
        return self


@pytest.fixture
async def listed(host: FakeHost, jobs: list[ImportJob], clock: Clock) -> Listed:
    return await Listed(host, jobs, clock).started()


def numbers(start: int, end: int) -> list[str]:
    return [str(number) for number in range(start, end)]


def results(*ids: str) -> ResultSet:
    return ResultSet(
        ResultOrigin(SafeText("found"), 25, 25, NOON), [ImportJob(job_id, "FAILED") for job_id in ids]
    )


async def test_the_first_page_and_the_next_one_are_requested(listed: Listed) -> None:
    assert listed.ids == numbers(0, 10)
    assert listed.offsets == [0, 10]
    assert listed.host.planned == [15.0]
    assert [(page.query.offset, by_user) for page, by_user in listed.loaded] == [(0, False)]


async def test_a_fresh_cached_page_is_shown_without_a_request(listed: Listed) -> None:
    assert listed.list.turn("next")
    assert listed.ids == numbers(10, 20)
    await listed.host.settle()
    assert listed.offsets == [0, 10, 20]


async def test_a_stale_cached_page_is_shown_and_requested(listed: Listed, clock: Clock) -> None:
    clock.seconds += 11
    listed.list.turn("next")
    assert listed.ids == numbers(10, 20)
    await listed.host.settle()
    assert listed.offsets[:3] == [0, 10, 10]


async def test_turning_pages_ends_at_the_first_and_the_last(listed: Listed) -> None:
    for to, ids in (
        ("last", numbers(20, 25)),
        ("next", numbers(20, 25)),
        ("previous", numbers(10, 20)),
        ("first", numbers(0, 10)),
        ("previous", numbers(0, 10)),
    ):
        assert listed.list.turn(to)  # type: ignore[arg-type]
        await listed.host.settle()
        assert listed.ids == ids


async def test_a_held_key_turns_several_pages_and_requests_only_the_last(listed: Listed) -> None:
    listed.list.restart()
    await listed.host.settle()
    listed.imports.requests.clear()
    listed.list.source.clear_cache()
    for _ in range(2):
        listed.list.turn("next")
    assert listed.list.is_pending
    await listed.host.settle()
    assert listed.ids == numbers(20, 25)
    assert listed.offsets[0] == 20


async def test_without_a_total_the_last_page_is_unknown(listed: Listed) -> None:
    listed.list.page = None
    assert not listed.list.turn("last")


async def test_a_failure_keeps_the_page_and_is_retried(listed: Listed) -> None:
    listed.imports.errors.append(ServerError(SafeText("503"), SafeText("Wait."), retry_after=2.0))
    listed.list.reload(by_user=True)
    assert listed.states[-1].notice == REFRESHING
    await listed.host.settle()
    assert listed.ids == numbers(0, 10)
    assert listed.states[-1].notice == ""
    assert listed.host.planned == [2.0]
    listed.host.fire()
    await listed.host.settle()
    assert listed.refresher.status.failure is None


async def test_esc_stops_a_request_and_stays_at_the_page(listed: Listed) -> None:
    listed.imports.gate.clear()
    listed.list.show(JobQuery(states=("FAILED",), limit=10))
    await asyncio.sleep(0)
    assert listed.list.stop()
    await listed.host.settle()
    assert (listed.list.query, listed.states[-1].notice) == (QUERY, STOPPED)
    assert listed.ids == numbers(0, 10)
    assert listed.host.planned == []
    assert not listed.list.stop()


async def test_the_list_follows_the_job_under_the_cursor(listed: Listed) -> None:
    listed.list.cursor_job_id = "9"
    listed.imports.jobs[:0] = [ImportJob("new", "PENDING")]
    listed.list.reload()
    await listed.host.settle()
    assert listed.list.query.offset == 10
    assert "9" in listed.ids


async def test_a_list_that_has_shrunk_turns_to_its_last_page(listed: Listed) -> None:
    listed.list.turn("last")
    await listed.host.settle()
    del listed.imports.jobs[12:]
    listed.list.reload()
    await listed.host.settle()
    assert (listed.list.query.offset, listed.ids) == (10, numbers(10, 12))


async def test_a_platform_with_smaller_pages_sets_the_page_size(
    host: FakeHost, jobs: list[ImportJob], clock: Clock
) -> None:
    listed = Listed(host, jobs, clock)
    listed.imports.limit = 4
    await listed.started()
    assert (listed.list.query.limit, listed.ids) == (4, numbers(0, 4))
    assert listed.offsets == [0, 4]
    listed.list.turn("next")
    await listed.host.settle()
    assert (listed.ids, listed.list.is_pending) == (numbers(4, 8), False)


async def test_a_result_set_is_shown_at_once_and_left_with_back(listed: Listed) -> None:
    listed.list.turn("next")
    await listed.host.settle()
    listed.list.open(results("5", "10"))
    assert (listed.ids, listed.states[-1].origin is not None) == (["5", "10"], True)
    listed.list.open(results("10"))
    assert listed.ids == ["10"]
    assert listed.list.back()
    assert listed.ids == ["5", "10"]
    assert listed.list.back()
    assert (listed.ids, listed.states[-1].origin) == (numbers(10, 20), None)
    assert not listed.list.back()


async def test_what_is_below_a_result_set_learns_once_that_it_was_left(listed: Listed) -> None:
    left: list[str] = []
    listed.list.open(results("5"), on_back=lambda: left.append("outer"))
    listed.list.open(results("1"), on_back=lambda: left.append("inner"))
    assert listed.list.back()
    assert left == ["inner"]
    assert listed.list.back()
    assert not listed.list.back()
    assert left == ["inner", "outer"]


async def test_a_reload_of_a_result_set_requests_its_jobs(listed: Listed) -> None:
    listed.list.open(results("1", "5"))
    await listed.host.settle()
    listed.list.reload()
    await listed.host.settle()
    assert ("get_many", ("1", "5")) in listed.imports.requests
    assert [job.state for job in listed.list.page.jobs] == ["COMPLETED", "FAILED"]  # type: ignore[union-attr]


async def test_esc_while_the_previous_list_loads_stays_in_the_result_set(listed: Listed) -> None:
    listed.list.open(results("5"))
    await listed.host.settle()
    listed.list.restart()
    await listed.host.settle()
    listed.imports.gate.clear()
    assert listed.list.back()
    assert listed.list.is_pending
    await asyncio.sleep(0)
    assert listed.list.stop()
    assert (listed.ids, listed.states[-1].origin is not None) == (["5"], True)
    listed.imports.gate.set()
    assert listed.list.back()
    await listed.host.settle()
    assert listed.ids == numbers(0, 10)


async def test_sorting_a_result_set_sorts_all_its_pages(listed: Listed) -> None:
    listed.list.open(results(*numbers(0, 25)))
    listed.list.turn("next")
    assert listed.ids == numbers(10, 20)
    listed.list.sort(ListView(sort=SortKey.NAME, reverse=True))
    assert (listed.list.query.offset, listed.ids[0]) == (0, "9")
    listed.list.sort(ListView())
    assert listed.ids == numbers(0, 10)


async def test_a_new_client_gets_no_pages_of_the_old_one(listed: Listed) -> None:
    listed.list.restart()
    assert listed.list.source.cached(QUERY, ListView()) is None
    await listed.host.settle()
    assert listed.offsets[2] == 0


async def test_a_job_with_another_state_is_updated_in_the_page(listed: Listed) -> None:
    count = len(listed.states)
    listed.list.update_job(ImportJob("1", "COMPLETED"))
    listed.list.update_job(ImportJob("elsewhere", "FAILED"))
    assert len(listed.states) == count
    listed.list.update_job(ImportJob("1", "FAILED"))
    assert listed.list.page is not None
    assert listed.list.page.jobs[1].state == "FAILED"


async def test_refreshes_by_key_are_at_least_half_a_second_apart(
    listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(module, "MIN_INTERVAL", 1000.0)
    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    listed.list.reload(by_user=True)
    await listed.host.settle()
    assert 900 < pauses[0] <= 1000


def test_no_request_is_sent_after_cancel(imports: FakeImports) -> None:
    """A cancelled worker sends no request."""
    assert imports.requests == []


@pytest.fixture
async def imports(host: FakeHost, jobs: list[ImportJob], clock: Clock) -> FakeImports:
    listed = Listed(host, jobs, clock)
    listed.list.reload()
    listed.list.cancel()
    await host.settle()
    return listed.imports
