"""JobWatcher over a client that answers from a list: polls, back-off, errors, pauses and the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.domain.errors import CgcError, Forbidden, ServerError, TokenRejected
from cgc_tui.domain.jobs import UNFINISHED_STATES, ImportJob, JobError
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.services.watcher import JobWatcher, WatchStatus

QUERY = JobQuery(UNFINISHED_STATES)
UNAVAILABLE = ServerError(SafeText("503 maintenance"), SafeText(""))


def job(job_id: str, state: str = "RUNNING") -> ImportJob:
    return ImportJob(job_id, state)


@dataclass
class Platform:
    """A client and a clock for one watcher: each wait runs the next of the `steps`."""

    records: dict[str, ImportJob | JobError] = field(default_factory=dict)
    steps: list[Callable[[], object]] = field(default_factory=list)
    error: CgcError | None = None
    requests: list[JobQuery | tuple[str, ...]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    statuses: list[WatchStatus] = field(default_factory=list)
    last_rate_limit: None = None

    @property
    def bulk_imports(self) -> Platform:
        return self

    async def get_many(self, ids: Sequence[str], **_: Any) -> dict[str, ImportJob | JobError]:
        self.requests.append(tuple(ids))
        if self.error is not None:
            raise self.error
        return {job_id: self.records[job_id] for job_id in ids if job_id in self.records}

    async def page(self, query: JobQuery, **_: Any) -> JobPage:
        self.requests.append(query)
        if self.error is not None:
            raise self.error
        listed = tuple(
            record
            for record in self.records.values()
            if isinstance(record, ImportJob) and record.state in query.states
        )
        return JobPage(query, listed, len(listed), more=False, limit=query.limit)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if not self.steps:
            raise AssertionError("the watch goes on without an end")
        self.steps.pop(0)()

    def set(self, *jobs: ImportJob) -> None:
        self.records |= {each.id: each for each in jobs}

    def fail(self, error: CgcError | None) -> None:
        self.error = error

    def watcher(self, *jobs: ImportJob, **options: Any) -> JobWatcher:
        return JobWatcher(
            cast(PlatformClient, self), jobs, changed=self.statuses.append, sleep=self.sleep, **options
        )


async def test_jobs_are_polled_until_the_last_has_ended() -> None:
    platform = Platform({"a": job("a"), "b": job("b", "COMPLETED")})
    platform.steps = [lambda: platform.set(job("a", "FAILED"))]
    watcher = platform.watcher(job("a", "PENDING"), job("b"))
    await watcher.run()
    assert platform.requests == [("a", "b"), ("a",)]
    assert platform.waits == [10]
    first, last = platform.statuses
    assert [(change.job.id, change.job.state) for change in first.changes] == [
        ("a", "RUNNING"),
        ("b", "COMPLETED"),
    ]
    assert (first.counts.pending, first.counts.completed, first.error) == (1, 1, None)
    assert [(change.job.id, change.job.state) for change in last.changes] == [("a", "FAILED")]
    assert (last.counts.pending, last.counts.failed, last.counts.ended) == (0, 1, 2)
    assert watcher.done


async def test_jobs_that_were_just_read_are_polled_after_an_interval() -> None:
    platform = Platform({"a": job("a", "COMPLETED")}, [lambda: None])
    await platform.watcher(job("a"), interval=3).run(wait_first=True)
    assert (platform.waits, platform.requests) == ([3], [("a",)])


async def test_where_all_have_ended_nothing_is_read() -> None:
    platform = Platform()
    watcher = platform.watcher(job("a", "ABORTED"))
    await watcher.run(wait_first=True)
    assert (platform.requests, platform.waits, platform.statuses) == ([], [], [])
    await watcher.run()
    assert (platform.requests, platform.waits) == ([], [])
    assert not watcher.watched.had_pending


async def test_a_query_is_read_at_each_poll_and_new_matches_are_watched() -> None:
    platform = Platform({"a": job("a")})
    platform.steps = [
        lambda: platform.set(job("a", "COMPLETED"), job("b")),
        lambda: platform.set(job("b", "ABORTED")),
    ]
    watcher = platform.watcher(query=QUERY)
    assert not watcher.done
    await watcher.run()
    lists = [request for request in platform.requests if isinstance(request, JobQuery)]
    assert [request.states for request in lists] == [UNFINISHED_STATES] * 3
    assert [request for request in platform.requests if isinstance(request, tuple)] == [("a",), ("b",)]
    assert [status.counts.pending for status in platform.statuses] == [1, 1, 0]
    assert platform.statuses[-1].counts.ended_otherwise == 1
    assert watcher.watched.had_pending


async def test_a_listed_job_is_not_requested_by_id_and_its_changes_are_reported() -> None:
    platform = Platform({"a": job("a", "PENDING")})
    platform.steps = [
        lambda: platform.set(job("a", "RUNNING")),
        lambda: platform.set(job("a", "COMPLETED")),
    ]
    await platform.watcher(query=QUERY).run()
    assert [request for request in platform.requests if isinstance(request, tuple)] == [("a",)]
    changes = [[change.job.state for change in status.changes] for status in platform.statuses]
    assert changes == [[], ["RUNNING"], ["COMPLETED"]]


async def test_an_unreadable_list_does_not_end_the_watch() -> None:
    platform = Platform(error=UNAVAILABLE, steps=[lambda: platform.fail(None)])
    await platform.watcher(query=QUERY).run()
    assert [status.error for status in platform.statuses] == [UNAVAILABLE, None]
    assert platform.waits == [20]


async def test_failures_double_the_wait_up_to_a_minute_and_an_answer_ends_that() -> None:
    platform = Platform({"a": job("a")}, error=UNAVAILABLE)
    platform.steps = [
        *[lambda: None] * 3,
        lambda: platform.fail(None),
        lambda: platform.set(job("a", "COMPLETED")),
    ]
    await platform.watcher(job("a")).run()
    assert platform.waits == [20, 40, 60, 60, 10]
    assert [status.error for status in platform.statuses] == [*[UNAVAILABLE] * 4, None, None]


async def test_an_interval_beyond_a_minute_is_not_cut() -> None:
    platform = Platform({"a": job("a", "FAILED")}, error=UNAVAILABLE, steps=[lambda: platform.fail(None)])
    await platform.watcher(job("a"), interval=300).run()
    assert platform.waits == [300]


@pytest.mark.parametrize("kind", [TokenRejected, Forbidden])
async def test_a_lasting_error_ends_the_run_and_the_next_run_goes_on(kind: type[CgcError]) -> None:
    platform = Platform({"a": job("a")}, error=kind(SafeText("no"), SafeText("")))
    watcher = platform.watcher(job("a"), job("b", "FAILED"))
    with pytest.raises(kind):
        await watcher.run()
    assert (platform.waits, platform.statuses) == ([], [])
    renewed = Platform({"a": job("a", "COMPLETED")})
    watcher.client = cast(PlatformClient, renewed)
    await watcher.run()
    assert renewed.requests == [("a",)]
    assert platform.statuses[-1].counts[:3] == (2, 1, 1)


@pytest.mark.parametrize("error", [JobError(404), JobError(400, 9008)], ids=str)
async def test_a_job_that_does_not_exist_is_missing(error: JobError) -> None:
    platform = Platform({"a": error, "b": job("b", "COMPLETED")})
    await platform.watcher(job("a"), job("b")).run()
    (status,) = platform.statuses
    assert [(change.job.id, change.missing) for change in status.changes] == [("a", True), ("b", False)]
    assert (status.counts.total, status.counts.missing, status.counts.ended) == (2, 1, 1)


async def test_another_error_in_place_of_a_job_leaves_it_pending() -> None:
    platform = Platform({"a": JobError(503, 0)}, [lambda: platform.set(job("a", "COMPLETED"))])
    await platform.watcher(job("a")).run()
    assert [status.counts.pending for status in platform.statuses] == [1, 0]


async def test_jobs_without_an_answer_are_an_error_after_the_others_are_updated() -> None:
    platform = Platform({"a": job("a", "COMPLETED")}, [lambda: platform.set(job("b", "FAILED"))])
    await platform.watcher(job("a"), job("b")).run()
    first, last = platform.statuses
    assert first.error is not None
    assert first.error.summary == "no response for 1 of 2 jobs"
    assert [change.job.id for change in first.changes] == ["a"]
    assert (last.error, platform.waits) == (None, [20])


async def test_while_paused_no_request_is_made() -> None:
    platform = Platform({"a": job("a", "COMPLETED")})
    watcher = platform.watcher(job("a"), interval=15)
    watcher.paused = True

    def resume() -> None:
        assert platform.requests == []
        watcher.paused = False
        watcher.interval = 5

    platform.steps = [lambda: None, resume]
    await watcher.run()
    assert (platform.waits, platform.requests) == ([15, 15], [("a",)])
    assert [status.counts.pending for status in platform.statuses] == [1, 1, 0]


async def test_a_watch_that_was_stopped_goes_on_with_what_it_knows() -> None:
    platform = Platform({"a": job("a", "COMPLETED"), "b": job("b")})
    stopped = asyncio.Event()

    async def sleep(_: float) -> None:
        stopped.set()
        await asyncio.Event().wait()

    watcher = JobWatcher(cast(PlatformClient, platform), [job("a"), job("b")], sleep=sleep)
    running = asyncio.create_task(watcher.run())
    await stopped.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    platform.set(job("b", "FAILED"))
    await watcher.run()
    assert platform.requests == [("a", "b"), ("b",)]
    assert watcher.watched.counts.ended == 2


async def test_the_records_of_watched_jobs_are_not_kept() -> None:
    whole = ImportJob("a", "RUNNING", record={"id": "a"})
    platform = Platform({"a": ImportJob("a", "FAILED", error=JobError(404, 9105), record={"id": "a"})})
    watcher = platform.watcher(whole)
    assert [each.raw for each in watcher.watched.jobs] == [{}]
    await watcher.run()
    (ended,) = watcher.watched.jobs
    assert (ended.raw, ended.error) == ({}, JobError(404, 9105))
