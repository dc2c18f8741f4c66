"""The filter dialog: states, project, volume."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Checkbox, Input, Static

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import sanitize
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.dialogs.base import Dialog
from cgc_tui.tui.jobs.id_input import IdInput
from cgc_tui.tui.stylesheets import stylesheet

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


class StateBox(Checkbox):
    """A checkbox for a state, readable without colours."""

    BINDINGS = bindings("filter_state")
    BUTTON_LEFT = BUTTON_RIGHT = ""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]
        """The box with its mark."""
        return "[x]" if self.value else "[ ]"


class FilterDialog(Dialog[JobQuery]):
    """A form; its result is the query with the new filters, at the first page."""

    HINTS = (("enter", "Apply"), ("down", "Select"), ("tab", "Next"), ("space", "Toggle"))
    CSS_PATH = stylesheet("filter")
    AUTO_FOCUS = "#project Input"
    BINDINGS = bindings("filter")

    def __init__(self, client: PlatformClient, query: JobQuery) -> None:
        super().__init__()
        self._client = client
        self._old_query = query
        self._fields = {
            "project": IdInput("Project", query.project or "", every="All projects", id="project"),
            "volume": IdInput("Volume", query.volume or "", every="All volumes", id="volume"),
        }
        self._problem = Static("", id="problem", classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        """Create the states, the two id inputs and the keys."""
        with Vertical(id="dialog"):
            yield Static("Filter jobs", classes="heading")
            with Horizontal(id="states"):
                for state in JobState:
                    chosen = state in self._old_query.states
                    yield StateBox(Content(state.capitalize()), chosen, id=state.lower(), compact=True)
            yield from self._fields.values()
            yield self._problem

    def on_mount(self) -> None:
        """Load the suggestions."""
        self.suggest()

    @work(exclusive=True)
    async def suggest(self) -> None:
        """Load the projects and volumes of the user as suggestions; if that fails, ids can still be typed."""
        try:
            projects, volumes = await asyncio.gather(self._client.projects(), self._client.volumes())
        except CgcError as error:
            self._show_message(f"No suggestions: {error.summary}. Type the full id.")
            return
        self._fields["project"].names = projects
        self._fields["volume"].names = volumes
        if not (projects.complete and volumes.complete):
            self._show_message("Some suggestions are missing; any id can be typed.")

    @on(IdInput.Submitted)
    def action_apply(self) -> None:
        """Close with the new query if the ids are valid."""
        ids = {}
        for name, id_input in self._fields.items():
            ids[name] = id_input.value
            if ids[name] and (ids[name] or "").count("/") != 1:
                self._show_message(
                    f"{name.capitalize()} must be owner/name, for example rosalind/brca-pilot."
                )
                id_input.query_one(Input).focus()
                return
        states = tuple(state for state in JobState if self.query_one(f"#{state.lower()}", Checkbox).value)
        if len(states) == len(JobState):
            states = ()
        self.dismiss(
            replace(self._old_query, states=states, project=ids["project"], volume=ids["volume"], offset=0)
        )

    def action_clear(self) -> None:
        """Clear the form."""
        for box in self.query(Checkbox):
            box.value = False
        for id_field in self.query(Input):
            id_field.value = ""

    def _show_message(self, message: str) -> None:
        self._problem.update(sanitize(message))
