"""Plans a retry: which of the failed imports are started again, as the platform lists them now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.retry.plan import RetryPlan, plan_retry
from cgc_tui.services.host import BackgroundHost, BackgroundTask
from cgc_tui.services.retry import related_jobs
from cgc_tui.services.session import PlatformSession


class PlanState(NamedTuple):
    """The plan, and the time of its request; neither plan nor error while it is loading.

    `listed_ids` are the ids of the jobs that were listed for the plan.
    """

    plan: RetryPlan | None = None
    error: CgcError | None = None
    as_of: datetime | None = None
    listed_ids: tuple[str, ...] = ()


class RetryPlanner:
    """The owner of the plan. It reads what the platform lists, and sends nothing."""

    def __init__(
        self,
        host: BackgroundHost,
        session: PlatformSession,
        jobs: tuple[ImportJob, ...],
        *,
        sent_ids: Callable[[], frozenset[str]],
        changed: Callable[[], object],
    ) -> None:
        """`sent_ids` returns the ids of the jobs that other retries have sent: they are not sent again."""
        self.state = PlanState()
        self.jobs = jobs
        self._host = host
        self._session = session
        self._sent_ids = sent_ids
        self._changed = changed
        self._worker: BackgroundTask[None] | None = None

    def prepare(self) -> None:
        """Make the plan, or make it again."""
        self.cancel()
        self._set(PlanState())
        self._worker = self._host.run_worker(self._prepare, group="retry", exclusive=False)

    def reduce(self, plan: RetryPlan) -> None:
        """Replace the plan by what is left of it."""
        self._set(self.state._replace(plan=plan))

    def cancel(self) -> None:
        """Stop the request."""
        if self._worker is not None:
            self._worker.cancel()

    async def _prepare(self) -> None:
        try:
            listed = await related_jobs(self._session.client, self.jobs)
        except CgcError as error:
            self._set(PlanState(error=error))
            return
        plan = plan_retry(self.jobs, sent_ids=self._sent_ids(), listed=listed)
        self._set(PlanState(plan, None, self._session.clock(), tuple(job.id for job in listed)))

    def _set(self, state: PlanState) -> None:
        self.state = state
        self._changed()
