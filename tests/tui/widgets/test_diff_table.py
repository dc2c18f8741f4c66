"""The table that writes only changed cells."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.coordinate import Coordinate
from textual.pilot import Pilot

from cgc_tui.domain.text import SafeText
from cgc_tui.tui.widgets.diff_table import Cell, DiffTable, TableColumn

COLUMNS = (TableColumn("state", "State", 8), TableColumn("name", "Name", 20))


class CountingTable(DiffTable):
    """Counts the cells that are written."""

    COMPONENT_CLASSES = {"table--bad"}
    DEFAULT_CSS = "CountingTable > .table--bad { color: $text-error; }"

    def __init__(self) -> None:
        super().__init__()
        self.updated: list[tuple[str, str]] = []

    def update_cell(self, row_key: object, column_key: object, value: Text, **_: bool) -> None:  # type: ignore[override]
        self.updated.append((str(row_key), str(column_key)))
        super().update_cell(str(row_key), str(column_key), value)


class TableApp(App[None]):
    def compose(self) -> ComposeResult:
        yield CountingTable()


def row(state: str, name: str, *styles: str) -> list[Cell]:
    return [Cell(SafeText(state), styles), Cell(SafeText(name))]


def filled(pilot: Pilot[None], *rows: list[Cell]) -> CountingTable:
    table = pilot.app.query_one(CountingTable)
    table.rebuild_columns(COLUMNS)
    table.update_rows(rows)
    return table


def cells(table: DiffTable) -> list[list[str]]:
    return [[text.plain for text in table.get_row_at(index)] for index in range(table.row_count)]


async def test_only_changed_cells_are_written() -> None:
    async with TableApp().run_test() as pilot:
        table = filled(pilot, row("running", "a"), row("running", "b"))
        table.update_rows([row("running", "a"), row("failed", "b")])
        assert table.updated == [("1", "state")]
        assert cells(table) == [["running", "a"], ["failed", "b"]]


async def test_a_cell_of_which_only_the_style_changes_is_written() -> None:
    async with TableApp().run_test() as pilot:
        table = filled(pilot, row("failed", "a"))
        table.update_rows([row("failed", "a", "table--bad")])
        assert table.updated == [("0", "state")]
        assert table.get_cell_at(Coordinate(0, 0)).style == table.get_component_rich_style(
            "table--bad", partial=True
        )


async def test_rows_are_added_and_removed_at_the_end() -> None:
    async with TableApp().run_test() as pilot:
        table = filled(pilot, row("a", "1"), row("b", "2"), row("c", "3"))
        table.update_rows([row("a", "1")])
        assert (cells(table), table.updated) == ([["a", "1"]], [])
        table.update_rows([row("a", "1"), row("d", "4")])
        assert (cells(table), table.updated) == ([["a", "1"], ["d", "4"]], [])


async def test_new_columns_remove_all_rows() -> None:
    async with TableApp().run_test() as pilot:
        table = filled(pilot, row("a", "1"))
        table.rebuild_columns(COLUMNS[1:])
        assert table.row_count == 0
        table.update_rows([[Cell(SafeText("1"))]])
        assert cells(table) == [["1"]]


async def test_text_is_never_read_as_markup() -> None:
    async with TableApp().run_test() as pilot:
        assert cells(filled(pilot, row("[/", "[@click=app.quit]x[/]"))) == [["[/", "[@click=app.quit]x[/]"]]


async def test_styled_cells_follow_the_theme() -> None:
    async with TableApp().run_test() as pilot:
        table = filled(pilot, row("failed", "a", "table--bad"))
        before = table.get_cell_at(Coordinate(0, 0)).style
        pilot.app.theme = "textual-light"
        await pilot.pause()
        after = table.get_cell_at(Coordinate(0, 0)).style
        assert isinstance(before, Style)
        assert isinstance(after, Style)
        assert before.color != after.color
        assert table.updated == [("0", "state")]


async def test_columns_that_fit_as_before_keep_the_rows() -> None:
    async with TableApp().run_test() as pilot:
        table = filled(pilot, row("running", "a"))
        assert not table.fit_columns(iter(COLUMNS))
        assert cells(table) == [["running", "a"]]
        assert table.fit_columns(COLUMNS[:1])
        assert (table.row_count, len(table.columns)) == (0, 1)
