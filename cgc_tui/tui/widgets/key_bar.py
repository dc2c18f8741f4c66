"""The keys at the bottom of a screen."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen

from cgc_tui.tui.widgets.split_line import SplitLine

ALWAYS_SHOWN = ("leave", "help", "quit")


class KeyBar(SplitLine):
    """The active keys that are shown, each with its description; a click presses the key.

    Textual's footer has a widget for each key and recreates all of them when keys may have changed,
    which delays the first rows by 40 ms and every change of the focus by 10 ms.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"key-bar--key"}

    shown: reactive[tuple[Binding, ...]] = reactive(())

    def on_mount(self) -> None:
        """Follow the active bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._update_keys, immediate=True)
        self._update_keys(self.screen)

    def _update_keys(self, screen: Screen[object]) -> None:
        """Take the first key of each action."""
        first_bindings: dict[str, Binding] = {}
        for _, binding, _, _ in screen.active_bindings.values():
            if binding.show:
                first_bindings.setdefault(binding.action, binding)
        self.shown = tuple(first_bindings.values())

    def sides(self) -> tuple[Content, Content]:
        """Return the keys, all on the left."""
        return Content(" ").join(map(self._key, self._fitting())), Content("")

    def _fitting(self) -> list[Binding]:
        """Return the keys that fit: the last ones before back, help and quit are left out first."""
        keys = list(self.shown)
        while sum(self._key(key).cell_length + 1 for key in keys) - 1 > self.content_size.width:
            optional = [key for key in keys if key.action not in ALWAYS_SHOWN]
            if not optional:
                break
            keys.remove(optional[-1])
        return keys

    def _key(self, binding: Binding) -> Content:
        style = self.get_visual_style("key-bar--key", partial=True)
        return Content.assemble((self.app.get_key_display(binding), style), f" {binding.description}")

    def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer."""
        end = 0
        for binding in self._fitting():
            start, end = end, end + self._key(binding).cell_length + 1
            if start <= event.x < end - 1:
                self.app.simulate_key(binding.key)
                return
