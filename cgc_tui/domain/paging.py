"""Windows of a list, and a cache of its pages."""

from __future__ import annotations

from dataclasses import replace

from cgc_tui.domain.jobs import UNFINISHED_STATES
from cgc_tui.domain.queries import JobPage, JobQuery


def next_page(page: JobPage) -> JobQuery | None:
    """Return the query for the window after this page, None at the end of the list."""
    return replace(page.query, offset=page.query.offset + page.query.limit) if page.more else None


def previous_page(query: JobQuery) -> JobQuery | None:
    """Return the query for the window before this one, None at the start of the list."""
    return replace(query, offset=max(0, query.offset - query.limit)) if query.offset else None


def first_page(query: JobQuery) -> JobQuery:
    """Return the query for the first window of the same list."""
    return replace(query, offset=0)


def last_page(query: JobQuery, total: int) -> JobQuery:
    """Return the query for the last window of a list of `total` jobs."""
    return replace(query, offset=max(0, total - 1) // query.limit * query.limit)


def page_after_shift(old: JobPage, new: JobPage, job_id: str) -> JobQuery | None:
    """Return the query for the window to which a job has moved between two responses to one query.

    The shift is taken from a job that is on both pages, else from the totals. The result is None if the job
    is still on the page, was the first of the whole list (which keeps showing the newest jobs), cannot be
    located, or may have left the list because it is filtered by an unfinished state.
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
    """The latest pages of one list, by query; pages of another list replace them."""

    MAX_PAGES = 8

    def __init__(self) -> None:
        self._pages: dict[JobQuery, JobPage] = {}

    def put(self, page: JobPage) -> None:
        """Store a page that has jobs; drop pages with another filter or another total."""
        for query, cached in list(self._pages.items()):
            if replace(query, offset=0) != replace(page.query, offset=0) or cached.total != page.total:
                del self._pages[query]
        self._pages.pop(page.query, None)
        if page.jobs or not page.query.offset:
            self._pages[page.query] = page
        while len(self._pages) > self.MAX_PAGES:
            del self._pages[next(iter(self._pages))]

    def get(self, query: JobQuery) -> JobPage | None:
        """Return the stored page for the query."""
        return self._pages.get(query)
