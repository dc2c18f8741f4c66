"""A selection on one line, whose value changes with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual.content import Content
from textual.widgets import Select

from cgc_tui.domain.text import SafeText
from cgc_tui.tui.bindings import bindings

Value = TypeVar("Value")


class InlineSelect(Select[Value], inherit_bindings=False):
    """A compact select that steps through its options without opening its list; a click opens the list."""

    BINDINGS = bindings("pick")

    def __init__(self, options: Sequence[tuple[SafeText, Value]], *, id: str) -> None:
        """`options` are labels with their values; the first is selected."""
        super().__init__(
            [(Content(label), value) for label, value in options], allow_blank=False, compact=True, id=id
        )
        self._option_values = [value for _, value in options]

    @property
    def selected(self) -> Value:
        """The value of the selected option."""
        return next(value for value in self._option_values if value == self.value)

    def action_step(self, step: int) -> None:
        """Select the option that many places further, going round."""
        index = self._option_values.index(self.selected)
        self.value = self._option_values[(index + step) % len(self._option_values)]
