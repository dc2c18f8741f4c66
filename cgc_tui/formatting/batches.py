"""Says batches, and how far jobs have come, in the user's words."""

from __future__ import annotations

from datetime import datetime

from cgc_tui.domain.batches import Batch, Progress
from cgc_tui.domain.text import Clean
from cgc_tui.formatting.display import Look, optional, otherwise, when


def way(batch: Batch, look: Look) -> Clean:
    """Return where a batch comes from and goes to, without the owners: `tcga-raw → brca-pilot`."""
    ends = (batch.volume, batch.destination)
    volume, place = (optional((end or "").rpartition("/")[2], look) for end in ends)
    return Clean(f"{volume} {'->' if look.ascii else '→'} {place}")


def begun(batch: Batch, look: Look, now: datetime) -> Clean:
    """Return when a batch was started, as far as that is known."""
    return Clean(when(batch.started, look, now).strip() if batch.started is not None else "not started")


def came(progress: Progress, look: Look, *, open: bool = False) -> Clean:
    """Return how many are done: `412 of 900 done · 8 failed`, of at least so many where they are `open`."""
    least = "" if not open else ">=" if look.ascii else "≥ "
    done = f"{progress.done:,} of {least}{progress.total:,} done{look.dot}{progress.failed:,} failed"
    return Clean(done + otherwise(progress.ended_otherwise, look))


def pace(progress: Progress, look: Look, now: datetime) -> Clean:
    """Return the rate and the end that it leads to: `31 a minute · ends about 12:31`."""
    if progress.rate is None or progress.ends is None:
        return Clean("")
    slow = progress.rate < 1
    rate = f"{progress.rate * 60:.0f} an hour" if slow else f"{progress.rate:.0f} a minute"
    end = when(progress.ends, look, now).strip().removeprefix("today ")
    return Clean(f"{rate}{look.dot}ends about {end}")
