"""Shows a text in full: a record as JSON, a link, something to copy by hand."""

from __future__ import annotations

import json
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.dialogs.base import ScrollDialog
from cgc_tui.tui.messages import CopyRequested

MAX_CHARS = 200_000


class TextDialog(ScrollDialog):
    """A text that scrolls, below its title."""

    BINDINGS = bindings("text")

    def __init__(self, title: SafeText, text: str, *, label: SafeText) -> None:
        """`text` is raw: it is shown sanitized and copied unchanged; `label` names it once it is copied."""
        super().__init__()
        self._heading = title
        self._text = text
        self._label_text = label

    def compose(self) -> ComposeResult:
        """Lay out the title, the text and the keys."""
        with Vertical(id="dialog"):
            yield Static(self._heading, markup=False, classes="heading")
            with VerticalScroll(id="text"):
                yield Static(sanitize(self._text, multiline=True, max_chars=MAX_CHARS), markup=False)

    def action_copy(self) -> None:
        """Copy the text as the platform sent it."""
        self.post_message(CopyRequested(self._text, self._label_text))


def pretty(record: dict[str, Any]) -> str:
    """Return a record as indented JSON."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
