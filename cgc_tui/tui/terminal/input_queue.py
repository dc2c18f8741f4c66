"""Lets keys and pastes go to where they belong one after another, however fast they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import takewhile

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key

MAX_REPEATS = 64
"""So many presses of one key may wait for their turn: more are no typing, but a key that was held down."""


class InputQueue:
    """Holds a key or a paste back until the one before has done its work.

    Textual gives what it reads at once to what has the focus then: of `/abc` in one read, as a slow network
    brings it, the letters would go to the list. A callback follows each key on its way up, from what has the
    focus to the app. Presses of one key that are behind by more than `MAX_REPEATS` are dropped, unless they
    are text for what has the focus.
    """

    def __init__(self, app: App[None], handle: Callable[[Event], Awaitable[None]]) -> None:
        """`handle` gives an event to what has the focus."""
        self._app = app
        self._handle = handle
        self._waiting: deque[Event] = deque()
        self._at: DOMNode | None = None

    @property
    def busy(self) -> bool:
        """Whether an event is on its way."""
        # What was taken off the screen with a callback in its queue calls nobody back.
        return self._at is not None and self._at.is_running

    def repeats(self, event: Event) -> bool:
        """Tell whether an event is one more press of the key that waits last."""
        return bool(self._waiting) and isinstance(event, Key) and _same(self._waiting[-1], key=event)

    async def put(self, event: Event) -> None:
        """Deal with an event as soon as it is its turn."""
        self._waiting.append(event)
        if not self.busy:
            await self._next()

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
        """Keep at most `MAX_REPEATS` of the presses of a key that wait next."""
        repeats = sum(1 for _ in takewhile(partial(_same, key=key), self._waiting))
        for _ in range(repeats - MAX_REPEATS):
            self._waiting.popleft()

    def _track(self, node: DOMNode | None) -> None:
        """Follow the event up the DOM, one node per callback."""
        if node is None or node is self._app or not node.call_later(self._track, node.parent):
            self._at = self._app
            # Later, and once more: a change of the focus that the event asked for comes between.
            self._app.call_later(self._app.call_later, self._next)
        else:
            self._at = node


def _same(event: Event, *, key: Key) -> bool:
    return isinstance(event, Key) and event.key == key.key
