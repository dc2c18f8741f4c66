"""The flow of batches, without an app."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from textual.screen import Screen

from cgc_tui.domain.batches import SEARCH_WINDOW
from cgc_tui.domain.jobs import Destination, ImportJob, Source
from cgc_tui.tui.batches.flow import choose_batch
from cgc_tui.tui.batches.screen import BatchesScreen, ChosenBatch
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


class Chooser(FakeContext):
    """Chooses rows of the batches that are shown, then leaves them."""

    rows: Sequence[int] = ()

    async def ask(self, screen: Screen[Any]) -> Any:
        """Choose the next row."""
        assert isinstance(screen, BatchesScreen)
        assert screen.search is not None
        self.dialogs.append(screen)
        rows, self.rows = self.rows, self.rows[1:]
        return ChosenBatch(screen.search, rows[0]) if rows else None


@pytest.fixture
def context(clock: Clock) -> Chooser:
    return Chooser(fake_session([], clock)[0])


async def test_the_chosen_batch_becomes_a_list_and_the_batches_come_back(context: Chooser) -> None:
    context.listed, context.rows = (*batch(1, 3), *batch(5, 2)), (1,)
    await choose_batch(context)
    (results,) = context.results
    assert [job.id for job in results.jobs] == ["5-0", "5-1"]
    assert (results.origin.searched, results.origin.total) == (5, 5)
    assert (len(context.dialogs), len(context.requested)) == (2, 1)


async def test_nothing_changes_if_the_user_leaves_or_stops(context: Chooser) -> None:
    context.listed = tuple(batch(1, 3))
    await choose_batch(context)
    context.answers = ["stop"]
    await choose_batch(context)
    assert (context.results, len(context.dialogs)) == ([], 1)


async def test_a_batch_at_the_end_of_the_searched_jobs_is_loaded_completely(context: Chooser) -> None:
    context.listed, context.rows = (*batch(1, 3), *batch(5, SEARCH_WINDOW)), (1,)
    await choose_batch(context)
    assert len(context.results[0].jobs) == SEARCH_WINDOW
    assert (len(context.dialogs), len(context.requested)) == (2, 2)


async def test_an_unordered_list_is_searched_completely(context: Chooser) -> None:
    context.listed, context.rows = (*batch(9, 2), *batch(1, SEARCH_WINDOW)), (0,)
    await choose_batch(context)
    assert len(context.requested) == 2
    assert len(context.results[0].jobs) == SEARCH_WINDOW
