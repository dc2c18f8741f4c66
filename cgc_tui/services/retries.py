"""The retries of a session, each watched in the background until its new jobs have finished."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.retry.run import RetryRun
from cgc_tui.domain.text import SafeText
from cgc_tui.services.host import BackgroundHost
from cgc_tui.services.retry_planner import RetryPlanner
from cgc_tui.services.retry_runner import RetryRunner
from cgc_tui.services.session import PlatformSession


class Retry:
    """One retry: the title of its jobs, its plan and its run."""

    def __init__(self, title: SafeText, planner: RetryPlanner, runner: RetryRunner) -> None:
        self.title = title
        self.planner = planner
        self.runner = runner
        self.selected_id: str | None = None
        """The id of the failed job under the cursor of the result."""
        self.seen = False
        """Whether the user has seen that all new jobs have finished."""

    @property
    def run(self) -> RetryRun | None:
        """The run, None before anything is sent."""
        return self.runner.status.run


class Retries:
    """The owner of all retries. It outlives the screen that shows one of them."""

    def __init__(
        self,
        host: BackgroundHost,
        session: PlatformSession,
        *,
        refresh_status: Callable[[], RefreshStatus],
        changed: Callable[[Retries], object],
    ) -> None:
        """`refresh_status` returns that of the list; `changed` is called after each change of a retry."""
        self.session = session
        self.on_change: Callable[[], object] | None = None
        """Called after each change as well, for the screen that shows a retry."""
        self._host = host
        self._refresh_status = refresh_status
        self._changed = changed
        self._retries: list[Retry] = []

    def plan(self, jobs: tuple[ImportJob, ...], title: SafeText) -> Retry:
        """Add a retry of these jobs; its planner has not started."""
        planner = RetryPlanner(
            self._host, self.session, jobs, sent_ids=lambda: self.sent_ids, changed=self._publish
        )
        runner = RetryRunner(
            self._host, self.session, planner, refresh_status=self._refresh_status, changed=self._publish
        )
        retry = Retry(title, planner, runner)
        self._retries = [*self._sent(), retry]
        return retry

    @property
    def sent_ids(self) -> frozenset[str]:
        """The ids of the failed jobs whose import was, or may have been, started again."""
        return frozenset[str]().union(*(retry.run.sent_ids for retry in self._sent() if retry.run))

    @property
    def unseen(self) -> tuple[Retry, ...]:
        """The retries that were sent and whose end the user has not seen, the latest last."""
        return tuple(retry for retry in self._sent() if not retry.seen)

    @property
    def finished_unseen(self) -> Retry | None:
        """The last retry that has finished since the user left it."""
        return next((retry for retry in reversed(self.unseen) if not retry.runner.status.is_active), None)

    @property
    def last(self) -> Retry | None:
        """The last retry that was sent."""
        return next(reversed(list(self._sent())), None)

    def last_of(self, job_ids: Collection[str]) -> Retry | None:
        """Return the last retry that sent one of these failed jobs."""
        sent = (retry for retry in reversed(list(self._sent())) if retry.run)
        return next(
            (retry for retry in sent if retry.run and not retry.run.sent_ids.isdisjoint(job_ids)), None
        )

    def leave(self, retry: Retry) -> None:
        """Note that the user has left a retry; if it has ended, the user has seen that."""
        retry.planner.cancel()
        retry.seen = retry.run is not None and not retry.runner.status.is_active
        self._publish()

    def halt(self, error: CgcError) -> None:
        """Stop polling after an error that no request can get past."""
        for retry in self._retries:
            retry.runner.halt(error)

    def restart(self) -> None:
        """Go on with the session's new client."""
        for retry in self._retries:
            retry.runner.restart()

    def _sent(self) -> Iterator[Retry]:
        return (retry for retry in self._retries if retry.run is not None)

    def _publish(self) -> None:
        if self.on_change is not None:
            self.on_change()
        self._changed(self)
