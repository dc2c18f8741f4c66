"""Delivers keys and pastes to the focused widget one after another, however fast they arrive."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import takewhile

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key

MAX_REPEATS = 64
"""How many presses of one key may wait: more than that is a key that was held down."""


class InputQueue:
    """Delays a key or a paste until the previous one has been handled.

    Textual sends all that it reads to the widget that has the focus at that moment: of `/abc` in one read, as
    from a slow network, the letters would go to the list. A callback follows each key up the DOM, from the
    focused widget to the app. Repeats of one key beyond `MAX_REPEATS` are dropped, unless they are text for
    the focused widget.
    """

    def __init__(self, app: App[None], handle: Callable[[Event], Awaitable[None]]) -> None:
        """`handle` sends an event to the focused widget."""
        self._app = app
        self._handle = handle
        self._waiting: deque[Event] = deque()
        self._at: DOMNode | None = None

    @property
    def busy(self) -> bool:
        """Whether an event is being handled."""
        # A widget that was removed with the callback in its queue never calls it.
        return self._at is not None and self._at.is_running

    def repeats(self, event: Event) -> bool:
        """Return whether an event repeats the last key that waits."""
        return bool(self._waiting) and isinstance(event, Key) and _same(self._waiting[-1], key=event)

    async def put(self, event: Event) -> None:
        """Handle an event after those that wait."""
        self._waiting.append(event)
        if not self.busy:
            await self._next()

    async def _finish(self) -> None:
        """Handle the next event once the screen that this one opened, if it did, has set its focus.

        A worker that the event started may open it, so that is given a turn first.
        """
        await asyncio.sleep(0)
        if self._app.screen.stack_updates:
            await self._next()
        else:
            self._app.call_later(self._finish)

    async def _next(self) -> None:
        self._at = None
        if self._waiting:
            target = self._app.focused or self._app.screen
            event = self._waiting.popleft()
            if isinstance(event, Key) and not target.check_consume_key(event.key, event.character):
                self._drop_repeats(event)
            await self._handle(event)
            self._track(target)

    def _drop_repeats(self, key: Key) -> None:
        """Keep at most `MAX_REPEATS` repeats of the key at the front of the queue."""
        repeats = sum(1 for _ in takewhile(partial(_same, key=key), self._waiting))
        for _ in range(repeats - MAX_REPEATS):
            self._waiting.popleft()

    def _track(self, node: DOMNode | None) -> None:
        """Follow the event up the DOM, one node per callback."""
        if node is None or node is self._app or not node.call_later(self._track, node.parent):
            self._at = self._app
            # Twice later, so that a focus change that the event requested happens before.
            self._app.call_later(self._app.call_later, self._finish)
        else:
            self._at = node


def _same(event: Event, *, key: Key) -> bool:
    return isinstance(event, Key) and event.key == key.key
