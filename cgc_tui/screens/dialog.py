"""What every dialog has: Esc goes back, q quits; and what those have that one reads."""

from __future__ import annotations

from typing import TypeVar

from textual.binding import Binding
from textual.screen import ModalScreen

from cgc_tui.widgets.too_small import TooSmall

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None]):
    """A dialog over the screen below; None is its result when it is left."""

    BINDINGS = [
        Binding("escape", "leave", "Back", id="dialog.back"),
        Binding("q", "app.quit", "Quit", show=False, id="dialog.quit"),
    ]

    def on_mount(self) -> None:
        """Be ready for a terminal that becomes too small."""
        self.mount(TooSmall())

    def action_leave(self) -> None:
        """Close the dialog without a result."""
        self.dismiss(None)


class ReadingDialog(Dialog[None]):
    """A dialog whose part `#text` scrolls by the keys of the list."""

    BINDINGS = [
        Binding("down,j", "read('down')", "Down", show=False, id="reading.down"),
        Binding("up,k", "read('up')", "Up", show=False, id="reading.up"),
        Binding("pagedown,space", "read('page_down')", "Screen down", show=False, id="reading.page_down"),
        Binding("pageup", "read('page_up')", "Screen up", show=False, id="reading.page_up"),
        Binding("home,g", "read('home')", "Top", show=False, id="reading.top"),
        Binding("end,G", "read('end')", "End", show=False, id="reading.end"),
    ]

    def action_read(self, way: str) -> None:
        """Scroll the text."""
        text = self.query_one("#text")
        ways = {
            "down": text.scroll_down,
            "up": text.scroll_up,
            "page_down": text.scroll_page_down,
            "page_up": text.scroll_page_up,
            "home": text.scroll_home,
            "end": text.scroll_end,
        }
        ways[way](animate=False)
