"""The baseline: a minimal Textual app with such a list."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class Bare(App[None]):
    """A header, a table of 50 rows, a footer."""

    TITLE = "bare"

    def compose(self) -> ComposeResult:
        """Create the three widgets."""
        yield Header()
        yield DataTable[str](cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns("State", "Name", "Project", "Started", "Duration")
        table.add_rows(
            ("COMPLETED", f"TCGA-15-1965-{number:05}.bam", "wgs-germline", "today 12:00", "2 s")
            for number in range(50)
        )


if __name__ == "__main__":
    Bare().run()
