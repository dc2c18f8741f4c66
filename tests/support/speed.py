"""Makes tests of the app cheaper: no painting for nobody, and less garbage collection."""

from __future__ import annotations

import gc
import os
from typing import Any

import pytest
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import active_app
from textual.screen import Screen


def pytest_collection_finish(session: pytest.Session) -> None:
    """Exempt the modules and tests, which live until the end, from garbage collection, and collect rarely.

    Otherwise each full collection visits all of them: 11 % of the time of a test of a screen.
    """
    del session
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def skip_painting() -> None:
    """Let apps without a terminal paint nothing on each change, which takes a quarter of their time.

    Textual paints the changes and discards them there. Tests read the screen by other ways, which paint it
    completely; a dialog keeps what it has painted of the screens behind it, so that is not skipped. The
    environment variable PAINT switches all of this off.
    """
    if "PAINT" in os.environ:
        return
    paint = Compositor.render_update

    def render_update(
        compositor: Compositor,
        full: bool = False,
        screen_stack: list[Screen[Any]] | None = None,
        simplify: bool = False,
    ) -> RenderableType | None:
        if full or screen_stack or not active_app.get().is_headless:
            return paint(compositor, full, screen_stack, simplify)
        compositor._dirty_regions.clear()
        return None

    Compositor.render_update = render_update  # type: ignore[assignment, method-assign]
