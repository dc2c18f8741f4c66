"""The least that a terminal must be told to go from one screen to another, as a plain encoder would."""

from __future__ import annotations

from collections.abc import Sequence

Cell = tuple[object, ...]
"""A character, then its style."""

Rows = Sequence[Sequence[Cell]]
SHORT_GAP = 4


def least(before: Rows, after: Rows) -> int:
    """Return the bytes for the cells that differ: a cursor move a run, a style where it changes, the text.

    Runs with a gap of at most four cells are one. Blanks of one style at the end of a run are erased.
    """
    total, style = 0, None
    for row, (old, new) in enumerate(zip(before, after, strict=True)):
        for start, end in _runs(old, new):
            total += len(f"\x1b[{row + 1};{start + 1}H")
            cells = list(new[start:end])
            while len(cells) > SHORT_GAP and cells[-1] == cells[-2] and cells[-1][0] == " ":
                cells.pop()
            for cell in cells:
                if cell[1:] != style:
                    style = cell[1:]
                    total += _style(style)
                total += len(str(cell[0]).encode())
            total += len("\x1b[K") if len(cells) < end - start else 0
    return total


def _runs(old: Sequence[Cell], new: Sequence[Cell]) -> list[tuple[int, int]]:
    """Return start and end of each run of cells that differ."""
    runs: list[tuple[int, int]] = []
    for column, (one, other) in enumerate(zip(old, new, strict=True)):
        if one == other:
            continue
        if runs and column - runs[-1][1] <= SHORT_GAP:
            runs[-1] = (runs[-1][0], column + 1)
        else:
            runs.append((column, column + 1))
    return runs


def _style(style: tuple[object, ...]) -> int:
    """Return the bytes that select a style: one colour of 256, more where both or attributes are set."""
    foreground, background, *attributes = style
    parts = [len("38;5;000") for colour in (foreground, background) if colour != "default"]
    return len("\x1b[m") + sum(parts) + len(parts) + 2 * sum(map(bool, attributes))
