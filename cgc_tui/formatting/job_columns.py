"""The columns of the job list, their widths, and the cells of a row."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from enum import StrEnum

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.text import SafeText, has_visible_character, reveal, sanitize, truncate
from cgc_tui.formatting.display import (
    DisplayOptions,
    duration,
    format_bytes,
    or_missing,
    short_time,
    state_label,
)


class Column(StrEnum):
    """The columns; the values are the headings."""

    STATE = "State"
    NAME = "Name"
    PROJECT = "Project"
    VOLUME = "Volume"
    STARTED = "Started"
    DURATION = "Duration"
    SIZE = "Size"
    ERROR = "Error"


PADDING = 2
MIN_WIDTHS = {
    Column.STATE: 11,
    Column.NAME: 24,
    Column.STARTED: 12,
    Column.DURATION: 8,
    Column.PROJECT: 12,
    Column.VOLUME: 12,
    Column.ERROR: 24,
    Column.SIZE: 9,
}
"""The columns in order of priority, with their minimum widths in cells."""

NUMBERS = frozenset({Column.DURATION, Column.SIZE})
"""The columns that are aligned at the right."""

PREFERRED_WIDTHS = ((Column.NAME, 36), (Column.PROJECT, 24), (Column.VOLUME, 24), (Column.ERROR, 60))


def column_widths(width: int, *, hidden: Container[Column] = ()) -> dict[Column, int]:
    """Return the columns that fit into `width` cells, from left to right, with their widths."""
    widths: dict[Column, int] = {}
    remaining = width
    for column, minimum in MIN_WIDTHS.items():
        if column in hidden:
            continue
        if column in (Column.STATE, Column.NAME) or minimum + PADDING <= remaining:
            widths[column] = minimum
            remaining -= minimum + PADDING
        else:
            break
    for column, preferred in PREFERRED_WIDTHS:
        if column in widths:
            extra = max(0, min(remaining, preferred - widths[column]))
            widths[column] += extra
            remaining -= extra
    widths[Column.NAME] += max(0, remaining)
    return {column: widths[column] for column in Column if column in widths}


def row_cells(
    job: ImportJob, widths: dict[Column, int], display: DisplayOptions, now: datetime
) -> tuple[SafeText, ...]:
    """Return the cells of a job's row, truncated to the column widths."""
    return tuple(cell_text(job, column, width, display, now) for column, width in widths.items())


def with_mark(state_cell: SafeText, display: DisplayOptions) -> SafeText:
    """Return a state cell with a mark between glyph and name."""
    return SafeText(f"{state_cell[:1]}{'*' if display.ascii else '●'}{state_cell[2:]}")


def with_retry_sign(name_cell: SafeText, width: int, display: DisplayOptions) -> SafeText:
    """Return a name cell with a sign before the name: the job was retried."""
    return truncate(SafeText(f"{'@' if display.ascii else '↻'} {name_cell}"), width, middle=True)


def cell_text(job: ImportJob, column: Column, width: int, display: DisplayOptions, now: datetime) -> SafeText:
    """Return one cell of a job's row, truncated to `width`."""
    match column:
        case Column.STATE:
            return truncate(state_or_code(job, display), width)
        case Column.NAME:
            return label(job, width, display)
        case Column.PROJECT:
            return short_id(job.destination.project, width, display)
        case Column.VOLUME:
            return short_id(job.source.volume, width, display)
        case Column.STARTED:
            return truncate(short_time(job.started_on, display, now), width)
        case Column.DURATION:
            return SafeText(truncate(duration(job, display), width).rjust(width))
        case Column.SIZE:
            size = job.result.size if job.result else None
            return SafeText((display.missing if size is None else format_bytes(size)).rjust(width))
        case Column.ERROR:
            return truncate(sanitize(job.error.message or "") if job.error else SafeText(""), width)


def state_or_code(job: ImportJob, display: DisplayOptions) -> SafeText:
    """Return the state with its glyph; the error code in place of the state's name if the job has one."""
    label = state_label(job.state, display)
    if job.state != JobState.FAILED or job.error is None or job.error.code is None:
        return label
    return SafeText(f"{label[:2]}{job.error.code}")


def label(job: ImportJob, width: int, display: DisplayOptions) -> SafeText:
    """Return a job's name, truncated to `width`; append the id if the name has no visible character."""
    name = sanitize(job.name or "")
    shown = truncate(name, width, middle=True)
    if has_visible_character(shown):
        return shown
    parts = (reveal(name, display.blank), or_missing(job.id, display))
    return truncate(SafeText(" ".join(filter(None, parts))), width, middle=True)


def short_id(value: str | None, width: int, display: DisplayOptions) -> SafeText:
    """Return an id as `owner/name` in a wide column, else only its name."""
    if value and width < PREFERRED_WIDTHS[1][1]:
        value = value.rpartition("/")[2] or value
    return truncate(or_missing(value, display), width, middle=True)
