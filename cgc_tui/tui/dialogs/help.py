"""Shows the keys of the screen below, grouped by task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from cgc_tui.domain.text import sanitize
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.dialogs.base import ScrollDialog
from cgc_tui.tui.widgets.job_detail import label_grid

KEY_CELLS = 12
COLUMN_CELLS = 34
"""The least width of one of two columns."""


class HelpRow(NamedTuple):
    """The keys of an action, as they are displayed, and what it does."""

    keys: str
    description: str


class HelpDialog(ScrollDialog):
    """The keys by task, in two columns if there is room, and a search of them."""

    COMPONENT_CLASSES = {"help-dialog--group", "help-dialog--key"}
    AUTO_FOCUS = "#text"
    BINDINGS = bindings("help")

    def __init__(self, groups: Mapping[str, Iterable[HelpRow]], config_path: Path) -> None:
        """`groups` has the rows by task; `config_path` is the file that remaps the keys."""
        super().__init__()
        self._groups = {title: tuple(rows) for title, rows in groups.items()}
        self._config_path = config_path

    def compose(self) -> ComposeResult:
        """Lay out the search, the keys by task, and the keys of the dialog."""
        with Vertical(id="dialog"):
            yield Static("Keyboard shortcuts", classes="heading")
            yield Input(placeholder="/ to search", compact=True, max_length=40)
            with VerticalScroll(id="text"):
                yield Static(id="shortcuts", markup=False)
            yield Static(f"Change keys in {sanitize(self._config_path)}", markup=False, id="file")

    def on_resize(self) -> None:
        """Lay out the keys for the new width."""
        self.call_after_refresh(self._show_rows)

    @on(Input.Changed)
    def _show_rows(self) -> None:
        """Show the rows that the search matches."""
        width = self.query_one("#text").scrollable_content_region.width
        shortcuts = self.query_one("#shortcuts", Static)
        search = self.query_one(Input).value
        found = {title: _matching(title, rows, search) for title, rows in self._groups.items()}
        blocks = [self._block(title, rows) for title, rows in found.items() if rows]
        if not blocks:
            shortcuts.update(Text(f"No shortcut matches {search.strip()}. Esc clears."))
            return
        heights = [len(rows) + 2 for rows in found.values() if rows]
        columns = 2 if width >= 2 * COLUMN_CELLS and not search.strip() else 1
        layout = Table.grid(padding=(0, 2, 0, 0), expand=True)
        for _ in range(columns):
            layout.add_column(ratio=1)
        split = _split(heights) if columns == 2 else len(blocks)
        layout.add_row(*(_column(part) for part in (blocks[:split], blocks[split:])[:columns]))
        shortcuts.update(layout)

    def _block(self, title: str, rows: Iterable[HelpRow]) -> RenderableType:
        """Return a task with its keys."""
        key_style = self.get_component_rich_style("help-dialog--key", partial=True)
        table = label_grid(KEY_CELLS)
        for row in rows:
            table.add_row(Text(row.keys, style=key_style), Text(row.description))
        heading = Text(title, style=self.get_component_rich_style("help-dialog--group", partial=True))
        return Group(heading, table)

    def action_find(self) -> None:
        """Go to the search."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _leave_search(self, event: Input.Submitted) -> None:
        """Go to the rows; the search stays."""
        event.stop()
        self.query_one("#text").focus()

    def action_leave(self) -> None:
        """Clear the search if there is one, else close the dialog."""
        search, text = self.query_one(Input), self.query_one("#text")
        if search.value or search.has_focus:
            search.clear()
            text.focus()
        else:
            self.dismiss(None)


def _column(blocks: Iterable[RenderableType]) -> RenderableType:
    """Return blocks with an empty line between them."""
    return Group(*[part for block in blocks for part in (Text(""), block)][1:])


def _matching(title: str, rows: Iterable[HelpRow], search: str) -> list[HelpRow]:
    """Return the rows that all words of the search match: a key, or a part of the text."""

    def matches(word: str, row: HelpRow) -> bool:
        in_text = len(word) > 1 and word.lower() in f"{title} {row.description}".lower()
        return in_text or word in row.keys.split()

    return [row for row in rows if all(matches(word, row) for word in search.split())]


def _split(heights: list[int]) -> int:
    """Return how many blocks are in the first of two columns of nearly the same height."""
    return min(range(1, len(heights) + 1), key=lambda count: max(sum(heights[:count]), sum(heights[count:])))
