"""A table that writes only the cells that differ from what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.text import Text
from textual.widgets import DataTable

from cgc_tui.domain.text import SafeText


class TableColumn(NamedTuple):
    """A column: `key` names it in messages, `width` is in cells."""

    key: str
    label: str
    width: int


class Cell(NamedTuple):
    """Text, with the component classes that style it."""

    text: SafeText
    styles: tuple[str, ...] = ()


class DiffTable(DataTable[Text]):
    """A table with a row cursor. Rows are keyed by their index, so that no key comes from the platform."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)
        self._shown_columns: tuple[TableColumn, ...] = ()
        self._column_keys: tuple[str, ...] = ()
        self._cells: list[tuple[Cell, ...]] = []

    @property
    def available_width(self) -> int:
        """The cells that columns can take."""
        return self.size.width - self.scrollbar_size_vertical

    def on_mount(self) -> None:
        """Follow the colours of the theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._restyle())

    def rebuild_columns(self, columns: Iterable[TableColumn]) -> None:
        """Replace the columns; this removes all rows."""
        self.clear(columns=True)
        self._cells = []
        self._shown_columns = tuple(columns)
        self._column_keys = tuple(
            str(self.add_column(Text(label), width=width, key=key).value)
            for key, label, width in self._shown_columns
        )

    def fit_columns(self, columns: Iterable[TableColumn]) -> bool:
        """Replace the columns, and remove all rows, if other columns are shown; tell whether that was so."""
        wanted = tuple(columns)
        if wanted == self._shown_columns:
            return False
        self.rebuild_columns(wanted)
        return True

    def update_rows(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write the cells that differ; add and remove rows at the end only."""
        cells = [tuple(row) for row in rows]
        while self.row_count > len(cells):
            self.remove_row(str(self.row_count - 1))
        for index, row in enumerate(cells):
            if index >= self.row_count:
                self.add_row(*map(self._text, row), key=str(index))
            elif row != self._cells[index]:
                for key, cell, shown in zip(self._column_keys, row, self._cells[index], strict=True):
                    if cell != shown:
                        self.update_cell(str(index), key, self._text(cell))
        self._cells = cells

    def restore_view(self, row: int, scroll: int) -> None:
        """Put the cursor on a row, and scroll to a line or as near as the cursor stays in view."""
        header = self.header_height if self.show_header else 0
        height = max(1, self.size.height - header)
        scroll = min(max(scroll, row - height + 1, 0), row)
        self.move_cursor(row=row, scroll=False)
        if self.size.height:  # 0 while hidden
            self.call_after_refresh(self.scroll_to, y=scroll, animate=False, force=True, immediate=True)

    def _restyle(self) -> None:
        for index, row in enumerate(self._cells):
            for key, cell in zip(self._column_keys, row, strict=True):
                if cell.styles:
                    self.update_cell(str(index), key, self._text(cell))

    def _text(self, cell: Cell) -> Text:
        """Return a cell that is never read as markup."""
        if not cell.styles:
            return Text(cell.text, no_wrap=True)
        style = self.get_component_rich_style(*cell.styles, partial=True)
        return Text(cell.text, style=style, no_wrap=True)
