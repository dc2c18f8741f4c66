"""Formats single values: states, times, durations, sizes and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.text import MAX_CHARS, SafeText, reveal, sanitize

GLYPHS = {
    JobState.PENDING: ("○", "."),
    JobState.RUNNING: ("◐", "~"),
    JobState.COMPLETED: ("✓", "+"),
    JobState.FAILED: ("✗", "x"),
}
"""The glyph of each state, in Unicode and in ASCII."""


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """How values are shown: the time zone (None is the local one), and whether to use only ASCII."""

    timezone: tzinfo | None = None
    ascii: bool = False

    @property
    def missing(self) -> SafeText:
        """The text for an unknown value."""
        return SafeText("-" if self.ascii else "–")

    @property
    def blank(self) -> str:
        """The replacement for each blank in text that is otherwise invisible."""
        return "_" if self.ascii else "␣"

    @property
    def separator(self) -> str:
        """The separator between two values on a line."""
        return " - " if self.ascii else " · "


def state_label(name: str, display: DisplayOptions) -> SafeText:
    """Return a state's glyph and name; an undocumented state has the glyph `?`."""
    unicode_glyph, ascii_glyph = GLYPHS.get(name, ("?", "?"))  # type: ignore[call-overload]
    glyph = ascii_glyph if display.ascii else unicode_glyph
    return SafeText(f"{glyph} {or_missing(name, display)}")


def or_missing(value: str | None, display: DisplayOptions, *, max_chars: int = MAX_CHARS) -> SafeText:
    """Return a value on one line, or the text for an unknown value.

    The result is never invisible (`cgc_tui.domain.text.reveal`).
    """
    return reveal(sanitize(value, max_chars=max_chars), display.blank) if value else display.missing


def short_time(instant: datetime | None, display: DisplayOptions, now: datetime) -> SafeText:
    """Return an instant in a short form that depends on its age.

    The forms are `today 11:58`, `12 Nov 11:58` and `13 Jul 2016`.
    """
    if instant is None:
        return display.missing
    local, today = instant.astimezone(display.timezone), now.astimezone(display.timezone)
    if local.date() == today.date():
        return SafeText(f"today {local:%H:%M}")
    if local.year == today.year:
        return SafeText(f"{local.day:2} {local:%b %H:%M}")
    return SafeText(f"{local.day:2} {local:%b %Y}")


def full_time(instant: datetime | None, display: DisplayOptions) -> SafeText:
    """Return an instant to the second, with its time zone."""
    if instant is None:
        return display.missing
    return SafeText(f"{instant.astimezone(display.timezone):%Y-%m-%d %H:%M:%S %Z}".strip())


def duration(job: ImportJob, display: DisplayOptions) -> SafeText:
    """Return a job's duration, `…` while it is unfinished."""
    if job.seconds is not None:
        return format_seconds(job.seconds)
    return display.missing if job.is_final else SafeText("..." if display.ascii else "…")


def format_seconds(seconds: float) -> SafeText:
    """Return a duration in at most six cells: `59 s`, `12 min`, `3h05m`, `12 d`."""
    total = int(seconds)
    if total < 60:
        return SafeText(f"{total} s")
    if total < 3600:
        return SafeText(f"{total // 60} min")
    if total < 86400:
        return SafeText(f"{total // 3600}h{total % 3600 // 60:02}m")
    return SafeText(f"{total // 86400} d")


def rounded_seconds(seconds: float) -> SafeText:
    """Return a duration rounded to its largest unit: `59 s`, `12 min`, `3 h`, `12 d`."""
    for length, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return SafeText(f"{round(seconds / length)} {unit}")
    return SafeText(f"{round(seconds)} s")


def format_bytes(count: int) -> SafeText:
    """Return a number of bytes in decimal units, as cloud providers use them."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000:
            return SafeText(f"{count:,} B" if unit == "B" else f"{value:.1f} {unit}")
        value /= 1000
    return SafeText(f"{value:,.1f} PB")


def ended_otherwise_text(count: int, display: DisplayOptions) -> SafeText:
    """Return ` · 3 ended otherwise`, to append to other counts; empty for 0."""
    return SafeText(f"{display.separator}{count:,} ended otherwise" if count else "")


def format_count(count: int | None) -> str:
    """Return a count with thousands separators, `?` for an unknown count."""
    return "?" if count is None else f"{count:,}"
