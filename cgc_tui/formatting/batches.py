"""Formats batches and their progress."""

from __future__ import annotations

from datetime import datetime

from cgc_tui.domain.batches import Batch, BatchProgress
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions, or_missing, otherwise, short_time


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


def done_label(progress: BatchProgress, display: DisplayOptions, *, may_continue: bool = False) -> SafeText:
    """Return the progress, `412 of 900 finished · 8 failed`; with `may_continue` the total is `900+`."""
    total = f"{progress.total:,}{'+' if may_continue else ''}"
    finished = f"{progress.done:,} of {total} finished{display.separator}{progress.failed:,} failed"
    return SafeText(finished + otherwise(progress.ended_otherwise, display))


def rate_label(progress: BatchProgress, display: DisplayOptions, now: datetime) -> SafeText:
    """Return the rate and the estimated end: `31 a minute · ETA 12:31`; empty if unknown."""
    if progress.rate is None or progress.eta is None:
        return SafeText("")
    per_hour = progress.rate < 1
    rate = f"{progress.rate * 60:.0f} an hour" if per_hour else f"{progress.rate:.0f} a minute"
    end = short_time(progress.eta, display, now).strip().removeprefix("today ")
    return SafeText(f"{rate}{display.separator}ETA {end}")
