"""What stands around the list: whose jobs these are, and how many are in each state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual import work
from textual.reactive import reactive
from textual.screen import Screen

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.tui.app_state import UserIdentified
from cgc_tui.tui.jobs.state_tabs import TABS

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

RECOUNT_AFTER_KEY = 5.0
RECOUNT_AFTER_CHANGE = 30.0
RECOUNT_ALWAYS = 300.0


class Tally(Screen[None]):
    """The owner of the query and the counts of the tabs; the user's name is the app's.

    A failure here is silent: the list is asked for at the same time and says why.
    """

    job_query: reactive[JobQuery] = reactive(JobQuery(), init=False)
    counts: reactive[Mapping[tuple[str, ...], int | None]] = reactive(dict)
    user: reactive[SafeText | None] = reactive[SafeText | None](None)

    def __init__(self, client: PlatformClient, *, query: JobQuery, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.client = client
        self.clock = clock
        self.set_reactive(Tally.job_query, query)
        self._base: JobQuery | None = None
        self._counted_at: datetime | None = None
        self.list_moved = False

    @work(exclusive=True, group="user")
    async def load_user(self) -> None:
        """Learn the user's name."""
        try:
            self.post_message(UserIdentified(sanitize((await self.client.user()).username)))
        except CgcError:
            return

    def counts_match(self, query: JobQuery) -> bool:
        """Tell whether the counts are of the query's project and volume."""
        return self._base == replace(query, states=(), offset=0, limit=1)

    def clear_counts(self) -> None:
        """Forget counts that are of another list or user."""
        self._base = self._counted_at = None
        self.counts = {}

    def update_counts(self, total: int | None, *, by_user: bool = False) -> None:
        """Take the total of the wanted list; count the other tabs where that is due or `by_user` for.

        Due is a count after five minutes, after thirty seconds where the list has moved, and after five
        seconds where it is asked for; it begins when the list is on the screen.
        """
        self.counts = {**self.counts, self.job_query.states: total}
        age = RECOUNT_ALWAYS
        if self._counted_at is not None and self.counts_match(self.job_query):
            age = (self.clock() - self._counted_at).total_seconds()
        due_after = (
            RECOUNT_AFTER_KEY if by_user else RECOUNT_AFTER_CHANGE if self.list_moved else RECOUNT_ALWAYS
        )
        if age >= due_after:
            self.call_after_refresh(self.count)

    @work(exclusive=True, group="counts")
    async def count(self) -> None:
        """Count each tab's jobs but the wanted ones, whose total came with the list."""
        base = replace(self.job_query, states=(), offset=0, limit=1)
        tabs = [states for _, states, _, _ in TABS if states != self.job_query.states]
        try:
            totals = await asyncio.gather(
                *(self.client.imports.count(replace(base, states=tab)) for tab in tabs)
            )
        except CgcError:
            return
        else:
            self._base, self._counted_at, self.list_moved = base, self.clock(), False
            self.counts = {**self.counts, **dict(zip(tabs, totals, strict=True))}
