"""Formats the plan and the outcomes of a retry."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.retry.plan import RetryPlan
from cgc_tui.domain.retry.request import NameConflictPolicy, overwrite_count, request_body
from cgc_tui.domain.retry.run import Outcome, RetryProgress, RetryRun, SendStatus
from cgc_tui.domain.text import SafeText, reveal, sanitize
from cgc_tui.formatting.display import DisplayOptions, full_time, or_missing, state_label
from cgc_tui.formatting.lists import job_error_line

CREATE = "POST /bulk/storage/imports/create"
MAX_NAMED = 3
MAX_BODIES = 1000
BAR_CELLS = 10
OVERWRITE_LABEL = SafeText("overwrite")

GLYPHS = {
    SendStatus.WAITING: ("·", "."),
    SendStatus.REFUSED: ("✗", "x"),
    SendStatus.UNKNOWN: ("?", "?"),
    SendStatus.STARTED: ("○", "."),
}


def overwrite_warning(jobs: Iterable[ImportJob], policy: NameConflictPolicy) -> SafeText:
    """Return how many imports overwrite a file, empty if none does."""
    jobs = tuple(jobs)
    count = overwrite_count(jobs, policy)
    of = "all" if count == len(jobs) else f"{count:,} of {len(jobs):,}"
    return SafeText(f"{of} overwrite an existing file of the same name" if count else "")


def plan_rows(
    plan: RetryPlan, requested: int, policy: NameConflictPolicy, display: DisplayOptions
) -> Iterator[tuple[str, SafeText]]:
    """Yield label and value for a plan; the retry of `requested` jobs was requested."""
    count = len(plan.jobs)
    yield "Retry", SafeText(f"{count:,} of {requested:,} failed imports")
    destinations = (
        (job.destination.parent and f"folder {job.destination.parent}") or job.destination.project
        for job in plan.jobs
    )
    yield "Destination", _most_common(destinations, display)
    yield "Source", _most_common((job.source.volume for job in plan.jobs), display)
    if warning := overwrite_warning(plan.jobs, policy):
        yield "Caution", warning
    if plan.skipped:
        reasons = (f"{number:,} {reason}" for reason, number in plan.skip_counts.items())
        yield "Skipped", sanitize(display.separator.join(reasons))
    yield (
        "Requests",
        SafeText(f"{request_count(count):,} of up to {MAX_LIMIT} imports, no automatic resend"),
    )


def request_count(count: int) -> int:
    """Return the number of requests for `count` imports."""
    return -(-count // MAX_LIMIT)


def name_conflict_label(job: ImportJob, policy: NameConflictPolicy, display: DisplayOptions) -> SafeText:
    """Return what the platform does if a file of the name exists: overwrite, autorename, or fail."""
    body = request_body(job, policy)
    if body.get("overwrite"):
        return OVERWRITE_LABEL
    if body.get("autorename"):
        return SafeText("autorename")
    return SafeText("fail") if body.get("overwrite") is False else display.missing


def source_path(job: ImportJob, display: DisplayOptions) -> SafeText:
    """Return volume and location as one path."""
    return or_missing("/".join(filter(None, (job.source.volume, job.source.location))), display)


def request_lines(jobs: Iterable[ImportJob], policy: NameConflictPolicy) -> Iterator[str]:
    """Yield the requests as they will be sent, an import per line, at most `MAX_BODIES` imports."""
    jobs = tuple(jobs)
    for index, job in enumerate(jobs[:MAX_BODIES]):
        if index % MAX_LIMIT == 0:
            size = min(MAX_LIMIT, len(jobs) - index)
            yield f"{CREATE}   request {index // MAX_LIMIT + 1} of {request_count(len(jobs))}, {size} items"
        yield json.dumps(request_body(job, policy), ensure_ascii=False, allow_nan=False)
    if len(jobs) > MAX_BODIES:
        yield f"… and {len(jobs) - MAX_BODIES:,} more"


def outcome_label(outcome: Outcome, display: DisplayOptions) -> SafeText:
    """Return an import's outcome: the new job's state, or the reason why there is none."""
    if outcome.missing:
        return SafeText("? no longer exists")
    if outcome.replacement is not None and outcome.replacement.state:
        return sanitize(
            f"{state_label(outcome.replacement.state, display)} "
            f"{job_error_line(outcome.replacement)}".rstrip()
        )
    glyph = GLYPHS[outcome.status][display.ascii]
    detail = f": {outcome.detail}" if outcome.detail else ""
    return sanitize(f"{glyph} {outcome.status}{detail}")


def run_summary(run: RetryRun, display: DisplayOptions) -> SafeText:
    """Return the number of imports with each status, and of new jobs in each state."""
    states = ", ".join(_states(run.progress))
    jobs = f" ({states})" if states else ""
    parts = _send_counts(run)
    return sanitize(
        display.separator.join(part + (jobs if part.endswith(SendStatus.STARTED) else "") for part in parts)
    )


def sent_line(run: RetryRun, display: DisplayOptions) -> SafeText:
    """Return the number of imports with each status."""
    return sanitize(display.separator.join(_send_counts(run)))


def progress_line(progress: RetryProgress, display: DisplayOptions) -> SafeText:
    """Return a bar, how many new jobs have finished, and how many are in each state."""
    solid, empty = ("#", ".") if display.ascii else ("█", "░")
    cells = BAR_CELLS * progress.finished // progress.started if progress.started else 0
    parts = (f"{progress.finished:,} of {progress.started:,}", *_states(progress))
    return sanitize(f"{solid * cells}{empty * (BAR_CELLS - cells)} {display.separator.join(parts)}")


def watch_line(progress: RetryProgress, display: DisplayOptions) -> SafeText:
    """Return `watching 2 retried`, or `retried 175 · 172 completed · 3 failed again` at the end."""
    if progress.running:
        failed = [f"{progress.failed:,} failed again"] if progress.failed else []
        parts = [f"watching {progress.running:,} retried", *failed]
        return sanitize(display.separator.join(parts))
    unknown = [f"{progress.unknown:,} unknown"] if progress.unknown else []
    parts = [f"retried {progress.started:,}", *_states(progress), *unknown]
    return sanitize(display.separator.join(parts))


def _send_counts(run: RetryRun) -> list[str]:
    counts = run.counts
    return [f"{counts[status]:,} {status}" for status in SendStatus if counts[status]]


def _states(progress: RetryProgress) -> list[str]:
    """Return the number of new jobs in each state."""
    counts = {
        "in progress": progress.running,
        "completed": progress.completed,
        "failed again": progress.failed,
        "ended otherwise": progress.ended_otherwise,
    }
    return [f"{count:,} {name}" for name, count in counts.items() if count]


def lock_holder_text(holder: LockHolder, display: DisplayOptions) -> SafeText:
    """Describe the other process that is sending imports, and how to continue it if it is stopped."""
    parts = (
        holder.host,
        f"pid {holder.pid}" if holder.pid else "",
        f"since {full_time(holder.since, display)}" if holder.since else "",
    )
    description = ", ".join(filter(None, parts))
    text = f"another cgc-tui is sending imports{f' ({description})' if description else ''}"
    if holder.is_stopped:
        text += f"; it is stopped: continue it with fg or kill -CONT {holder.pid}"
    return sanitize(text)


def no_lock_warning(reason: SafeText) -> SafeText:
    """Return a warning that there is no lock, with the reason."""
    return sanitize(f"{reason}: a second run at the same time could send the same imports again.")


def severity(outcome: Outcome) -> int:
    """Return a sort key for outcomes: those that need attention come first."""
    if outcome.status in (SendStatus.UNKNOWN, SendStatus.REFUSED):
        return [SendStatus.UNKNOWN, SendStatus.REFUSED].index(outcome.status)
    failed = outcome.replacement is not None and outcome.replacement.state == JobState.FAILED
    return 2 if failed or outcome.ended_otherwise else 3


def outcomes_tsv(run: RetryRun) -> str:
    """Return the outcomes as tab-separated values."""
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
    """Return the most frequent values, each with its count."""
    counts = Counter(value for value in values if value)
    parts = [f"{or_missing(value, display)} {count:,}" for value, count in counts.most_common(MAX_NAMED)]
    others = len(counts) - MAX_NAMED
    parts += [f"and {others:,} more"] if others > 0 else []
    return sanitize(display.separator.join(parts) or display.missing)
