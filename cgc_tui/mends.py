"""What is mended in Textual itself, for all that is shown, its own screens too; imported for that alone."""

from __future__ import annotations

from functools import lru_cache, partial

from textual._styles_cache import StylesCache
from textual.geometry import Size
from textual.screen import Screen

_lay_out = Screen._screen_resized


def _screen_resized(screen: Screen[object], size: Size) -> None:
    """Lay out a screen for the size that the terminal has.

    A screen tells itself of each size that it gets: of two that differ, one behind the other in its queue
    with anything between, it would come back to each for ever.
    """
    if size == screen.app.size:
        _lay_out(screen, size)


Screen._screen_resized = _screen_resized  # type: ignore[assignment, method-assign]

# Two colours of two: kept by these alone, and not with the widget whose lines would be kept with it, after
# it is gone (Textual's tracker: "StylesCache.get_inner_outer retains whole StylesCache objects").
_inner_outer = partial(StylesCache.get_inner_outer.__wrapped__, None)
StylesCache.get_inner_outer = staticmethod(lru_cache(1024)(_inner_outer))  # type: ignore[assignment, method-assign]
