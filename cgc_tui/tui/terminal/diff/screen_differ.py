"""What stands between Textual's output and the terminal."""

from __future__ import annotations

import re

from cgc_tui.tui.terminal.diff.ansi_writer import Strokes
from cgc_tui.tui.terminal.diff.cell_grid import NotUnderstoodError, Screen

SYNC_START = "\x1b[?2026h"
SYNC_END = "\x1b[?2026l"

_FRAME = re.compile(r"\x1b\[\d+;\d+H")
_BESIDE = re.compile(
    r"(?:\x1b\[[?>=<]?[\d;]*\$?[hlupcnq]"  # modes, and questions to the terminal
    r"|\x1b\](?!8;)[^\x07\x1b]*(?:\x07|\x1b\\)"  # the clipboard, the pointer's shape, the title
    r"|\x07)+"
)
_WHOLE_SCREEN = re.compile(r"\x1b\[\?1049[hl]")


class Painter:
    """The terminal as it is shown and as it is wanted."""

    def __init__(self) -> None:
        self._wanted = self._shown = Screen((0, 0))
        self._unsure: set[int] = set()
        self._cursor: tuple[int, int] | None = None
        self._in_sync = False

    def forget(self) -> None:
        """Know nothing of what is shown."""
        self._shown = Screen(self._wanted.size)
        self._unsure = set(range(len(self._shown.rows)))
        self._cursor = None

    def paint(self, data: str, size: tuple[int, int]) -> str:
        """Return what to write in place of Textual's output, for a terminal of so many columns and rows.

        Raises:
            NotUnderstoodError: it is of an unknown kind
        """
        if data in (SYNC_START, SYNC_END):
            self._in_sync = data == SYNC_START
            return ""
        if _FRAME.match(data):
            strokes = self._frame(data, size)
            return f"{SYNC_START}{strokes}{SYNC_END}" if strokes and self._in_sync else strokes
        if not _BESIDE.fullmatch(data):
            raise NotUnderstoodError(data)
        if _WHOLE_SCREEN.search(data):
            self.forget()
        return data

    def _frame(self, frame: str, size: tuple[int, int]) -> str:
        """Return what brings the terminal to the end of a frame, "" where it is there already."""
        if size != self._wanted.size:
            self._wanted = Screen(size)
            self.forget()
        touched, cursor = self._wanted.show(frame)
        strokes = Strokes(size)
        for y in sorted(touched | self._unsure):
            shown, wanted = self._shown.rows[y], self._wanted.rows[y]
            strokes.row(y, shown, wanted)
            shown.take(wanted)
        self._unsure = set()
        if strokes.empty and cursor == self._cursor:
            return ""
        self._cursor = cursor
        return strokes.finish(cursor)
