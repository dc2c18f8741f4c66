"""Saves time before the first paint and the first rows.

Textual adds the classes of the breakpoints when a screen gets its size, and restyles a screen each time it
becomes the active one. At the start both would style every widget a second time.
"""

from __future__ import annotations

from textual.app import App
from textual.events import ScreenResume
from textual.screen import Screen


def set_breakpoint_classes(screen: Screen[None], app: App[None]) -> None:
    """Give a new screen the classes that Textual gives it once it has its size."""
    for cells, breakpoints in (
        (app.size.width, app.HORIZONTAL_BREAKPOINTS),
        (app.size.height, app.VERTICAL_BREAKPOINTS),
    ):
        reached = [(least, name) for least, name in breakpoints or () if least <= cells]
        if reached:
            screen.add_class(max(reached)[1])


def skip_first_restyle(screen: Screen[None], event: ScreenResume) -> None:
    """Leave the styles of a screen that has never been active as they are: they are new."""
    if not screen.stack_updates:
        event.refresh_styles = False
