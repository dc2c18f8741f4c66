"""Plans when the list is requested again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.presence import Presence
from cgc_tui.domain.refresh_failure import RefreshFailure
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.tui.host import Host

if TYPE_CHECKING:
    from cgc_tui.api.requester import RetryHook

EARLY_FAILURE_DELAY = 0.7
"""Seconds after which a failed attempt is shown, if the next one has not succeeded by then."""


class Refresher:
    """The owner of the refresh interval, the user's presence and the last failure.

    `due` is called when the list is to be requested again, `changed` with each new status.
    """

    def __init__(
        self,
        host: Host,
        interval: float,
        *,
        clock: Callable[[], datetime],
        due: Callable[[], object],
        changed: Callable[[RefreshStatus], object],
    ) -> None:
        """`interval` is the time between refreshes in seconds, 0 for none."""
        self.status = RefreshStatus(interval)
        self._host = host
        self._clock = clock
        self._due = due
        self._changed = changed
        self._timer: Timer | None = None
        self._active_at = clock()
        self._focused = True

    def set_interval(self, interval: float) -> None:
        """Refresh every `interval` seconds from now on, 0 for never."""
        if self._set(interval=interval):
            self._reschedule()

    def toggle_pause(self) -> None:
        """Stop or resume the refreshes."""
        self._set(paused=not self.status.paused)
        self._reschedule()

    def touch(self, *, focused: bool = True) -> None:
        """Record user activity; `focused` is False if the terminal has just lost the focus."""
        self._active_at, self._focused = self._clock(), focused
        self._set_presence(Presence.from_idle(0.0, focused=focused))

    def schedule(self) -> None:
        """Plan the next refresh, after an interval that depends on the user's presence."""
        self._update_presence()
        self._start(self.status.presence.refresh_interval(self.status.interval))

    def cancel(self) -> None:
        """Plan no refresh."""
        self._start(0)

    def clear_failure(self) -> None:
        """Forget the last failure."""
        self._set(failure=None)

    def fail(self, error: CgcError) -> None:
        """Show a failure and plan the next request if it can help; the same failure is counted."""
        now = self._clock()
        failure = RefreshFailure.next(error, self.status.failure, now, interval=self.status.interval)
        self._update_presence()
        if self.status.is_suspended:
            failure = replace(failure, retry_at=None)
        self._set(failure=failure)
        if failure.retry_at is not None:
            self._start((failure.retry_at - now).total_seconds())

    def halt(self, error: CgcError) -> None:
        """Show a failure that no further request can fix."""
        self.cancel()
        self._set(failure=RefreshFailure(error))

    @property
    def is_retrying(self) -> bool:
        """Whether a request is planned after a failure."""
        failure = self.status.failure
        return failure is not None and failure.retry_at is not None

    def stop_retrying(self) -> None:
        """Plan no refresh and no retry; the failure stays on the screen."""
        self.cancel()
        if self.status.failure is not None:
            self._set(failure=replace(self.status.failure, retry_at=None))

    @contextmanager
    def attempt(self) -> Iterator[RetryHook]:
        """Yield the hook for the retries of a request, which shows a failed attempt after a while."""
        timer: Timer | None = None

        def on_retry(error: CgcError, delay: float) -> None:
            nonlocal timer
            if timer is not None:
                timer.stop()
            failure = RefreshFailure(error, 0, self._clock() + timedelta(seconds=delay))
            timer = self._host.set_timer(EARLY_FAILURE_DELAY, partial(self._show_early, failure))

        try:
            yield on_retry
        finally:
            if timer is not None:
                timer.stop()

    def _show_early(self, failure: RefreshFailure) -> None:
        if self.status.failure is None:
            self._set(failure=failure)

    def _set(self, **changes: Any) -> bool:
        """Change the status; return whether it is different."""
        status = self.status._replace(**changes)
        if status == self.status:
            return False
        self.status = status
        self._changed(status)
        return True

    def _update_presence(self) -> None:
        idle = (self._clock() - self._active_at).total_seconds()
        self._set_presence(Presence.from_idle(idle, focused=self._focused))

    def _set_presence(self, presence: Presence) -> None:
        """Refresh in the interval that fits, and at once when a user who was away is back."""
        old = self.status.presence
        if not self._set(presence=presence):
            return
        if old is Presence.AWAY:
            self._due()
        elif presence is not Presence.AWAY:
            self._reschedule()

    def _reschedule(self) -> None:
        """Plan the next request for the new status; the wait after a failure is kept."""
        retry_at = self.status.failure.retry_at if self.status.failure is not None else None
        if retry_at is None:
            self.schedule()
        elif self.status.is_suspended:
            self.stop_retrying()
        else:
            self._start(max(0.1, (retry_at - self._clock()).total_seconds()))

    def _start(self, seconds: float) -> None:
        """Replace the timer; 0 is never, and so is any time while refreshing is suspended."""
        if self._timer is not None:
            self._timer.stop()
        planned = seconds and not self.status.is_suspended
        self._timer = self._host.set_timer(seconds, self._due) if planned else None
