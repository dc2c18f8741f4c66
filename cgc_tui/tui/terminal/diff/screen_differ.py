"""Reduces Textual's output to the changes of the terminal's cells."""

from __future__ import annotations

import re

from cgc_tui.tui.terminal.diff.ansi_writer import AnsiWriter
from cgc_tui.tui.terminal.diff.cell_grid import CellGrid, UnknownOutputError

SYNC_START = "\x1b[?2026h"
SYNC_END = "\x1b[?2026l"

_FRAME = re.compile(r"\x1b\[\d+;\d+H")
_BESIDE = re.compile(
    r"(?:\x1b\[[?>=<]?[\d;]*\$?[hlupcnq]"  # modes and queries
    r"|\x1b\](?!8;)[^\x07\x1b]*(?:\x07|\x1b\\)"  # clipboard, pointer shape, title
    r"|\x07)+"
)
_WHOLE_SCREEN = re.compile(r"\x1b\[\?1049[hl]")


class ScreenDiffer:
    """The cells that the terminal shows, and those that Textual wants."""

    def __init__(self) -> None:
        self._target = self._shown = CellGrid((0, 0))
        self._unknown_rows: set[int] = set()
        self._cursor: tuple[int, int] | None = None
        self._in_sync = False

    def invalidate(self) -> None:
        """Treat the content of the terminal as unknown, so that the next frame repaints everything."""
        self._shown = CellGrid(self._target.size)
        self._unknown_rows = set(range(len(self._shown.rows)))
        self._cursor = None

    def diff(self, data: str, size: tuple[int, int]) -> str:
        """Return the replacement for Textual's output; `size` is columns, rows.

        Raises:
            UnknownOutputError: the output is of an unknown kind
        """
        if data in (SYNC_START, SYNC_END):
            self._in_sync = data == SYNC_START
            return ""
        if _FRAME.match(data):
            output = self._frame(data, size)
            return f"{SYNC_START}{output}{SYNC_END}" if output and self._in_sync else output
        if not _BESIDE.fullmatch(data):
            raise UnknownOutputError(data)
        if _WHOLE_SCREEN.search(data):
            self.invalidate()
        return data

    def _frame(self, frame: str, size: tuple[int, int]) -> str:
        """Return the output for the changes of a frame, "" if there are none."""
        if size != self._target.size:
            self._target = CellGrid(size)
            self.invalidate()
        touched, cursor = self._target.apply(frame)
        writer = AnsiWriter(size)
        for y in sorted(touched | self._unknown_rows):
            shown, target = self._shown.rows[y], self._target.rows[y]
            writer.write_row(y, shown, target)
            shown.copy_from(target)
        self._unknown_rows = set()
        if writer.empty and cursor == self._cursor:
            return ""
        self._cursor = cursor
        return writer.finish(cursor)
