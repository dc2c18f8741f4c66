"""Loading the record of the job under the cursor, without an app."""

from __future__ import annotations

import pytest

from cgc_tui.domain.errors import NotFound, ServerError
from cgc_tui.domain.job_detail import JobDetailState
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.jobs import detail_loader as module
from cgc_tui.tui.jobs.detail_loader import DetailLoader
from tests.support.clock import Clock
from tests.support.host import FakeHost, fake_session

pytestmark = pytest.mark.usefixtures("no_pauses")


class Details:
    """A loader on a host without an app, and what it has reported."""

    def __init__(self, host: FakeHost, jobs: list[ImportJob], clock: Clock) -> None:
        session, self.imports = fake_session(jobs, clock)
        self.states: list[JobDetailState] = []
        self.loader = DetailLoader(host, session, changed=self.states.append)


@pytest.fixture
def details(host: FakeHost, jobs: list[ImportJob], clock: Clock) -> Details:
    return Details(host, jobs, clock)


async def test_the_listed_job_is_shown_first_and_then_its_record(
    details: Details, host: FakeHost, jobs: list[ImportJob]
) -> None:
    details.loader.set_open(True)
    listed = ImportJob("1", "COMPLETED", href="https://x/v2/storage/imports/1")
    details.loader.show(listed)
    assert details.states == [JobDetailState(listed)]
    await host.settle()
    assert details.states[-1] == JobDetailState(jobs[1])


async def test_nothing_is_requested_while_the_detail_is_closed(
    details: Details, host: FakeHost, jobs: list[ImportJob]
) -> None:
    details.loader.show(jobs[1])
    await host.settle()
    assert details.imports.requests == []
    details.loader.set_open(True)
    await host.settle()
    assert details.imports.requests == [("get", "1")]


async def test_jobs_that_the_cursor_passes_are_not_requested(
    details: Details, host: FakeHost, jobs: list[ImportJob]
) -> None:
    details.loader.set_open(True)
    for job in jobs[:10]:
        details.loader.show(job)
    await host.settle()
    assert details.imports.requests == [("get", "9")]


async def test_an_ended_job_is_requested_once(
    details: Details, host: FakeHost, jobs: list[ImportJob]
) -> None:
    details.loader.set_open(True)
    for job in (jobs[1], jobs[2], jobs[1]):
        details.loader.show(job)
        await host.settle()
    assert details.imports.requests == [("get", "1"), ("get", "2")]
    details.loader.restart()
    await host.settle()
    assert details.imports.requests[2:] == [("get", "1")]


async def test_a_job_with_another_state_is_requested_again(details: Details, host: FakeHost) -> None:
    details.loader.set_open(True)
    details.imports.jobs = [ImportJob("1", "RUNNING")]
    details.loader.show(ImportJob("1", "RUNNING"))
    await host.settle()
    details.imports.jobs = [ImportJob("1", "FAILED")]
    details.loader.show(ImportJob("1", "FAILED"))
    await host.settle()
    assert len(details.imports.requests) == 2
    assert details.states[-1].job == ImportJob("1", "FAILED")


async def test_a_failure_keeps_the_listed_job_and_is_retried(
    details: Details, host: FakeHost, jobs: list[ImportJob]
) -> None:
    details.loader.set_open(True)
    details.imports.errors.append(ServerError(SafeText("503 maintenance"), SafeText("Wait.")))
    details.loader.show(jobs[1])
    await host.settle()
    assert details.states[-1] == (jobs[1], "Details could not be loaded: 503 maintenance.")
    details.loader.retry()
    await host.settle()
    assert details.states[-1] == (jobs[1], "")
    details.loader.retry()
    await host.settle()
    assert len(details.imports.requests) == 2


async def test_a_job_that_no_longer_exists_is_reported(
    details: Details, host: FakeHost, jobs: list[ImportJob]
) -> None:
    details.loader.set_open(True)
    details.imports.errors.append(NotFound(SafeText("404"), SafeText("")))
    details.loader.show(jobs[1])
    await host.settle()
    assert details.states[-1].note == "This job is no longer there."


async def test_the_number_of_kept_records_is_limited(
    details: Details, host: FakeHost, jobs: list[ImportJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_RECORDS", 2)
    details.loader.set_open(True)
    for index in (1, 2, 3, 1):
        details.loader.show(jobs[index])
        await host.settle()
    assert [request for request in details.imports.requests if request == ("get", "1")] == [("get", "1")] * 2
    assert len(details.imports.requests) == 4


async def test_without_a_job_there_is_no_detail(details: Details, host: FakeHost) -> None:
    details.loader.set_open(True)
    details.loader.show(None)
    await host.settle()
    assert details.states == [JobDetailState()]
    assert details.imports.requests == []
