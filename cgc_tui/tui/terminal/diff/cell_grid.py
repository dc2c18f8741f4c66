"""A grid of cells to which Textual's output is applied."""

from __future__ import annotations

import re

from cgc_tui.tui.terminal.diff.sgr import PLAIN, CellStyle, StyleError, apply_sgr, blank_style
from cgc_tui.tui.terminal.diff.text_cells import split_cells

_SEQUENCE = re.compile(r"\[([\d;]*)([Hm])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class UnknownOutputError(ValueError):
    """Output of a kind that Textual is not known to write."""


class CellRow:
    """The texts and styles of the cells of a row; None if unknown."""

    __slots__ = ("styles", "texts")

    def __init__(self, width: int) -> None:
        self.texts: list[str | None] = [None] * width
        self.styles: list[CellStyle | None] = [None] * width

    def put(self, x: int, text: str, style: CellStyle) -> int:
        """Write text from column `x` on and return the column after it. Text that does not fit is dropped."""
        marks, cells = ("", tuple(text)) if text.isascii() else split_cells(text)
        if marks:
            self._mark(x, marks)
        texts, width, end = self.texts, len(self.texts), x + len(cells)
        if end > width:
            cells = cells[: max(0, width - x)]
        if x < width and texts[x] == "":
            self._split(x)
        if end < width and texts[end] == "":
            self._split(end)
        texts[x:end] = cells
        blank = blank_style(style)
        if blank is style:
            self.styles[x:end] = [style] * len(cells)
        else:
            self.styles[x:end] = [blank if cell == " " else style for cell in cells]
        return end

    def copy_from(self, other: CellRow) -> None:
        """Copy the cells of another row."""
        self.texts[:] = other.texts
        self.styles[:] = other.styles

    def _mark(self, x: int, marks: str) -> None:
        """Add combining marks to the character before a column."""
        x -= 1
        while x > 0 and self.texts[x] == "":
            x -= 1
        if 0 <= x < len(self.texts):
            self.texts[x] = (self.texts[x] or " ") + marks
            self.styles[x] = self.styles[x] or PLAIN

    def _split(self, x: int) -> None:
        """Replace a wide character that crosses the left edge of a column with blanks."""
        texts, start, end = self.texts, x, x
        while texts[start] == "":
            start -= 1
        while end < len(texts) and texts[end] == "":
            end += 1
        for column in range(start, end):
            texts[column], self.styles[column] = " ", blank_style(self.styles[column] or PLAIN)


class CellGrid:
    """Rows of cells."""

    def __init__(self, size: tuple[int, int]) -> None:
        """`size` is columns, rows."""
        self.size = size
        self.rows = [CellRow(size[0]) for _ in range(size[1])]

    def apply(self, frame: str) -> tuple[set[int], tuple[int, int]]:
        """Apply a frame; return the rows that it wrote to, and the final cursor position.

        Text outside the grid is dropped.

        Raises:
            UnknownOutputError: the frame has parts other than positions, styles, links and text
        """
        touched: set[int] = set()
        cursor: tuple[int, int] | None = None
        style, ending = PLAIN, False
        before, *parts = frame.split("\x1b")
        if before:
            raise UnknownOutputError(before)
        for part in parts:
            if ending != part.startswith("\\"):
                raise UnknownOutputError(part)
            if ending:
                ending, text = False, part[1:]
            elif part.startswith("]8;"):
                ending, style, text = True, _linked(style, part[3:]), ""
            else:
                position, style, text = _sequence(part, style)
                cursor = position or cursor
            if text:
                cursor = self._write(text, cursor, style, touched)
        if ending or cursor is None:
            raise UnknownOutputError(frame)
        return touched, cursor

    def _write(
        self, text: str, cursor: tuple[int, int] | None, style: CellStyle, touched: set[int]
    ) -> tuple[int, int] | None:
        """Write text at the cursor and return its new position, None after the end of a line."""
        ended = text.endswith("\n")
        text = text.rstrip("\n")
        if text and (cursor is None or _CONTROL.search(text)):
            raise UnknownOutputError(text)
        if text and cursor:
            x, y = cursor
            if y < len(self.rows):
                touched.add(y)
                cursor = self.rows[y].put(x, text, style), y
        return None if ended else cursor


def _sequence(part: str, style: CellStyle) -> tuple[tuple[int, int] | None, CellStyle, str]:
    """Return the cursor position that a sequence sets, the style after it, and the text that follows."""
    match = _SEQUENCE.match(part)
    if not match:
        raise UnknownOutputError(part)
    parameters, final = match.groups()
    text = part[match.end() :]
    if final == "m":
        try:
            return None, apply_sgr(style, parameters), text
        except StyleError as error:
            raise UnknownOutputError(part) from error
    row, _, column = parameters.partition(";")
    if not (row and column.isdecimal()):
        raise UnknownOutputError(part)
    return (max(0, int(column) - 1), max(0, int(row) - 1)), style, text


def _linked(style: CellStyle, link: str) -> CellStyle:
    """Return a style with the link of an OSC 8 sequence."""
    if not link.isprintable() or ";" not in link:
        raise UnknownOutputError(link)
    return style._replace(link="" if link.endswith(";") and link.count(";") == 1 else link)
