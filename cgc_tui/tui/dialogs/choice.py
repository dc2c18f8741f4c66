"""A choice of one value from a few."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from cgc_tui.domain.text import SafeText, reveal, sanitize, truncate
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.dialogs.options import OptionDialog

LABEL_CELLS = 16
VALUE_CELLS = 56


class ChoiceDialog(OptionDialog[str]):
    """A list of named values; the result is the name of the chosen one."""

    HINTS = (("enter", "Select"),)
    BINDINGS = bindings("choice")

    def __init__(self, title: SafeText, values: Mapping[str, str], *, selected: str | None = None) -> None:
        """`selected` is the name under the cursor, the first if there is none."""
        super().__init__()
        self._heading = title
        self._values = values
        self._selected = selected

    def compose(self) -> ComposeResult:
        """Lay out the title, the values and the keys."""
        with Vertical(id="dialog"):
            yield Static(self._heading, markup=False, classes="heading")
            yield OptionList(
                *(
                    Content(
                        f"{name:<{LABEL_CELLS}}{truncate(reveal(sanitize(value)), VALUE_CELLS, middle=True)}"
                    )
                    for name, value in self._values.items()
                )
            )

    def on_mount(self) -> None:
        """Put the cursor on the selected name."""
        if self._selected is not None:
            self.query_one(OptionList).highlighted = list(self._values).index(self._selected)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Close with the name of the value."""
        self.dismiss(list(self._values)[event.option_index])
