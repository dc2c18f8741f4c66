"""Textual's own dark, light and ANSI themes, with a contrast of at least 4.5:1 for all text.

The ANSI colours are those of xterm's palette; a terminal may have others.
"""

from __future__ import annotations

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme


def _adapted(name: str, **variables: str) -> Theme:
    """Return a theme with other values of CSS variables, whose dashes are underscores here."""
    theme = BUILTIN_THEMES[name]
    changed = {variable.replace("_", "-"): color for variable, color in variables.items()}
    return replace(theme, variables=theme.variables | changed)


READABLE_THEMES = (
    _adapted("textual-dark", block_cursor_background="#0065be"),
    _adapted(
        "textual-light",
        footer_key_foreground="#004578",
        text_accent="#7a4a08",
        text_warning="#7a4a08",
        text_success="#1f6136",
    ),
    _adapted(
        "ansi-dark",
        text_error="ansi_bright_red",
        footer_key_foreground="ansi_bright_magenta",
        input_selection_background="ansi_bright_cyan",
    ),
    _adapted(
        "ansi-light",
        text_success="ansi_default",
        text_warning="ansi_blue",
        input_selection_background="ansi_blue",
        input_selection_foreground="ansi_bright_white",
    ),
)
"""The themes that replace Textual's of the same names."""
