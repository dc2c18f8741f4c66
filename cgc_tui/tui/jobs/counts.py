"""Counts of the jobs in the states of each tab."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.queries import JobQuery
from cgc_tui.services.job_source import JobSource
from cgc_tui.tui.host import Host
from cgc_tui.tui.jobs.state_tabs import TABS, Counts

if TYPE_CHECKING:
    from cgc_tui.services.session import PlatformSession

AFTER_KEY = 5.0
AFTER_CHANGE = 30.0
ALWAYS = 300.0
"""Seconds after which the tabs are counted again: by key, if the list has changed, and otherwise."""


class StateCounts:
    """The owner of the counts, which are requested after the list is on the screen.

    The total of the list is newer than those of the other tabs: where it shows a change, the others are
    outdated until they are counted again. A failure is not reported: the list is requested at the same time
    and shows it.
    """

    def __init__(self, host: Host, session: PlatformSession, *, changed: Callable[[Counts], object]) -> None:
        self.counts = Counts()
        self._platform_counts = Counts()
        """Those of the platform's list, which is shown again after a result set."""
        self._host = host
        self._session = session
        self._changed = changed
        self._base: JobQuery | None = None
        self._counted_at: datetime | None = None
        self._list_changed = False
        self._worker: Worker[None] | None = None

    def clear(self) -> None:
        """Forget the counts: they are of another list or user."""
        self.cancel()
        self._base = self._counted_at = None
        self._set(Counts())

    def cancel(self) -> None:
        """Stop counting."""
        if self._worker is not None:
            self._worker.cancel()

    def note_change(self) -> None:
        """Record that the list has changed, so that the tabs are counted sooner."""
        self._list_changed = True

    def show(self, source: JobSource, query: JobQuery) -> None:
        """Show the counts of a list if they are known, and clear those of another list."""
        known_counts = {
            tab.states: len(jobs)
            for tab in TABS
            if (jobs := source.known_jobs(replace(query, states=tab.states))) is not None
        }
        if known_counts:
            self.cancel()
            self._set(Counts(known_counts))
        elif self._base != _base_of(query):
            self.clear()
        else:
            self._set(self._platform_counts)

    def update(self, source: JobSource, query: JobQuery, total: int | None, *, by_user: bool = False) -> None:
        """Store the total of the list, and count the other tabs if that is due, sooner `by_user`."""
        if source.origin is not None:
            self.show(source, query)
            return
        totals = self.counts.totals
        outdated = self.counts.outdated
        if self._list_changed or totals.get(query.states, total) != total:
            outdated = frozenset(totals)
        self._set_platform(Counts({**totals, query.states: total}, outdated - {query.states}))
        age = ALWAYS
        if self._counted_at is not None and self._base == _base_of(query):
            age = (self._session.clock() - self._counted_at).total_seconds()
        if age >= (AFTER_KEY if by_user else AFTER_CHANGE if self._list_changed else ALWAYS):
            self._host.call_after_refresh(partial(self._start, query))

    def _start(self, query: JobQuery) -> None:
        self._worker = self._host.run_worker(partial(self._count, query), group="counts", exclusive=True)

    async def _count(self, query: JobQuery) -> None:
        """Count each tab except that of the query, whose total is in the response of the list."""
        base = _base_of(query)
        others = [tab.states for tab in TABS if tab.states != query.states]
        count = self._session.client.imports.count
        try:
            totals = await asyncio.gather(*(count(replace(base, states=states)) for states in others))
        except CgcError:
            return
        self._base, self._counted_at, self._list_changed = base, self._session.clock(), False
        counted = {**self.counts.totals, **dict(zip(others, totals, strict=True))}
        everything = counted.get(())
        parts = sum(total or 0 for states, total in counted.items() if states)
        # The list was requested before its parts were counted.
        outdated = everything is not None and parts > everything
        self._set_platform(Counts(counted, frozenset({query.states} if outdated else ())))

    def _set_platform(self, counts: Counts) -> None:
        self._platform_counts = counts
        self._set(counts)

    def _set(self, counts: Counts) -> None:
        self.counts = counts
        self._changed(counts)


def _base_of(query: JobQuery) -> JobQuery:
    """Return the query in all states and without its window."""
    return replace(query, states=(), offset=0, limit=1)
