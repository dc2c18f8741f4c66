"""Runs of retries: no import is sent twice, and outcomes are recorded."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.errors import (
    RateLimited,
)
from cgc_tui.domain.jobs import JobError, SubmitResult
from cgc_tui.domain.retry.plan import RetryPlan
from cgc_tui.domain.retry.request import NameConflictPolicy
from cgc_tui.domain.retry.run import RetryProgress, RetryRun, SendStatus
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.retry import progress_line, run_summary, severity, watch_line
from tests.support.jobs import import_job


def test_no_import_is_in_two_chunks() -> None:
    run = RetryRun(
        RetryPlan(tuple(import_job(str(number)) for number in range(230)), {}), NameConflictPolicy.AS_BEFORE
    )
    chunks = [run.next_chunk() for _ in range(4)]
    assert [len(chunk) for chunk in chunks] == [100, 100, 30, 0]
    assert run.counts == {SendStatus.UNKNOWN: 230}
    run.record_refusal(chunks[0], RateLimited(SafeText("rate limit"), SafeText("")))
    assert (run.next_chunk(), run.counts[SendStatus.REFUSED], len(run.sent_ids)) == ((), 100, 130)


def test_a_stopped_run_has_no_next_chunk() -> None:
    run = RetryRun(RetryPlan((import_job("a"),), {}), NameConflictPolicy.AS_BEFORE)
    run.stopped = True
    assert (run.next_chunk(), run.counts, run.sent_ids) == ((), {SendStatus.WAITING: 1}, frozenset())


def test_a_new_job_is_running_while_it_is_unfinished() -> None:
    run = RetryRun(
        RetryPlan((import_job("a"), import_job("b"), import_job("c")), {}), NameConflictPolicy.AS_BEFORE
    )
    new = [import_job("n1", "PENDING"), import_job("n2", ""), import_job("n3", "ABORTED")]
    run.record_results(run.next_chunk(), [SubmitResult(True, each) for each in new])
    assert run.running_ids == ("n1", "n2")
    assert run_summary(run, DisplayOptions()) == "3 started (2 in progress, 1 ended otherwise)"
    assert [severity(outcome) for outcome in run.outcomes] == [3, 3, 2]
    run.update_jobs({"n2": import_job("n2", "ABORTED"), "n1": import_job("n1", "COMPLETED")})
    assert run.running_ids == ()
    assert run_summary(run, DisplayOptions()) == "3 started (1 completed, 2 ended otherwise)"


def test_a_new_job_is_matched_among_the_listed_ones() -> None:
    run = RetryRun(
        RetryPlan((import_job("a"), import_job("b")), {}),
        NameConflictPolicy.AS_BEFORE,
        ids_before=["a", "b", "old"],
    )
    chunk = run.next_chunk()
    run.record_results(chunk, [SubmitResult(True), SubmitResult(None)])
    assert (run.counts[SendStatus.STARTED], len(run.unresolved)) == (1, 2)
    run.match_new_jobs(
        [replace(import_job("a"), id="old"), replace(import_job("a", "PENDING"), id="new"), import_job("c")]
    )
    assert [outcome.replacement and outcome.replacement.id for outcome in run.outcomes] == ["new", None]
    assert run.running_ids == ("new",)


def test_the_progress_counts_new_jobs_and_those_that_may_exist() -> None:
    jobs = tuple(import_job(name) for name in "abcdef")
    run = RetryRun(RetryPlan(jobs, {}), NameConflictPolicy.AS_BEFORE)
    states = ("PENDING", "COMPLETED", "FAILED", "RUNNING")
    results = [SubmitResult(True, import_job(f"n{state}", state)) for state in states]
    run.record_results(run.next_chunk(), [*results, SubmitResult(False), SubmitResult(None)])
    run.update_jobs({"nRUNNING": JobError(status=404)})
    progress = run.progress
    assert progress == RetryProgress(4, running=1, completed=1, failed=1, ended_otherwise=1, unknown=1)
    assert progress.finished == 3
    ascii_display = DisplayOptions(ascii=True)
    assert progress_line(progress, ascii_display) == (
        "#######... 3 of 4 - 1 in progress - 1 completed - 1 failed again - 1 ended otherwise"
    )
    assert watch_line(progress, DisplayOptions()) == "watching 1 retried · 1 failed again"
    assert watch_line(progress._replace(running=0), DisplayOptions()) == (
        "retried 4 · 1 completed · 1 failed again · 1 ended otherwise · 1 unknown"
    )
