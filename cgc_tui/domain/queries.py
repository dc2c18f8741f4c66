"""Which jobs to list, and the pages of the list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.text import SafeText

MAX_LIMIT = 100
"""The most jobs that one list call returns."""


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Which jobs to list: filters and a window of `limit` jobs from `offset` (both count jobs)."""

    states: tuple[str, ...] = ()
    project: str | None = None
    volume: str | None = None
    offset: int = 0
    limit: int = 50

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the window narrows the list."""
        return bool(self.states or self.project or self.volume)


class ResultOrigin(NamedTuple):
    """The search that found the jobs of a result set.

    `title` names these jobs. `searched` of the `total` jobs of a list were searched at the time `at`; None
    is not known.
    """

    title: SafeText
    searched: int
    total: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of the list, as the platform answered `query`.

    `total` is None where the platform did not say it; `more` says whether jobs follow. `limit` is how
    many jobs the platform really gives a page. `origin` is the search whose result set the page is of, None
    for the platform's own list. `unreadable` counts items that were not jobs, and
    `incomplete` says why brief items could not be filled in. `next_link` says whether the links of the
    answer name a next page. The last three do not count when two pages are compared.
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
        """How many jobs match at the least; more than the total where the page shows that to be too low."""
        seen = self.query.offset + len(self.jobs) + self.unreadable if self.jobs else 0
        return max(self.total or 0, seen + self.more)

    @property
    def details_missing(self) -> int:
        """How many of the jobs are known by id and state alone."""
        return sum(job.details_missing for job in self.jobs)
