"""Queries for lists of jobs, and the pages of their results."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.text import SafeText

MAX_LIMIT = 100
"""The largest page of a list call, and the largest bulk request, in jobs."""


FilterName = Literal["states", "project", "volume"]


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Filters, and a window of `limit` jobs from `offset`."""

    states: tuple[str, ...] = ()
    project: str | None = None
    volume: str | None = None
    offset: int = 0
    limit: int = 50

    @property
    def is_filtered(self) -> bool:
        """Whether a filter narrows the list."""
        return bool(self.states or self.project or self.volume)

    def without(self, name: FilterName) -> JobQuery:
        """Return the query without a filter, at the start of the list."""
        match name:
            case "states":
                return replace(self, states=(), offset=0)
            case "project":
                return replace(self, project=None, offset=0)
            case "volume":
                return replace(self, volume=None, offset=0)

    def within(self, outer: JobQuery) -> JobQuery:
        """Return the query with the filters of a list that it is applied to."""
        return replace(
            self,
            states=self.states or outer.states,
            project=self.project or outer.project,
            volume=self.volume or outer.volume,
        )


class ResultOrigin(NamedTuple):
    """The search that a result set comes from.

    `title` describes the matching jobs. `searched` of the `total` jobs of a list were searched, at the time
    `at`; None is unknown. `filters` are those of the list; its window does not count.
    """

    title: SafeText
    searched: int
    total: int | None
    at: datetime | None
    filters: JobQuery = JobQuery()

    def inside(self, outer: ResultOrigin | None) -> ResultOrigin:
        """Return the origin of a search of another search's result set, None for the platform's list."""
        if outer is None:
            return self
        known = outer.title == self.title or outer.title.startswith(f"{self.title} in ")
        title = outer.title if known else SafeText(f"{self.title} in {outer.title}")
        return self._replace(title=title, filters=self.filters.within(outer.filters))


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of a list: the response to `query`.

    `total` is None if the platform did not send it; `more` is whether jobs follow. `limit` is the page size
    that the platform really uses. `unreadable` counts items that are not jobs. `origin` is the search whose
    result set the page is of, None for the platform's own list. `next_link` is whether the response links to
    a next page, and `incomplete` is the error for which partial jobs lack their details. The last three
    fields are ignored when pages are compared.
    """

    query: JobQuery
    jobs: tuple[ImportJob, ...]
    total: int | None
    more: bool
    limit: int
    unreadable: int = 0
    origin: ResultOrigin | None = None
    next_link: bool = field(default=False, compare=False)
    incomplete: CgcError | None = field(default=None, compare=False)
    received_at: datetime | None = field(default=None, compare=False)

    @property
    def at_least(self) -> int:
        """The least number of matching jobs: the total, or more if the page shows that it is too low."""
        seen = self.query.offset + len(self.jobs) + self.unreadable if self.jobs else 0
        return max(self.total or 0, seen + self.more)

    @property
    def details_missing(self) -> int:
        """The number of jobs of which only id and state are known."""
        return sum(job.details_missing for job in self.jobs)
