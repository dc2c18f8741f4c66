"""Shows every key of the screen below."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from cgc_tui.domain.text import sanitize
from cgc_tui.tui.dialogs.base import ScrollDialog
from cgc_tui.tui.keys import bindings

KEY_CELLS = 11


class HelpDialog(ScrollDialog):
    """The keys with their descriptions, in columns if there is room."""

    BINDINGS = bindings("help")

    def __init__(self, keys: Mapping[str, str], config_path: Path) -> None:
        """`keys` has the keys by description; `config_path` is the file that remaps them."""
        super().__init__()
        self._keys = keys
        self._config_path = config_path

    def compose(self) -> ComposeResult:
        """Lay out the keys."""
        with Vertical(id="dialog"):
            yield Static("Keyboard shortcuts", classes="heading")
            with VerticalScroll(id="text"):
                for description, keys in self._keys.items():
                    yield Static(f"{keys:<{KEY_CELLS}}{description}", markup=False, classes="key")
            yield Static(
                f"Esc Back   Change keys in {sanitize(self._config_path)}", markup=False, classes="keys"
            )
