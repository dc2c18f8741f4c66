"""The sort menu."""

from __future__ import annotations

from cgc_tui.domain.ordering import SortKey
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.dialogs.choice import ChoiceDialog

ORDERS: dict[str, str] = {
    SortKey.SERVER: "the order of the platform",
    SortKey.STATE: "A to Z",
    SortKey.NAME: "A to Z",
    SortKey.PROJECT: "A to Z",
    SortKey.VOLUME: "A to Z",
    SortKey.STARTED: "oldest first",
    SortKey.DURATION: "shortest first",
    SortKey.ERROR: "A to Z",
    SortKey.SIZE: "smallest first",
}


async def choose_sort_key(jobs: JobsContext) -> SortKey | None:
    """Let the user choose a sort key; return None where there is no choice."""
    extent = "Sort this page by" if jobs.origin is None else "Sort by"
    chosen = await jobs.ask(ChoiceDialog(SafeText(extent), ORDERS, selected=jobs.list_view.sort))
    return None if chosen is None else SortKey(chosen)
