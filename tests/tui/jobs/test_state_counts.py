"""The counts of the state tabs, without an app."""

from __future__ import annotations

import asyncio

import pytest

from cgc_tui.domain.errors import ServerError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText
from cgc_tui.services.job_source import PlatformSource, ResultSetSource
from cgc_tui.tui.jobs.counts import StateCounts
from cgc_tui.tui.jobs.state_tabs import Counts
from tests.support.clock import NOON, Clock
from tests.support.host import FakeHost, FakeImports, fake_session

ALL = JobQuery()
FAILED = JobQuery(states=("FAILED",))


class Counted:
    """Counts on a host without an app."""

    def __init__(self, host: FakeHost, jobs: list[ImportJob], clock: Clock) -> None:
        self.session, self.imports = fake_session(jobs, clock)
        self.source = PlatformSource(self.session)
        self.reported: list[Counts] = []
        self.counts = StateCounts(host, self.session, changed=self.reported.append)


@pytest.fixture
def counted(host: FakeHost, jobs: list[ImportJob], clock: Clock) -> Counted:
    return Counted(host, jobs, clock)


def requests(imports: FakeImports) -> set[object]:
    found, imports.requests[:] = set(imports.requests), []
    return found


async def test_the_other_tabs_are_counted_after_the_list_is_painted(counted: Counted, host: FakeHost) -> None:
    counted.counts.update(counted.source, ALL, 25)
    assert counted.counts.counts.totals == {(): 25}
    assert requests(counted.imports) == set()
    await host.settle()
    states = {("PENDING",), ("RUNNING",), ("COMPLETED",), ("FAILED",)}
    assert requests(counted.imports) == {("count", state) for state in states}
    assert counted.counts.counts.totals[("FAILED",)] == 5
    assert counted.reported[-1] == counted.counts.counts


@pytest.mark.parametrize(
    ("seconds", "changed", "by_user", "due"),
    [
        (4, True, True, False),
        (5, False, True, True),
        (29, True, False, False),
        (30, True, False, True),
        (299, False, False, False),
        (300, False, False, True),
    ],
)
async def test_the_tabs_are_counted_again_after_their_interval(
    counted: Counted, host: FakeHost, clock: Clock, seconds: int, changed: bool, by_user: bool, due: bool
) -> None:
    counted.counts.update(counted.source, ALL, 25)
    await host.settle()
    requests(counted.imports)
    if changed:
        counted.counts.note_change()
    clock.seconds += seconds
    counted.counts.update(counted.source, ALL, 26, by_user=by_user)
    await host.settle()
    assert bool(requests(counted.imports)) is due
    assert counted.counts.counts.totals[()] == 26


async def test_the_counts_stay_for_another_tab_and_go_with_another_project(
    counted: Counted, host: FakeHost
) -> None:
    counted.counts.update(counted.source, ALL, 25)
    await host.settle()
    counted.counts.show(counted.source, FAILED)
    assert counted.counts.counts.totals[()] == 25
    counted.counts.show(counted.source, JobQuery(project="rosalind/other"))
    assert counted.counts.counts.totals == {}


async def test_a_result_set_is_counted_without_a_request(counted: Counted, host: FakeHost) -> None:
    jobs = [ImportJob("a", "FAILED"), ImportJob("b", "RUNNING"), ImportJob("c", "FAILED")]
    results = ResultSet(ResultOrigin(SafeText("found"), 25, 25, NOON), jobs)
    source = ResultSetSource(counted.session, results)
    counted.counts.show(source, FAILED)
    expected = {(): 3, ("PENDING",): 0, ("RUNNING",): 1, ("COMPLETED",): 0, ("FAILED",): 2}
    assert counted.counts.counts.totals == expected
    counted.counts.update(source, FAILED, 2, by_user=True)
    await host.settle()
    assert counted.counts.counts.totals == expected
    assert requests(counted.imports) == set()
    counted.counts.show(counted.source, ALL)
    assert counted.counts.counts.totals == {}


async def test_a_failure_keeps_the_counts_until_the_next_refresh(counted: Counted, host: FakeHost) -> None:
    counted.imports.errors.append(ServerError(SafeText("503"), SafeText("Wait.")))
    counted.counts.update(counted.source, ALL, 25)
    await host.settle()
    assert counted.counts.counts.totals == {(): 25}
    counted.counts.update(counted.source, ALL, 25)
    await host.settle()
    assert counted.counts.counts.totals[("FAILED",)] == 5


async def test_a_cancelled_count_changes_nothing(counted: Counted, host: FakeHost) -> None:
    counted.imports.gate.clear()
    counted.counts.update(counted.source, ALL, 25)
    host.refresh()
    await asyncio.sleep(0)
    counted.counts.cancel()
    counted.imports.gate.set()
    await host.settle()
    assert counted.counts.counts.totals == {(): 25}


async def test_counts_from_before_a_change_of_the_list_are_outdated(
    counted: Counted, host: FakeHost, clock: Clock
) -> None:
    counted.counts.update(counted.source, ALL, 25)
    await host.settle()
    assert counted.counts.counts.outdated == frozenset()
    clock.seconds += 15
    counted.counts.update(counted.source, ALL, 28)
    await host.settle()
    others = {("PENDING",), ("RUNNING",), ("COMPLETED",), ("FAILED",)}
    assert (counted.counts.counts.totals[()], counted.counts.counts.outdated) == (28, others)
    clock.seconds += 15
    counted.counts.note_change()
    counted.counts.update(counted.source, ALL, 28)
    await host.settle()
    assert counted.counts.counts.outdated == frozenset()


async def test_a_list_that_is_shorter_than_its_parts_is_older_than_they_are(
    counted: Counted, host: FakeHost
) -> None:
    counted.counts.update(counted.source, ALL, 22)
    await host.settle()
    assert (
        sum(
            counted.counts.counts.totals[state]
            for state in (("PENDING",), ("RUNNING",), ("COMPLETED",), ("FAILED",))
        )
        == 25
    )
    assert counted.counts.counts.outdated == {()}


async def test_counts_of_the_list_before_do_not_replace_those_of_a_result_set(
    counted: Counted, host: FakeHost
) -> None:
    counted.imports.gate.clear()
    counted.counts.update(counted.source, ALL, 25)
    host.refresh()
    await asyncio.sleep(0)
    results = ResultSet(ResultOrigin(SafeText("found"), 25, 25, NOON), [ImportJob("a", "FAILED")])
    counted.counts.show(ResultSetSource(counted.session, results), ALL)
    counted.imports.gate.set()
    await host.settle()
    assert counted.counts.counts.totals[("FAILED",)] == 1
