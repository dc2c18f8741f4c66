"""Lets keys and pastes go to where they belong one after another, however fast they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

from textual.app import App
from textual.events import Event
from textual.message_pump import MessagePump


class InTurn:
    """Holds a key or a paste back until the one before has done its work.

    Textual gives what it reads at once to what has the focus then: of `/abc` in one read, as a slow network
    brings it, the letters would go to the list. A callback follows each key on its way up, from what has the
    focus to the app.
    """

    def __init__(self, app: App[None], handle: Callable[[Event], Awaitable[None]]) -> None:
        """`handle` gives an event to what has the focus."""
        self._app = app
        self._handle = handle
        self._waiting: deque[Event] = deque()
        self._at: MessagePump | None = None

    @property
    def busy(self) -> bool:
        """Whether an event is on its way."""
        # What was taken off the screen with a callback in its queue calls nobody back.
        return self._at is not None and self._at.is_running

    async def take(self, event: Event) -> None:
        """Deal with an event as soon as it is its turn."""
        self._waiting.append(event)
        if not self.busy:
            await self._next()

    async def _next(self) -> None:
        self._at = None
        if self._waiting:
            target = self._app.focused or self._app.screen
            await self._handle(self._waiting.popleft())
            self._follow(target)

    def _follow(self, pump: MessagePump | None) -> None:
        """Come behind the event at one more of those that it passes."""
        if pump is None or pump is self._app or not pump.call_later(self._follow, pump._parent):
            self._at = self._app
            # Later, and once more: a change of the focus that the event asked for comes between.
            self._app.call_later(self._app.call_later, self._next)
        else:
            self._at = pump
