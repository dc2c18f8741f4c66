"""Has something that cannot be taken back confirmed by a word that is typed."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from cgc_tui.domain.text import SafeText
from cgc_tui.tui.dialogs.base import Dialog

MANY = 100
"""For more than so many the number itself is asked for."""


class ConfirmDialog(Dialog[bool]):
    """A question; the result is true where the word was typed, and None else."""

    def __init__(self, question: SafeText, count: int) -> None:
        super().__init__()
        self._question = question
        self.word = str(count) if count > MANY else "yes"

    def compose(self) -> ComposeResult:
        """Lay out the question, the line and the keys."""
        with Vertical(id="dialog"):
            yield Static(self._question, markup=False, classes="heading")
            yield Static(f"Type {self.word} and press Enter.", markup=False)
            yield Input(compact=True, max_length=20)
            yield Static("", id="problem", classes="problem", markup=False)
            yield Static("Enter Send   Esc Back: nothing is sent", markup=False, classes="keys")

    @on(Input.Submitted)
    def _confirm(self, event: Input.Submitted) -> None:
        """Close where the word is right; say where it is not."""
        event.stop()
        if event.value.strip().replace(",", "").lower() == self.word:
            self.dismiss(True)
        else:
            self.query_one("#problem", Static).update(f"Nothing is sent. Type {self.word}, or press Esc.")
