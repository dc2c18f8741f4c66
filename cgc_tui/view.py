"""Says values in the user's words: what stands in a row, a counter or a bar, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from urllib.parse import quote

from cgc_tui.domain.errors import CgcError, NoPrivilege, NotFound
from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.queries import JobPage, JobQuery, Search
from cgc_tui.domain.text import MOST, Clean, clean, fit, has_visible_character, reveal

GLYPHS = {
    JobState.PENDING: ("○", "."),
    JobState.RUNNING: ("◐", "~"),
    JobState.COMPLETED: ("✓", "+"),
    JobState.FAILED: ("✗", "x"),
}
"""For each state its sign, and the one for terminals without Unicode."""


class Column(StrEnum):
    """What a row can show; the values are the headings."""

    STATE = "State"
    NAME = "Name"
    PROJECT = "Project"
    VOLUME = "Volume"
    STARTED = "Started"
    TOOK = "Took"
    ERROR = "Error"


PADDING = 2
SMALLEST = {
    Column.STATE: 11,
    Column.NAME: 24,
    Column.STARTED: 12,
    Column.TOOK: 6,
    Column.PROJECT: 12,
    Column.VOLUME: 12,
    Column.ERROR: 24,
}
"""The columns by priority, with the least cells that each needs."""

WISHED = ((Column.NAME, 36), (Column.PROJECT, 24), (Column.VOLUME, 24), (Column.ERROR, 60))


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


def columns(width: int) -> dict[Column, int]:
    """Return the columns that fit into `width` cells, from left to right, each with its cells."""
    widths: dict[Column, int] = {}
    left = width
    for column, least in SMALLEST.items():
        if column in (Column.STATE, Column.NAME) or least + PADDING <= left:
            widths[column] = least
            left -= least + PADDING
        else:
            break
    for column, most in WISHED:
        if column in widths:
            more = max(0, min(left, most - widths[column]))
            widths[column] += more
            left -= more
    widths[Column.NAME] += max(0, left)
    return {column: widths[column] for column in Column if column in widths}


def row(job: ImportJob, widths: dict[Column, int], look: Look, now: datetime) -> tuple[Clean, ...]:
    """Return the cells of a job's row, each cut to its column."""
    return tuple(cell(job, column, width, look, now) for column, width in widths.items())


def marked(state_cell: Clean, look: Look) -> Clean:
    """Return a state's cell with a mark between glyph and word."""
    return Clean(f"{state_cell[:1]}{'*' if look.ascii else '●'}{state_cell[2:]}")


def cell(job: ImportJob, column: Column, width: int, look: Look, now: datetime) -> Clean:
    """Return one cell of a job's row, cut to `width` cells."""
    match column:
        case Column.STATE:
            return fit(state(job.state, look), width)
        case Column.NAME:
            return label(job, width, look)
        case Column.PROJECT:
            return short_id(job.destination.project, width, look)
        case Column.VOLUME:
            return short_id(job.source.volume, width, look)
        case Column.STARTED:
            return fit(when(job.started_on, look, now), width)
        case Column.TOOK:
            return Clean(fit(took(job, look), width).rjust(width))
        case Column.ERROR:
            return fit(error_words(job), width)


def state(name: str, look: Look) -> Clean:
    """Return a state as glyph and word, unknown ones as the platform sent them."""
    unicode_glyph, ascii_glyph = GLYPHS.get(name, ("?", "?"))  # type: ignore[call-overload]
    glyph = ascii_glyph if look.ascii else unicode_glyph
    return Clean(f"{glyph} {optional(name, look)}")


def label(job: ImportJob, width: int, look: Look) -> Clean:
    """Return a job's name cut to `width` cells; with its id where no character of that can be seen."""
    name = clean(job.name or "")
    shown = fit(name, width, middle=True)
    if has_visible_character(shown):
        return shown
    parts = (reveal(name, look.blank), optional(job.id, look))
    return fit(Clean(" ".join(filter(None, parts))), width, middle=True)


def optional(value: str | None, look: Look, *, most: int = MOST) -> Clean:
    """Return a value on one line, at most so many characters of it, or the sign for unknown.

    A value is never invisible: see `cgc_tui.domain.text.reveal`.
    """
    return reveal(clean(value, most=most), look.blank) if value else look.unknown


def short_id(value: str | None, width: int, look: Look) -> Clean:
    """Return an id `owner/name` where there is room for most of them, else its name alone."""
    if value and width < WISHED[1][1]:
        value = value.rpartition("/")[2] or value
    return fit(optional(value, look), width, middle=True)


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


def error_words(job: ImportJob) -> Clean:
    """Return a failed job's code and message on one line, empty where there is none."""
    if job.error is None:
        return Clean("")
    code = "" if job.error.code is None else str(job.error.code)
    return clean(" ".join(part for part in (code, job.error.message) if part))


def otherwise(count: int, look: Look) -> Clean:
    """Return how many jobs ended otherwise, to put after other counts; nothing where there are none."""
    return Clean(f"{look.dot}{count:,} ended otherwise" if count else "")


def number(count: int | None) -> str:
    """Return a count with separators; an unknown one as a question mark."""
    return "?" if count is None else f"{count:,}"


def total_of(page: JobPage, look: Look) -> Clean:
    """Return how many jobs match: the platform's total, or `≥ 151` where that is missing or too low."""
    if page.total is not None and page.total >= page.at_least:
        return Clean(f"{page.total:,}")
    return Clean(f"{'>=' if look.ascii else '≥ '}{page.at_least:,}")


def missing_details(missing: int, jobs: int) -> Clean:
    """Return `details of 12 of 50 jobs could not be read`, empty where none are missing."""
    return Clean(f"details of {missing:,} of {jobs:,} jobs could not be read" if missing else "")


def lacking(page: JobPage) -> Clean:
    """Return why details of the jobs are missing, or how many: `details missing: 12 of 50`."""
    missing = page.details_missing
    why = page.incomplete.what if page.incomplete is not None else f"{missing:,} of {len(page.jobs):,}"
    return clean(f"details missing: {why}" if missing or page.incomplete is not None else "")


def position(page: JobPage, look: Look) -> Clean:
    """Return where a page stands in the list: `51–100 of 12,380 · page 2 of 248`."""
    total = total_of(page, look)
    if not page.jobs:
        return Clean(f"0 of {total}")
    limit = page.query.limit
    first = page.query.offset + 1
    last = page.query.offset + len(page.jobs)
    turn = f"page {page.query.offset // limit + 1:,}"
    if page.total is not None and page.total >= page.at_least:
        turn += f" of {-(-page.total // limit):,}"
    dash = "-" if look.ascii else "–"
    return Clean(f"{first:,}{dash}{last:,} of {total}{look.dot}{turn}")


def filters(query: JobQuery, look: Look) -> Clean:
    """Return what narrows the list, or `whole list`."""
    parts: list[str] = [query.among.what] if query.among else []
    parts += [" or ".join(query.states)] if query.states else []
    parts += [f"project {query.project}"] if query.project else []
    parts += [f"volume {query.volume}"] if query.volume else []
    return clean(look.dot.join(parts) or "whole list")


def searched(search: Search, look: Look) -> Clean:
    """Return in how many jobs was looked, and when: `searched 438 of 438 at 12:03`."""
    at = f" at {search.at.astimezone(look.zone):%H:%M}" if search.at is not None else ""
    return Clean(f"searched {search.searched:,} of {number(search.total)}{at}")


def failed(error: CgcError, query: JobQuery, look: Look) -> Clean:
    """Return what happened, and to which list where that is the reason."""
    if isinstance(error, NoPrivilege | NotFound) and query.filtered:
        return clean(f"{error.what}: {filters(query, look)}")
    return error.what


def failure(error: CgcError, look: Look) -> Clean:
    """Return an error on one line: what happened, the server's words, what to do."""
    parts: Iterable[str | None] = (error.what, error.words, error.remedy)
    return clean(look.dot.join(part for part in parts if part))


def web_page(job: ImportJob, web: str | None) -> str | None:
    """Return the page of the imported file, else of the project, on the platform at `web`.

    The addresses are those that the platform's own users link to; jobs and volumes have no page.
    """
    project = (job.result and job.result.project) or job.destination.project
    if not web or not project or project.count("/") != 1:
        return None
    page = f"{web}/u/{quote(project, errors='replace')}/"
    if job.result is not None and job.result.id:
        page += f"files/{quote(job.result.id, safe='', errors='replace')}/"
    return page


def options(job: ImportJob, look: Look) -> Clean:
    """Return what the job was told about names and folders."""
    told = {
        "overwrite": job.overwrite,
        "autorename": job.autorename,
        "keep folders": job.preserve_folder_structure,
    }
    parts = [f"{name} {'yes' if value else 'no'}" for name, value in told.items() if value is not None]
    return Clean(look.dot.join(parts) or look.unknown)
