"""What the dialogs with a list of options have in common."""

from __future__ import annotations

from textual.widgets import OptionList

from cgc_tui.tui.dialogs.base import Dialog, Result


class OptionDialog(Dialog[Result]):
    """A dialog with an option list, whose cursor moves by `j` and `k` as well."""

    def action_move(self, direction: str) -> None:
        """Move the cursor up or down."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if direction == "down" else options.action_cursor_up()
