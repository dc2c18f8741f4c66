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

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

ASKING = SafeText("asking…")
EARLY_FAILURE_DELAY = 0.7

REQUEST_GROUPS = ("page", "ahead", "counts", "user", "detail", "watch")
"""The workers that end with the token; those of dialogs and of files go on."""


class Waiting(Tally):
    """The owner of the rhythm, and of the `failure` and the `notice`. All times are in seconds."""

    failure: reactive[RefreshFailure | None] = reactive[RefreshFailure | None](None, init=False)
    notice: reactive[SafeText] = reactive(SafeText(""))
    interval: reactive[float] = reactive(15.0, init=False)
    paused: reactive[bool] = reactive(False, init=False)
    presence: reactive[Presence] = reactive(Presence.ACTIVE, init=False)

    def __init__(
        self, client: PlatformClient, *, query: JobQuery, interval: float, clock: Callable[[], datetime]
    ) -> None:
        """`interval` is the time between refreshes, 0 for none."""
        super().__init__(client, query=query, clock=clock)
        self.set_reactive(Waiting.interval, interval)
        self._refresh_timer: Timer | None = None
        self._early_timer: Timer | None = None
        self._active_at = clock()
        self._focused = True

    def reload(self) -> None:
        """Ask for the list again."""
        raise NotImplementedError

    def stop_requests(self, error: TokenRejected) -> None:
        """Ask nothing more with a token that is refused."""
        self._cancel_requests()
        self._schedule(0)
        self.notice = SafeText("")
        self.failure = RefreshFailure(error)

    def _cancel_requests(self) -> None:
        for group in REQUEST_GROUPS:
            self.workers.cancel_group(self, group)

    @property
    def is_suspended(self) -> bool:
        """Whether nothing is asked unless by key."""
        return self.paused or self.presence is Presence.AWAY

    def touch(self, *, focused: bool = True) -> None:
        """Know that somebody is there; `focused` is False where the terminal has just lost the focus."""
        self._active_at, self._focused = self.clock(), focused
        self.presence = Presence.from_idle(0.0, focused=focused)

    def watch_presence(self, old: Presence, new: Presence) -> None:
        """Keep the rhythm that fits; who comes back after a sleep sees the list of now."""
        if old is Presence.AWAY:
            self.reload()
        elif new is not Presence.AWAY:
            self._reschedule()

    def watch_interval(self) -> None:
        """Keep the new rhythm from now on."""
        self._reschedule()

    def watch_paused(self) -> None:
        """Stop asking, or go on."""
        self._reschedule()

    def _reschedule(self) -> None:
        """Plan the next request; a wait that trouble asks for is kept."""
        again_at = self.failure.retry_at if self.failure is not None else None
        if again_at is None:
            self._schedule_refresh()
        elif self.is_suspended:
            self._schedule(0)
            self.failure = replace(self.failure, retry_at=None)  # type: ignore[type-var]
        else:
            self._schedule(max(0.1, (again_at - self.clock()).total_seconds()))

    def _handle_failure(self, error: CgcError) -> None:
        """Say what went wrong and ask again when that can help; the same failure is counted."""
        self.notice = SafeText("")
        failure = RefreshFailure.next(error, self.failure, self.clock(), interval=self.interval)
        self._update_presence()
        self.failure = replace(failure, retry_at=None) if self.is_suspended else failure
        if failure.retry_at is not None:
            self._schedule((failure.retry_at - self.clock()).total_seconds())

    def _retrying(self, error: CgcError, delay: float) -> None:
        """Tell of a failed attempt soon, unless the next one mends it sooner."""
        self._stop(self._early_timer)
        again_at = self.clock() + timedelta(seconds=delay)
        self._early_timer = self.set_timer(
            EARLY_FAILURE_DELAY, partial(self._show_failure, RefreshFailure(error, 0, again_at))
        )

    def _show_failure(self, failure: RefreshFailure) -> None:
        if self.failure is None:
            self.failure = failure

    def _schedule_refresh(self) -> None:
        """Load again when that is due for somebody with as much attention."""
        self._update_presence()
        self._schedule(self.presence.refresh_interval(self.interval))

    def _update_presence(self) -> None:
        idle = (self.clock() - self._active_at).total_seconds()
        self.presence = Presence.from_idle(idle, focused=self._focused)

    def _schedule(self, seconds: float) -> None:
        """Load again after that time; 0 is never, and so is any time while asleep."""
        self._stop(self._refresh_timer)
        self._refresh_timer = (
            self.set_timer(seconds, self.reload) if seconds and not self.is_suspended else None
        )

    @staticmethod
    def _stop(timer: Timer | None) -> None:
        if timer is not None:
            timer.stop()
