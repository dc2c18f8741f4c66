"""The table of outcomes: one row per retried import, with the old and the new id."""

from __future__ import annotations

from textual import events
from textual.reactive import reactive

from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.retry.run import Outcome, SendStatus
from cgc_tui.domain.text import truncate
from cgc_tui.formatting.display import DisplayOptions, or_missing
from cgc_tui.formatting.retry import outcome_label, severity
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.widgets.diff_table import Cell, DiffTable, TableColumn

MAX_ROWS = 500
HEADINGS = ("Result", "Name", "Old id", "New id")
PADDING = 2


def widths(width: int) -> tuple[int, ...]:
    """Return the width of each column."""
    ids = 32 if width >= 150 else 20 if width >= 110 else 12
    remaining = max(24, width - 2 * ids - len(HEADINGS) * PADDING)
    name = min(36, remaining // 2)
    return remaining - name, name, ids, ids


class OutcomeTable(DiffTable, inherit_bindings=False):
    """The outcomes, those that need attention first."""

    COMPONENT_CLASSES = {"outcome-table--bad", "outcome-table--good"}
    BINDINGS = bindings("table")

    outcomes: reactive[tuple[Outcome, ...]] = reactive[tuple[Outcome, ...]](())
    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())

    def __init__(self) -> None:
        super().__init__()
        self.selected_id: str | None = None
        """The id of the failed job on which to put the cursor when the first outcomes are shown."""
        self._shown: list[Outcome] = []
        self._widths: tuple[int, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """The outcome under the cursor."""
        return self._shown[self.cursor_row] if 0 <= self.cursor_row < len(self._shown) else None

    @property
    def hidden_count(self) -> int:
        """The number of outcomes beyond the maximum number of rows."""
        return max(0, len(self.outcomes) - MAX_ROWS)

    def watch_outcomes(self) -> None:
        """Show the outcomes."""
        self._draw()

    def watch_display_options(self) -> None:
        """Redraw when the display options change."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the new width."""
        if event.size.width:
            self._widths = widths(self.available_width)
            if self.fit_columns(map(TableColumn, HEADINGS, HEADINGS, self._widths)):
                self._draw()

    def _draw(self) -> None:
        """Write the rows, once the width is known; the cursor stays on its import."""
        if not self._widths:
            return
        current = self.outcome.original.id if self.outcome is not None else self.selected_id
        self._shown = sorted(self.outcomes, key=severity)[:MAX_ROWS]
        with self.app.batch_update():
            self.update_rows(self._outcome_cells(outcome) for outcome in self._shown)
            rows = {outcome.original.id: index for index, outcome in enumerate(self._shown)}
            if current is not None and (self.cursor_row or current == self.selected_id):
                self.move_cursor(row=rows.get(current, 0))

    def _outcome_cells(self, outcome: Outcome) -> tuple[Cell, ...]:
        new = outcome.replacement.id if outcome.replacement is not None else None
        values = [outcome_label(outcome, self.display_options)]
        for value in (outcome.original.name, outcome.original.id, new):
            values.append(or_missing(value, self.display_options))
        label, *others = (
            truncate(value, width, middle=index > 0)
            for index, (value, width) in enumerate(zip(values, self._widths, strict=True))
        )
        return (Cell(label, _style(outcome)), *map(Cell, others))


def _style(outcome: Outcome) -> tuple[str, ...]:
    """Return the component class of an outcome's label, if it has one."""
    state = outcome.replacement.state if outcome.replacement is not None else ""
    failed = state == JobState.FAILED or outcome.ended_otherwise
    if outcome.status in (SendStatus.UNKNOWN, SendStatus.REFUSED) or failed:
        return ("outcome-table--bad",)
    return ("outcome-table--good",) if state == JobState.COMPLETED else ()
