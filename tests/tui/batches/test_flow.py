"""The flow of batches, without an app."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cgc_tui.domain.batches import SEARCH_WINDOW
from cgc_tui.domain.jobs import Destination, ImportJob, Source
from cgc_tui.tui.batches.flow import choose_batch
from cgc_tui.tui.batches.picker import ALL, BatchPicker
from tests.support.clock import NOON, Clock
from tests.support.host import FakeContext, fake_session


def batch(hours: int, count: int) -> list[ImportJob]:
    """Return `count` jobs that started together, `hours` before noon."""
    return [
        ImportJob(
            f"{hours}-{number}",
            "COMPLETED",
            source=Source("rosalind/raw", f"{number}.bam"),
            destination=Destination("rosalind/a"),
            started_on=NOON - timedelta(hours=hours, seconds=number),
        )
        for number in range(count)
    ]


@pytest.fixture
def context(clock: Clock) -> FakeContext:
    return FakeContext(fake_session([], clock)[0])


async def test_the_chosen_batch_becomes_a_list(context: FakeContext) -> None:
    context.listed, context.answers = (*batch(1, 3), *batch(5, 2)), [1, None]
    await choose_batch(context)
    (results,) = context.results
    assert [job.id for job in results.jobs] == ["5-0", "5-1"]
    assert (results.origin.searched, results.origin.total) == (5, 5)
    assert len(context.requested) == 1
    assert isinstance(context.dialogs[0], BatchPicker)


async def test_nothing_changes_if_the_user_leaves_or_stops(context: FakeContext) -> None:
    context.listed, context.answers = tuple(batch(1, 3)), [None]
    await choose_batch(context)
    context.answers = ["stop"]
    await choose_batch(context)
    assert context.results == []


async def test_the_whole_list_is_searched_on_request(context: FakeContext) -> None:
    context.listed = (*batch(1, 3), *batch(5, SEARCH_WINDOW))
    context.answers = [ALL, 1, None]
    await choose_batch(context)
    assert len(context.results[0].jobs) == SEARCH_WINDOW
    assert len(context.requested) == 2


async def test_a_batch_at_the_end_of_the_searched_jobs_is_loaded_completely(context: FakeContext) -> None:
    context.listed = (*batch(1, 3), *batch(5, SEARCH_WINDOW))
    context.answers = [1, None]
    await choose_batch(context)
    assert len(context.results[0].jobs) == SEARCH_WINDOW
    assert (len(context.dialogs), len(context.requested)) == (2, 2)


async def test_an_unordered_list_is_searched_completely(context: FakeContext) -> None:
    context.listed = (*batch(9, 2), *batch(1, SEARCH_WINDOW))
    context.answers = [0, None]
    await choose_batch(context)
    assert len(context.requested) == 2
    assert len(context.results[0].jobs) == SEARCH_WINDOW
