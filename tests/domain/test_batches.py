"""Batches: their jobs, their progress and the estimated end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.domain.batches import MAX_GAP, Batch, batch_progress, find_batches, newest_first
from cgc_tui.domain.jobs import Destination, ImportJob, Source
from tests.support.clock import NOON

MINUTE = timedelta(minutes=1)


def job(
    number: int,
    started: datetime | None = NOON,
    *,
    volume: str = "rosalind/raw",
    project: str = "rosalind/brca",
    state: str = "COMPLETED",
    ended: datetime | None = None,
) -> ImportJob:
    return ImportJob(
        str(number),
        state,
        source=Source(volume, f"{number}.bam"),
        destination=Destination(project),
        started_on=started,
        finished_on=ended,
    )


def ids(found_batches: Sequence[Batch]) -> list[list[str]]:
    return [[each.id for each in batch.jobs] for batch in found_batches]


def test_a_pause_longer_than_the_gap_separates_two_batches() -> None:
    starts = [NOON, NOON + MAX_GAP, NOON + 2 * MAX_GAP + MINUTE, NOON + 3 * MAX_GAP]
    listed = [job(number, start) for number, start in enumerate(starts)][::-1]
    found_batches = find_batches(listed)
    assert ids(found_batches) == [["3", "2"], ["1", "0"]]
    assert [batch.started for batch in found_batches] == [starts[2], starts[0]]


def test_volume_and_project_separate_batches() -> None:
    others = {"volume": "rosalind/other"}, {"project": "rosalind/other"}
    listed = [
        job(index * 2 + second, **other) for index, other in enumerate(({}, *others)) for second in (0, 1)
    ]
    assert sorted(ids(find_batches(listed))) == [["0", "1"], ["2", "3"], ["4", "5"]]


def test_a_folder_is_a_destination() -> None:
    listed = [
        ImportJob(str(number), "PENDING", destination=Destination(parent=f"folder-{number // 2}"))
        for number in range(4)
    ]
    assert sorted((batch.destination, len(batch.jobs)) for batch in find_batches(listed)) == [
        ("folder-0", 2),
        ("folder-1", 2),
    ]


def test_one_job_is_no_batch() -> None:
    assert find_batches([job(0), job(1, NOON + timedelta(hours=1))]) == ()


def test_a_job_without_a_start_belongs_to_the_newest_batch_of_its_route() -> None:
    old = [job(number, NOON - timedelta(hours=3)) for number in (0, 1)]
    new = [job(2), job(3, None, state="PENDING")]
    other = [job(number, None, project="rosalind/other", state="PENDING") for number in (4, 5)]
    assert ids(find_batches([*new, *old, *other])) == [["4", "5"], ["2", "3"], ["0", "1"]]


def test_the_last_batch_of_a_partial_list_may_continue() -> None:
    listed = [job(0, NOON), job(1, NOON), job(2, NOON - MAX_GAP * 3), job(3, NOON - MAX_GAP * 3)]
    assert [batch.may_continue for batch in find_batches(listed, complete=False)] == [False, True]
    assert [batch.may_continue for batch in find_batches(listed)] == [False, False]


@pytest.mark.parametrize(
    ("minutes", "newest"),
    [((9, 8, 8, 3), True), ((3, 7, 1), True), ((3, 9), False), ((), True), ((9, 1, 7), False)],
)
def test_newest_first_is_detected(minutes: tuple[int, ...], newest: bool) -> None:
    listed = [job(number, NOON + minute * MINUTE) for number, minute in enumerate(minutes)]
    assert newest_first([*listed, job(99, None)]) is newest


@given(st.lists(st.tuples(st.none() | st.integers(0, 60), st.sampled_from("ab"))))
def test_no_job_is_in_two_batches_and_no_batch_has_a_long_pause(
    reports: list[tuple[int | None, str]],
) -> None:
    listed = [
        job(number, None if minute is None else NOON + minute * MINUTE, volume=volume)
        for number, (minute, volume) in enumerate(reports)
    ]
    matches = [each for batch in ids(find_batches(listed)) for each in batch]
    assert len(matches) == len(set(matches))
    for batch in find_batches(listed):
        starts = sorted(each.started_on for each in batch.jobs if each.started_on)
        assert all(after - before <= MAX_GAP for before, after in pairwise(starts))


def test_progress_counts_and_estimates() -> None:
    done = [job(number, ended=NOON + number * MINUTE) for number in range(5)]
    pending = [job(number, state="PENDING") for number in range(5, 15)]
    failed = job(15, state="FAILED", ended=NOON + 5 * MINUTE)
    progress = batch_progress([*done, failed, *pending], NOON + 5 * MINUTE)
    assert (progress.total, progress.done, progress.failed, progress.ended_otherwise, progress.rate) == (
        16,
        6,
        1,
        0,
        1.0,
    )
    assert progress.eta == NOON + 15 * MINUTE


def test_an_unknown_state_is_done_and_counted_separately() -> None:
    progress = batch_progress(
        [job(0), job(1, state="ABORTED"), job(2, state="FAILED"), job(3, state="RUNNING")], NOON
    )
    assert (progress.total, progress.done, progress.failed, progress.ended_otherwise) == (4, 3, 1, 1)


def test_the_rate_decreases_while_no_job_ends() -> None:
    jobs = [job(0, ended=NOON), job(1, ended=NOON + MINUTE), job(2, state="RUNNING")]
    assert batch_progress(jobs, NOON + MINUTE).rate == 1.0
    assert batch_progress(jobs, NOON + 10 * MINUTE).rate == pytest.approx(0.1)


def test_the_rate_is_that_of_the_latest_jobs() -> None:
    slow = [job(number, ended=NOON + number * timedelta(hours=1)) for number in range(50)]
    quick = [job(100 + number, ended=NOON + timedelta(hours=60) + number * MINUTE) for number in range(50)]
    progress = batch_progress(
        [*slow, *quick, job(999, state="RUNNING")], NOON + timedelta(hours=60) + 49 * MINUTE
    )
    assert progress.rate == pytest.approx(1.0)


@pytest.mark.parametrize(
    "jobs",
    [
        [],
        [job(0, state="PENDING")],
        [job(0, ended=NOON), job(1, state="PENDING")],
        [job(0, ended=NOON), job(1, ended=NOON), job(2, state="PENDING")],
        [job(0), job(1), job(2, state="PENDING")],
        [job(0, ended=NOON), job(1, ended=NOON + MINUTE)],
    ],
    ids=["none", "none-ended", "one-ended", "at-one-time", "times-unknown", "all-done"],
)
def test_no_end_is_estimated_without_a_rate(jobs: list[ImportJob]) -> None:
    progress = batch_progress(jobs, NOON)
    assert (progress.rate, progress.eta) == (None, None)
