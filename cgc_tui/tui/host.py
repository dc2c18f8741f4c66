"""Protocols of a screen for its parts that are not widgets."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, runtime_checkable

from textual.timer import Timer
from textual.worker import Worker

from cgc_tui.domain.text import SafeText


class Host(Protocol):
    """What a part needs of its screen: workers, timers and callbacks."""

    def run_worker(
        self, work: Callable[[], Coroutine[Any, Any, None]], *, group: str, exclusive: bool
    ) -> Worker[None]:
        """Run a coroutine function or a partial of one; with `exclusive`, cancel the others of the group."""

    def set_timer(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Call `callback` after `delay` seconds."""

    def call_after_refresh(self, callback: Callable[[], object]) -> bool:
        """Call `callback` when all changes are on the screen."""


@runtime_checkable
class ShowsMessages(Protocol):
    """A screen with a status line for short messages."""

    def show_message(self, message: SafeText) -> None:
        """Show a message until the cursor or the list moves on."""
