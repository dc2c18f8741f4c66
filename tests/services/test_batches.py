"""How much of a list is read for its batches."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta

from cgc_tui.domain.jobs import Destination, ImportJob, Source
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.services.batches import all_batches, newest_batch, newest_batches, whole_batch
from tests.support.clock import NOON

APART = 10
"""Minutes between jobs that are no batch."""


def jobs(prefix: str, count: int, *, since: float, apart: float = 0) -> list[ImportJob]:
    """Return jobs of one volume; the first started so many minutes before noon, the next ones earlier."""
    return [
        ImportJob(
            f"{prefix}{number}",
            "COMPLETED",
            source=Source(f"rosalind/{prefix}"),
            destination=Destination("rosalind/brca-pilot"),
            started_on=NOON - timedelta(minutes=since + number * apart),
        )
        for number in range(count)
    ]


class Listing:
    """A list that can be read from its start; `sizes` are the numbers of jobs that were requested."""

    def __init__(self, *parts: Iterable[ImportJob]) -> None:
        self.jobs = [job for part in parts for job in part]
        self.sizes: list[int] = []

    async def read(self, max_jobs: int) -> JobPage:
        self.sizes.append(max_jobs)
        page = tuple(self.jobs[:max_jobs])
        more = len(page) < len(self.jobs)
        return JobPage(JobQuery(), page, len(self.jobs), more, max(1, len(page)))


async def test_a_batch_that_ends_among_the_first_thousand_needs_no_more() -> None:
    listing = Listing(jobs("new", 12, since=1), jobs("old", 1200, since=60))
    for find in (newest_batch, newest_batches):
        listing.sizes.clear()
        search = await find(listing.read)
        assert [len(batch.jobs) for batch in search.batches] == [12, 988]
        assert [batch.may_continue for batch in search.batches] == [False, True]
        assert listing.sizes == [1000]


async def test_the_newest_batch_is_read_to_its_end_and_no_further() -> None:
    listing = Listing(jobs("new", 1100, since=1), jobs("old", 9000, since=60, apart=APART))
    search = await newest_batch(listing.read)
    assert (len(search.batches[0].jobs), search.batches[0].may_continue) == (1100, False)
    assert listing.sizes == [1000, 4000]


async def test_batches_to_choose_from_may_go_on_until_one_is_chosen() -> None:
    listing = Listing(
        jobs("new", 12, since=1),
        jobs("old", 1200, since=60),
        jobs("older", 9000, since=120, apart=APART),
    )
    search = await newest_batches(listing.read)
    old = search.batches[1]
    assert old.may_continue
    listing.sizes.clear()
    whole = await whole_batch(listing.read, old.jobs[0].id)
    batch = whole.batch_of(old.jobs[0].id)
    assert batch is not None
    assert len(batch.jobs) == 1200
    assert listing.sizes == [1000, 4000]


async def test_a_list_in_no_order_of_time_is_read_whole_at_once() -> None:
    listing = Listing(
        jobs("old", 3, since=60), jobs("new", 3, since=1), jobs("rest", 9000, since=120, apart=APART)
    )
    for find in (newest_batch, newest_batches):
        listing.sizes.clear()
        search = await find(listing.read)
        assert [len(batch.jobs) for batch in search.batches] == [3, 3]
        assert listing.sizes == [1000, sys.maxsize]


async def test_where_the_first_jobs_are_no_batch_more_are_read() -> None:
    alone = jobs("alone", 1500, since=1, apart=APART)
    listing = Listing(alone, jobs("old", 2, since=16000))
    for find in (newest_batch, newest_batches):
        listing.sizes.clear()
        search = await find(listing.read)
        assert [len(batch.jobs) for batch in search.batches] == [2]
        assert listing.sizes == [1000, 4000]
    lonely = Listing(alone)
    search = await newest_batches(lonely.read)
    assert (search.batches, len(search.page.jobs), lonely.sizes) == ((), 1500, [1000, 4000])


async def test_all_batches_are_those_of_the_whole_list() -> None:
    listing = Listing(jobs("new", 12, since=1), jobs("old", 1200, since=60))
    search = await all_batches(listing.read)
    assert [len(batch.jobs) for batch in search.batches] == [12, 1200]
    assert listing.sizes == [sys.maxsize]


async def test_a_job_that_is_no_longer_listed_has_no_batch() -> None:
    listing = Listing(jobs("new", 2, since=1))
    search = await whole_batch(listing.read, "gone")
    assert search.batch_of("gone") is None
