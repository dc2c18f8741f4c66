"""Says a retry in the user's words: what is planned, and what became of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.retry import NameConflictPolicy, Outcome, RetryPlan, RetryRun, SendStatus, request_body
from cgc_tui.domain.text import SafeText, reveal, sanitize
from cgc_tui.formatting.display import DisplayOptions, full_time, or_missing, state_label
from cgc_tui.formatting.lists import job_error_line

CREATE = "POST /bulk/storage/imports/create"
MAX_NAMED = 3
MAX_BODIES = 1000

GLYPHS = {
    SendStatus.WAITING: ("·", "."),
    SendStatus.REFUSED: ("✗", "x"),
    SendStatus.UNKNOWN: ("?", "?"),
    SendStatus.STARTED: ("○", "."),
}


def plan_rows(plan: RetryPlan, requested: int, display: DisplayOptions) -> Iterator[tuple[str, SafeText]]:
    """Yield label and value of what a plan is; `requested` for were so many jobs."""
    count = len(plan.jobs)
    yield "Start", SafeText(f"{count:,} of {requested:,} failed imports again")
    destinations = (
        (job.destination.parent and f"folder {job.destination.parent}") or job.destination.project
        for job in plan.jobs
    )
    yield "Into", _most_common(destinations, display)
    yield "From", _most_common((job.source.volume for job in plan.jobs), display)
    if plan.skipped:
        reasons = (f"{number:,} {reason}" for reason, number in plan.skip_counts.items())
        yield "Left out", sanitize(display.separator.join(reasons))
    yield (
        "Requests",
        SafeText(f"{request_count(count):,} of up to {MAX_LIMIT} imports, none repeated by itself"),
    )


def request_count(count: int) -> int:
    """Return how many requests so many imports take."""
    return -(-count // MAX_LIMIT)


def request_lines(jobs: Iterable[ImportJob], policy: NameConflictPolicy) -> Iterator[str]:
    """Yield the requests as they will be sent, an import a line, and say what is not shown."""
    jobs = tuple(jobs)
    for index, job in enumerate(jobs[:MAX_BODIES]):
        if index % MAX_LIMIT == 0:
            size = min(MAX_LIMIT, len(jobs) - index)
            yield f"{CREATE}   request {index // MAX_LIMIT + 1} of {request_count(len(jobs))}, {size} items"
        yield json.dumps(request_body(job, policy), ensure_ascii=False, allow_nan=False)
    if len(jobs) > MAX_BODIES:
        yield f"… and {len(jobs) - MAX_BODIES:,} more"


def outcome_label(outcome: Outcome, display: DisplayOptions) -> SafeText:
    """Return what became of an import: the new job's state, or why there is none."""
    if outcome.replacement is not None and outcome.replacement.state:
        return sanitize(
            f"{state_label(outcome.replacement.state, display)} "
            f"{job_error_line(outcome.replacement)}".rstrip()
        )
    glyph = GLYPHS[outcome.status][display.ascii]
    why = f": {outcome.detail}" if outcome.detail else ""
    return sanitize(f"{glyph} {outcome.status}{why}")


def run_summary(run: RetryRun, display: DisplayOptions) -> SafeText:
    """Return how many imports have each fate, and how the new jobs stand."""
    counts = run.counts
    parts = [f"{counts[fate]:,} {fate}" for fate in SendStatus if counts[fate]]
    states = Counter(outcome.replacement.state for outcome in run.outcomes if outcome.replacement is not None)
    running = len(run.running_ids)
    ended = [
        f"{states[name]:,} {name.lower()}" for name in (JobState.COMPLETED, JobState.FAILED) if states[name]
    ]
    otherwise = sum(outcome.ended_otherwise for outcome in run.outcomes)
    ended += [f"{otherwise:,} ended otherwise"] if otherwise else []
    ended += [f"{running:,} under way"] if running else []
    jobs = f" ({', '.join(ended)})" if ended else ""
    return sanitize(
        display.separator.join(part + (jobs if part.endswith(SendStatus.STARTED) else "") for part in parts)
    )


def held_by(holder: LockHolder, display: DisplayOptions) -> SafeText:
    """Return which other process is sending imports, and what to do where it is stopped."""
    parts = (
        holder.host,
        f"pid {holder.pid}" if holder.pid else "",
        f"since {full_time(holder.since, display)}" if holder.since else "",
    )
    known = ", ".join(filter(None, parts))
    text = f"another cgc-tui is sending imports{f' ({known})' if known else ''}"
    if holder.is_stopped:
        text += f"; it is stopped: continue it with fg or kill -CONT {holder.pid}"
    return sanitize(text)


def unprotected(reason: SafeText) -> SafeText:
    """Return what it means that there is no lock."""
    return sanitize(f"{reason}: a second run at the same time would send the same imports again.")


def severity(outcome: Outcome) -> int:
    """Return the place of an import in the list: what needs a look comes first."""
    if outcome.status in (SendStatus.UNKNOWN, SendStatus.REFUSED):
        return [SendStatus.UNKNOWN, SendStatus.REFUSED].index(outcome.status)
    failed = outcome.replacement is not None and outcome.replacement.state == JobState.FAILED
    return 2 if failed or outcome.ended_otherwise else 3


def outcomes_tsv(run: RetryRun) -> str:
    """Return what became of each import as tab-separated values, for pasting."""
    rows = ["old_id\tnew_id\tresult\tlocation"]
    for outcome in run.outcomes:
        new = outcome.replacement.id if outcome.replacement is not None else ""
        label = outcome_label(outcome, DisplayOptions(ascii=True))
        rows.append(
            f"{outcome.original.id}\t{new}\t{label}\t"
            f"{reveal(sanitize(outcome.original.source.location or ''))}"
        )
    return "\n".join(rows)


def _most_common(values: Iterable[str | None], display: DisplayOptions) -> SafeText:
    """Return the most frequent values, each with its number."""
    counted = Counter(value for value in values if value)
    named = [f"{or_missing(value, display)} {number:,}" for value, number in counted.most_common(MAX_NAMED)]
    further = len(counted) - MAX_NAMED
    named += [f"and {further:,} more"] if further > 0 else []
    return sanitize(display.separator.join(named) or display.missing)
