"""Plans of retries: which imports are started again, and which are recognised as started already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cgc_tui.domain.jobs import Destination, Source
from cgc_tui.domain.retry.plan import RetryPlan, SkipReason, plan_retry
from cgc_tui.domain.retry.request import NameConflictPolicy
from cgc_tui.domain.retry.run import RetryRun
from tests.support.clock import NOON
from tests.support.jobs import import_job


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
