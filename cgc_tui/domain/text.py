"""Sanitizes, measures and truncates text from outside; the only place that does so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that is safe to print: no control characters, and nothing that hides or reorders other text."""

MAX_CHARS = 2000
"""The default length limit for shown text."""

MAX_COMBINING = 4
"""The longest run of zero-width characters that is kept."""

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
    "\ufff0-\ufffb\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # interlinear, tags, default ignorable
    "\ud800-\udfff"  # lone surrogates
)
_UNSHOWABLE = re.compile(f"[{_HIDDEN}]")
UNSAFE = re.compile(f"[\x00-\x1f\x7f{_HIDDEN}]")
"""Characters that must not reach a terminal; `sanitize` lets through only line ends, if `multiline`."""

_BLANKS = frozenset("\u115f\u2800\u3164\U00013441\U00013442\U0001d159")
"""Letters and symbols that draw nothing: fillers, an empty braille cell, an empty note head."""

_LOOSE_JOINER = re.compile(f"(?<![^\x00-\x7f]){JOINER}|{JOINER}(?![^\x00-\x7f{JOINER}])")
_KEYCAPS = frozenset("#*0123456789")


def sanitize(value: object, *, multiline: bool = False, max_chars: int = MAX_CHARS) -> SafeText:
    """Return a value as text that is safe to show, at most `max_chars` characters.

    Line ends are kept if `multiline`, else they become `␊`. Other control characters become control
    pictures or `�` and so stay visible: a zero-width space is a common reason why a key is not found.
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
    # Textual measures text as if a joiner merged the next character; no terminal does so for ASCII.
    return SafeText(_LOOSE_JOINER.sub(REPLACEMENT, _limit_combining(text)))


def has_visible_character(text: SafeText) -> bool:
    """Return whether any character of the text is visible; `…` and `�` do not count."""
    if text.isascii():
        return bool(text) and not text.isspace()
    return any(
        character not in (REPLACEMENT, ELLIPSIS) and not _is_blank(character) and _is_drawn(character)
        for character in text
    )


def reveal(text: SafeText, blank: str = "␣") -> SafeText:
    """Make invisible text visible: `blank` for each blank character, `�` for each other.

    Text with a visible character is returned unchanged.
    """
    if has_visible_character(text):
        return text
    shown = (blank if _is_blank(each) else each if each == ELLIPSIS else REPLACEMENT for each in text)
    return SafeText("".join(shown))


def cell_width(text: str) -> int:
    """Return the number of terminal cells that the text occupies."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(width for _, width in _clusters(text))


def truncate(text: SafeText, width: int, *, middle: bool = False) -> SafeText:
    """Truncate a line of text to `width` cells, with `…` at its end or, if `middle`, in the middle.

    With `middle`, the kept end is at least as long as the start: it has a file name's number and type.
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
    """Return the text of the first clusters that fit into `width` cells, in reading order."""
    clusters_taken = []
    for cluster, needed in clusters:
        if needed > width:
            break
        width -= needed
        clusters_taken.append(cluster)
    return "".join(reversed(clusters_taken) if backwards else clusters_taken)


def _limit_combining(text: str) -> str:
    """Cut each run of zero-width characters to `MAX_COMBINING`."""
    kept = []
    run = 0
    for character in text:
        run = run + 1 if character != "\n" and not _width(character) else 0
        if run <= MAX_COMBINING:
            kept.append(character)
    return "".join(kept)


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield each grapheme cluster and its width: a character, its marks, and characters joined to it."""
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
    """Return whether a character has a width and, in most fonts, a glyph."""
    return bool(_width(character)) and character != "\ufffc" and unicodedata.category(character)[0] != "C"


def _has_emoji_style(character: str) -> bool:
    """Return whether a narrow character may be wide in emoji style; false positives are harmless."""
    return character in _KEYCAPS or not character.isascii()


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    """Return the width of one character in cells: 0, 1 or 2."""
    category = unicodedata.category(character)
    if category == "Cn":  # unassigned: the standard library reports all of these as wide
        return 2 if "\U0001f300" <= character <= "\U0001faff" or character >= "\U00020000" else 1
    if category in ("Cc", "Cf", "Mn", "Mc", "Me", "Zl", "Zp") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return 0
    if "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
