"""The simulated platform: one function from request to response over a set of jobs."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import parse_qsl

import httpx

from cgc_tui.demo import catalog, records
from cgc_tui.demo.fault_script import CustomResponse, FaultScript, Gate, Where
from cgc_tui.demo.gateway import Gateway
from cgc_tui.demo.job_store import JobStore
from cgc_tui.demo.jobs import JobMaker
from cgc_tui.demo.switches import Switches
from cgc_tui.demo.transport import SimulatedTransport

TOKEN_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it came; `target` is its path and query as sent, header names are lower case."""

    method: str
    url: str
    host: str
    path: str
    target: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes


class SimulatedPlatform:
    """A Cancer Genomics Cloud with import jobs of one user, for demonstration and for tests.

    With `live` its jobs move with the clock and new ones arrive; else they stand still. `clock` gives
    Unix seconds. The same seed and clock give the same jobs and the same token.
    """

    def __init__(
        self,
        *,
        jobs: int = 4000,
        seed: int = 1,
        live: bool = False,
        clock: Callable[[], float] = time.time,
        token: str | None = None,
        username: str = "rosalind",
        base_url: str = "https://cgc-api.sbgenomics.com/v2",
        switches: Switches | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        url = httpx.URL(self.base_url)
        self.prefix = url.path.rstrip("/")
        self.doubled = f"https://{url.host}.sbgenomics.com{self.prefix}"
        self.clock = clock
        self.username = username
        self.switches = switches or Switches()
        self.token = token or "".join(Random(f"token {seed}").choices(TOKEN_LETTERS, k=32))
        self.requests: deque[RecordedRequest] = deque(maxlen=10_000)
        self.volumes = {volume.id: volume for volume in catalog.volumes(username)}
        self.projects = {project.id: project for project in catalog.projects(username)}
        self.store = JobStore(jobs, JobMaker(seed, username), clock, live=live)
        self.fault_script = FaultScript(Random(f"faults {seed}"))
        self.gateway = Gateway(self)
        self._lock = threading.RLock()

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, with the body read; safe to call from several threads."""
        request.read()
        self.record(request)
        response = self.answer(request)
        response.read()
        return response

    def record(self, request: httpx.Request) -> None:
        """Note in `requests` what is asked."""
        url = request.url
        recorded = RecordedRequest(
            method=request.method,
            url=str(url),
            host=url.host,
            path=url.path,
            target=url.raw_path.decode("ascii"),
            query=parse_qsl(url.query.decode("ascii"), keep_blank_values=True),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.content,
        )
        self.requests.append(recorded)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request without noting it, with the body still to be read."""
        with self._lock:
            self.store.tick()
            return self.gateway.answer(request, self.fault_script.faults_for(request, self.switches))

    def transport(self) -> httpx.AsyncBaseTransport:
        """Return a transport for `httpx.AsyncClient` that carries answers and faults."""
        return SimulatedTransport(self)

    def ids(self) -> list[str]:
        """Return the ids of all jobs, newest first."""
        with self._lock:
            self.store.tick()
            return [job.id for job in self.store.newest_first()]

    def job(self, job_id: str) -> dict[str, Any]:
        """Return the whole record of a job; raises KeyError where there is none."""
        with self._lock:
            base = self.doubled if self.switches.doubled_host else self.base_url
            return records.full_record(self.store[job_id], self.store.now, base, self.switches)

    def add_jobs(self, n: int, state: str = "PENDING", **fields: Any) -> list[str]:
        """Add `n` jobs at the head of the list; return their ids as listed, newest first.

        `fields` are attributes of `Job` (project, volume, location, name, error: a code …); any other
        name is a field of the record, told as given.
        """
        with self._lock:
            return self.store.add_many(n, state, fields)

    def remove_jobs(self, ids: Iterable[str]) -> None:
        """Take jobs off the list."""
        with self._lock:
            self.store.remove(ids)

    def set_state(self, job_id: str, state: str, **fields: Any) -> None:
        """Put a job into `state`, which no clock changes any more; `fields` as in `add_jobs`."""
        with self._lock:
            self.store.change(job_id, state, fields)

    def next(
        self, fault: str | CustomResponse, value: Any = True, *, where: Where = None, times: int | None = 1
    ) -> None:
        """Let the next `times` requests that `where` means meet a fault: a name of `FAULTS`, or a function.

        Scripted faults wait in a queue; each request takes the first that means it.
        """
        with self._lock:
            self.fault_script.add(fault, value, where, times)

    def fail(self, fault: str | CustomResponse, value: Any = True, *, where: Where = None) -> None:
        """Let every request that `where` means meet a fault, until `recover`."""
        self.next(fault, value, where=where, times=None)

    def recover(self) -> None:
        """Forget all scripted faults."""
        with self._lock:
            self.fault_script.clear()

    def gate(self, where: Where = None, *, times: int | None = None) -> Gate:
        """Hold the requests that `where` means (at most `times` of them) until the gate's release."""
        return self.fault_script.gate(where, times)
