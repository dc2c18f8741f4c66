"""Determines whether the pages that were read make up the whole list."""

from __future__ import annotations

from cgc_tui.domain.queries import JobPage

MAX_IDLE = 20
"""The number of consecutive pages without a new job after which a pass ends."""


def page_end(page: JobPage) -> int:
    """Return the offset after the last record of a page."""
    return page.query.offset + (page.limit if page.more else len(page.jobs) + page.unreadable)


class Coverage:
    """What one pass over a list has read, in the order of the offsets.

    The list is complete if the number of distinct jobs (and unreadable records) is at least the total and the
    number of positions that were read, the last page has no next link, and no jobs can have moved from a page
    that had not been read to one that had. Jobs of an earlier pass count, unless the total has decreased:
    those jobs may have left the list.
    """

    def __init__(self, previous: Coverage | None = None) -> None:
        """`previous` is the previous pass."""
        self.cut = False
        """Whether only the start of the list is read."""
        self.total: int | None = previous.total if previous is not None else None
        """The total of the latest response that has one."""
        self._page_total: int | None = previous._page_total if previous is not None else None
        """The total of the latest page in the order of the offsets."""
        self._decreased: bool = previous is not None and previous._decreased
        """Whether the total has ever decreased."""
        self._pass_ids: set[str] = set()
        self._ids: set[str] = self._pass_ids
        if previous is not None and not previous._decreased:
            self._ids = set(previous._ids)
        self._unreadable: dict[int, int] = {}
        self._end = 0
        self._last = 0
        self._next_link = False
        self._shifted = False
        self._gone = 0
        self._idle = 0

    @property
    def end(self) -> int:
        """The offset after the last record."""
        return self._end

    @property
    def last(self) -> int:
        """The offset of the last page with records."""
        return self._last

    @property
    def idle(self) -> bool:
        """Whether the latest pages had no new jobs."""
        return self._idle >= MAX_IDLE

    @property
    def steady(self) -> bool:
        """Whether no jobs can have been missed because they moved."""
        return not self._shifted

    @property
    def expected(self) -> int:
        """The number of jobs that the list should have."""
        return self._end if self.cut else max(self.total or 0, self._end)

    def expected_beyond(self, read: int) -> int:
        """Return the expected number of jobs after `read` were read: the total, unless that is too low."""
        return self.total if self.total is not None and self.total > read and not self.cut else self.expected

    @property
    def complete(self) -> bool:
        """Whether all jobs of the list were read."""
        if self._shifted or (self._next_link and not self.cut):
            return False
        return len(self._ids) + sum(self._unreadable.values()) - self._gone >= self.expected

    def add(self, page: JobPage) -> None:
        """Add the next page, or one that is read again after the last."""
        ids = {job.id for job in page.jobs}
        self._idle = 0 if ids - self._pass_ids else self._idle + 1
        if self._page_total is not None and page.total is not None and page.total < self._page_total:
            self._decreased, self._ids = True, self._pass_ids
        if page.total is not None:
            self._page_total = page.total
        self._ids |= ids
        self._pass_ids |= ids
        self._unreadable[page.query.offset] = page.unreadable
        empty = not page.jobs and not page.unreadable
        self._next_link = page.next_link and not (empty and page.total is not None)
        if not empty:
            self._end = max(self._end, page_end(page))
            self._last = max(self._last, page.query.offset)

    def add_border(self, before: JobPage, between: JobPage, page: JobPage) -> None:
        """Add a page over the border of two pages, which shows whether jobs moved across that border.

        If it has jobs of both pages, it also has all jobs between these, since a list is a sequence.
        """
        ids, earlier, later = ({job.id for job in each.jobs} for each in (between, before, page))
        at_end = not page.jobs and not between.more and not between.next_link
        if not ids & earlier or not (ids & later or at_end):
            self._shifted = True
        if before.total is not None and between.total is not None and between.total < before.total:
            # Jobs that moved up across the border replace jobs that were read and have left the list.
            self._gone += len(ids - self._pass_ids - later)
        self._ids |= ids
        self._pass_ids |= ids

    def mark_shifted(self) -> None:
        """Note that jobs may have moved across the border of two pages, too far to find them there."""
        self._shifted = True
