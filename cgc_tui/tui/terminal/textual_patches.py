"""Patches of Textual that apply to all screens when this module is imported.

A patch is applied only if Textual's code has the form for which the patch was written. A Textual in which the
bug is fixed is left unchanged.
"""

from __future__ import annotations

from functools import lru_cache, partial
from types import FunctionType
from typing import TypeGuard

from textual._styles_cache import StylesCache
from textual.geometry import Size
from textual.screen import Screen


def patch_resize(screen_class: type[Screen[object]]) -> bool:
    """Make screens ignore sizes that are not the terminal's; return whether it was patched.

    A screen posts itself an event for each size that it gets. With two different sizes in its queue it would
    post both to itself endlessly.
    """
    lay_out = vars(screen_class).get("_screen_resized")
    if not _is_function(lay_out, "self", "size"):
        return False

    def lay_out_if_current(screen: Screen[object], size: Size) -> None:
        if size == screen.app.size:
            lay_out(screen, size)

    screen_class._screen_resized = lay_out_if_current  # type: ignore[assignment, method-assign]
    return True


def patch_style_cache(cache_class: type[StylesCache]) -> bool:
    """Cache the colours of a border by the two colours alone; return whether it was patched.

    Textual's cache has the widget's own cache in its key, and so keeps the lines of removed widgets
    (Textual's tracker: "StylesCache.get_inner_outer retains whole StylesCache objects").
    """
    cached = vars(cache_class).get("get_inner_outer")
    function = getattr(cached, "__wrapped__", None)
    if isinstance(cached, classmethod) or not _is_function(function, "cls", "base_background", "background"):
        return False
    by_colors = lru_cache(1024)(partial(function, None))
    cache_class.get_inner_outer = staticmethod(by_colors)  # type: ignore[assignment, method-assign]
    return True


def _is_function(value: object, *parameters: str) -> TypeGuard[FunctionType]:
    """Return whether a value is a plain function with just these parameters."""
    if not isinstance(value, FunctionType):
        return False
    code = value.__code__
    return code.co_varnames[: code.co_argcount] == parameters and not code.co_kwonlyargcount


patch_resize(Screen)
patch_style_cache(StylesCache)
