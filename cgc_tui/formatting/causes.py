"""Formats the causes of failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cgc_tui.domain.causes import Cause, Counts
from cgc_tui.domain.error_hints import hint_for
from cgc_tui.domain.text import SafeText, has_visible_character, sanitize
from cgc_tui.formatting.display import DisplayOptions, or_missing, rounded_seconds, short_time

MAX_IDS = 3
NO_REASON = SafeText("The platform gave no error message.")


def bar(count: int, maximum: int, width: int, display: DisplayOptions) -> SafeText:
    """Return a bar of `width` cells for `maximum` and proportionally fewer, at least one, for `count`."""
    cells = max(1, round(count / maximum * width)) if count else 0
    return SafeText(("#" if display.ascii else "█") * cells)


def percentage(count: int, total: int) -> SafeText:
    """Return a share in percent; a share below one percent is `<1 %`, not `0 %`."""
    percent = round(100 * count / total) if total else 0
    return SafeText("<1 %" if count and not percent else f"{percent} %")


def message_line(cause: Cause) -> SafeText:
    """Return the platform's message on one line."""
    message = sanitize(cause.message or "")
    return message if has_visible_character(message) else NO_REASON


def cause_title(cause: Cause) -> SafeText:
    """Return the error code and the platform's message on one line."""
    return sanitize(f"{cause.code} {message_line(cause)}") if cause.code is not None else message_line(cause)


def time_range(
    first: datetime | None, last: datetime | None, display: DisplayOptions, now: datetime
) -> SafeText:
    """Return the times of the first and the last failure: `13 Feb 11:20 – today 11:58`."""
    start, end = (short_time(instant, display, now).strip() for instant in (first, last))
    return SafeText(start if start == end else f"{start} {'-' if display.ascii else '–'} {end}")


def timeline_label(
    counts: Sequence[int], first: datetime, last: datetime, display: DisplayOptions, now: datetime
) -> SafeText:
    """Return the total, the times and the highest of the counts, each of which is of an equal interval.

    An example is `438: 13 Feb 11:20 – today 11:58 · peak 12 per 6 h`.
    """
    label = f"{sum(counts):,}: {time_range(first, last, display, now)}"
    seconds = (last - first).total_seconds() / len(counts)
    if seconds >= 1:
        label += f"{display.separator}peak {max(counts):,} per {rounded_seconds(seconds)}"
    return SafeText(label)


def id_counts(counts: Counts, display: DisplayOptions) -> SafeText:
    """Return ids with their job counts: `rosalind/tcga-raw 120, rosalind/results 7, 3 more`."""
    parts = [f"{or_missing(name, display)} {count:,}" for name, count in counts[:MAX_IDS]]
    if len(counts) > MAX_IDS:
        parts.append(f"{len(counts) - MAX_IDS:,} more")
    return SafeText(", ".join(parts) or display.missing)


def cause_rows(cause: Cause, display: DisplayOptions, now: datetime) -> Iterator[tuple[SafeText, SafeText]]:
    """Yield the labels and values of a cause: its hint, times, volumes and projects."""
    hint = hint_for(cause.code)
    if hint is not None:
        yield SafeText("Meaning"), SafeText(hint.meaning)
        yield SafeText("Check"), SafeText(hint.check)
        yield SafeText("Fix"), SafeText(hint.fix)
    yield SafeText("When"), time_range(cause.first, cause.last, display, now)
    yield SafeText("Source"), id_counts(cause.volumes, display)
    yield SafeText("Destination"), id_counts(cause.projects, display)
    if hint is not None:
        yield SafeText("Docs"), SafeText(hint.docs_url)
