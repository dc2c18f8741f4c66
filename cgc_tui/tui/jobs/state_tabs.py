"""The filters: the state tabs, with the number of jobs in each, and a chip for each other filter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.queries import FilterName, JobQuery, ResultOrigin
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.job_columns import short_id
from cgc_tui.tui.widgets.split_line import SplitLine

CHIP_CELLS = 16


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


class Counts(NamedTuple):
    """How many jobs are in the states of each tab, None if unknown.

    `outdated` has the tabs whose total is older than the last change of the list.
    """

    totals: Mapping[tuple[str, ...], int | None] = MappingProxyType({})
    outdated: frozenset[tuple[str, ...]] = frozenset()


class StateTabs(SplitLine):
    """A line of tabs and chips; the tabs whose states are in the query are highlighted.

    All chips are shown at every width: the tabs get shorter labels, then no counts.
    """

    COMPONENT_CLASSES = {"state-tabs--chosen", "state-tabs--key", "state-tabs--muted", "state-tabs--chip"}

    keep_right = True

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    job_query: reactive[JobQuery] = reactive(JobQuery())
    origin: reactive[ResultOrigin | None] = reactive[ResultOrigin | None](None)
    counts: reactive[Counts] = reactive(Counts())

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, states: tuple[str, ...]) -> None:
            super().__init__()
            self.states = states

    class FilterRemoved(Message):
        """A chip was clicked."""

        def __init__(self, name: FilterName) -> None:
            super().__init__()
            self.name = name

    def sides(self) -> tuple[Content, Content]:
        """Return the tabs, and the chips."""
        chips = Content(" ").join(content for _, content in self._chips())
        separator = Content.styled(
            "|" if self.display_options.ascii else "│",
            self.get_visual_style("state-tabs--muted"),
        )
        return separator.join(self._tabs(chips.cell_length)), chips

    def _tabs(self, chip_cells: int) -> list[Content]:
        """Return the tabs in the longest form that leaves room for the chips."""
        available = self.content_size.width - chip_cells - bool(chip_cells)
        for short, counted in ((False, True), (True, True), (True, False)):
            contents = [
                self._tab_content(tab, tab.short_label if short else tab.label, counted) for tab in TABS
            ]
            if sum(content.cell_length + 1 for content in contents) - 1 <= available:
                break
        return contents

    def _tab_content(self, tab: StateTab, label: str, counted: bool) -> Content:
        count = self.counts.totals.get(tab.states) if counted else None
        mark = "~" if tab.states in self.counts.outdated else " "  # no wider: all tabs would be redrawn
        text = f" {label} " if count is None else f" {label}{mark}{count:,} "
        chosen = set(tab.states) <= set(self.job_query.states) if tab.states else not self.job_query.states
        if chosen:
            return Content.styled(f" {tab.key}{text}", self.get_visual_style("state-tabs--chosen"))
        key_style = self.get_visual_style("state-tabs--key", partial=True)
        return Content.assemble((f" {tab.key}", key_style), text)

    def _chips(self) -> list[tuple[FilterName, Content]]:
        """Return a chip for each project or volume filter: `brca-pilot ✕`.

        The filters that a result set was read with have no cross: they go with the result set.
        """
        style = self.get_visual_style("state-tabs--chip")
        cross = " x" if self.display_options.ascii else " ✕"
        fixed = self.origin.filters if self.origin is not None else JobQuery()
        filters: tuple[tuple[FilterName, str | None, str | None], ...] = (
            ("project", self.job_query.project, fixed.project),
            ("volume", self.job_query.volume, fixed.volume),
        )
        return [
            (name, Content.styled(f" {self._chip_label(own or read_with)}{cross if own else ''} ", style))
            for name, own, read_with in filters
            if own or read_with
        ]

    def _chip_label(self, value: str | None) -> str:
        return short_id(value, CHIP_CELLS, self.display_options)

    def on_click(self, event: events.Click) -> None:
        """Choose the tab, or remove the filter, under the pointer."""
        end = self.content_size.width
        for name, chip in reversed(self._chips()):
            if end - chip.cell_length <= event.x < end:
                self.post_message(self.FilterRemoved(name))
                return
            end -= chip.cell_length + 1
        chip_cells = self.content_size.width - end - 1
        end = 0
        for content, tab in zip(self._tabs(chip_cells), TABS, strict=True):
            end += content.cell_length + 1
            if event.x < end:
                self.post_message(self.Chosen(tab.states))
                return
