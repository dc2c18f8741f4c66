"""Asks for a typed word before an action that cannot be undone."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from cgc_tui.domain.text import SafeText
from cgc_tui.tui.dialogs.base import Dialog

MANY = 100
"""Above this count the number itself has to be typed."""


class ConfirmDialog(Dialog[bool]):
    """A question; the result is true if the word was typed, else None."""

    HINTS = (("enter", "Send"), ("escape", "Cancel"))

    def __init__(self, question: SafeText, count: int) -> None:
        super().__init__()
        self._question = question
        self.word = str(count) if count > MANY else "yes"

    def compose(self) -> ComposeResult:
        """Lay out the question, the input and the keys."""
        with Vertical(id="dialog"):
            yield Static(self._question, markup=False, classes="heading")
            yield Static(f"Type {self.word} and press Enter.", markup=False)
            yield Input(compact=True, max_length=20)
            yield Static("", id="problem", classes="problem", markup=False)

    @on(Input.Submitted)
    def _confirm(self, event: Input.Submitted) -> None:
        """Close if the word is right, else say so."""
        event.stop()
        if event.value.strip().replace(",", "").lower() == self.word:
            self.dismiss(True)
        else:
            self.query_one("#problem", Static).update(
                f"Nothing was sent. Type {self.word}, or press Esc to cancel."
            )
