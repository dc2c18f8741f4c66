"""Says causes of failures in the user's words, for the screen and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cgc_tui.domain.causes import Cause, Counts
from cgc_tui.domain.error_hints import hint_for
from cgc_tui.domain.text import SafeText, has_visible_character, sanitize
from cgc_tui.formatting.display import Look, optional, when

MOST_PLACES = 3
NO_REASON = SafeText("The platform gave no reason.")


def bar(count: int, most: int, width: int, look: Look) -> SafeText:
    """Return a bar of at most `width` cells, which `most` fills; what is there at all has one cell."""
    cells = max(1, round(count / most * width)) if count else 0
    return SafeText(("#" if look.ascii else "█") * cells)


def share(count: int, total: int) -> SafeText:
    """Return a share in percent; a small one is not said to be none."""
    percent = round(100 * count / total) if total else 0
    return SafeText("<1 %" if count and not percent else f"{percent} %")


def message(cause: Cause) -> SafeText:
    """Return the platform's words on one line."""
    words = sanitize(cause.message or "")
    return words if has_visible_character(words) else NO_REASON


def title(cause: Cause) -> SafeText:
    """Return the code and the platform's words on one line."""
    return sanitize(f"{cause.code} {message(cause)}") if cause.code is not None else message(cause)


def span_of(cause: Cause, look: Look, now: datetime) -> SafeText:
    """Return when the first and the last job failed: `first 13 Feb 11:20 · last today 11:58`."""
    first, last = (when(instant, look, now).strip() for instant in (cause.first, cause.last))
    return SafeText(first if first == last else f"{first} {'-' if look.ascii else '–'} {last}")


def places(counts: Counts, look: Look) -> SafeText:
    """Return ids with their numbers of jobs: `rosalind/tcga-raw 120, rosalind/results 7, 3 more`."""
    parts = [f"{optional(name, look)} {count:,}" for name, count in counts[:MOST_PLACES]]
    if len(counts) > MOST_PLACES:
        parts.append(f"{len(counts) - MOST_PLACES:,} more")
    return SafeText(", ".join(parts) or look.unknown)


def facts(cause: Cause, look: Look, now: datetime) -> Iterator[tuple[SafeText, SafeText]]:
    """Yield label and value of what is known of a cause, and of what to do about it."""
    told = hint_for(cause.code)
    if told is not None:
        yield SafeText("Means"), SafeText(told.meaning)
        yield SafeText("Check"), SafeText(told.check)
        yield SafeText("Mend"), SafeText(told.fix)
    yield SafeText("When"), span_of(cause, look, now)
    yield SafeText("From"), places(cause.volumes, look)
    yield SafeText("To"), places(cause.projects, look)
    if told is not None:
        yield SafeText("More"), SafeText(told.docs_url)
