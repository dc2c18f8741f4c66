"""The states as tabs, with how many jobs are in each."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.widgets.split_line import SplitLine

TABS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("0", (), "All", "All"),
    ("1", (JobState.PENDING,), "Pending", "Pend"),
    ("2", (JobState.RUNNING,), "Running", "Run"),
    ("3", (JobState.COMPLETED,), "Completed", "Done"),
    ("4", (JobState.FAILED,), "Failed", "Fail"),
)
"""Key, states, name and short name of each tab."""


class StateTabs(SplitLine):
    """A line of tabs; the chosen one stands out, several chosen states stand out together."""

    COMPONENT_CLASSES = {"state-tabs--chosen", "state-tabs--key", "state-tabs--muted"}

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    job_query: reactive[JobQuery] = reactive(JobQuery())
    counts: reactive[Mapping[tuple[str, ...], int | None]] = reactive(dict, always_update=False)
    """How many jobs are in the states of each tab, where that is known."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, states: tuple[str, ...]) -> None:
            super().__init__()
            self.states = states

    def sides(self) -> tuple[Content, Content]:
        """Return the tabs, and what else narrows the list."""
        separator = "|" if self.display_options.ascii else "│"
        muted = self.get_visual_style("state-tabs--muted", partial=True)
        tabs = Content.styled(separator, muted).join(self._tabs())
        project, volume = self.job_query.project or "any", self.job_query.volume or "any"
        return tabs, Content.styled(
            sanitize(f"project {project}{self.display_options.separator}volume {volume}"), muted
        )

    def _tabs(self) -> list[Content]:
        """Return the tabs with the longest names that fit."""
        for short in (False, True):
            tabs = [self._tab(key, states, (name, brief)[short]) for key, states, name, brief in TABS]
            if sum(tab.cell_length + 1 for tab in tabs) - 1 <= self.content_size.width:
                break
        return tabs

    def _tab(self, key: str, states: tuple[str, ...], name: str) -> Content:
        count = self.counts.get(states)
        text = f" {name} " if count is None else f" {name} {count:,} "
        chosen = set(states) <= set(self.job_query.states) if states else not self.job_query.states
        if chosen:
            return Content.styled(f" {key}{text}", self.get_visual_style("state-tabs--chosen"))
        return Content.assemble((f" {key}", self.get_visual_style("state-tabs--key", partial=True)), text)

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        end = 0
        for tab, (_, states, _, _) in zip(self._tabs(), TABS, strict=True):
            end += tab.cell_length + 1
            if event.x < end:
                self.post_message(self.Chosen(states))
                return
