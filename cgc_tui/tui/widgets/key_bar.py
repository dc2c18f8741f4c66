"""The keys at the bottom of a screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen

from cgc_tui.config.keymap import KEY_BAR
from cgc_tui.tui.bindings import Hint, hint_bindings
from cgc_tui.tui.widgets.split_line import SplitLine

LAST_ACTIONS = ("screen.back", "leave", "help", "quit")


class KeyBar(SplitLine):
    """The active keys that are shown, each with its description; a click presses the key.

    Keys are never cut: what does not fit is left out, the keys at the end of `KEY_BAR` first, and back, help
    and quit never. The hints come first, and take the place of active keys.

    Textual's footer has a widget for each key and recreates all of them when keys may have changed,
    which delays the first rows by 40 ms and every change of the focus by 10 ms.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"key-bar--key"}

    shown: reactive[tuple[Binding, ...]] = reactive(())

    def __init__(self, hints: Sequence[Hint] = ()) -> None:
        super().__init__()
        self._hints = hint_bindings(hints)

    def on_mount(self) -> None:
        """Follow the active bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._update_keys, immediate=True)
        self._update_keys(self.screen)

    def _update_keys(self, screen: Screen[object]) -> None:
        """Take the hints, and the first key of each action by its place in `KEY_BAR`."""
        hinted = {binding.key for binding in self._hints}
        first_bindings: dict[str, Binding] = {}
        for key, (_, binding, _, _) in screen.active_bindings.items():
            if binding.show and key not in hinted:
                first_bindings.setdefault(binding.action, binding)
        self.shown = (*self._hints, *sorted(first_bindings.values(), key=_place))

    def sides(self) -> tuple[Content, Content]:
        """Return the keys, all on the left."""
        return Content(" ").join(map(self._key, self._fitting())), Content("")

    def _fitting(self) -> list[Binding]:
        """Return the keys that fit."""
        keys = list(self.shown)
        excess = sum(map(self._cells, keys)) - 1 - self.content_size.width
        for key in reversed(self.shown):
            if excess > 0 and key.key != "escape" and key.action not in LAST_ACTIONS:
                keys.remove(key)
                excess -= self._cells(key)
        return keys

    def _cells(self, binding: Binding) -> int:
        """Return the width of a key with the space after it."""
        return self._key(binding).cell_length + 1

    def _key(self, binding: Binding) -> Content:
        style = self.get_visual_style("key-bar--key", partial=True)
        return Content.assemble((self.app.get_key_display(binding), style), f" {binding.description}")

    def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer."""
        end = 0
        for binding in self._fitting():
            start, end = end, end + self._cells(binding)
            if start <= event.x < end - 1:
                self.app.simulate_key(binding.key)
                return


def _place(binding: Binding) -> int:
    """Return the place of a key: keys that are not in `KEY_BAR` are first; back, help and quit are last."""
    if binding.action in LAST_ACTIONS:
        return len(KEY_BAR) + LAST_ACTIONS.index(binding.action)
    return KEY_BAR.index(binding.id) if binding.id in KEY_BAR else -1
