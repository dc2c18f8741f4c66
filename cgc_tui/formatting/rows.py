"""The columns of the list of jobs, their widths, and the cells of a row."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.text import SafeText, has_visible_character, reveal, sanitize, truncate
from cgc_tui.formatting.display import Look, optional, state, took, when
from cgc_tui.formatting.lists import error_words


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


def row(job: ImportJob, widths: dict[Column, int], look: Look, now: datetime) -> tuple[SafeText, ...]:
    """Return the cells of a job's row, each cut to its column."""
    return tuple(cell(job, column, width, look, now) for column, width in widths.items())


def marked(state_cell: SafeText, look: Look) -> SafeText:
    """Return a state's cell with a mark between glyph and word."""
    return SafeText(f"{state_cell[:1]}{'*' if look.ascii else '●'}{state_cell[2:]}")


def cell(job: ImportJob, column: Column, width: int, look: Look, now: datetime) -> SafeText:
    """Return one cell of a job's row, cut to `width` cells."""
    match column:
        case Column.STATE:
            return truncate(state(job.state, look), width)
        case Column.NAME:
            return label(job, width, look)
        case Column.PROJECT:
            return short_id(job.destination.project, width, look)
        case Column.VOLUME:
            return short_id(job.source.volume, width, look)
        case Column.STARTED:
            return truncate(when(job.started_on, look, now), width)
        case Column.TOOK:
            return SafeText(truncate(took(job, look), width).rjust(width))
        case Column.ERROR:
            return truncate(error_words(job), width)


def label(job: ImportJob, width: int, look: Look) -> SafeText:
    """Return a job's name cut to `width` cells; with its id where no character of that can be seen."""
    name = sanitize(job.name or "")
    shown = truncate(name, width, middle=True)
    if has_visible_character(shown):
        return shown
    parts = (reveal(name, look.blank), optional(job.id, look))
    return truncate(SafeText(" ".join(filter(None, parts))), width, middle=True)


def short_id(value: str | None, width: int, look: Look) -> SafeText:
    """Return an id `owner/name` where there is room for most of them, else its name alone."""
    if value and width < WISHED[1][1]:
        value = value.rpartition("/")[2] or value
    return truncate(optional(value, look), width, middle=True)
