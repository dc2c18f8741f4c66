"""Plans when the platform is asked again, and says what went wrong in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual.reactive import reactive
from textual.timer import Timer

from cgc_tui.domain.errors import CgcError, TokenRejected
from cgc_tui.domain.presence import Presence
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.refresh_failure import RefreshFailure
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.jobs.tally import Tally
from cgc_tui.tui.messages import TokenRefused

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

ASKING = SafeText("asking…")
EARLY_NEWS = 0.7


class Waiting(Tally):
    """The owner of the rhythm, and of the `trouble` and the `news`. All times are in seconds."""

    trouble: reactive[RefreshFailure | None] = reactive[RefreshFailure | None](None, init=False)
    news: reactive[SafeText] = reactive(SafeText(""))
    every: reactive[float] = reactive(15.0, init=False)
    paused: reactive[bool] = reactive(False, init=False)
    attention: reactive[Presence] = reactive(Presence.ACTIVE, init=False)

    def __init__(
        self, client: PlatformClient, *, query: JobQuery, every: float, clock: Callable[[], datetime]
    ) -> None:
        """`every` is the time between refreshes, 0 for none."""
        super().__init__(client, query=query, clock=clock)
        self.set_reactive(Waiting.every, every)
        self._again: Timer | None = None
        self._early: Timer | None = None
        self._attended_at = clock()
        self._focused = True

    def refresh_list(self) -> None:
        """Ask for the list again."""
        raise NotImplementedError

    def stop_asking(self, error: TokenRejected) -> None:
        """Ask nothing more with a token that is refused."""
        self.workers.cancel_node(self)
        self._schedule(0)
        self.news = SafeText("")
        self.trouble = RefreshFailure(error)

    @property
    def asleep(self) -> bool:
        """Whether nothing is asked unless by key."""
        return self.paused or self.attention is Presence.AWAY

    def attend(self, *, focused: bool = True) -> None:
        """Know that somebody is there; `focused` is False where the terminal has just lost the focus."""
        self._attended_at, self._focused = self.clock(), focused
        self.attention = Presence.from_idle(0.0, focused=focused)

    def watch_attention(self, before: Presence, now: Presence) -> None:
        """Keep the rhythm that fits; who comes back after a sleep sees the list of now."""
        if before is Presence.AWAY:
            self.refresh_list()
        elif now is not Presence.AWAY:
            self._go_on()

    def watch_every(self) -> None:
        """Keep the new rhythm from now on."""
        self._go_on()

    def watch_paused(self) -> None:
        """Stop asking, or go on."""
        self._go_on()

    def _go_on(self) -> None:
        """Plan the next request; a wait that trouble asks for is kept."""
        again_at = self.trouble.retry_at if self.trouble is not None else None
        if again_at is None:
            self._schedule_refresh()
        elif self.asleep:
            self._schedule(0)
            self.trouble = replace(self.trouble, retry_at=None)  # type: ignore[type-var]
        else:
            self._schedule(max(0.1, (again_at - self.clock()).total_seconds()))

    def _failed(self, error: CgcError) -> None:
        """Say what went wrong and ask again when that can help; the same failure is counted."""
        self.news = SafeText("")
        if isinstance(error, TokenRejected):
            self.post_message(TokenRefused(error))
            return
        trouble = RefreshFailure.next(error, self.trouble, self.clock(), interval=self.every)
        self._notice_attention()
        self.trouble = replace(trouble, retry_at=None) if self.asleep else trouble
        if trouble.retry_at is not None:
            self._schedule((trouble.retry_at - self.clock()).total_seconds())

    def _retrying(self, error: CgcError, delay: float) -> None:
        """Tell of a failed attempt soon, unless the next one mends it sooner."""
        self._stop(self._early)
        again_at = self.clock() + timedelta(seconds=delay)
        self._early = self.set_timer(EARLY_NEWS, partial(self._tell, RefreshFailure(error, 0, again_at)))

    def _tell(self, trouble: RefreshFailure) -> None:
        if self.trouble is None:
            self.trouble = trouble

    def _schedule_refresh(self) -> None:
        """Load again when that is due for somebody with as much attention."""
        self._notice_attention()
        self._schedule(self.attention.refresh_interval(self.every))

    def _notice_attention(self) -> None:
        idle = (self.clock() - self._attended_at).total_seconds()
        self.attention = Presence.from_idle(idle, focused=self._focused)

    def _schedule(self, seconds: float) -> None:
        """Load again after that time; 0 is never, and so is any time while asleep."""
        self._stop(self._again)
        self._again = self.set_timer(seconds, self.refresh_list) if seconds and not self.asleep else None

    @staticmethod
    def _stop(timer: Timer | None) -> None:
        if timer is not None:
            timer.stop()
