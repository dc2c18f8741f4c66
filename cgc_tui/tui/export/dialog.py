"""Asks which jobs to write to which file, and whether an existing file may be replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label, Select, Static

from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.export import ExportFormat
from cgc_tui.system.files import FileAlreadyExists, FileWriteError, check_writable, resolve_path
from cgc_tui.tui.dialogs.base import Dialog
from cgc_tui.tui.export.inline_select import InlineSelect
from cgc_tui.tui.stylesheets import stylesheet

MAX_CHARS = 1000


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to write, as the index of the chosen scope, and where to."""

    scope: int
    format: ExportFormat
    path: Path
    overwrite: bool


class PathInput(Input):
    """An input for a path, which refuses a paste with a line break: a part of it would be another path."""

    class PasteRefused(Message):
        """A paste was refused."""

    def on_paste(self, event: events.Paste) -> None:
        """Accept a single line only; Textual would insert the first of several."""
        if event.text.splitlines() != [event.text]:
            event.prevent_default()
            event.stop()
            self.post_message(self.PasteRefused())


class ExportDialog(Dialog[ExportRequest]):
    """A form; the file of its result could be written when the form was closed."""

    HINTS = (("enter", "Save"), ("tab", "Next"), ("left", "Previous value"), ("right", "Next value"))
    CSS_PATH = stylesheet("export")
    AUTO_FOCUS = "#path"

    def __init__(self, scopes: Sequence[SafeText], name: str) -> None:
        """`scopes` describe the sets of jobs to choose from; `name` is the file's, without its extension."""
        super().__init__()
        self._scopes = scopes
        self._file_stem = name
        self._existing: Path | None = None
        """The file that was reported to exist."""

    def compose(self) -> ComposeResult:
        """Lay out the jobs, the format, the path and the keys."""
        with Vertical(id="dialog"):
            yield Static("Export jobs to a file", classes="heading")
            with Horizontal(classes="choice"):
                yield Label("Jobs")
                yield InlineSelect([(scope, index) for index, scope in enumerate(self._scopes)], id="scope")
            with Horizontal(classes="choice"):
                yield Label("Format")
                yield InlineSelect([(SafeText(form.upper()), form) for form in ExportFormat], id="form")
            path = f"{self._file_stem}.{ExportFormat.CSV}"
            yield PathInput(path, id="path", compact=True, max_length=MAX_CHARS)
            yield Static("", id="problem", classes="problem", markup=False)

    @property
    def _format(self) -> ExportFormat:
        form: InlineSelect[ExportFormat] = self.query_one("#form", InlineSelect)
        return form.selected

    @on(Select.Changed, "#form")
    def _rename(self) -> None:
        """Set the file name's extension to match the format."""
        line = self.query_one("#path", Input)
        stem, dot, end = line.value.rpartition(".")
        if dot and end.lower() in set(ExportFormat) and end.lower() != self._format:
            line.value = f"{stem}.{self._format}"

    @on(Input.Changed)
    def _follow(self, event: Input.Changed) -> None:
        """Set the format to match the file name's extension."""
        self._existing = None
        self._say(SafeText(""))
        end = event.value.rpartition(".")[2].strip().lower()
        if end in set(ExportFormat):
            self.query_one("#form", InlineSelect).value = ExportFormat(end)

    @on(PathInput.PasteRefused)
    def _refuse(self) -> None:
        self._say(SafeText("Not pasted: the text has a line break, and a path is one line."))

    @on(Input.Submitted)
    def action_apply(self) -> None:
        """Close with the request, if the file can be written."""
        try:
            path = resolve_path(self.query_one("#path", Input).value)
        except FileWriteError as error:
            self._say(error.message)
        else:
            scope: InlineSelect[int] = self.query_one("#scope", InlineSelect)
            self._check_and_close(
                ExportRequest(scope.selected, self._format, path, overwrite=path == self._existing)
            )

    @work(exclusive=True)
    async def _check_and_close(self, request: ExportRequest) -> None:
        """Check that the file can be written; an existing one takes a second Enter."""
        try:
            await asyncio.to_thread(check_writable, request.path, replace=request.overwrite)
        except FileAlreadyExists as error:
            self._existing = request.path
            self._say(sanitize(f"{error.message} Press Enter again to overwrite."))
        except FileWriteError as error:
            self._say(error.message)
        else:
            self.dismiss(request)

    def _say(self, message: SafeText) -> None:
        self.query_one("#problem", Static).update(message)
