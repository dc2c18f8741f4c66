"""Plans of retries, and runs: which imports are sent, and what became of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cgc_tui.domain.errors import (
    RateLimited,
)
from cgc_tui.domain.jobs import Destination, Source, SubmitResult
from cgc_tui.domain.retry import (
    NameConflictPolicy,
    RetryPlan,
    RetryRun,
    SendStatus,
    SkipReason,
    plan_retry,
    request_body,
)
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.retry import run_summary, severity
from tests.support.clock import NOON
from tests.support.jobs import import_job


def test_a_request_repeats_the_original_unless_the_policy_changes_it() -> None:
    old = import_job("a", overwrite=True, autorename=False, preserve_folder_structure=True)
    expected = {
        "source": {"volume": "rosalind/raw", "location": "runs/a.bam"},
        "destination": {"project": "rosalind/brca-pilot", "name": "a.bam"},
    }
    assert request_body(old, NameConflictPolicy.AS_BEFORE) == expected | {
        "overwrite": True,
        "autorename": False,
    }
    assert request_body(old, NameConflictPolicy.OVERWRITE) == expected | {
        "overwrite": True,
        "autorename": False,
    }
    assert request_body(old, NameConflictPolicy.AUTORENAME) == expected | {
        "overwrite": False,
        "autorename": True,
    }
    assert request_body(import_job("a"), NameConflictPolicy.AS_BEFORE) == expected


def test_a_request_for_a_folder_keeps_its_option_and_parent() -> None:
    folder = import_job(
        "a",
        source=Source("v/v", "runs/7/"),
        destination=Destination("p/p", None, "5f"),
        preserve_folder_structure=False,
    )
    assert request_body(folder, NameConflictPolicy.AS_BEFORE) == {
        "source": {"volume": "v/v", "location": "runs/7/"},
        "destination": {"parent": "5f"},
        "preserve_folder_structure": False,
    }


def test_skipped_jobs_have_a_reason() -> None:
    done = import_job("b", "COMPLETED")
    repeated = replace(import_job("a"), id="a2")
    bare = import_job("c", source=Source())
    half = import_job("f", source=Source("v/v", "half\ud800.bam"))
    since = import_job("d")
    newer = replace(import_job("d", "PENDING"), id="d2", started_on=NOON + timedelta(minutes=1))
    planned = plan_retry(
        [import_job("a"), done, repeated, bare, since, import_job("e"), half],
        sent_ids={"e"},
        listed=[newer, done, import_job("a")],
    )
    assert [each.id for each in planned.jobs] == ["a"]
    assert planned.skipped == {
        "b": SkipReason.NOT_FAILED,
        "a2": SkipReason.DUPLICATE,
        "c": SkipReason.UNKNOWN,
        "d": SkipReason.RESTARTED,
        "e": SkipReason.SENT,
        "f": SkipReason.UNSENDABLE,
    }
    assert planned.skip_counts[SkipReason.RESTARTED] == 1


def test_jobs_from_before_the_failure_are_no_retry() -> None:
    older = replace(import_job("a", "COMPLETED"), id="a0", started_on=NOON - timedelta(days=1))
    again = replace(import_job("a", "FAILED"), id="a1", started_on=NOON + timedelta(days=1))
    unknown = replace(import_job("a", "COMPLETED"), id="a3", started_on=None)
    assert plan_retry([import_job("a")], listed=[older, again]).jobs == (import_job("a"),)
    assert plan_retry([import_job("a")], listed=[unknown]).jobs == ()
    assert plan_retry([import_job("a")], listed=[replace(older, started_on=NOON)]).jobs == ()


LATER = NOON + timedelta(minutes=5)
FAILED = {"finished_on": NOON + timedelta(minutes=1)}


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ({}, {"destination": Destination("rosalind/brca-pilot", "_1_a.bam"), "autorename": True}, True),
        ({}, {"destination": Destination("rosalind/brca-pilot", "_1_a.bam"), "autorename": False}, False),
        ({}, {"destination": Destination("rosalind/brca-pilot", "b.bam")}, False),
        ({}, {"destination": Destination("rosalind/brca-pilot")}, True),
        ({}, {"destination": Destination("rosalind/luad-rnaseq", "a.bam")}, False),
        ({}, {"destination": Destination(None, "a.bam", "5f")}, False),
        ({}, {"destination": Destination()}, True),
        ({}, {"source": Source("rosalind/raw", "runs/b.bam")}, False),
        ({}, {"source": Source("rosalind/other", "runs/a.bam")}, False),
        ({"destination": Destination(None, "a.bam", "5f")}, {}, True),
        ({"destination": Destination("rosalind/brca-pilot", "a.bam", "5f")}, {}, True),
        ({"destination": Destination("rosalind/luad-rnaseq", "a.bam", "5f")}, {}, False),
        (
            {"destination": Destination(None, "a.bam", "5f")},
            {"destination": Destination(None, "a.bam", "60")},
            False,
        ),
        (
            {"source": Source("v/v", "runs/a.bam/"), "autorename": True},
            {
                "source": Source("v/v", "runs/a.bam"),
                "destination": Destination("rosalind/brca-pilot", "_1_a.bam"),
                "autorename": True,
            },
            True,
        ),
    ],
)
def test_a_retry_is_recognised_under_any_name_of_the_platform(
    old: dict[str, Any], new: dict[str, Any], same: bool
) -> None:
    failed = import_job("a", **FAILED | old)
    again = replace(import_job("a", "COMPLETED", started_on=LATER), id="a2", **new)
    assert (plan_retry([failed], listed=[again]).skipped == {"a": SkipReason.RESTARTED}) is same
    run = RetryRun(RetryPlan((failed,), {}), NameConflictPolicy.AS_BEFORE, ids_before=["a"])
    run.next_chunk()
    run.match_new_jobs([again])
    assert (run.outcomes[0].replacement == again) is same


def test_imports_of_one_batch_are_not_retries_of_each_other() -> None:
    """One source under two names, and into a project and a folder, is three imports."""
    destinations = [
        Destination("rosalind/brca-pilot", "a.bam"),
        Destination("rosalind/brca-pilot", "b.bam"),
        Destination(None, "a.bam", "5f"),
    ]
    failed = [
        replace(import_job("a", **FAILED), id=str(number), destination=destination, autorename=True)
        for number, destination in enumerate(destinations)
    ]
    assert plan_retry(failed).jobs == tuple(failed)
    for number, other in enumerate(failed):
        done = replace(other, state="COMPLETED")
        rest = [each for each in failed if each is not other]
        assert plan_retry(rest, listed=[done]).jobs == tuple(rest), number
    renamed = [
        replace(
            each,
            id=f"new {each.id}",
            state="PENDING",
            started_on=LATER,
            destination=each.destination._replace(name=f"_1_{each.destination.name}"),
        )
        for each in failed[:2]
    ]
    kept = [replace(new, destination=old.destination) for new, old in zip(renamed, failed, strict=False)]
    for created in (renamed, kept[::-1]):
        run = RetryRun(RetryPlan(tuple(failed[:2]), {}), NameConflictPolicy.AS_BEFORE)
        run.next_chunk()
        run.match_new_jobs(created)
        replacements = [outcome.replacement and outcome.replacement.id for outcome in run.outcomes]
        assert replacements == ["new 0", "new 1"]


def test_a_retry_that_failed_under_another_name_is_not_sent_beside_its_original() -> None:
    destination = Destination("rosalind/brca-pilot", "_1_a.bam")
    first = import_job("a", **FAILED)
    again = replace(import_job("a", started_on=LATER), id="a2", destination=destination, autorename=True)
    assert plan_retry([again, first]) == RetryPlan((first,), {"a2": SkipReason.DUPLICATE})
    assert plan_retry([again]).jobs == (again,)
    assert plan_retry([again, first], sent_ids={"a"}).jobs == (again,)


def test_a_job_that_was_started_since_is_a_retry_even_if_it_failed() -> None:
    first, other = import_job("a"), import_job("b")
    again = replace(import_job("a", started_on=LATER), id="a2")
    assert plan_retry([first, other], listed=[first, again]).jobs == (first, other)
    planned = plan_retry([first, other], listed=[first, again], known={"a", "b"})
    assert planned == RetryPlan((other,), {"a": SkipReason.RESTARTED})
    assert plan_retry([first], listed=[first], known=()).jobs == (first,)


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
    assert run_summary(run, DisplayOptions()) == "3 started (1 ended otherwise, 2 in progress)"
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
