"""Finds and sorts among the jobs that are loaded; the platform itself can do neither."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobPage
from cgc_tui.domain.search import needle


class SortKey(StrEnum):
    """What the loaded jobs can be sorted by; the values are the words on screen."""

    SENT = "as sent"
    STATE = "state"
    NAME = "name"
    PROJECT = "project"
    VOLUME = "volume"
    STARTED = "started"
    TOOK = "took"
    ERROR = "error"

    def following(self) -> SortKey:
        """Return the key after this one, going round."""
        keys = list(SortKey)
        return keys[(keys.index(self) + 1) % len(keys)]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the loaded jobs are shown: those that match `needle`, in an order."""

    needle: str = ""
    key: SortKey = SortKey.SENT
    backwards: bool = False

    def on(self, page: JobPage) -> tuple[ImportJob, ...]:
        """Return a page's jobs that match, in order; the list that a search found has that order already."""
        if page.query.among is not None:
            return tuple(needle(self.needle).among(page.jobs))
        return self.of(page.jobs)

    def of(self, jobs: Iterable[ImportJob]) -> tuple[ImportJob, ...]:
        """Return the jobs that match, in order; jobs without the value come last either way."""
        found = needle(self.needle).among(jobs)
        if self.key is SortKey.SENT:
            return tuple(reversed(found) if self.backwards else found)
        known = [job for job in found if _value(job, self.key) is not None]
        unknown = [job for job in found if _value(job, self.key) is None]
        known.sort(key=lambda job: _value(job, self.key), reverse=self.backwards)  # type: ignore[arg-type,return-value]
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
        case SortKey.TOOK:
            return job.seconds
        case SortKey.ERROR:
            return job.error.message if job.error else None
        case SortKey.SENT:
            return None
