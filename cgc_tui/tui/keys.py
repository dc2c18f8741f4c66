"""Creates Textual's bindings from the key table; no binding is created elsewhere."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from cgc_tui.config.keymap import KEYS


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
