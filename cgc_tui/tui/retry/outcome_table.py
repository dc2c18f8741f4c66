"""What became of each import that was started again, a row each, old and new ids side by side."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.reactive import reactive
from textual.widgets import DataTable

from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.retry import Outcome, SendStatus
from cgc_tui.domain.text import SafeText, truncate
from cgc_tui.formatting.display import DisplayOptions, or_missing
from cgc_tui.formatting.retry import outcome_label, severity
from cgc_tui.tui.keys import bindings

MAX_ROWS = 500
HEADINGS = ("What became of it", "Name", "Old id", "New id")
PADDING = 2


def widths(width: int) -> tuple[int, ...]:
    """Return the cells of each column."""
    ids = 32 if width >= 150 else 20 if width >= 110 else 12
    remaining = max(24, width - 2 * ids - len(HEADINGS) * PADDING)
    name = min(36, remaining // 2)
    return remaining - name, name, ids, ids


class OutcomeTable(DataTable[Text], inherit_bindings=False):
    """The imports, what needs a look first; rows are keyed by their place."""

    COMPONENT_CLASSES = {"outcome-table--bad", "outcome-table--good"}
    BINDINGS = bindings("table")

    outcomes: reactive[tuple[Outcome, ...]] = reactive[tuple[Outcome, ...]](())
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)
        self._shown: list[Outcome] = []
        self._cells: list[tuple[SafeText, ...]] = []
        self._widths: tuple[int, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """The import under the cursor."""
        return self._shown[self.cursor_row] if 0 <= self.cursor_row < len(self._shown) else None

    @property
    def hidden_count(self) -> int:
        """How many imports have no row, since there are so many."""
        return max(0, len(self.outcomes) - MAX_ROWS)

    def watch_outcomes(self) -> None:
        """Show what is known now."""
        self._draw()

    def watch_display_options(self) -> None:
        """Say the same in another way."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Give the columns what room there is."""
        if event.size.width and self._widths != widths(self.size.width - self.scrollbar_size_vertical):
            self._widths = widths(self.size.width - self.scrollbar_size_vertical)
            self.clear(columns=True)
            self._cells = []
            for heading, width in zip(HEADINGS, self._widths, strict=True):
                self.add_column(Text(heading), width=width, key=heading)
            self._draw()

    def _draw(self) -> None:
        """Write the cells that differ; the cursor stays on its import."""
        if not self._widths:
            return
        current = self.outcome
        self._shown = sorted(self.outcomes, key=severity)[:MAX_ROWS]
        cells = [self._row(outcome) for outcome in self._shown]
        with self.app.batch_update():
            for index, (outcome, row) in enumerate(zip(self._shown, cells, strict=True)):
                texts = [self._text(outcome, number, value) for number, value in enumerate(row)]
                if index >= self.row_count:
                    self.add_row(*texts, key=str(index))
                    continue
                for heading, text, value, old in zip(HEADINGS, texts, row, self._cells[index], strict=True):
                    if value != old:
                        self.update_cell(str(index), heading, text)
            self._cells = cells
            rows = {outcome.original.id: index for index, outcome in enumerate(self._shown)}
            if current is not None and self.cursor_row:
                self.move_cursor(row=rows.get(current.original.id, 0))

    def _row(self, outcome: Outcome) -> tuple[SafeText, ...]:
        new = outcome.replacement.id if outcome.replacement is not None else None
        values = (
            outcome_label(outcome, self.display_options),
            or_missing(outcome.original.name, self.display_options),
            or_missing(outcome.original.id, self.display_options),
            or_missing(new, self.display_options),
        )
        return tuple(
            truncate(value, width, middle=number > 0)
            for number, (value, width) in enumerate(zip(values, self._widths, strict=True))
        )

    def _text(self, outcome: Outcome, number: int, value: SafeText) -> Text:
        """Return a cell that is never read as markup."""
        state = outcome.replacement.state if outcome.replacement is not None else ""
        failed = state == JobState.FAILED or outcome.ended_otherwise
        bad = outcome.status in (SendStatus.UNKNOWN, SendStatus.REFUSED) or failed
        if number or not (bad or state == JobState.COMPLETED):
            return Text(value, no_wrap=True)
        name = "outcome-table--bad" if bad else "outcome-table--good"
        return Text(value, style=self.get_component_rich_style(name, partial=True), no_wrap=True)
