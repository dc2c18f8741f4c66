"""A line to find jobs by what they say, among those that are loaded."""

from __future__ import annotations

from textual.widgets import Input

from cgc_tui.tui.keys import bindings


class FindBar(Input):
    """Stands above the status line while one looks for something."""

    BINDINGS = bindings("find")

    def __init__(self) -> None:
        super().__init__(
            id="find",
            placeholder="/ find in the loaded jobs, Enter in all; ~ begins a regular expression",
            compact=True,
        )

    def open(self) -> None:
        """Show the line and take the focus at once: what is typed next belongs here."""
        self.display = True
        self.screen.set_focus(self)

    def shut(self) -> None:
        """Empty the line and hide it."""
        self.value = ""
        self.display = False
