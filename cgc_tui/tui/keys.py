"""Textual's bindings, made of the key table. Nothing else makes a binding."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from cgc_tui.config.keymap import KEYS


def bindings(group: str) -> list[BindingType]:
    """Return the bindings of a screen or widget, whose name in the key table is `group`."""
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
