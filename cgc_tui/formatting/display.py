"""How single values are written: states, times, durations, sizes and counts."""

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
"""For each state its sign, and the one for terminals without Unicode."""


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """How things are said: the time zone (None is the local one) and whether only ASCII can be shown."""

    timezone: tzinfo | None = None
    ascii: bool = False

    @property
    def missing(self) -> SafeText:
        """What stands where nothing is known."""
        return SafeText("-" if self.ascii else "–")

    @property
    def blank(self) -> str:
        """What stands for each blank in text of which nothing else can be seen."""
        return "_" if self.ascii else "␣"

    @property
    def separator(self) -> str:
        """What stands between two facts on a line."""
        return " - " if self.ascii else " · "


def state_label(name: str, display: DisplayOptions) -> SafeText:
    """Return a state as glyph and word, unknown ones as the platform sent them."""
    unicode_glyph, ascii_glyph = GLYPHS.get(name, ("?", "?"))  # type: ignore[call-overload]
    glyph = ascii_glyph if display.ascii else unicode_glyph
    return SafeText(f"{glyph} {or_missing(name, display)}")


def or_missing(value: str | None, display: DisplayOptions, *, max_chars: int = MAX_CHARS) -> SafeText:
    """Return a value on one line, at most so many characters of it, or the sign for unknown.

    A value is never invisible: see `cgc_tui.domain.text.reveal`.
    """
    return reveal(sanitize(value, max_chars=max_chars), display.blank) if value else display.missing


def short_time(instant: datetime | None, display: DisplayOptions, now: datetime) -> SafeText:
    """Return an instant as short as its age allows: `today 11:58`, `12 Nov 11:58` or `13 Jul 2016`."""
    if instant is None:
        return display.missing
    then, today = instant.astimezone(display.timezone), now.astimezone(display.timezone)
    if then.date() == today.date():
        return SafeText(f"today {then:%H:%M}")
    if then.year == today.year:
        return SafeText(f"{then.day:2} {then:%b %H:%M}")
    return SafeText(f"{then.day:2} {then:%b %Y}")


def full_time(instant: datetime | None, display: DisplayOptions) -> SafeText:
    """Return an instant to the second, with its zone."""
    if instant is None:
        return display.missing
    return SafeText(f"{instant.astimezone(display.timezone):%Y-%m-%d %H:%M:%S %Z}".strip())


def duration(job: ImportJob, display: DisplayOptions) -> SafeText:
    """Return how long a job took, if both ends are known; three dots while it has not ended."""
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


def format_bytes(count: int) -> SafeText:
    """Return a number of bytes in decimal units, as the cloud providers count."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000:
            return SafeText(f"{count:,} B" if unit == "B" else f"{value:.1f} {unit}")
        value /= 1000
    return SafeText(f"{value:,.1f} PB")


def otherwise(count: int, display: DisplayOptions) -> SafeText:
    """Return how many jobs ended otherwise, to put after other counts; nothing where there are none."""
    return SafeText(f"{display.separator}{count:,} ended otherwise" if count else "")


def format_count(count: int | None) -> str:
    """Return a count with separators; an unknown one as a question mark."""
    return "?" if count is None else f"{count:,}"
