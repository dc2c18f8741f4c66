"""The base of all dialogs, and of those with a text that scrolls."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

from cgc_tui.tui.bindings import Hint, bindings
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None]):
    """A dialog over the screen below; its result is None if it is closed with Esc."""

    BINDINGS = bindings("dialog")
    HINTS: ClassVar[tuple[Hint, ...]] = ()
    """The keys of Textual's own widgets in the dialog, for the key bar."""

    def on_mount(self) -> None:
        """Add the keys, and the message for a terminal that is too small."""
        self.mount(KeyBar(self.HINTS), TooSmall())

    def action_leave(self) -> None:
        """Close the dialog without a result."""
        self.dismiss(None)


class ScrollDialog(Dialog[None]):
    """A dialog whose widget `#text` scrolls with the keys of the list."""

    BINDINGS = bindings("reading")

    def action_read(self, direction: str) -> None:
        """Scroll the text."""
        text = self.query_one("#text")
        scrolls = {
            "down": text.scroll_down,
            "up": text.scroll_up,
            "page_down": text.scroll_page_down,
            "page_up": text.scroll_page_up,
            "home": text.scroll_home,
            "end": text.scroll_end,
        }
        scrolls[direction](animate=False)
