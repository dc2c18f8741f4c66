"""Says where one is in the list, or what went wrong and what happens next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from textual.content import Content
from textual.reactive import reactive

from cgc_tui.domain.marks import Marks
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.platform import RateLimit
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.refresh_failure import RefreshFailure
from cgc_tui.domain.search import search_pattern
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions, format_count, format_seconds
from cgc_tui.formatting.lists import describe_query, describe_search, error_summary, lacking, page_position
from cgc_tui.tui.widgets.split_line import FactLine

LONGEST_WINDOW = timedelta(hours=1)
"""A rate limit that ends later than that is a clock that is wrong."""


class StatusLine(FactLine):
    """The line below the list: trouble before everything else, then the place in the list and news."""

    COMPONENT_CLASSES = {"status-line--trouble", "status-line--muted"}

    matters = True

    look: reactive[DisplayOptions] = reactive(DisplayOptions())
    page: reactive[JobPage | None] = reactive[JobPage | None](None)
    wanted: reactive[JobQuery] = reactive(JobQuery())
    arrangement: reactive[ListView] = reactive(ListView())
    trouble: reactive[RefreshFailure | None] = reactive[RefreshFailure | None](None)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    budget: reactive[RateLimit | None] = reactive[RateLimit | None](None)
    news: reactive[SafeText] = reactive(SafeText(""))
    marks: reactive[Marks] = reactive(Marks())
    finding: reactive[bool] = reactive(False)
    watched: reactive[SafeText] = reactive(SafeText(""))

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def on_mount(self) -> None:
        """Count down while there is trouble."""
        self._ticker = self.set_interval(1.0, self.refresh, pause=True)

    def watch_trouble(self, trouble: RefreshFailure | None) -> None:
        """Count down while there is trouble."""
        if self.is_mounted:
            self._ticker.pause() if trouble is None else self._ticker.resume()

    def parts(self) -> tuple[Content, Content]:
        """Return the trouble or the place, and the watch with what is left of a scarce rate budget."""
        muted = self.get_visual_style("status-line--muted", partial=True)
        left = self._left_of(self.budget) if self.budget is not None and self.budget.is_low else ""
        right = Content.styled(self.look.separator.join(filter(None, (self.watched, left))), muted)
        if self.trouble is not None:
            style = self.get_visual_style("status-line--trouble", partial=True)
            return Content.styled(self._trouble(self.trouble), style), right
        return Content.styled(self.look.separator.join(filter(None, self._place())), muted), right

    def _left_of(self, budget: RateLimit) -> str:
        """Return `120 requests left until 12:05`."""
        words = f"{budget.remaining:,} requests left"
        ends, now = budget.resets_at, self._clock()
        if ends is None or not now <= ends <= now + LONGEST_WINDOW:
            return words
        return f"{words} until {ends.astimezone(self.look.timezone):%H:%M}"

    def _place(self) -> list[str]:
        """Return `51–100 of 12,380`, `page 2 of 248`, `whole list`, `sorted as sent`, and news."""
        if self.page is None:
            return [self.news or "asking…"]
        pending = self.wanted != self.page.query
        going = f"asking for page {self.wanted.offset // self.wanted.limit + 1:,}…" if pending else ""
        skipped = f"{self.page.unreadable} could not be read" if self.page.unreadable else ""
        query = replace(self.wanted if pending else self.page.query, among=None)
        filtered = describe_query(query, self.look) if query.is_filtered or not self.wanted.among else ""
        return [
            *self._found(self.page),
            page_position(self.page, self.look),
            going or self.news,
            f"{len(self.marks):,} marked" if self.marks else "",
            skipped,
            lacking(self.page),
            describe_search(self.wanted.among, self.look) if self.wanted.among else "",
            filtered,
            self._order(),
        ]

    def _found(self, page: JobPage) -> list[str]:
        """Return how many of the loaded jobs have what was looked for, and how the others are searched."""
        looked_for = search_pattern(self.arrangement.search)
        if not looked_for:
            return []
        if looked_for.error is not None:
            return [looked_for.error]
        found = f"{len(self.arrangement.rows_of(page))} of {len(page.jobs)} loaded have"
        total = format_count(page.total) if page.total is not None else ""
        further = self.finding and (page.more or page.query.offset > 0)
        return [
            f'{found} "{sanitize(self.arrangement.search, max_chars=40)}"',
            f"Enter searches all {total}".rstrip() if further else "",
        ]

    def _order(self) -> str:
        key: str = self.arrangement.sort
        backwards = ", backwards" if self.arrangement.reverse else ""
        if self.wanted.among is not None:
            return f"{'as found' if key == SortKey.SERVER else f'sorted by {key}'}{backwards}"
        return f"{'sorted' if key == SortKey.SERVER else 'this page by'} {key}{backwards}"

    def _trouble(self, trouble: RefreshFailure) -> str:
        """Return `STALE 4 min · 503 maintenance · again in 30 s`."""
        now = self._clock()
        error = trouble.error
        parts = (
            [f"STALE {format_seconds(max(0.0, (now - self.as_of).total_seconds()))}"] if self.as_of else []
        )
        if self.page is not None and self.page.query != self.wanted:
            parts.append(f"still {describe_query(self.page.query, self.look)}")
        what = sanitize(error_summary(error, self.wanted, self.look))
        parts.append(what + (f" ({trouble.count} times)" if trouble.count > 1 else ""))
        if trouble.retry_at is not None:
            left = max(0, round((trouble.retry_at - now).total_seconds()))
            parts += [f"again in {left} s", error.server_message or "", error.remedy]
        else:
            parts += ["r asks again", error.server_message or "", error.remedy]
        return self.look.separator.join(part for part in parts if part)
