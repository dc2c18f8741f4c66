"""Turns pages: which window of the list comes next, and where a job has gone when the list shifts."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.jobs import UNFINISHED_STATES
from cgc_tui.domain.queries import JobPage, JobQuery


def next_page(page: JobPage) -> JobQuery | None:
    """Return the window after this page, None at the end of the list."""
    return replace(page.query, offset=page.query.offset + page.query.limit) if page.more else None


def previous_page(query: JobQuery) -> JobQuery | None:
    """Return the window before this one, None at the start of the list."""
    return replace(query, offset=max(0, query.offset - query.limit)) if query.offset else None


def first_page(query: JobQuery) -> JobQuery:
    """Return the first window of the same list."""
    return replace(query, offset=0)


def last_page(query: JobQuery, total: int) -> JobQuery:
    """Return the last window of a list of `total` jobs."""
    return replace(query, offset=max(0, total - 1) // query.limit * query.limit)


def page_after_shift(old: JobPage, new: JobPage, job_id: str) -> JobQuery | None:
    """Return the window that a job was pushed to between two answers to one query.

    The shift is read off a job that is on both pages, else off the totals. None where the job is still
    there, was the first of the whole list (which then shows the newest), cannot be followed, or may have
    left a list of states that do not last.
    """
    new_indexes = {job.id: index for index, job in enumerate(new.jobs)}
    old_indexes = {job.id: index for index, job in enumerate(old.jobs)}
    if old.query != new.query or job_id in new_indexes or job_id not in old_indexes:
        return None
    if old.query.offset + old_indexes[job_id] == 0 or not set(UNFINISHED_STATES).isdisjoint(old.query.states):
        return None
    shifts = [new_indexes[other] - index for other, index in old_indexes.items() if other in new_indexes]
    if not shifts and (old.total is None or new.total is None):
        return None
    shift = shifts[-1] if shifts else (new.total or 0) - (old.total or 0)
    expected = old.query.offset + old_indexes[job_id] + shift
    offset = max(0, expected) // new.query.limit * new.query.limit
    return None if offset == new.query.offset else replace(new.query, offset=offset)


class PageCache:
    """The last few pages of one list, by their query; emptied when the list is another."""

    MAX_PAGES = 8

    def __init__(self) -> None:
        self._pages: dict[JobQuery, JobPage] = {}

    def put(self, page: JobPage) -> None:
        """Keep a page with jobs; those of another filter, or of a list that has changed, are forgotten."""
        for query, cached in list(self._pages.items()):
            if replace(query, offset=0) != replace(page.query, offset=0) or cached.total != page.total:
                del self._pages[query]
        self._pages.pop(page.query, None)
        if page.jobs or not page.query.offset:
            self._pages[page.query] = page
        while len(self._pages) > self.MAX_PAGES:
            del self._pages[next(iter(self._pages))]

    def get(self, query: JobQuery) -> JobPage | None:
        """Return the page that answered the query, if it is kept."""
        return self._pages.get(query)
