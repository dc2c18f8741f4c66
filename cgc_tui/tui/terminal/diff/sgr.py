"""Styles of cells: parsing SGR codes, and the shortest change from one style to another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_GROUPS = {
    **{"1": 0, "2": 0, "3": 1, "4": 2, "21": 2, "5": 3, "6": 3, "7": 4, "8": 5, "9": 6},
    **{"51": 7, "52": 7, "53": 8},
}
"""The codes that set an attribute; those of one group are unset together."""

_OFF = ("22", "23", "24", "25", "27", "28", "29", "54", "55")
_SEEN_ON_BLANKS = (2, 4, 6, 7, 8)
_COLOUR_LENGTHS = {"5": 3, "2": 5}
_MOST = 4096


class StyleError(ValueError):
    """An unknown SGR code."""


class CellStyle(NamedTuple):
    """The SGR codes of each group of attributes and of the two colours, and the link.

    `link` has the parameters and the address of OSC 8; "" is no link.
    """

    attributes: tuple[str, ...] = ("",) * len(_OFF)
    foreground: str = ""
    background: str = ""
    link: str = ""

    @property
    def is_bare(self) -> bool:
        """Whether a blank in this style shows only its background."""
        return not (self.link or any(self.attributes[group] for group in _SEEN_ON_BLANKS))


PLAIN = CellStyle()


@lru_cache(_MOST)
def apply_sgr(style: CellStyle, parameters: str) -> CellStyle:
    """Return the style after an SGR sequence with these parameters."""
    attributes, foreground, background = list(style.attributes), style.foreground, style.background
    codes = parameters.split(";")
    while codes:
        code = codes.pop(0)
        if code in ("", "0"):
            attributes, foreground, background = list(PLAIN.attributes), "", ""
        elif code in _GROUPS:
            group = _GROUPS[code]
            kept = [kept for kept in attributes[group].split(";") if kept and kept != code]
            attributes[group] = ";".join((*kept, code))
        elif code in _OFF:
            attributes[_OFF.index(code)] = ""
        elif code in ("38", "48"):
            colour = _colour(code, codes)
            foreground, background = (colour, background) if code == "38" else (foreground, colour)
        elif code in ("39", "49"):
            foreground, background = ("", background) if code == "39" else (foreground, "")
        elif len(code) in (2, 3) and code[:-1] in ("3", "9"):
            foreground = code
        elif len(code) in (2, 3) and code[:-1] in ("4", "10"):
            background = code
        else:
            raise StyleError(code)
    return CellStyle(tuple(attributes), foreground, background, style.link)


def _colour(code: str, codes: list[str]) -> str:
    """Remove the remaining codes of a colour from `codes`, and return the whole colour."""
    rest = _COLOUR_LENGTHS.get(codes[0] if codes else "", 0) - 1
    if rest < 0 or len(codes) < rest:
        raise StyleError(code)
    taken = [code, *codes[:rest]]
    del codes[:rest]
    return ";".join(taken)


@lru_cache(_MOST)
def blank_style(style: CellStyle) -> CellStyle:
    """Return the style without the attributes that are invisible on a blank."""
    if style.is_bare:
        return CellStyle(background=style.background)
    seen = [codes if group in _SEEN_ON_BLANKS else "" for group, codes in enumerate(style.attributes)]
    return CellStyle(tuple(seen), style.foreground, style.background, style.link)


@lru_cache(_MOST)
def nearest(style: CellStyle, target: CellStyle) -> CellStyle:
    """Return the style closest to `style` that shows a blank like `target`."""
    if not target.is_bare:
        return target
    kept = ["" if group in _SEEN_ON_BLANKS else codes for group, codes in enumerate(style.attributes)]
    return CellStyle(tuple(kept), style.foreground, target.background)


@lru_cache(_MOST)
def transition(old: CellStyle, new: CellStyle) -> str:
    """Return the shortest sequences that change one style into another."""
    link = f"\x1b]8;{new.link or ';'}\x1b\\" if old.link != new.link else ""
    codes = _codes(old, new)
    whole = ["0", *_codes(PLAIN, new)] if new[:3] != PLAIN[:3] else [""]
    if not codes:
        return link
    return f"{link}\x1b[{min(';'.join(codes), ';'.join(whole), key=len)}m"


def _codes(old: CellStyle, new: CellStyle) -> list[str]:
    codes = []
    for off, before, after in zip(_OFF, old.attributes, new.attributes, strict=True):
        if before != after:
            codes += [code for code in (before and off, after) if code]
    if old.foreground != new.foreground:
        codes.append(new.foreground or "39")
    if old.background != new.background:
        codes.append(new.background or "49")
    return codes
