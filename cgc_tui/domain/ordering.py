"""Filters and sorts the loaded jobs; the platform can do neither."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobPage
from cgc_tui.domain.search import search_pattern


class SortKey(StrEnum):
    """The sort keys for loaded jobs; the values are shown on screen."""

    SERVER = "server order"
    STATE = "state"
    NAME = "name"
    PROJECT = "project"
    VOLUME = "volume"
    STARTED = "started"
    DURATION = "duration"
    ERROR = "error"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class ListView:
    """How loaded jobs are shown: a search and an order."""

    search: str = ""
    sort: SortKey = SortKey.SERVER
    reverse: bool = False

    def rows_of(self, page: JobPage) -> tuple[ImportJob, ...]:
        """Return a page's matching jobs, in order; the pages of a result set are sorted already."""
        if page.origin is not None:
            return tuple(search_pattern(self.search).filter(page.jobs))
        return self.apply(page.jobs)

    def apply(self, jobs: Iterable[ImportJob]) -> tuple[ImportJob, ...]:
        """Return the matching jobs, in order; jobs without the value come last in both directions."""
        matches = search_pattern(self.search).filter(jobs)
        if self.sort is SortKey.SERVER:
            return tuple(reversed(matches) if self.reverse else matches)
        known = [job for job in matches if _value(job, self.sort) is not None]
        unknown = [job for job in matches if _value(job, self.sort) is None]
        known.sort(key=lambda job: _value(job, self.sort), reverse=self.reverse)  # type: ignore[arg-type,return-value]
        return (*known, *unknown)


def _value(job: ImportJob, key: SortKey) -> str | float | None:
    match key:
        case SortKey.STATE:
            return job.state or None
        case SortKey.NAME:
            return (job.name or job.id).casefold()
        case SortKey.PROJECT:
            return job.destination.project
        case SortKey.VOLUME:
            return job.source.volume
        case SortKey.STARTED:
            return job.started_on.timestamp() if job.started_on else None
        case SortKey.DURATION:
            return job.seconds
        case SortKey.ERROR:
            return job.error.message if job.error else None
        case SortKey.SIZE:
            return job.result.size if job.result else None
        case SortKey.SERVER:
            return None
