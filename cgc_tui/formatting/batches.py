"""Formats batches and their progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from cgc_tui.domain.batches import Batch, BatchProgress
from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.text import SafeText, cell_width
from cgc_tui.formatting.display import GLYPHS, DisplayOptions, ended_otherwise_text, or_missing, short_time


def route_label(batch: Batch, display: DisplayOptions) -> SafeText:
    """Return a batch's volume and destination, without the owners: `tcga-raw → brca-pilot`."""
    ids = (batch.volume, batch.destination)
    volume, destination = (or_missing((full_id or "").rpartition("/")[2], display) for full_id in ids)
    return SafeText(f"{volume} {'->' if display.ascii else '→'} {destination}")


def started_label(batch: Batch, display: DisplayOptions, now: datetime) -> SafeText:
    """Return a batch's start, `not started` if it is unknown."""
    return SafeText(
        short_time(batch.started, display, now).strip() if batch.started is not None else "not started"
    )


def finished_count(progress: BatchProgress, *, may_continue: bool = False) -> SafeText:
    """Return `412 of 900`; with `may_continue` the total is `900+`."""
    return SafeText(f"{progress.done:,} of {progress.total:,}{'+' if may_continue else ''}")


def done_label(progress: BatchProgress, display: DisplayOptions) -> SafeText:
    """Return the progress, `412 of 900 finished · 8 failed`."""
    finished = f"{finished_count(progress)} finished{display.separator}{progress.failed:,} failed"
    return SafeText(finished + ended_otherwise_text(progress.ended_otherwise, display))


def rate_label(progress: BatchProgress, display: DisplayOptions, now: datetime) -> SafeText:
    """Return the rate and the estimated end: `31/min · ETA 12:31`; empty if unknown."""
    if progress.rate is None or progress.eta is None:
        return SafeText("")
    end = eta_label(progress, display, now)
    return SafeText(f"{_rate(progress.rate)}{display.separator}ETA {end}")


def eta_label(progress: BatchProgress, display: DisplayOptions, now: datetime) -> SafeText:
    """Return the estimated end, `12:31` if it is today."""
    return SafeText(short_time(progress.eta, display, now).strip().removeprefix("today "))


def _rate(per_minute: float) -> str:
    return f"{per_minute * 60:.0f}/h" if per_minute < 1 else f"{per_minute:.0f}/min"


class BatchColumn(StrEnum):
    """The columns of a table of batches, from left to right, with their labels."""

    STARTED = "Started"
    ROUTE = "Batch"
    PROGRESS = "Progress"
    FINISHED = "Finished"
    FAILED = "Failed"
    OTHERWISE = "Other"
    RATE = "Rate"
    ETA = "ETA"

    @property
    def is_number(self) -> bool:
        """Whether the values are aligned to the right."""
        return self not in (BatchColumn.STARTED, BatchColumn.ROUTE, BatchColumn.PROGRESS)


BY_PRIORITY = (
    BatchColumn.ROUTE,
    BatchColumn.FINISHED,
    BatchColumn.FAILED,
    BatchColumn.STARTED,
    BatchColumn.OTHERWISE,
    BatchColumn.PROGRESS,
    BatchColumn.ETA,
    BatchColumn.RATE,
)
"""The columns, the one that is left out last in a narrow table first."""

PADDING = 2
PERCENT_CELLS = 6
MIN_BAR, MAX_BAR = 8, 30


def batch_cells(
    batch: Batch, progress: BatchProgress, display: DisplayOptions, now: datetime
) -> dict[BatchColumn, SafeText]:
    """Return the text of a batch in each column; that of its progress is a percentage, without the bar."""
    glyph = GLYPHS[JobState.FAILED][display.ascii]
    percent = 100 * progress.done // progress.total if progress.total else 0
    return {
        BatchColumn.STARTED: started_label(batch, display, now),
        BatchColumn.ROUTE: route_label(batch, display),
        BatchColumn.PROGRESS: SafeText(f"{percent} %"),
        BatchColumn.FINISHED: finished_count(progress, may_continue=batch.may_continue),
        BatchColumn.FAILED: SafeText(f"{glyph} {progress.failed:,}" if progress.failed else "0"),
        BatchColumn.OTHERWISE: SafeText(f"{progress.ended_otherwise:,}"),
        BatchColumn.RATE: SafeText(_rate(progress.rate)) if progress.rate is not None else display.missing,
        BatchColumn.ETA: eta_label(progress, display, now),
    }


def batch_widths(
    rows: Iterable[Mapping[BatchColumn, SafeText]], available: int, *, min_route: int
) -> dict[BatchColumn, int]:
    """Return the widths of the columns that fit into `available` cells; the route takes what is left."""
    rows = list(rows)
    needed = {
        column: max([len(column), *(cell_width(row[column]) for row in rows)]) for column in BatchColumn
    }
    needed[BatchColumn.PROGRESS] = MIN_BAR + PERCENT_CELLS
    route = max(needed[BatchColumn.ROUTE], min_route)
    needed[BatchColumn.ROUTE] = min_route
    left, chosen = available, set()
    for column in BY_PRIORITY:
        empty = column is BatchColumn.OTHERWISE and all(row[column] == "0" for row in rows)
        reserved = route - min_route if column is BatchColumn.RATE else 0
        if not empty and needed[column] + PADDING + reserved <= left:
            left -= needed[column] + PADDING
            chosen.add(column)
    widths = {column: needed[column] for column in BatchColumn if column in chosen}
    for column, maximum in ((BatchColumn.ROUTE, route), (BatchColumn.PROGRESS, MAX_BAR + PERCENT_CELLS)):
        if column in widths:
            more = min(left, maximum - widths[column])
            widths[column] += more
            left -= more
    return widths


def progress_bar(progress: BatchProgress, width: int, display: DisplayOptions) -> SafeText:
    """Return a bar of `width` cells, full where all jobs have finished."""
    full, empty = ("#", ".") if display.ascii else ("█", "░")
    cells = width * progress.done // progress.total if progress.total else 0
    return SafeText(full * cells + empty * (width - cells))
