"""Says causes of failures in the user's words, for the screen and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cgc_tui.domain.causes import Cause, Counts
from cgc_tui.domain.error_hints import hint
from cgc_tui.domain.text import Clean, clean, has_visible_character
from cgc_tui.formatting.display import Look, optional, when

MOST_PLACES = 3
NO_REASON = Clean("The platform gave no reason.")


def bar(count: int, most: int, width: int, look: Look) -> Clean:
    """Return a bar of at most `width` cells, which `most` fills; what is there at all has one cell."""
    cells = max(1, round(count / most * width)) if count else 0
    return Clean(("#" if look.ascii else "█") * cells)


def share(count: int, total: int) -> Clean:
    """Return a share in percent; a small one is not said to be none."""
    percent = round(100 * count / total) if total else 0
    return Clean("<1 %" if count and not percent else f"{percent} %")


def message(cause: Cause) -> Clean:
    """Return the platform's words on one line."""
    words = clean(cause.message or "")
    return words if has_visible_character(words) else NO_REASON


def title(cause: Cause) -> Clean:
    """Return the code and the platform's words on one line."""
    return clean(f"{cause.code} {message(cause)}") if cause.code is not None else message(cause)


def span_of(cause: Cause, look: Look, now: datetime) -> Clean:
    """Return when the first and the last job failed: `first 13 Feb 11:20 · last today 11:58`."""
    first, last = (when(instant, look, now).strip() for instant in (cause.first, cause.last))
    return Clean(first if first == last else f"{first} {'-' if look.ascii else '–'} {last}")


def places(counts: Counts, look: Look) -> Clean:
    """Return ids with their numbers of jobs: `rosalind/tcga-raw 120, rosalind/results 7, 3 more`."""
    parts = [f"{optional(name, look)} {count:,}" for name, count in counts[:MOST_PLACES]]
    if len(counts) > MOST_PLACES:
        parts.append(f"{len(counts) - MOST_PLACES:,} more")
    return Clean(", ".join(parts) or look.unknown)


def facts(cause: Cause, look: Look, now: datetime) -> Iterator[tuple[Clean, Clean]]:
    """Yield label and value of what is known of a cause, and of what to do about it."""
    told = hint(cause.code)
    if told is not None:
        yield Clean("Means"), Clean(told.means)
        yield Clean("Check"), Clean(told.check)
        yield Clean("Mend"), Clean(told.mend)
    yield Clean("When"), span_of(cause, look, now)
    yield Clean("From"), places(cause.volumes, look)
    yield Clean("To"), places(cause.projects, look)
    if told is not None:
        yield Clean("More"), Clean(told.page)
