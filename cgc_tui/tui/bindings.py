"""Creates Textual's bindings from the key table; no binding is created elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from cgc_tui.config.keymap import KEYS

Hint = tuple[str, str]
"""A key that a widget has by itself, and what it does, for the key bar."""


def bindings(group: str) -> list[BindingType]:
    """Return the bindings of the screen or widget that the key table names `group`."""
    return [
        Binding(
            key.keys,
            key.action,
            key.description,
            show=key.show,
            key_display=key.key_display,
            priority=key.priority,
            tooltip=key.tooltip,
            id=key.id,
        )
        for key in KEYS[group]
    ]


def hint_bindings(hints: Sequence[Hint]) -> list[Binding]:
    """Return the keys that widgets have by themselves as bindings that do nothing, for the key bar."""
    return [Binding(key, f"hint {key}", description) for key, description in hints]


def own_bindings(screen: Screen[object]) -> Iterator[tuple[DOMNode, Binding]]:
    """Yield the active bindings of a screen that are this app's: those with an id."""
    for node, binding, enabled, _ in screen.active_bindings.values():
        if binding.id and binding.description and enabled:
            yield node, binding
