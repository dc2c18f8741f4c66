"""The terminals that support writing only the changed cells."""

from __future__ import annotations

from collections.abc import Mapping

_TERMINALS = (
    *("xterm", "screen", "tmux", "rxvt", "alacritty", "foot", "st-", "kitty", "konsole", "gnome", "vte"),
    *("wezterm", "ghostty", "contour", "putty", "iterm", "mintty", "ms-terminal", "mlterm"),
)


def is_supported(environ: Mapping[str, str]) -> bool:
    """Return whether only changed cells can be written to the terminal that TERM names."""
    return environ.get("TERM", "").startswith(_TERMINALS)
