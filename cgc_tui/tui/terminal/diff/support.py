"""Where cells are reckoned with, and where Textual's output is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import textual

TESTED_VERSION = "8.2."
"""What the versions of Textual begin with whose output is known."""

_TERMINALS = (
    *("xterm", "screen", "tmux", "rxvt", "alacritty", "foot", "st-", "kitty", "konsole", "gnome", "vte"),
    *("wezterm", "ghostty", "contour", "putty", "iterm", "mintty", "ms-terminal", "mlterm"),
)


def is_supported(environ: Mapping[str, str]) -> bool:
    """Tell whether both Textual and the terminal are known well enough."""
    return _version().startswith(TESTED_VERSION) and environ.get("TERM", "").startswith(_TERMINALS)


def _version() -> str:
    """Return Textual's version, "" if that is not plain.

    To import importlib.metadata for it would delay the first paint by 10 ms.
    """
    names = [path.name for path in Path(textual.__path__[0]).parent.glob("textual-*.dist-info")]
    return names[0].removeprefix("textual-").removesuffix(".dist-info") if len(names) == 1 else ""
