"""Says what list of found jobs one looks at, and how far its jobs have come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.content import Content
from textual.reactive import reactive

from cgc_tui.domain.batches import BatchProgress
from cgc_tui.domain.queries import JobQuery
from cgc_tui.formatting.batches import done_label, rate_label
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.widgets.split_line import SplitLine


class ResultBar(SplitLine):
    """Stands below the tabs while one looks at jobs that a search found."""

    COMPONENT_CLASSES = {"result-bar--muted"}

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    job_query: reactive[JobQuery] = reactive(JobQuery())
    progress: reactive[BatchProgress | None] = reactive[BatchProgress | None](None)

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def watch_job_query(self, job_query: JobQuery) -> None:
        """Show up where the list is one of found jobs."""
        self.display = job_query.among is not None

    def sides(self) -> tuple[Content, Content]:
        """Return how far the jobs have come and what was searched for, and the way back."""
        facts: list[str] = []
        standing = self.progress
        if standing is not None and standing.failed < standing.total:
            facts += [
                done_label(standing, self.display_options),
                rate_label(standing, self.display_options, self._clock()),
            ]
        facts.append(self.job_query.among.title if self.job_query.among is not None else "")
        muted = self.get_visual_style("result-bar--muted", partial=True)
        return Content(self.display_options.separator.join(filter(None, facts))), Content.styled(
            "Esc Back", muted
        )
