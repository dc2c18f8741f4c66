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
from cgc_tui.tui.widgets.split_line import FactLine


class FoundLine(FactLine):
    """Stands below the tabs while one looks at jobs that a search found."""

    COMPONENT_CLASSES = {"found-line--muted"}

    look: reactive[DisplayOptions] = reactive(DisplayOptions())
    wanted: reactive[JobQuery] = reactive(JobQuery())
    standing: reactive[BatchProgress | None] = reactive[BatchProgress | None](None)

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def watch_wanted(self, wanted: JobQuery) -> None:
        """Show up where the list is one of found jobs."""
        self.display = wanted.among is not None

    def parts(self) -> tuple[Content, Content]:
        """Return how far the jobs have come and what was searched for, and the way back."""
        facts: list[str] = []
        standing = self.standing
        if standing is not None and standing.failed < standing.total:
            facts += [done_label(standing, self.look), rate_label(standing, self.look, self._clock())]
        facts.append(self.wanted.among.title if self.wanted.among is not None else "")
        muted = self.get_visual_style("found-line--muted", partial=True)
        return Content(self.look.separator.join(filter(None, facts))), Content.styled("Esc Back", muted)
