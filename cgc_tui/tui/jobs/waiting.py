"""Plans when the platform is asked again, and says what went wrong in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual.reactive import reactive
from textual.timer import Timer

from cgc_tui.domain.errors import CgcError, Refused
from cgc_tui.domain.presence import Attention
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.refresh_failure import Trouble
from cgc_tui.domain.text import Clean
from cgc_tui.tui.jobs.tally import Tally
from cgc_tui.tui.messages import TokenRefused

if TYPE_CHECKING:
    from cgc_tui.api.client import Client

ASKING = Clean("asking…")
EARLY_NEWS = 0.7


class Waiting(Tally):
    """The owner of the rhythm, and of the `trouble` and the `news`. All times are in seconds."""

    trouble: reactive[Trouble | None] = reactive[Trouble | None](None, init=False)
    news: reactive[Clean] = reactive(Clean(""))
    every: reactive[float] = reactive(15.0, init=False)
    paused: reactive[bool] = reactive(False, init=False)
    attention: reactive[Attention] = reactive(Attention.FULL, init=False)

    def __init__(
        self, client: Client, *, query: JobQuery, every: float, clock: Callable[[], datetime]
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

    def stop_asking(self, error: Refused) -> None:
        """Ask nothing more with a token that is refused."""
        self.workers.cancel_node(self)
        self._schedule(0)
        self.news = Clean("")
        self.trouble = Trouble(error)

    @property
    def asleep(self) -> bool:
        """Whether nothing is asked unless by key."""
        return self.paused or self.attention is Attention.NONE

    def attend(self, *, focused: bool = True) -> None:
        """Know that somebody is there; `focused` is False where the terminal has just lost the focus."""
        self._attended_at, self._focused = self.clock(), focused
        self.attention = Attention.after(0.0, focused=focused)

    def watch_attention(self, before: Attention, now: Attention) -> None:
        """Keep the rhythm that fits; who comes back after a sleep sees the list of now."""
        if before is Attention.NONE:
            self.refresh_list()
        elif now is not Attention.NONE:
            self._go_on()

    def watch_every(self) -> None:
        """Keep the new rhythm from now on."""
        self._go_on()

    def watch_paused(self) -> None:
        """Stop asking, or go on."""
        self._go_on()

    def _go_on(self) -> None:
        """Plan the next request; a wait that trouble asks for is kept."""
        again_at = self.trouble.again_at if self.trouble is not None else None
        if again_at is None:
            self._schedule_refresh()
        elif self.asleep:
            self._schedule(0)
            self.trouble = replace(self.trouble, again_at=None)  # type: ignore[type-var]
        else:
            self._schedule(max(0.1, (again_at - self.clock()).total_seconds()))

    def _failed(self, error: CgcError) -> None:
        """Say what went wrong and ask again when that can help; the same failure is counted."""
        self.news = Clean("")
        if isinstance(error, Refused):
            self.post_message(TokenRefused(error))
            return
        trouble = Trouble.after(error, self.trouble, self.clock(), usual=self.every)
        self._notice_attention()
        self.trouble = replace(trouble, again_at=None) if self.asleep else trouble
        if trouble.again_at is not None:
            self._schedule((trouble.again_at - self.clock()).total_seconds())

    def _retrying(self, error: CgcError, delay: float) -> None:
        """Tell of a failed attempt soon, unless the next one mends it sooner."""
        self._stop(self._early)
        again_at = self.clock() + timedelta(seconds=delay)
        self._early = self.set_timer(EARLY_NEWS, partial(self._tell, Trouble(error, 0, again_at)))

    def _tell(self, trouble: Trouble) -> None:
        if self.trouble is None:
            self.trouble = trouble

    def _schedule_refresh(self) -> None:
        """Load again when that is due for somebody with as much attention."""
        self._notice_attention()
        self._schedule(self.attention.rhythm(self.every))

    def _notice_attention(self) -> None:
        idle = (self.clock() - self._attended_at).total_seconds()
        self.attention = Attention.after(idle, focused=self._focused)

    def _schedule(self, seconds: float) -> None:
        """Load again after that time; 0 is never, and so is any time while asleep."""
        self._stop(self._again)
        self._again = self.set_timer(seconds, self.refresh_list) if seconds and not self.asleep else None

    @staticmethod
    def _stop(timer: Timer | None) -> None:
        if timer is not None:
            timer.stop()
