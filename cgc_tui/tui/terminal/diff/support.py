"""The terminals whose cells are known well enough to write only those that change."""

from __future__ import annotations

from collections.abc import Mapping

_TERMINALS = (
    *("xterm", "screen", "tmux", "rxvt", "alacritty", "foot", "st-", "kitty", "konsole", "gnome", "vte"),
    *("wezterm", "ghostty", "contour", "putty", "iterm", "mintty", "ms-terminal", "mlterm"),
)


def is_supported(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal is known well enough."""
    return environ.get("TERM", "").startswith(_TERMINALS)
