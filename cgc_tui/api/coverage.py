"""Tells whether the pages that were read of a list are all of it, by counting jobs and comparing pages."""

from __future__ import annotations

from cgc_tui.domain.queries import JobPage

MAX_IDLE = 20
"""After so many pages in a row without a job that is new to the pass, reading on brings nothing."""


def page_end(page: JobPage) -> int:
    """Return the offset after the last record of a page."""
    return page.query.offset + (page.limit if page.more else len(page.jobs) + page.unreadable)


class Coverage:
    """What one pass over the windows of a list has read, in the order of the windows.

    The list is whole when the different jobs (and the unreadable records) are as many as the total and as
    the positions that were read, the last page has no next link, and no jobs can have moved from a page
    that was still to be read to one that had been. Jobs of an earlier pass count, unless the total has
    fallen: those may have left the list.
    """

    def __init__(self, before: Coverage | None = None) -> None:
        """`before` is the pass before this one."""
        self.cut = False
        """Whether only the start of the list is wanted."""
        self.total: int | None = before.total if before is not None else None
        """The total of the latest answer that gave one."""
        self._in_order: int | None = before._in_order if before is not None else None
        """The total of the latest page in the order of the windows."""
        self._fallen: bool = before is not None and before._fallen
        """Whether the total has ever fallen."""
        self._fresh: set[str] = set()
        self._ids: set[str] = self._fresh
        if before is not None and not before._fallen:
            self._ids = set(before._ids)
        self._unreadable: dict[int, int] = {}
        self._end = 0
        self._last = 0
        self._next_link = False
        self._moved = False
        self._gone = 0
        self._idle = 0

    @property
    def end(self) -> int:
        """The offset after the last record that was read."""
        return self._end

    @property
    def last(self) -> int:
        """The offset of the last page with records."""
        return self._last

    @property
    def idle(self) -> bool:
        """Whether reading on brings nothing."""
        return self._idle >= MAX_IDLE

    @property
    def steady(self) -> bool:
        """Whether all jobs were read that stayed where they were listed."""
        return not self._moved

    @property
    def expected(self) -> int:
        """How many jobs there should be."""
        return self._end if self.cut else max(self.total or 0, self._end)

    def expected_beyond(self, read: int) -> int:
        """Return how many jobs there should be when only `read` were: the total, unless that is too low."""
        return self.total if self.total is not None and self.total > read and not self.cut else self.expected

    @property
    def whole(self) -> bool:
        """Whether all jobs of the list were read."""
        if self._moved or (self._next_link and not self.cut):
            return False
        return len(self._ids) + sum(self._unreadable.values()) - self._gone >= self.expected

    def take(self, page: JobPage) -> None:
        """Count the page of the next window, or one that is read again after the last."""
        ids = {job.id for job in page.jobs}
        self._idle = 0 if ids - self._fresh else self._idle + 1
        fallen = self._in_order is not None and page.total is not None and page.total < self._in_order
        if fallen:
            self._fallen, self._ids = True, self._fresh
        if page.total is not None:
            self._in_order = page.total
        self._ids |= ids
        self._fresh |= ids
        self._unreadable[page.query.offset] = page.unreadable
        empty = not page.jobs and not page.unreadable
        self._next_link = page.next_link and not (empty and page.total is not None)
        if not empty:
            self._end = max(self._end, page_end(page))
            self._last = max(self._last, page.query.offset)

    def join(self, before: JobPage, between: JobPage, page: JobPage) -> None:
        """Count a window over the border of two pages, which shows whether jobs moved over that border.

        The list was shorter for one of the two. Where the window holds jobs of both, all that stayed between
        them are in it: a list is a sequence.
        """
        ids, earlier, later = ({job.id for job in each.jobs} for each in (between, before, page))
        at_end = not page.jobs and not between.more and not between.next_link
        if not ids & earlier or not (ids & later or at_end):
            self._moved = True
        if before.total is not None and between.total is not None and between.total < before.total:
            # What moved up over the border did so in place of jobs before it, which were read and have left.
            self._gone += len(ids - self._fresh - later)
        self._ids |= ids
        self._fresh |= ids

    def part(self) -> None:
        """Note that jobs may have moved over the border of two pages, too far to look for them there."""
        self._moved = True
