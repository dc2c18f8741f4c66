"""Runs a retry: waits for the send lock, sends, and follows the new jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.timer import Timer
from textual.worker import Worker

from cgc_tui.domain.errors import CgcError, TokenRejected
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.retry import NameConflictPolicy, RetryPlan, RetryRun
from cgc_tui.domain.text import SafeText
from cgc_tui.services.retry import locked_run, reconcile, reconcile_once, refresh, send
from cgc_tui.system.send_lock import SendLock
from cgc_tui.tui.host import Host
from cgc_tui.tui.retry.planner import RetryPlanner

if TYPE_CHECKING:
    from cgc_tui.services.session import PlatformSession

DEFAULT_INTERVAL = 15.0
"""Seconds between two requests for the new jobs where the list is not refreshed."""


class Phase(Enum):
    """What a retry does. Requests that send are made in `SENDING` alone."""

    PLANNED = auto()
    LOCKING = auto()
    SENDING = auto()
    RECONCILING = auto()
    WATCHING = auto()


class RetryStatus(NamedTuple):
    """The run, None before anything is sent, and what went wrong.

    `holder` is the process that has the lock. `start_error` is why nothing was sent, `send_error` why not
    all was, `look_error` why lost answers could not be looked for, `refresh_error` why the new jobs could
    not be read. `started_meanwhile` imports were started by another process. `unprotected` is the reason
    why there is no lock.
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


class RetryRunner:
    """The owner of the run. Each import is sent once, regardless of the order of calls.

    One worker waits until no other process sends, reads the list again, and sends what is left of the plan.
    The new jobs are then requested at an interval until they have ended.
    """

    def __init__(
        self,
        host: Host,
        session: PlatformSession,
        planner: RetryPlanner,
        runs: list[RetryRun],
        *,
        interval: float,
        changed: Callable[[], object],
    ) -> None:
        """`interval` is in seconds, 0 for the default; the run is added to `runs` when it starts to send."""
        self.status = RetryStatus()
        self.interval = interval or DEFAULT_INTERVAL
        self._host = host
        self._session = session
        self._planner = planner
        self._runs = runs
        self._changed = changed
        self._token_rejected = False
        self._sending: Worker[None] | None = None
        self._looking: Worker[None] | None = None
        self._timer: Timer | None = None

    def start(self, policy: NameConflictPolicy) -> None:
        """Send what is planned, unless that is done or under way."""
        plan = self._planner.state.plan
        if plan is not None and plan.jobs and self.status.phase is Phase.PLANNED:
            self._set(phase=Phase.LOCKING, holder=None, start_error=None)
            self._sending = self._host.run_worker(
                partial(self._run, plan, policy), group="send", exclusive=False
            )

    def stop(self) -> bool:
        """Stop waiting for the lock, or stop before the next request; tell whether that was to be done."""
        run = self.status.run
        if self.status.phase is Phase.LOCKING and self._sending is not None:
            self._sending.cancel()
            self._set(phase=Phase.PLANNED, holder=None)
            return True
        if self.status.phase is Phase.SENDING and run is not None:
            run.stopped = True
            self._publish()
            return True
        return False

    def look(self) -> None:
        """Look for jobs whose answer was lost, and read the new ones; not while it sends."""
        self._token_rejected = False
        if self.status.run is not None and self.status.phase is not Phase.SENDING:
            self._looking = self._host.run_worker(self._look, group="look", exclusive=True)

    def cancel(self) -> None:
        """Stop all requests."""
        if self._timer is not None:
            self._timer.stop()
        for worker in (self._sending, self._looking):
            if worker is not None:
                worker.cancel()

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
        """Send all, and look for jobs whose answer was lost."""
        self._runs.append(run)
        self._set(phase=Phase.SENDING, run=run)
        ended = await send(self._session.client, run, on_change=self._publish)
        self._set(phase=Phase.RECONCILING, send_error=ended)
        try:
            await reconcile(self._session.client, run)
        except CgcError as error:
            self._set(look_error=error)
        self._set(phase=Phase.WATCHING)

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
            self._set(refresh_error=error)
        else:
            self._set(refresh_error=None, as_of=self._session.clock())
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._host.set_timer(self.interval, self._poll_if_needed)

    def _poll_if_needed(self) -> None:
        run = self.status.run
        if run is not None and run.running_ids and not self._token_rejected:
            self._looking = self._host.run_worker(self._poll, group="look", exclusive=True)

    def _set(self, **changes: Any) -> None:
        self.status = self.status._replace(**changes)
        if any(isinstance(change, TokenRejected) for change in changes.values()):
            self._token_rejected = True  # only a key requests something from now on
        self._publish()

    def _publish(self) -> None:
        self._changed()
