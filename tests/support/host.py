"""A screen without an app: a host for the objects that screens are made of, and a context for features."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from cgc_tui.config.credentials import Access, Credentials
from cgc_tui.domain.job_detail import JobDetailState
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.result_set import ResultSet
from cgc_tui.domain.text import SafeText
from cgc_tui.domain.token import Token
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.retries import Retries
from cgc_tui.services.session import PlatformSession
from cgc_tui.tui.messages import TitleRequested
from tests.support.clock import Clock


class FakeTimer:
    """A timer that a test fires."""

    def __init__(self, delay: float, callback: Callable[[], object]) -> None:
        self.delay = delay
        self.callback = callback
        self.is_running = True

    def stop(self) -> None:
        """Never call back."""
        self.is_running = False


class FakeWorker:
    """A task, and the name of its group."""

    def __init__(self, task: asyncio.Task[None], group: str) -> None:
        self.task = task
        self.group = group

    def cancel(self) -> None:
        """Cancel the task."""
        self.task.cancel()


class FakeHost:
    """Runs workers as tasks; timers and what waits for a refresh run when the test says so."""

    def __init__(self) -> None:
        self.workers: list[FakeWorker] = []
        self.timers: list[FakeTimer] = []
        self._after_refresh: list[Callable[[], object]] = []

    def run_worker(
        self, work: Callable[[], Coroutine[Any, Any, None]], *, group: str, exclusive: bool
    ) -> Worker[None]:
        """Start a task; with `exclusive`, cancel the others of the group."""
        for worker in self.workers:
            if exclusive and worker.group == group:
                worker.cancel()
        self.workers.append(FakeWorker(asyncio.ensure_future(work()), group))
        return cast(Worker[None], self.workers[-1])

    def set_timer(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Remember a timer."""
        self.timers.append(FakeTimer(delay, callback))
        return cast(Timer, self.timers[-1])

    def call_after_refresh(self, callback: Callable[[], object]) -> bool:
        """Remember a callback."""
        self._after_refresh.append(callback)
        return True

    @property
    def planned(self) -> list[float]:
        """The delays of the timers that run."""
        return [timer.delay for timer in self.timers if timer.is_running]

    def fire(self) -> None:
        """Fire the timer that runs, the only one."""
        (timer,) = (timer for timer in self.timers if timer.is_running)
        timer.stop()
        timer.callback()

    def refresh(self) -> None:
        """Call back what waits for the screen to be refreshed."""
        callbacks, self._after_refresh = self._after_refresh, []
        for callback in callbacks:
            callback()

    async def settle(self) -> None:
        """Run all that can run: callbacks after the refresh, and workers to their end."""
        while self._after_refresh or any(not worker.task.done() for worker in self.workers):
            self.refresh()
            tasks = [worker.task for worker in self.workers if not worker.task.done()]
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                    raise result


class FakeImports:
    """Serves pages, counts and records of a list of jobs, and remembers the requests.

    Each request waits while `gate` is clear. An error in `errors` is raised instead of the next answer.
    """

    def __init__(self, jobs: list[ImportJob], clock: Clock) -> None:
        self.jobs = jobs
        self.requests: list[object] = []
        self.errors: list[Exception] = []
        self.limit = 100
        self.gate = asyncio.Event()
        self.gate.set()
        self._clock = clock

    async def _answer(self, request: object) -> None:
        self.requests.append(request)
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)

    def _matching(self, query: JobQuery) -> list[ImportJob]:
        return [job for job in self.jobs if not query.states or job.state in query.states]

    async def page(self, query: JobQuery, *, on_retry: object = None) -> JobPage:  # noqa: ARG002
        """Return a page."""
        await self._answer(query)
        jobs = self._matching(query)
        limit = min(query.limit, self.limit)
        window = tuple(jobs[query.offset : query.offset + limit])
        more = query.offset + limit < len(jobs)
        return JobPage(query, window, len(jobs), more, limit, received_at=self._clock())

    async def count(self, query: JobQuery) -> int:
        """Return how many jobs match."""
        await self._answer(("count", query.states))
        return len(self._matching(query))

    async def get(self, job: ImportJob) -> ImportJob:
        """Return a job's record."""
        await self._answer(("get", job.id))
        return next(each for each in self.jobs if each.id == job.id)

    async def get_many(
        self,
        ids: list[str],
        *,
        on_retry: object = None,  # noqa: ARG002
    ) -> dict[str, ImportJob]:
        """Return the records of jobs."""
        await self._answer(("get_many", tuple(ids)))
        return {job.id: job for job in self.jobs if job.id in ids}


def fake_session(jobs: list[ImportJob], clock: Clock) -> tuple[PlatformSession, FakeImports]:
    """Return a session whose client serves these jobs, and what serves them."""
    imports = FakeImports(jobs, clock)
    client = SimpleNamespace(
        imports=imports, bulk_imports=imports, last_rate_limit=None, endpoint="https://x"
    )
    nowhere = Path("/nonexistent")
    session = PlatformSession(
        Access("cgc", "https://x", Token("t" * 32), None),
        "CGC",
        Credentials(nowhere, environ={}, home=nowhere),
        lambda _endpoint, _token: cast(Any, client),
        None,
        clock=clock,
    )
    return session, imports


@dataclass
class FakeContext:
    """A jobs screen as a feature sees it; `answers` are what the user chooses in the dialogs."""

    session: PlatformSession
    listed: tuple[ImportJob, ...] = ()
    answers: list[Any] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)
    job_query: JobQuery = field(default_factory=JobQuery)
    origin: ResultOrigin | None = None
    unreadable: int = 0
    page: JobPage | None = None
    user: SafeText | None = None
    display_options: DisplayOptions = field(default_factory=DisplayOptions)
    list_view: ListView = field(default_factory=ListView)
    refresh_status: RefreshStatus = field(default_factory=RefreshStatus)
    dialogs: list[Any] = field(default_factory=list)
    requested: list[tuple[JobQuery, str]] = field(default_factory=list)
    results: list[ResultSet] = field(default_factory=list)
    notices: list[tuple[str, str]] = field(default_factory=list)
    titles: list[tuple[str, bool]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    detail: JobDetailState = field(default_factory=JobDetailState)
    reloads: int = 0
    shown_messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Create the retries of the session."""
        self.host = FakeHost()
        self.retries = Retries(
            self.host, self.session, refresh_status=lambda: self.refresh_status, changed=lambda _: None
        )

    @property
    def shown_jobs(self) -> tuple[ImportJob, ...]:
        """The first two jobs."""
        return self.listed[:2]

    def known_jobs(self, query: JobQuery) -> tuple[ImportJob, ...] | None:
        """Return the jobs of a result set."""
        return None if self.origin is None else self._matching(query)

    def _matching(self, query: JobQuery) -> tuple[ImportJob, ...]:
        return tuple(job for job in self.listed if not query.states or job.state in query.states)

    async def ask(self, screen: Screen[Any]) -> Any:
        """Remember the dialog, and give the next answer."""
        self.dialogs.append(screen)
        return self.answers.pop(0)

    async def all_jobs(
        self, query: JobQuery, heading: SafeText, *, max_jobs: int = sys.maxsize
    ) -> JobPage | None:
        """Return the first of the matching jobs, None if the next answer is that the user stops."""
        self.requested.append((query, heading))
        if self.answers and self.answers[0] == "stop":
            self.answers.pop(0)
            return None
        jobs = self._matching(query)
        return JobPage(
            query,
            jobs[:max_jobs],
            len(jobs) + self.unreadable,
            len(jobs) > max_jobs,
            query.limit,
            unreadable=self.unreadable,
            received_at=self.session.clock(),
        )

    async def show_results(self, results: ResultSet) -> None:
        """Remember a result set, which the user leaves at once."""
        self.results.append(results)

    def show_message(self, message: SafeText) -> None:
        """Remember a message of the status line."""
        self.shown_messages.append(message)

    def post_message(self, message: Message) -> bool:
        """Remember a message, a window title among the titles."""
        if isinstance(message, TitleRequested):
            self.titles.append((message.title, message.ring))
        self.messages.append(message)
        return True

    def reload(self) -> None:
        """Count a reload."""
        self.reloads += 1

    def notify(
        self,
        message: str,
        *,
        title: str = "",  # noqa: ARG002
        severity: SeverityLevel = "information",
        timeout: float | None = None,  # noqa: ARG002
        markup: bool = True,
    ) -> None:
        """Remember a notification, which is never markup."""
        assert not markup
        self.notices.append((message, severity))
