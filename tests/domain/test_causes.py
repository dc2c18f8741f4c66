"""Groups of failed jobs by cause."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.domain.causes import Cause, group_by_cause, histogram
from cgc_tui.domain.jobs import Destination, ImportJob, JobError, Source
from tests.support.clock import NOON


def failed(
    number: int,
    code: int | None = 9105,
    message: str | None = "Location on volume not found.",
    **fields: object,
) -> ImportJob:
    return ImportJob(
        f"job-{number:04}",
        "FAILED",
        source=Source(f"rosalind/vol-{number % 2}", f"runs/{number:03}/sample-{number}.bam"),
        destination=Destination("rosalind/brca", f"sample-{number}.bam"),
        finished_on=NOON + timedelta(minutes=number),
        error=JobError(404, code, message),
        **fields,  # type: ignore[arg-type]
    )


def summaries(groups: tuple[Cause, ...]) -> list[tuple[int | None, str | None, int]]:
    return [(cause.code, cause.message, len(cause.jobs)) for cause in groups]


def test_jobs_of_one_code_and_message_belong_together_and_the_most_come_first() -> None:
    groups = group_by_cause([failed(0, 9108, "Exists."), *(failed(number) for number in range(1, 4))])
    assert summaries(groups) == [(9105, "Location on volume not found.", 3), (9108, "Exists.", 1)]


def test_two_messages_of_one_code_are_two_causes() -> None:
    assert len(group_by_cause([failed(0), failed(1, message="The volume has no such location.")])) == 2


def test_messages_that_differ_only_in_the_jobs_own_names_belong_together() -> None:
    jobs = [
        failed(number, message=f"No key runs/{number:03}/sample-{number}.bam (sample-{number}.bam)")
        for number in (3, 4)
    ]
    assert summaries(group_by_cause(jobs)) == [(9105, "No key … (…)", 2)]


def test_a_message_that_all_jobs_share_is_unchanged() -> None:
    jobs = [failed(3, message="rosalind/vol-1 is full"), failed(5, message="rosalind/vol-1 is full")]
    assert summaries(group_by_cause(jobs)) == [(9105, "rosalind/vol-1 is full", 2)]


def test_another_jobs_name_and_a_part_of_a_word_are_not_replaced() -> None:
    jobs = [failed(3, message="see sample-4.bam"), failed(4, message="see sample-3.bam")]
    assert len(group_by_cause(jobs)) == 2
    jobs = [failed(3, message="presample-3.bam"), failed(4, message="presample-4.bam")]
    assert len(group_by_cause(jobs)) == 2


def test_short_names_are_not_replaced() -> None:
    jobs = [
        ImportJob(name, "FAILED", source=Source("v", name), error=JobError(message=f"no {name} there"))
        for name in ("a", "th")
    ]
    assert len(group_by_cause(jobs)) == 2


def test_jobs_without_an_error_are_a_group() -> None:
    jobs = [ImportJob("1", "FAILED"), ImportJob("2", "FAILED", error=JobError()), failed(3)]
    assert summaries(group_by_cause(jobs)) == [(None, None, 2), (9105, "Location on volume not found.", 1)]


def test_a_cause_has_times_volumes_and_projects() -> None:
    cause = group_by_cause(failed(number) for number in (5, 1, 3, 2))[0]
    assert (cause.first, cause.last) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=5))
    assert cause.volumes == (("rosalind/vol-1", 3), ("rosalind/vol-0", 1))
    assert cause.projects == (("rosalind/brca", 4),)


def test_a_cause_without_times_has_none() -> None:
    cause = group_by_cause([ImportJob("1", "FAILED")])[0]
    assert (cause.first, cause.last, cause.volumes, cause.projects) == (None, None, (), ())


@given(
    st.lists(st.tuples(st.sampled_from([None, 9105, 9108]), st.sampled_from([None, "", "a", "runs/001/x"])))
)
def test_each_job_is_in_one_group(errors: list[tuple[int | None, str | None]]) -> None:
    jobs = [failed(number, *error) for number, error in enumerate(errors)]
    grouped = [job.id for cause in group_by_cause(jobs) for job in cause.jobs]
    assert sorted(grouped) == sorted(job.id for job in jobs)


def test_a_histogram_includes_both_ends_and_loses_nothing() -> None:
    times = [NOON, NOON + timedelta(minutes=1), NOON + timedelta(minutes=59), NOON + timedelta(hours=1)]
    assert histogram(times, NOON, NOON + timedelta(hours=1), 4) == (2, 0, 0, 2)
    assert histogram(times[:1], NOON, NOON, 3) == (1, 0, 0)


@given(st.lists(st.integers(-100, 5000)), st.integers(1, 60))
def test_no_time_is_lost(minutes: list[int], parts: int) -> None:
    times = [NOON + timedelta(minutes=minute) for minute in minutes]
    assert sum(histogram(times, NOON, NOON + timedelta(minutes=4000), parts)) == len(times)
