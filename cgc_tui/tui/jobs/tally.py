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

from cgc_tui.domain.errors import CgcError, TokenRejected
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.tui.app_state import UserIdentified
from cgc_tui.tui.jobs.state_tabs import TABS
from cgc_tui.tui.messages import TokenRefused

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

COUNTS_ASKED = 5.0
COUNTS_AT_MOST = 30.0
COUNTS_AT_LEAST = 300.0


class Tally(Screen[None]):
    """The owner of the query and the counts of the tabs; the user's name is the app's.

    A failure here is silent: the list is asked for at the same time and says why.
    """

    wanted: reactive[JobQuery] = reactive(JobQuery(), init=False)
    counts: reactive[Mapping[tuple[str, ...], int | None]] = reactive(dict)
    user: reactive[SafeText | None] = reactive[SafeText | None](None)

    def __init__(self, client: PlatformClient, *, query: JobQuery, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.client = client
        self.clock = clock
        self.set_reactive(Tally.wanted, query)
        self._base: JobQuery | None = None
        self._counted_at: datetime | None = None
        self.moved = False

    @work(exclusive=True, group="user")
    async def identify(self) -> None:
        """Learn the user's name."""
        try:
            self.post_message(UserIdentified(sanitize((await self.client.user()).username)))
        except TokenRejected as error:
            self.post_message(TokenRefused(error))
        except CgcError:
            return

    def counted(self, query: JobQuery) -> bool:
        """Tell whether the counts are of the query's project and volume."""
        return self._base == replace(query, states=(), offset=0, limit=1)

    def forget_counts(self) -> None:
        """Forget counts that are of another list or user."""
        self._base = self._counted_at = None
        self.counts = {}

    def recount(self, total: int | None, *, asked: bool = False) -> None:
        """Take the total of the wanted list; count the other tabs where that is due or `asked` for.

        Due is a count after five minutes, after thirty seconds where the list has moved, and after five
        seconds where it is asked for; it begins when the list is on the screen.
        """
        self.counts = {**self.counts, self.wanted.states: total}
        age = COUNTS_AT_LEAST
        if self._counted_at is not None and self.counted(self.wanted):
            age = (self.clock() - self._counted_at).total_seconds()
        least = COUNTS_ASKED if asked else COUNTS_AT_MOST if self.moved else COUNTS_AT_LEAST
        if age >= least:
            self.call_after_refresh(self.count)

    @work(exclusive=True, group="counts")
    async def count(self) -> None:
        """Count each tab's jobs but the wanted ones, whose total came with the list."""
        base = replace(self.wanted, states=(), offset=0, limit=1)
        tabs = [states for _, states, _, _ in TABS if states != self.wanted.states]
        try:
            totals = await asyncio.gather(*(self.client.count(replace(base, states=tab)) for tab in tabs))
        except TokenRejected as error:
            self.post_message(TokenRefused(error))
        except CgcError:
            return
        else:
            self._base, self._counted_at, self.moved = base, self.clock(), False
            self.counts = {**self.counts, **dict(zip(tabs, totals, strict=True))}
