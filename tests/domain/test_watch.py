"""WatchedJobs: which are pending, how the others ended, and which changed."""

from __future__ import annotations

from cgc_tui.domain.jobs import Destination, ImportJob, JobError
from cgc_tui.domain.watch import JobChange, WatchedJobs


def job(number: int, state: str) -> ImportJob:
    return ImportJob(str(number), state)


def test_an_ended_job_that_is_added_twice_counts_once() -> None:
    watched = WatchedJobs([job(0, "FAILED"), job(1, "PENDING")])
    watched.add([job(0, "FAILED"), job(1, "COMPLETED")])
    assert watched.counts == (2, 1, 1, 0, 0, 0)


def test_changes_are_those_of_the_state_and_of_missing_jobs() -> None:
    watched = WatchedJobs([job(0, "PENDING"), job(1, "RUNNING"), job(2, "RUNNING")])
    changes = watched.update({"1": JobError(404), "0": job(0, "RUNNING"), "2": job(2, "RUNNING")})
    assert changes == (JobChange(job(1, "RUNNING"), missing=True), JobChange(job(0, "RUNNING")))
    assert watched.update({"1": job(1, "COMPLETED"), "2": JobError(503)}) == ()
    assert watched.counts == (3, 0, 0, 0, 2, 1)


def test_a_missing_job_that_is_listed_again_is_pending_again() -> None:
    watched = WatchedJobs([job(0, "PENDING")])
    watched.update({"0": JobError(404)})
    watched.add([job(0, "PENDING")])
    assert (watched.pending_ids, watched.counts.missing, watched.counts.total) == (("0",), 0, 1)


def test_what_a_bulk_record_lacks_is_kept_from_the_list() -> None:
    watched = WatchedJobs([ImportJob("0", "RUNNING", destination=Destination("p/p", "a.bam"))])
    (change,) = watched.update({"0": job(0, "COMPLETED")})
    assert change.job.name == "a.bam"
    assert watched.jobs == (change.job,)


def test_what_has_ended_does_not_change() -> None:
    watched = WatchedJobs([job(0, "ABORTED")])
    assert watched.update({"0": job(0, "COMPLETED")}) == ()
    assert watched.counts.ended_otherwise == 1
    assert not watched.had_pending


def test_each_job_is_counted_once() -> None:
    watch = WatchedJobs()
    watch.add([job(0, "PENDING"), job(1, "RUNNING"), job(2, "FAILED"), job(3, "COMPLETED")])
    assert (watch.pending_ids, watch.counts.ended, watch.counts.failed, watch.had_pending) == (
        ("0", "1"),
        2,
        1,
        True,
    )
    record = {"0": job(0, "RUNNING"), "1": job(1, "FAILED"), "2": job(2, "FAILED"), "9": job(9, "FAILED")}
    watch.update(record)
    watch.update(record)
    assert (watch.pending_ids, watch.counts.ended, watch.counts.failed) == (("0",), 3, 2)


def test_a_missing_job_is_not_pending_and_one_with_another_error_is() -> None:
    watch = WatchedJobs()
    watch.add([job(0, "PENDING"), job(1, "PENDING"), job(2, "PENDING")])
    watch.update({"0": JobError(404, 9008), "1": JobError(503, 9100), "2": job(2, "ABORTED")})
    assert (watch.pending_ids, watch.counts.ended, watch.counts.failed, watch.counts.missing) == (
        ("1",),
        1,
        0,
        1,
    )
    watch.update({"1": JobError(404)})
    assert (watch.pending_ids, watch.counts.missing) == ((), 2)


def test_every_state_but_pending_and_running_has_ended() -> None:
    watch = WatchedJobs()
    watch.add([job(0, "PENDING"), job(1, "RUNNING"), job(2, "ABORTED")])
    assert (watch.pending_ids, watch.counts.ended, watch.counts.failed, watch.counts.ended_otherwise) == (
        ("0", "1"),
        1,
        0,
        1,
    )
    watch.update({"0": job(0, ""), "1": job(1, "CANCELLED")})
    assert (watch.pending_ids, watch.counts.ended, watch.counts.failed, watch.counts.ended_otherwise) == (
        ("0",),
        2,
        0,
        2,
    )
