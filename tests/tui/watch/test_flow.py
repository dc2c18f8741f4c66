"""The flow of the watch without an app: the jobs that it watches, and what it reports."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cgc_tui.domain.errors import ServerError, TokenRejected
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.watch.flow import ListWatch
from tests.support.clock import NOON, Clock
from tests.support.host import FakeContext, FakeHost, fake_session

RUNNING = ImportJob("1", "RUNNING")
ENDED = ("ABORTED", "COMPLETED", "FAILED")


class Watched:
    """The host and the context of a watch, and what it has reported."""

    def __init__(self, clock: Clock, *jobs: ImportJob) -> None:
        session, self.imports = fake_session(list(jobs), clock)
        self.host = FakeHost()
        self.context = FakeContext(session)
        self.texts: list[str] = []

    def start(self) -> ListWatch:
        """Start a watch."""
        return ListWatch(self.host, self.context, RefreshStatus(), changed=self.texts.append)

    async def text(self, text: str) -> None:
        """Wait until a text has been reported."""
        async with asyncio.timeout(20):
            while text not in self.texts:  # noqa: ASYNC110 - the watch runs in the same loop
                await asyncio.sleep(0)


async def test_marked_jobs_are_watched_to_their_end(clock: Clock) -> None:
    watched = Watched(clock, ImportJob("1", "FAILED"))
    watched.context.marks = Marks().added([RUNNING])
    watched.start()
    await watched.host.settle()
    assert watched.imports.requests == [("get_many", ("1",))]
    assert watched.texts == ["watching…", "watching 0 · 1 failed", "watch finished: 0 completed · 1 failed"]
    assert watched.context.titles[-1] == ("watch finished: 0 completed · 1 failed", True)
    assert watched.context.notices == [
        ("All watched jobs have finished: 0 completed · 1 failed (the marked jobs).", "warning")
    ]


async def test_jobs_in_an_unknown_state_have_ended_otherwise(clock: Clock) -> None:
    jobs = [ImportJob(str(number), "RUNNING") for number in range(3)]
    watched = Watched(clock, *(replace(job, state=state) for job, state in zip(jobs, ENDED, strict=True)))
    watched.context.marks = Marks().added(jobs)
    watched.start()
    await watched.host.settle()
    assert watched.texts[-1] == "watch finished: 1 completed · 1 failed · 1 ended otherwise"
    assert watched.context.titles[-1] == (watched.texts[-1], True)
    assert [severity for _, severity in watched.context.notices] == ["warning"]


async def test_a_result_set_is_watched_and_named(clock: Clock) -> None:
    watched = Watched(clock, ImportJob("1", "COMPLETED"))
    watched.context.origin, watched.context.listed = ResultOrigin(SafeText('"bam"'), 1, 1, NOON), (RUNNING,)
    watched.start()
    await watched.host.settle()
    assert watched.context.notices[0][0].endswith('("bam").')


async def test_all_unfinished_jobs_of_the_filter_are_watched(clock: Clock) -> None:
    watched = Watched(clock)
    watched.context.job_query = JobQuery(states=("FAILED",), project="rosalind/a", offset=50)
    watched.start()
    await watched.host.settle()
    query = watched.imports.requests[0]
    assert isinstance(query, JobQuery)
    assert (query.states, query.project, query.offset) == (("PENDING", "RUNNING"), "rosalind/a", 0)
    assert watched.texts[-1] == ""
    assert watched.context.notices == [
        ("Nothing to watch: all jobs have finished (project rosalind/a).", "information")
    ]


async def test_a_failure_is_shown_and_stop_ends_the_watch(clock: Clock) -> None:
    watched = Watched(clock, RUNNING)
    watched.context.marks = Marks().added([RUNNING])
    watched.imports.errors.append(ServerError(SafeText("503 maintenance"), SafeText("Wait.")))
    watch = watched.start()
    await watched.text("watch: 503 maintenance")
    watch.stop()
    await watched.host.settle()
    assert (watched.texts[-1], watched.context.titles[-1]) == ("", ("", False))


async def test_the_watch_continues_with_a_new_token(clock: Clock) -> None:
    watched = Watched(clock, RUNNING)
    watched.context.marks = Marks().added([RUNNING])
    watched.imports.errors.append(TokenRejected(SafeText("the platform refused the token"), SafeText("")))
    watch = watched.start()
    await watched.host.settle()
    assert watched.texts[-1] == "watch: the platform refused the token"
    session, _ = fake_session([ImportJob("1", "COMPLETED")], clock)
    watch.restart(session.client)
    await watched.host.settle()
    assert watched.texts[-1] == "watch finished: 1 completed · 0 failed"


async def test_a_paused_list_pauses_the_watch(clock: Clock) -> None:
    watched = Watched(clock, RUNNING)
    watched.context.marks = Marks().added([RUNNING])
    watch = watched.start()
    watch.follow(RefreshStatus(paused=True))
    await watched.text("watch paused")
    assert watched.imports.requests == []
    watch.stop()
    await watched.host.settle()


@pytest.mark.parametrize(("interval", "expected"), [(0.0, 15.0), (60.0, 60.0)])
async def test_the_watch_polls_at_the_interval_of_the_list(
    clock: Clock, interval: float, expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    intervals: list[float] = []
    watched = Watched(clock, RUNNING)
    watched.context.marks = Marks().added([RUNNING])
    watch = watched.start()
    watch.follow(RefreshStatus(interval))
    sleeper = asyncio.Event()

    async def sleep(seconds: float) -> None:
        intervals.append(seconds)
        sleeper.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(watch._watcher, "_sleep", sleep)
    await asyncio.wait_for(sleeper.wait(), 20)
    assert intervals == [expected]
    watch.stop()
    await watched.host.settle()
