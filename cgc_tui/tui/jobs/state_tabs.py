"""The state tabs, with the number of jobs in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.queries import JobQuery, ResultOrigin
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.widgets.split_line import SplitLine


class StateTab(NamedTuple):
    """A tab, its key, and the states of its jobs; none for all states."""

    key: str
    states: tuple[str, ...]
    label: str
    short_label: str


TABS = (
    StateTab("0", (), "All", "All"),
    StateTab("1", (JobState.PENDING,), "Pending", "Pend"),
    StateTab("2", (JobState.RUNNING,), "Running", "Run"),
    StateTab("3", (JobState.COMPLETED,), "Completed", "Done"),
    StateTab("4", (JobState.FAILED,), "Failed", "Fail"),
)


class StateTabs(SplitLine):
    """A line of tabs; those whose states are in the query are highlighted."""

    COMPONENT_CLASSES = {"state-tabs--chosen", "state-tabs--key", "state-tabs--muted"}

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    job_query: reactive[JobQuery] = reactive(JobQuery())
    origin: reactive[ResultOrigin | None] = reactive[ResultOrigin | None](None)
    counts: reactive[Mapping[tuple[str, ...], int | None]] = reactive(dict, always_update=False)
    """The number of jobs in the states of each tab, None if unknown."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, states: tuple[str, ...]) -> None:
            super().__init__()
            self.states = states

    def sides(self) -> tuple[Content, Content]:
        """Return the tabs, and the other filters."""
        separator = "|" if self.display_options.ascii else "│"
        muted = self.get_visual_style("state-tabs--muted", partial=True)
        tabs = Content.styled(separator, muted).join(self._tabs())
        query = self.job_query if self.origin is None else self.job_query.within(self.origin.filters)
        project, volume = query.project or "any", query.volume or "any"
        return tabs, Content.styled(
            sanitize(f"project {project}{self.display_options.separator}volume {volume}"), muted
        )

    def _tabs(self) -> list[Content]:
        """Return the tabs with the longest labels that fit."""
        for short in (False, True):
            contents = [self._tab_content(tab, tab.short_label if short else tab.label) for tab in TABS]
            if sum(content.cell_length + 1 for content in contents) - 1 <= self.content_size.width:
                break
        return contents

    def _tab_content(self, tab: StateTab, label: str) -> Content:
        count = self.counts.get(tab.states)
        text = f" {label} " if count is None else f" {label} {count:,} "
        chosen = set(tab.states) <= set(self.job_query.states) if tab.states else not self.job_query.states
        if chosen:
            return Content.styled(f" {tab.key}{text}", self.get_visual_style("state-tabs--chosen"))
        key_style = self.get_visual_style("state-tabs--key", partial=True)
        return Content.assemble((f" {tab.key}", key_style), text)

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        end = 0
        for content, tab in zip(self._tabs(), TABS, strict=True):
            end += content.cell_length + 1
            if event.x < end:
                self.post_message(self.Chosen(tab.states))
                return
