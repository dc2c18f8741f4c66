"""Says batches, and how far jobs have come, in the user's words."""

from __future__ import annotations

from datetime import datetime

from cgc_tui.domain.batches import Batch, BatchProgress
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import Look, optional, otherwise, when


def way(batch: Batch, look: Look) -> SafeText:
    """Return where a batch comes from and goes to, without the owners: `tcga-raw → brca-pilot`."""
    ends = (batch.volume, batch.destination)
    volume, place = (optional((end or "").rpartition("/")[2], look) for end in ends)
    return SafeText(f"{volume} {'->' if look.ascii else '→'} {place}")


def begun(batch: Batch, look: Look, now: datetime) -> SafeText:
    """Return when a batch was started, as far as that is known."""
    return SafeText(when(batch.started, look, now).strip() if batch.started is not None else "not started")


def came(progress: BatchProgress, look: Look, *, open: bool = False) -> SafeText:
    """Return how many are done: `412 of 900 done · 8 failed`, of at least so many where they are `open`."""
    least = "" if not open else ">=" if look.ascii else "≥ "
    done = f"{progress.done:,} of {least}{progress.total:,} done{look.dot}{progress.failed:,} failed"
    return SafeText(done + otherwise(progress.ended_otherwise, look))


def pace(progress: BatchProgress, look: Look, now: datetime) -> SafeText:
    """Return the rate and the end that it leads to: `31 a minute · ends about 12:31`."""
    if progress.rate is None or progress.eta is None:
        return SafeText("")
    slow = progress.rate < 1
    rate = f"{progress.rate * 60:.0f} an hour" if slow else f"{progress.rate:.0f} a minute"
    end = when(progress.eta, look, now).strip().removeprefix("today ")
    return SafeText(f"{rate}{look.dot}ends about {end}")
