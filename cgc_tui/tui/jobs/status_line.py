"""The status line: position in the list, or a failure and the time of the next attempt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from textual.content import Content
from textual.reactive import reactive

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.refresh_failure import RefreshFailure
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.search import search_pattern
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions, format_count, format_seconds
from cgc_tui.formatting.lists import (
    describe_query,
    describe_search,
    error_summary,
    missing_details_text,
    page_position,
)
from cgc_tui.tui.widgets.split_line import SplitLine

LONGEST_WINDOW = timedelta(hours=1)
"""A reset time further away means that a clock is wrong."""


class StatusLine(SplitLine):
    """The line below the list: a failure if there is one, otherwise the position in the list and notices."""

    COMPONENT_CLASSES = {"status-line--trouble", "status-line--muted"}

    keep_right = True

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    page: reactive[JobPage | None] = reactive[JobPage | None](None)
    job_query: reactive[JobQuery] = reactive(JobQuery())
    origin: reactive[ResultOrigin | None] = reactive[ResultOrigin | None](None)
    list_view: reactive[ListView] = reactive(ListView())
    refresh_status: reactive[RefreshStatus] = reactive(RefreshStatus())
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    rate_limit: reactive[RateLimit | None] = reactive[RateLimit | None](None)
    notice: reactive[SafeText] = reactive(SafeText(""))
    message: reactive[SafeText] = reactive(SafeText(""))
    marks: reactive[Marks] = reactive(Marks())
    finding: reactive[bool] = reactive(False)
    watcher_status: reactive[SafeText] = reactive(SafeText(""))
    retry_status: reactive[SafeText] = reactive(SafeText(""))

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def on_mount(self) -> None:
        """Create the timer that counts down while there is a failure."""
        self._ticker = self.set_interval(1.0, self.refresh, pause=True)

    def watch_refresh_status(self, status: RefreshStatus) -> None:
        """Count down while there is a failure."""
        if self.is_mounted:
            self._ticker.pause() if status.failure is None else self._ticker.resume()

    def sides(self) -> tuple[Content, Content]:
        """Return the failure or the position, and what is watched with a low rate limit."""
        muted = self.get_visual_style("status-line--muted")
        left = (
            self._rate_limit_text(self.rate_limit)
            if self.rate_limit is not None and self.rate_limit.is_low
            else ""
        )
        retried = f"{self.retry_status} (T: result)" if self.retry_status else ""
        right = Content.styled(
            self.display_options.separator.join(filter(None, (retried, self.watcher_status, left))),
            muted,
        )
        if self.refresh_status.failure is not None:
            style = self.get_visual_style("status-line--trouble", partial=True)
            return Content.styled(self._failure_text(self.refresh_status.failure), style), right
        return Content.styled(
            self.display_options.separator.join(filter(None, self._status_parts())), muted
        ), right

    def _rate_limit_text(self, rate_limit: RateLimit) -> str:
        """Return `120 requests left until 12:05`."""
        text = f"{rate_limit.remaining:,} requests left"
        end, now = rate_limit.resets_at, self._clock()
        if end is None or not now <= end <= now + LONGEST_WINDOW:
            return text
        return f"{text} until {end.astimezone(self.display_options.timezone):%H:%M}"

    def _status_parts(self) -> list[str]:
        """Return `51–100 of 12,380`, `page 2 of 248`, `newest first`, and notices."""
        if self.page is None:
            return [self.notice or "loading…", self.message]
        pending = (self.job_query, self.origin) != (self.page.query, self.page.origin)
        request_text = (
            f"loading page {self.job_query.offset // self.job_query.limit + 1:,}…" if pending else ""
        )
        skipped = f"{self.page.unreadable} could not be read" if self.page.unreadable else ""
        return [
            *self._search_text(self.page),
            page_position(self.page, self.display_options),
            self.message,
            request_text or self.notice,
            f"{len(self.marks):,} marked" if self.marks else "",
            skipped,
            missing_details_text(self.page),
            describe_search(self.origin, self.display_options) if self.origin is not None else "",
            self._order(self.page),
        ]

    def _search_text(self, page: JobPage) -> list[str]:
        """Return how many loaded jobs match the search, and how to search the others."""
        pattern = search_pattern(self.list_view.search)
        if not pattern:
            return []
        if pattern.error is not None:
            return [pattern.error]
        count_text = f"{len(self.list_view.rows_of(page))} of {len(page.jobs)} on this page match"
        total = format_count(page.total) if page.total is not None else ""
        further = self.finding and (page.more or page.query.offset > 0)
        return [
            f'{count_text} "{sanitize(self.list_view.search, max_chars=40)}"',
            f"Enter searches all {total}".rstrip() if further else "",
        ]

    def _order(self, page: JobPage) -> str:
        """Return `newest first`, `server order`, or `sorted by name (this page)`; empty without jobs."""
        if not page.jobs:
            return ""
        view, is_result_set = self.list_view, page.origin is not None
        scope = "" if is_result_set else " (this page)"
        backwards = ", reversed" if view.reverse else ""
        if view.sort is not SortKey.SERVER:
            return f"sorted by {view.sort}{backwards}{scope}"
        jobs = page.jobs if is_result_set or not view.reverse else page.jobs[::-1]
        order = _time_order(jobs) or f"server order{backwards}"
        return f"{order}{scope}" if view.reverse else order

    def _failure_text(self, failure: RefreshFailure) -> str:
        """Return `4 min old · 503 maintenance · retrying in 30 s`."""
        now = self._clock()
        error = failure.error
        parts = [f"{format_seconds(max(0.0, (now - self.as_of).total_seconds()))} old"] if self.as_of else []
        if self.page is not None and (self.page.query, self.page.origin) != (self.job_query, self.origin):
            shown = describe_query(self.page.query, self.display_options, self.page.origin)
            parts.append(f"still showing {shown}")
        summary = sanitize(error_summary(error, self.job_query, self.display_options))
        parts.append(summary + (f" ({failure.count} times)" if failure.count > 1 else ""))
        if failure.retry_at is not None:
            left = max(0, round((failure.retry_at - now).total_seconds()))
            parts += [f"retrying in {left} s", error.server_message or "", error.remedy]
        else:
            parts += ["r: retry", error.server_message or "", error.remedy]
        return self.display_options.separator.join(part for part in (self.message, *parts) if part)


def _time_order(jobs: Sequence[ImportJob]) -> str:
    """Return the order that the start times show, empty if they show none."""
    started = [job.started_on for job in jobs if job.started_on is not None]
    if not started or started[0] == started[-1]:
        return ""
    if started == sorted(started):
        return "oldest first"
    return "newest first" if started == sorted(started, reverse=True) else ""
