"""How single values are written: states, times, durations, sizes and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.text import MOST, Clean, clean, reveal

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
    def unknown(self) -> Clean:
        """What stands where nothing is known."""
        return Clean("-" if self.ascii else "–")

    @property
    def blank(self) -> str:
        """What stands for each blank in text of which nothing else can be seen."""
        return "_" if self.ascii else "␣"

    @property
    def dot(self) -> str:
        """What stands between two facts on a line."""
        return " - " if self.ascii else " · "


def state(name: str, look: Look) -> Clean:
    """Return a state as glyph and word, unknown ones as the platform sent them."""
    unicode_glyph, ascii_glyph = GLYPHS.get(name, ("?", "?"))  # type: ignore[call-overload]
    glyph = ascii_glyph if look.ascii else unicode_glyph
    return Clean(f"{glyph} {optional(name, look)}")


def optional(value: str | None, look: Look, *, most: int = MOST) -> Clean:
    """Return a value on one line, at most so many characters of it, or the sign for unknown.

    A value is never invisible: see `cgc_tui.domain.text.reveal`.
    """
    return reveal(clean(value, most=most), look.blank) if value else look.unknown


def when(instant: datetime | None, look: Look, now: datetime) -> Clean:
    """Return an instant as short as its age allows: `today 11:58`, `12 Nov 11:58` or `13 Jul 2016`."""
    if instant is None:
        return look.unknown
    then, today = instant.astimezone(look.zone), now.astimezone(look.zone)
    if then.date() == today.date():
        return Clean(f"today {then:%H:%M}")
    if then.year == today.year:
        return Clean(f"{then.day:2} {then:%b %H:%M}")
    return Clean(f"{then.day:2} {then:%b %Y}")


def moment(instant: datetime | None, look: Look) -> Clean:
    """Return an instant to the second, with its zone."""
    if instant is None:
        return look.unknown
    return Clean(f"{instant.astimezone(look.zone):%Y-%m-%d %H:%M:%S %Z}".strip())


def took(job: ImportJob, look: Look) -> Clean:
    """Return how long a job took, if both ends are known; three dots while it has not ended."""
    if job.seconds is not None:
        return span(job.seconds)
    return look.unknown if job.final else Clean("..." if look.ascii else "…")


def span(seconds: float) -> Clean:
    """Return a duration in at most six cells: `59 s`, `12 min`, `3h05m`, `12 d`."""
    whole = int(seconds)
    if whole < 60:
        return Clean(f"{whole} s")
    if whole < 3600:
        return Clean(f"{whole // 60} min")
    if whole < 86400:
        return Clean(f"{whole // 3600}h{whole % 3600 // 60:02}m")
    return Clean(f"{whole // 86400} d")


def size(count: int) -> Clean:
    """Return a number of bytes in decimal units, as the cloud providers count."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000:
            return Clean(f"{count:,} B" if unit == "B" else f"{value:.1f} {unit}")
        value /= 1000
    return Clean(f"{value:,.1f} PB")


def otherwise(count: int, look: Look) -> Clean:
    """Return how many jobs ended otherwise, to put after other counts; nothing where there are none."""
    return Clean(f"{look.dot}{count:,} ended otherwise" if count else "")


def number(count: int | None) -> str:
    """Return a count with separators; an unknown one as a question mark."""
    return "?" if count is None else f"{count:,}"
