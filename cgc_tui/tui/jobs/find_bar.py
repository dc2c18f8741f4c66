"""The input for find in the loaded jobs."""

from __future__ import annotations

from textual.widgets import Input

from cgc_tui.tui.bindings import bindings


class FindBar(Input):
    """The input above the status line that filters the loaded jobs."""

    BINDINGS = bindings("find")

    def __init__(self) -> None:
        super().__init__(
            id="find",
            placeholder="/ find on this page; Enter: all pages; ~: regular expression",
            compact=True,
        )

    def open(self) -> None:
        """Show the bar and focus it immediately, so that the next keys are typed into it."""
        self.display = True
        self.screen.set_focus(self)

    def close(self) -> None:
        """Clear the bar and hide it."""
        self.value = ""
        self.display = False
