"""A screen of cells, and what Textual's output does to it."""

from __future__ import annotations

import re

from cgc_tui.tui.terminal.diff.sgr import PLAIN, CellStyle, StyleError, apply_sgr, blank_style
from cgc_tui.tui.terminal.diff.text_cells import split_cells

_SEQUENCE = re.compile(r"\[([\d;]*)([Hm])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class UnknownOutputError(ValueError):
    """Output that is none of what Textual was known to write."""


class CellRow:
    """The cells of a row: what they hold and how they look; None where that is not known."""

    __slots__ = ("styles", "texts")

    def __init__(self, width: int) -> None:
        self.texts: list[str | None] = [None] * width
        self.styles: list[CellStyle | None] = [None] * width

    def put(self, x: int, text: str, style: CellStyle) -> int:
        """Write text from a column on and return the column behind it. What does not fit is lost."""
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
        """Become as another row."""
        self.texts[:] = other.texts
        self.styles[:] = other.styles

    def _mark(self, x: int, marks: str) -> None:
        """Add marks to what stands before a column."""
        x -= 1
        while x > 0 and self.texts[x] == "":
            x -= 1
        if 0 <= x < len(self.texts):
            self.texts[x] = (self.texts[x] or " ") + marks
            self.styles[x] = self.styles[x] or PLAIN

    def _split(self, x: int) -> None:
        """Leave blanks of the character that lies across the left edge of a column."""
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
        """Do what a frame does; return the rows it touched, and where it left the cursor.

        What lies outside of the screen is lost.

        Raises:
            UnknownOutputError: there is something else in it than positions, looks, links and text
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
        """Write text at the cursor and return where that is then: after the end of a line nobody knows."""
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
    """Return where a sequence puts the cursor, the look it leads to, and the text behind it."""
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
    """Return a look with what a link sequence holds."""
    if not link.isprintable() or ";" not in link:
        raise UnknownOutputError(link)
    return style._replace(link="" if link.endswith(";") and link.count(";") == 1 else link)
