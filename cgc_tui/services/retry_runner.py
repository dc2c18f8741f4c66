"""Runs a retry: waits for the send lock, sends, and watches the new jobs until all have finished."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from functools import partial
from typing import Any, NamedTuple

from cgc_tui.domain.errors import CgcError, TokenRejected
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.retry.plan import RetryPlan
from cgc_tui.domain.retry.request import NameConflictPolicy
from cgc_tui.domain.retry.run import RetryRun
from cgc_tui.domain.text import SafeText
from cgc_tui.services.host import BackgroundHost, BackgroundTask, BackgroundTimer
from cgc_tui.services.retry import locked_run, poll_delay, reconcile, reconcile_once, refresh, send
from cgc_tui.services.retry_planner import RetryPlanner
from cgc_tui.services.session import PlatformSession
from cgc_tui.system.send_lock import SendLock

DEFAULT_INTERVAL = 15.0
"""Seconds between two polls of the new jobs where the list is not refreshed."""


class Phase(Enum):
    """What a retry does. Imports are sent in `SENDING` only."""

    PLANNED = auto()
    LOCKING = auto()
    SENDING = auto()
    RECONCILING = auto()
    WATCHING = auto()


class RetryStatus(NamedTuple):
    """The run, None before anything is sent, and what went wrong.

    `holder` is the process that has the lock. `start_error` is why nothing was sent, `send_error` why not
    all was, `look_error` why lost responses could not be searched for, `refresh_error` why the new jobs
    could not be read. `started_meanwhile` imports were started by another process. `unprotected` is the
    reason why there is no lock.
    """

    phase: Phase = Phase.PLANNED
    run: RetryRun | None = None
    holder: LockHolder | None = None
    start_error: CgcError | None = None
    send_error: CgcError | None = None
    look_error: CgcError | None = None
    refresh_error: CgcError | None = None
    started_meanwhile: int = 0
    unprotected: SafeText = SafeText("")
    as_of: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it sends imports, or watches unfinished new jobs."""
        if self.phase in (Phase.SENDING, Phase.RECONCILING):
            return True
        return self.run is not None and bool(self.run.running_ids)


class RetryRunner:
    """The owner of the run. Each import is sent once, regardless of the order of calls.

    One worker waits until no other process sends, reads the list again, and sends what is left of the plan.
    The new jobs are then polled until they have finished, soon at first and then at the list's interval.
    """

    def __init__(
        self,
        host: BackgroundHost,
        session: PlatformSession,
        planner: RetryPlanner,
        *,
        refresh_status: Callable[[], RefreshStatus],
        changed: Callable[[], object],
    ) -> None:
        """`refresh_status` returns that of the list, whose interval and pause also hold for the polls."""
        self.status = RetryStatus()
        self._host = host
        self._session = session
        self._planner = planner
        self._refresh_status = refresh_status
        self._changed = changed
        self._token_rejected = False
        self._polls = 0
        self._failures = 0
        self._sending: BackgroundTask[None] | None = None
        self._looking: BackgroundTask[None] | None = None
        self._timer: BackgroundTimer | None = None

    @property
    def interval(self) -> float:
        """Seconds between two polls, after the first ones."""
        return self._refresh_status().interval or DEFAULT_INTERVAL

    @property
    def paused(self) -> bool:
        """Whether the new jobs are not polled until the user resumes it."""
        return self._refresh_status().paused

    def start(self, policy: NameConflictPolicy) -> None:
        """Send what is planned, unless that is done or in progress."""
        plan = self._planner.state.plan
        if plan is not None and plan.jobs and self.status.phase is Phase.PLANNED:
            self._set(phase=Phase.LOCKING, holder=None, start_error=None)
            self._sending = self._host.run_worker(
                partial(self._run, plan, policy), group="retry", exclusive=False
            )

    def stop(self) -> bool:
        """Stop waiting for the lock, or stop before the next request; return whether it was active."""
        run = self.status.run
        if self.status.phase is Phase.LOCKING and self._sending is not None:
            self._sending.cancel()
            self._set(phase=Phase.PLANNED, holder=None)
            return True
        if self.status.phase is Phase.SENDING and run is not None:
            run.stopped = True
            self._changed()
            return True
        return False

    def look(self) -> None:
        """Search for jobs whose response was lost, and read the new ones; not while it sends."""
        self._token_rejected = False
        if self.status.run is not None and self.status.phase is not Phase.SENDING:
            self._request(self._look)

    def halt(self, error: CgcError) -> None:
        """Stop polling after an error that makes every request fail."""
        if self._timer is not None:
            self._timer.stop()
        if self.status.run is not None and self.status.run.running_ids:
            self._set(refresh_error=error)

    def restart(self) -> None:
        """Continue with the session's new client; imports that the old one did not send stay unsent."""
        for task in (self._sending, self._looking):
            if task is not None:
                task.cancel()
        if (run := self.status.run) is None:
            self._set(phase=Phase.PLANNED, holder=None)
        else:
            run.stopped = True
            self._set(phase=Phase.WATCHING)
            self.look()

    async def _run(self, plan: RetryPlan, policy: NameConflictPolicy) -> None:
        session = self._session
        lock = SendLock(
            session.state_directory,
            on_wait=lambda holder: self._set(holder=holder),
            on_unprotected=lambda reason: self._set(unprotected=reason),
            clock=session.clock,
        )
        known = self._planner.state.listed_ids
        try:
            async with locked_run(session.client, plan, policy, known=known, hold=lock.hold) as run:
                self._set(started_meanwhile=len(plan.jobs) - len(run.plan.jobs))
                if not run.plan.jobs:
                    self._set(phase=Phase.PLANNED)
                    self._planner.reduce(run.plan)
                    return
                await self._send(run)
        except CgcError as error:
            self._set(phase=Phase.PLANNED, start_error=error)
            return
        await self._refresh()

    async def _send(self, run: RetryRun) -> None:
        """Send all, and search for jobs whose response was lost."""
        self._set(phase=Phase.SENDING, run=run)
        ended = await send(self._session.client, run, on_change=self._changed)
        self._set(phase=Phase.RECONCILING, send_error=ended)
        try:
            await reconcile(self._session.client, run)
        except CgcError as error:
            self._set(look_error=error)
        self._set(phase=Phase.WATCHING)

    def _request(self, work: Callable[[], Any]) -> None:
        """Run one request for the new jobs at a time."""
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self._host.run_worker(work, group="retry", exclusive=False)

    async def _look(self) -> None:
        if (run := self.status.run) is None:
            return
        error = None
        try:
            await reconcile_once(self._session.client, run)
        except CgcError as failure:
            error = failure
        self._set(send_error=None, look_error=error)
        await self._refresh()

    async def _poll(self) -> None:
        self._set(send_error=None, look_error=None)
        await self._refresh()

    async def _refresh(self) -> None:
        """Read the new jobs, and plan the next time."""
        if (run := self.status.run) is None:
            return
        try:
            await refresh(self._session.client, run)
        except CgcError as error:
            self._failures += 1
            self._set(refresh_error=error)
        else:
            self._failures = 0
            lasting = self.status.refresh_error if self._token_rejected else None
            self._set(refresh_error=lasting, as_of=self._session.clock())
        self._plan_poll()

    def _plan_poll(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        run = self.status.run
        if run is not None and run.running_ids and not self._token_rejected:
            delay = poll_delay(self._polls, len(run.running_ids), self.interval, failures=self._failures)
            self._timer = self._host.set_timer(delay, self._poll_if_resumed)

    def _poll_if_resumed(self) -> None:
        if self.paused:
            self._changed()
            self._plan_poll()
        else:
            self._polls += 1
            self._request(self._poll)

    def _set(self, **changes: Any) -> None:
        self.status = self.status._replace(**changes)
        if any(isinstance(change, TokenRejected) for change in changes.values()):
            self._token_rejected = True  # only a key, or a new token, requests something from now on
        self._changed()
