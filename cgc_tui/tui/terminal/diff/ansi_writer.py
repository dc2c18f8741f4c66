"""Writes the escape sequences that update the rows of a terminal, in as few bytes as possible."""

from __future__ import annotations

from collections.abc import Iterator

from cgc_tui.tui.terminal.diff.cell_grid import CellRow
from cgc_tui.tui.terminal.diff.sgr import PLAIN, CellStyle, blank_style, nearest, transition
from cgc_tui.tui.terminal.diff.text_cells import has_known_width

ERASE_LINE = "\x1b[K"


class AnsiWriter:
    """The output of one frame: the sequences so far, and the cursor and style after them.

    A coordinate of the cursor is None if it is uncertain. After the last column, `x` is the width, and no
    relative move is possible.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._width, self._height = size
        self._parts: list[str] = []
        self._x: int | None = None
        self._y: int | None = None
        self._style = PLAIN

    @property
    def empty(self) -> bool:
        """Whether nothing had to be written."""
        return not self._parts

    def finish(self, cursor: tuple[int, int]) -> str:
        """Restore the default style, move the cursor, and return the output."""
        self._restyle(PLAIN)
        self._move(*cursor)
        return "".join(self._parts)

    def write_row(self, y: int, shown: CellRow, target: CellRow) -> None:
        """Write the changed cells of a row."""
        changed = _changed(shown, target)
        if not changed:
            return
        ambiguous = _ambiguous_columns(target)
        if ambiguous or _ambiguous_columns(shown):
            changed = _with_rest(changed, ambiguous | _ambiguous_columns(shown), target)
        for start, end in _runs(changed):
            self._bridge(start, y, target, ambiguous)
            self._move(start, y)
            self._span(start, end, target, ambiguous)

    def _span(self, x: int, end: int, row: CellRow, ambiguous: set[int]) -> None:
        """Write the cells from one column to another, and further if erasing reaches further."""
        while x < end:
            text, style = row.texts[x], row.styles[x]
            assert style is not None
            if x in ambiguous:
                x = self._write_ambiguous(x, row, ambiguous)
            elif text == " ":
                last = _same_until(row, x)
                x = self._blanks(x, min(last, end), last, row)
            else:
                self._restyle(style)
                x = self._write(x, row)

    def _write(self, x: int, row: CellRow) -> int:
        """Write one character, and return the column after it."""
        self._parts.append(row.texts[x] or "")
        x += 1
        while x < self._width and row.texts[x] == "":
            x += 1
        self._x = x
        return x

    def _blanks(self, x: int, end: int, last: int, row: CellRow) -> int:
        """Write or erase blanks of the same style, and return the column after them.

        They extend to `last`; those from `end` on are already shown.
        """
        style = row.styles[x]
        assert style is not None
        if blank_style(self._style) != style:
            after = row.styles[end] if end < self._width else None
            self._restyle(after if after and blank_style(after) == style else nearest(self._style, style))
        if style == PLAIN:
            if last == self._width and end - x > len(ERASE_LINE):
                self._parts.append(ERASE_LINE)
                return last
            if end - x > len(_forward(end - x)) + len(erase := f"\x1b[{end - x}X"):
                self._parts += [erase, _forward(end - x)]
                self._x = end
                return end
        self._parts.append(" " * (end - x))
        self._x = end
        return end

    def _write_ambiguous(self, x: int, row: CellRow, ambiguous: set[int]) -> int:
        """Write a run of characters of ambiguous width, and return the column after it.

        Blanks are written first, for terminals on which the characters are narrower.
        """
        end = x
        while end in ambiguous:
            end += 1
        y = self._y
        assert y is not None
        self._restyle(row.styles[x] or PLAIN)
        self._parts.append(" " * (end - x))
        self._x = None
        self._move(x, y)
        for column in range(x, end):
            self._restyle(row.styles[column] or PLAIN)
            self._parts.append(row.texts[column] or "")
        self._x = None
        if end < self._width:
            self._move(end, y)
        return end

    def _bridge(self, x: int, y: int, row: CellRow, ambiguous: set[int]) -> None:
        """Rewrite the cells between the cursor and a column if that is shorter than a move."""
        if self._y != y or self._x is None or x <= self._x or ambiguous & {*range(self._x, x)}:
            return
        texts = row.texts[self._x : x]
        between = "".join(text or "" for text in texts)
        if len(between.encode()) > len(_forward(x - self._x)) or None in texts:
            return
        own = blank_style(self._style)
        for text, style in zip(texts, row.styles[self._x : x], strict=True):
            if style != (own if text == " " else self._style):
                return
        self._parts.append(between)
        self._x = x

    def _restyle(self, style: CellStyle) -> None:
        if style is not self._style:
            self._parts.append(transition(self._style, style))
            self._style = style

    def _move(self, x: int, y: int) -> None:
        """Move the cursor with the shortest sequence."""
        if (x, y) == (self._x, self._y):
            return
        sequences = [
            "\x1b[H" if (x, y) == (0, 0) else f"\x1b[{y + 1}H" if x == 0 else f"\x1b[{y + 1};{x + 1}H"
        ]
        if y == self._y:
            sequences.append(f"\x1b[{x + 1}G" if x else "\r")
            if self._x is not None and x > self._x:
                sequences.append(_forward(x - self._x))
        elif self._y is not None and y == self._y + 1 < self._height:
            sequences.append("\r\n" + (_forward(x) if x else ""))
        self._parts.append(min(sequences, key=len))
        self._x, self._y = x, y


def _forward(cells: int) -> str:
    return "\x1b[C" if cells == 1 else f"\x1b[{cells}C"


def _changed(shown: CellRow, target: CellRow) -> list[int]:
    """Return the columns that differ; a wide character counts as its first column."""
    if shown.texts == target.texts and shown.styles == target.styles:
        return []
    both = zip(shown.texts, target.texts, shown.styles, target.styles, strict=True)
    return [
        x
        for x, (old, new, old_style, new_style) in enumerate(both)
        if (old != new or (old_style is not new_style and old_style != new_style)) and new is not None
    ]


def _runs(columns: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each run of columns."""
    start = previous = columns[0]
    for x in columns[1:]:
        if x != previous + 1:
            yield start, previous + 1
            start = x
        previous = x
    yield start, previous + 1


def _same_until(row: CellRow, x: int) -> int:
    """Return the column after the blanks that have the style of the one at column `x`."""
    style, end = row.styles[x], x + 1
    while end < len(row.texts) and row.texts[end] == " " and row.styles[end] == style:
        end += 1
    return end


def _ambiguous_columns(row: CellRow) -> set[int]:
    """Return the columns of characters whose width differs between terminals."""
    if has_known_width("".join(filter(None, row.texts))):
        return set()
    columns: set[int] = set()
    for x, text in enumerate(row.texts):
        if (x - 1 in columns and text == "") or not has_known_width(text or ""):
            columns.add(x)
    return columns


def _with_rest(changed: list[int], ambiguous: set[int], target: CellRow) -> list[int]:
    """Add the rest of the row from the first ambiguous run that the changed columns touch."""
    for x in changed:
        start = x if x in ambiguous else x - 1
        if start in ambiguous:
            while start - 1 in ambiguous:
                start -= 1
            rest = {column for column in range(start, len(target.texts)) if target.texts[column] is not None}
            return sorted(rest.union(changed))
    return changed
