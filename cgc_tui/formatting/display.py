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
class Look:
    """How things are said: the time zone (None is the local one) and whether only ASCII can be shown."""

    zone: tzinfo | None = None
    ascii: bool = False

    @property
    def unknown(self) -> SafeText:
        """What stands where nothing is known."""
        return SafeText("-" if self.ascii else "–")

    @property
    def blank(self) -> str:
        """What stands for each blank in text of which nothing else can be seen."""
        return "_" if self.ascii else "␣"

    @property
    def dot(self) -> str:
        """What stands between two facts on a line."""
        return " - " if self.ascii else " · "


def state(name: str, look: Look) -> SafeText:
    """Return a state as glyph and word, unknown ones as the platform sent them."""
    unicode_glyph, ascii_glyph = GLYPHS.get(name, ("?", "?"))  # type: ignore[call-overload]
    glyph = ascii_glyph if look.ascii else unicode_glyph
    return SafeText(f"{glyph} {optional(name, look)}")


def optional(value: str | None, look: Look, *, most: int = MAX_CHARS) -> SafeText:
    """Return a value on one line, at most so many characters of it, or the sign for unknown.

    A value is never invisible: see `cgc_tui.domain.text.reveal`.
    """
    return reveal(sanitize(value, max_chars=most), look.blank) if value else look.unknown


def when(instant: datetime | None, look: Look, now: datetime) -> SafeText:
    """Return an instant as short as its age allows: `today 11:58`, `12 Nov 11:58` or `13 Jul 2016`."""
    if instant is None:
        return look.unknown
    then, today = instant.astimezone(look.zone), now.astimezone(look.zone)
    if then.date() == today.date():
        return SafeText(f"today {then:%H:%M}")
    if then.year == today.year:
        return SafeText(f"{then.day:2} {then:%b %H:%M}")
    return SafeText(f"{then.day:2} {then:%b %Y}")


def moment(instant: datetime | None, look: Look) -> SafeText:
    """Return an instant to the second, with its zone."""
    if instant is None:
        return look.unknown
    return SafeText(f"{instant.astimezone(look.zone):%Y-%m-%d %H:%M:%S %Z}".strip())


def took(job: ImportJob, look: Look) -> SafeText:
    """Return how long a job took, if both ends are known; three dots while it has not ended."""
    if job.seconds is not None:
        return span(job.seconds)
    return look.unknown if job.is_final else SafeText("..." if look.ascii else "…")


def span(seconds: float) -> SafeText:
    """Return a duration in at most six cells: `59 s`, `12 min`, `3h05m`, `12 d`."""
    whole = int(seconds)
    if whole < 60:
        return SafeText(f"{whole} s")
    if whole < 3600:
        return SafeText(f"{whole // 60} min")
    if whole < 86400:
        return SafeText(f"{whole // 3600}h{whole % 3600 // 60:02}m")
    return SafeText(f"{whole // 86400} d")


def size(count: int) -> SafeText:
    """Return a number of bytes in decimal units, as the cloud providers count."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000:
            return SafeText(f"{count:,} B" if unit == "B" else f"{value:.1f} {unit}")
        value /= 1000
    return SafeText(f"{value:,.1f} PB")


def otherwise(count: int, look: Look) -> SafeText:
    """Return how many jobs ended otherwise, to put after other counts; nothing where there are none."""
    return SafeText(f"{look.dot}{count:,} ended otherwise" if count else "")


def number(count: int | None) -> str:
    """Return a count with separators; an unknown one as a question mark."""
    return "?" if count is None else f"{count:,}"
