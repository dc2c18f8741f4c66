"""The bar of a result set: its title and the progress of its jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.content import Content
from textual.reactive import reactive

from cgc_tui.domain.batches import BatchProgress
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.formatting.batches import done_label, rate_label
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import describe_query
from cgc_tui.tui.widgets.split_line import SplitLine


class ResultBar(SplitLine):
    """The line below the tabs while a result set is listed."""

    COMPONENT_CLASSES = {"result-bar--muted"}

    keep_right = True

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    origin: reactive[ResultOrigin | None] = reactive[ResultOrigin | None](None)
    progress: reactive[BatchProgress | None] = reactive[BatchProgress | None](None)

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def watch_origin(self, origin: ResultOrigin | None) -> None:
        """Show the bar only over a result set."""
        self.display = origin is not None

    def sides(self) -> tuple[Content, Content]:
        """Return the progress and the title of the result set, and the key to go back."""
        parts: list[str] = []
        progress = self.progress
        if progress is not None and progress.failed < progress.total:
            parts += [
                done_label(progress, self.display_options),
                rate_label(progress, self.display_options, self._clock()),
            ]
        if self.origin is not None:
            parts.append(describe_query(JobQuery(), self.display_options, self.origin))
        muted = self.get_visual_style("result-bar--muted")
        return Content(self.display_options.separator.join(filter(None, parts))), Content.styled(
            "Esc Back", muted
        )
