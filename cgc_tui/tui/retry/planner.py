"""Plans a retry: which of the failed imports are started again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import Worker

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.retry import RetryPlan, RetryRun, plan_retry
from cgc_tui.services.retry import related_jobs
from cgc_tui.tui.host import Host

if TYPE_CHECKING:
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
        host: Host,
        session: PlatformSession,
        jobs: tuple[ImportJob, ...],
        runs: Sequence[RetryRun],
        *,
        changed: Callable[[], object],
    ) -> None:
        """`runs` are the retries before this one: what they sent is not sent again."""
        self.state = PlanState()
        self.jobs = jobs
        self._host = host
        self._session = session
        self._runs = runs
        self._changed = changed
        self._worker: Worker[None] | None = None

    def prepare(self) -> None:
        """Make the plan, again if there is one."""
        self._set(PlanState())
        self._worker = self._host.run_worker(self._prepare, group="plan", exclusive=True)

    def reduce(self, plan: RetryPlan) -> None:
        """Replace the plan by what is left of it."""
        self._set(self.state._replace(plan=plan))

    def cancel(self) -> None:
        """Stop the request."""
        if self._worker is not None:
            self._worker.cancel()

    async def _prepare(self) -> None:
        sent = frozenset[str]().union(*(run.sent_ids for run in self._runs))
        try:
            listed = await related_jobs(self._session.client, self.jobs)
        except CgcError as error:
            self._set(PlanState(error=error))
            return
        plan = plan_retry(self.jobs, sent_ids=sent, listed=listed)
        self._set(PlanState(plan, None, self._session.clock(), tuple(job.id for job in listed)))

    def _set(self, state: PlanState) -> None:
        self.state = state
        self._changed()
