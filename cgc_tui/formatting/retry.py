"""Says a retry in the user's words: what is planned, and what became of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.retry import Fate, Options, Outcome, Plan, Run, body
from cgc_tui.domain.text import Clean, clean, reveal
from cgc_tui.formatting.display import Look, moment, optional, state
from cgc_tui.formatting.lists import error_words

CREATE = "POST /bulk/storage/imports/create"
MOST_NAMED = 3
MOST_BODIES = 1000

GLYPHS = {Fate.WAITING: ("·", "."), Fate.REFUSED: ("✗", "x"), Fate.UNKNOWN: ("?", "?"), Fate.MADE: ("○", ".")}


def planned(plan: Plan, asked: int, look: Look) -> Iterator[tuple[str, Clean]]:
    """Yield label and value of what a plan is; `asked` for were so many jobs."""
    count = len(plan.jobs)
    yield "Start", Clean(f"{count:,} of {asked:,} failed imports again")
    into = (
        (job.destination.parent and f"folder {job.destination.parent}") or job.destination.project
        for job in plan.jobs
    )
    yield "Into", _named(into, look)
    yield "From", _named((job.source.volume for job in plan.jobs), look)
    if plan.left_out:
        reasons = (f"{number:,} {reason}" for reason, number in plan.reasons.items())
        yield "Left out", clean(look.dot.join(reasons))
    yield "Requests", Clean(f"{requests(count):,} of up to {MAX_LIMIT} imports, none repeated by itself")


def requests(count: int) -> int:
    """Return how many requests so many imports take."""
    return -(-count // MAX_LIMIT)


def bodies(jobs: Iterable[ImportJob], options: Options) -> Iterator[str]:
    """Yield the requests as they will be sent, an import a line, and say what is not shown."""
    jobs = tuple(jobs)
    for place, job in enumerate(jobs[:MOST_BODIES]):
        if place % MAX_LIMIT == 0:
            size = min(MAX_LIMIT, len(jobs) - place)
            yield f"{CREATE}   request {place // MAX_LIMIT + 1} of {requests(len(jobs))}, {size} items"
        yield json.dumps(body(job, options), ensure_ascii=False, allow_nan=False)
    if len(jobs) > MOST_BODIES:
        yield f"… and {len(jobs) - MOST_BODIES:,} more"


def result(outcome: Outcome, look: Look) -> Clean:
    """Return what became of an import: the new job's state, or why there is none."""
    if outcome.new is not None and outcome.new.state:
        return clean(f"{state(outcome.new.state, look)} {error_words(outcome.new)}".rstrip())
    glyph = GLYPHS[outcome.fate][look.ascii]
    why = f": {outcome.why}" if outcome.why else ""
    return clean(f"{glyph} {outcome.fate}{why}")


def summary(run: Run, look: Look) -> Clean:
    """Return how many imports have each fate, and how the new jobs stand."""
    counts = run.counts
    parts = [f"{counts[fate]:,} {fate}" for fate in Fate if counts[fate]]
    states = Counter(outcome.new.state for outcome in run.outcomes if outcome.new is not None)
    under_way = len(run.going)
    ended = [
        f"{states[name]:,} {name.lower()}" for name in (JobState.COMPLETED, JobState.FAILED) if states[name]
    ]
    otherwise = sum(outcome.ended_otherwise for outcome in run.outcomes)
    ended += [f"{otherwise:,} ended otherwise"] if otherwise else []
    ended += [f"{under_way:,} under way"] if under_way else []
    jobs = f" ({', '.join(ended)})" if ended else ""
    return clean(look.dot.join(part + (jobs if part.endswith(Fate.MADE) else "") for part in parts))


def held_by(holder: LockHolder, look: Look) -> Clean:
    """Return which other process is sending imports, and what to do where it is stopped."""
    parts = (
        holder.host,
        f"pid {holder.pid}" if holder.pid else "",
        f"since {moment(holder.since, look)}" if holder.since else "",
    )
    known = ", ".join(filter(None, parts))
    words = f"another cgc-tui is sending imports{f' ({known})' if known else ''}"
    if holder.is_stopped:
        words += f"; it is stopped: continue it with fg or kill -CONT {holder.pid}"
    return clean(words)


def unprotected(reason: Clean) -> Clean:
    """Return what it means that there is no lock."""
    return clean(f"{reason}: a second run at the same time would send the same imports again.")


def rank(outcome: Outcome) -> int:
    """Return the place of an import in the list: what needs a look comes first."""
    if outcome.fate in (Fate.UNKNOWN, Fate.REFUSED):
        return [Fate.UNKNOWN, Fate.REFUSED].index(outcome.fate)
    failed = outcome.new is not None and outcome.new.state == JobState.FAILED
    return 2 if failed or outcome.ended_otherwise else 3


def table(run: Run) -> str:
    """Return what became of each import as tab-separated values, for pasting."""
    rows = ["old_id\tnew_id\tresult\tlocation"]
    for outcome in run.outcomes:
        new = outcome.new.id if outcome.new is not None else ""
        told = result(outcome, Look(ascii=True))
        rows.append(f"{outcome.old.id}\t{new}\t{told}\t{reveal(clean(outcome.old.source.location or ''))}")
    return "\n".join(rows)


def _named(values: Iterable[str | None], look: Look) -> Clean:
    """Return the most frequent values, each with its number."""
    counted = Counter(value for value in values if value)
    named = [f"{optional(value, look)} {number:,}" for value, number in counted.most_common(MOST_NAMED)]
    further = len(counted) - MOST_NAMED
    named += [f"and {further:,} more"] if further > 0 else []
    return clean(look.dot.join(named) or look.unknown)
