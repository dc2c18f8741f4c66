"""Makes text from outside fit to show: the one place where it is cleaned, measured and cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that can go to a terminal: no control characters, and nothing that hides or reorders the rest."""

MAX_CHARS = 2000
"""How many characters are shown where no one asks for more or fewer."""

MAX_COMBINING = 4
"""How many characters without a width of their own may follow each other."""

ELLIPSIS = "…"
REPLACEMENT = "\ufffd"
JOINER = "\u200d"
EMOJI_STYLE = "\ufe0f"

_FIRST_COMBINING = "\u0300"
_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421, ord("\t"): ord(" ")}
_MULTILINE_PICTURES = {code: shown for code, shown in _PICTURES.items() if code != ord("\n")}
_HIDDEN = (
    "\x80-\x9f"  # C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction
    "\u2028\u2029"  # line and paragraph separator
    "\xad\u180e\u200b\u200c\u2060-\u2065\u206a-\u206f\ufeff\u3164\uffa0"  # invisible
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # enclose the digits that follow
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # layout of hieroglyphs and music
    "\ufff0-\ufffb\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # interlinear, tags, never to be shown
    "\ud800-\udfff"  # lone surrogates
)
_UNSHOWABLE = re.compile(f"[{_HIDDEN}]")
UNSAFE = re.compile(f"[\x00-\x1f\x7f{_HIDDEN}]")
"""What never goes to a terminal; `sanitize` lets none of it through, but line ends where they are wanted."""

_BLANKS = frozenset("\u115f\u2800\u3164\U00013441\U00013442\U0001d159")
"""Letters and symbols without ink: fillers, an empty braille cell, an empty note head."""

_LOOSE_JOINER = re.compile(f"(?<![^\x00-\x7f]){JOINER}|{JOINER}(?![^\x00-\x7f{JOINER}])")
_KEYCAPS = frozenset("#*0123456789")


def sanitize(value: object, *, multiline: bool = False, max_chars: int = MAX_CHARS) -> SafeText:
    """Return a value as text that is safe to show, at most `max_chars` characters of it.

    Line ends stay with `multiline` and become `␊` without. What cannot be shown becomes a picture or `�`,
    so that it is seen: a zero-width space is often why a key is not found.
    """
    text = value if isinstance(value, str) else str(value)
    if len(text) > max_chars:
        text = text[: max(0, max_chars - 1)].rstrip(JOINER) + ELLIPSIS
    if text.isprintable() and (text.isascii() or max(text) < _FIRST_COMBINING):
        return SafeText(text)
    text = text.replace("\r\n", "\n").translate(_MULTILINE_PICTURES if multiline else _PICTURES)
    text = _UNSHOWABLE.sub(REPLACEMENT, text)
    if text.isascii() or max(text) < _FIRST_COMBINING:
        return SafeText(text)
    # Text is laid out as if a joiner swallowed the next character; no terminal does that to ASCII.
    return SafeText(_LOOSE_JOINER.sub(REPLACEMENT, _limit_combining(text)))


def has_visible_character(text: SafeText) -> bool:
    """Return whether anything of the text can be seen, apart from what stands for characters that cannot."""
    if text.isascii():
        return bool(text) and not text.isspace()
    return any(
        character not in (REPLACEMENT, ELLIPSIS) and not _is_blank(character) and _is_drawn(character)
        for character in text
    )


def reveal(text: SafeText, blank: str = "␣") -> SafeText:
    """Return text of which nothing can be seen with `blank` for its blanks and `�` for the rest of it.

    Other text is returned as it is.
    """
    if has_visible_character(text):
        return text
    shown = (blank if _is_blank(each) else each if each == ELLIPSIS else REPLACEMENT for each in text)
    return SafeText("".join(shown))


def cell_width(text: str) -> int:
    """Return how many cells of a terminal the text takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(width for _, width in _clusters(text))


def truncate(text: SafeText, width: int, *, middle: bool = False) -> SafeText:
    """Return one line of text cut to `width` cells, with `…` at its end or, with `middle`, inside.

    In the middle the end is kept at least as long as the start: there a file name has number and type.
    """
    if width <= 0:
        return SafeText("")
    if cell_width(text) <= width:
        return text
    clusters = list(_clusters(text))
    left = width - 1
    if not middle:
        return SafeText(_clusters_within(clusters, left) + ELLIPSIS)
    head = _clusters_within(clusters, left // 2)
    clusters.reverse()
    return SafeText(head + ELLIPSIS + _clusters_within(clusters, left - cell_width(head), backwards=True))


def _clusters_within(clusters: list[tuple[str, int]], width: int, *, backwards: bool = False) -> str:
    """Return the first clusters that fit into `width` cells, in reading order."""
    clusters_taken = []
    for cluster, needed in clusters:
        if needed > width:
            break
        width -= needed
        clusters_taken.append(cluster)
    return "".join(reversed(clusters_taken) if backwards else clusters_taken)


def _limit_combining(text: str) -> str:
    """Leave out what follows the first few in a run of characters without a width."""
    kept = []
    run = 0
    for character in text:
        run = run + 1 if character != "\n" and not _width(character) else 0
        if run <= MAX_COMBINING:
            kept.append(character)
    return "".join(kept)


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield what is drawn as one, with its cells: a character, its marks, and what is joined to it."""
    start, width, base = 0, 0, ""
    for index, character in enumerate(text):
        if character == EMOJI_STYLE:
            if width == 1 and _has_emoji_style(base):
                width = 2
        elif (own := _width(character)) and text[index - 1 : index] != JOINER:
            if width:
                yield text[start:index], width
                start = index
            width, base = own, character
    if text:
        yield text[start:], width


def _is_blank(character: str) -> bool:
    return character.isspace() or character in _BLANKS


def _is_drawn(character: str) -> bool:
    """Return whether a character has cells and, in most fonts, a picture."""
    return bool(_width(character)) and character != "\ufffc" and unicodedata.category(character)[0] != "C"


def _has_emoji_style(character: str) -> bool:
    """Whether a narrow character is wide as an emoji; a few too many do no harm."""
    return character in _KEYCAPS or not character.isascii()


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    """Return the cells of one character: 0, 1 or 2."""
    category = unicodedata.category(character)
    if category == "Cn":  # of these the standard library says that all are wide
        return 2 if "\U0001f300" <= character <= "\U0001faff" or character >= "\U00020000" else 1
    if category in ("Cc", "Cf", "Mn", "Mc", "Me", "Zl", "Zp") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return 0
    if "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
