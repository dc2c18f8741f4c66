"""A message that covers the screen if the terminal is too small."""

from __future__ import annotations

from textual.widgets import Static


class TooSmall(Static):
    """The required size; the stylesheet shows it in a smaller terminal."""

    def __init__(self) -> None:
        super().__init__("Too small: at least 60×15 cells are needed.", markup=False)
