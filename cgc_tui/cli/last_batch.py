"""Finds the jobs that were sent last in one go."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.domain.batches import MAX_GAP, SEARCH_WINDOW, Batch, find_batches, newest_first
from cgc_tui.domain.errors import InvalidResponse
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.batches import route_label, started_label
from cgc_tui.formatting.display import format_count
from cgc_tui.formatting.lists import missing_details

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


async def last_batch(client: PlatformClient, query: JobQuery, context: CommandContext) -> Batch | None:
    """Return the batch that was started last, with all its jobs; say what was searched for it.

    The first thousand jobs of the list are searched; all of them where these are in no order of time, hold
    no batch, or may hold only a part of it. Raises CgcError, also where the jobs' details are missing.
    """
    from cgc_tui.api.listing import fetch_all
    from cgc_tui.api.parse import TRY_AGAIN

    with ProgressLine(context) as progress:
        fetch = partial(
            fetch_all,
            client,
            query,
            on_progress=progress.show,
            on_retry=progress.retrying,
            sleep=context.sleep,
        )
        page = await fetch(max_jobs=SEARCH_WINDOW)
        batches = find_batches(page.jobs, complete=not page.more)
        if page.more and (not newest_first(page.jobs) or not batches or batches[0].may_continue):
            page = await fetch()
            batches = find_batches(page.jobs)
    if page.details_missing:
        words = missing_details(page.details_missing, len(page.jobs))
        raise InvalidResponse(SafeText(f"{words}, so the last batch is not known"), TRY_AGAIN)
    context.say(_summary(batches[0] if batches else None, page, context))
    return batches[0] if batches else None


def _summary(batch: Batch | None, page: JobPage, context: CommandContext) -> SafeText:
    searched = f"{len(page.jobs):,} of {format_count(page.total)} jobs searched"
    if batch is None:
        minutes = MAX_GAP.total_seconds() / 60
        return SafeText(
            f"no two jobs went one way within {minutes:.0f} min, so there is no batch; {searched}"
        )
    start = started_label(batch, context.display, context.clock())
    return SafeText(
        f"the last batch: {start}, {route_label(batch, context.display)}, {len(batch.jobs):,} jobs; "
        f"{searched}"
    )
