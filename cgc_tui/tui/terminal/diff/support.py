"""Where cells are reckoned with, and where Textual's output is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import textual

TESTED = "8.2."
"""What the versions of Textual begin with whose output is known."""

_ABLE = (
    *("xterm", "screen", "tmux", "rxvt", "alacritty", "foot", "st-", "kitty", "konsole", "gnome", "vte"),
    *("wezterm", "ghostty", "contour", "putty", "iterm", "mintty", "ms-terminal", "mlterm"),
)


def suits(environ: Mapping[str, str]) -> bool:
    """Tell whether both Textual and the terminal are known well enough."""
    return _version().startswith(TESTED) and environ.get("TERM", "").startswith(_ABLE)


def _version() -> str:
    """Return Textual's version, "" if that is not plain.

    To import importlib.metadata for it would delay the first paint by 10 ms.
    """
    found = [path.name for path in Path(textual.__path__[0]).parent.glob("textual-*.dist-info")]
    return found[0].removeprefix("textual-").removesuffix(".dist-info") if len(found) == 1 else ""
