"""Splits text into terminal cells, and knows the characters of the same width on all terminals."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len

JOINER = "\u200d"

_NARROW = (
    " -~"
    "\xa1-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038e-\u03a1\u03a3-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u23ce\u2400-\u2426\u2500-\u25fc\u2713\u2717\u2800-\u28ff\ufffd"
)
_WIDE = "\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3\uff01-\uff5e"
_narrow = re.compile(f"[{_NARROW}]*").fullmatch
_known_width = re.compile(f"[{_NARROW}{_WIDE}]*").fullmatch


@lru_cache(4096)
def split_cells(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the leading marks of the text, which belong to the cell before, and the contents of its cells.

    A cell contains a character with its marks, or "" after a wide character. Widths are those of Rich, which
    the layout of the screen is based on.
    """
    if _narrow(text):
        return "", tuple(text)
    marks, cells = "", list[str]()
    for cluster in _clusters(text):
        width = cell_len(cluster)
        cells += [cluster, *[""] * (width - 1)] if width else []
        marks += "" if width else cluster
    return marks, tuple(cells)


def _clusters(text: str) -> list[str]:
    """Split the text into clusters of characters that are drawn as one, by the rules of Rich."""
    clusters: list[str] = []
    joined = False
    for character in text:
        if clusters and (joined or not cell_len(character)):
            clusters[-1] += character
        else:
            clusters.append(character)
        joined = character == JOINER and not joined
    return clusters


def has_known_width(text: str) -> bool:
    """Return whether all terminals show the text in the number of cells that Rich computes."""
    return text.isascii() or _known_width(text) is not None
