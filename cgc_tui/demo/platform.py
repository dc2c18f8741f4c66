"""The simulated platform: its jobs, its responses, and what tests change in it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import httpx

from cgc_tui.demo import catalog, records
from cgc_tui.demo.buckets import Buckets
from cgc_tui.demo.fault_script import CustomResponse, FaultScript, Gate, RequestFilter
from cgc_tui.demo.gateway import Gateway, RecordedRequest
from cgc_tui.demo.job_store import JobStore
from cgc_tui.demo.jobs import JobMaker
from cgc_tui.demo.rate_limit import RateLimit
from cgc_tui.demo.state import PlatformState
from cgc_tui.demo.switches import Switches
from cgc_tui.demo.transport import SimulatedTransport

TOKEN_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


class SimulatedPlatform:
    """A Cancer Genomics Cloud with the import jobs of one user.

    With `live`, jobs change state with the clock and new jobs arrive; otherwise they stay as they are.
    `clock` returns Unix seconds. The same seed and clock give the same jobs and the same token.
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
        store = JobStore(jobs, JobMaker(seed, username), clock, live=live)
        self.state = PlatformState(
            base_url=base_url.rstrip("/"),
            token=token or "".join(Random(f"token {seed}").choices(TOKEN_LETTERS, k=32)),
            username=username,
            clock=clock,
            switches=switches or Switches(),
            volumes={volume.id: volume for volume in catalog.volumes(username)},
            projects={project.id: project for project in catalog.projects(username)},
            store=store,
            buckets=Buckets(store, username),
            rate_limit=RateLimit(clock),
        )
        self._fault_script = FaultScript(Random(f"faults {seed}"))
        self.gateway = Gateway(self.state, self._fault_script)

    @property
    def base_url(self) -> str:
        """The endpoint, without a trailing slash."""
        return self.state.base_url

    @property
    def token(self) -> str:
        """The one token that is accepted."""
        return self.state.token

    @token.setter
    def token(self, token: str) -> None:
        self.state.token = token

    @property
    def switches(self) -> Switches:
        """How the platform behaves; each switch may be changed at any time."""
        return self.state.switches

    @property
    def requests(self) -> deque[RecordedRequest]:
        """The latest 10,000 requests, oldest first."""
        return self.gateway.requests

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Record a request and return its response; threads may call this at the same time."""
        request.read()
        self.gateway.record(request)
        response = self.gateway.respond(request)
        response.read()
        return response

    def transport(self) -> httpx.AsyncBaseTransport:
        """Return a transport for `httpx.AsyncClient` that carries responses and faults."""
        return SimulatedTransport(self.gateway, httpx.URL(self.base_url).host)

    def ids(self) -> list[str]:
        """Return the ids of all jobs, newest first."""
        with self.state.lock:
            self.state.store.tick()
            return [job.id for job in self.state.store.newest_first()]

    def job(self, job_id: str) -> dict[str, Any]:
        """Return the full record of a job; raises KeyError for an unknown id."""
        state = self.state
        with state.lock:
            base = state.doubled_url if state.switches.doubled_host else state.base_url
            return records.full_record(state.store[job_id], state.store.now, base, state.switches)

    def add_jobs(self, n: int, state: str = "PENDING", **fields: Any) -> list[str]:
        """Add `n` jobs at the head of the list; return their ids as listed, newest first.

        `fields` are attributes of `Job` (project, volume, location, name, error code …); any other name is
        a field of the record, which gets the value as it is.
        """
        with self.state.lock:
            return self.state.store.add_many(n, state, fields)

    def remove_jobs(self, ids: Iterable[str]) -> None:
        """Remove jobs; raises KeyError for an unknown id."""
        with self.state.lock:
            self.state.store.remove(ids)

    def set_state(self, job_id: str, state: str, **fields: Any) -> None:
        """Set the state of a job, independent of the clock from then on; `fields` as in `add_jobs`."""
        with self.state.lock:
            self.state.store.change(job_id, state, fields)

    def add_objects(self, volume: str, locations: Iterable[str]) -> None:
        """Add objects to a volume."""
        with self.state.lock:
            self.state.buckets.add(volume, locations)

    def remove_objects(self, volume: str, locations: Iterable[str]) -> None:
        """Remove objects from a volume; those that it does not have are ignored."""
        with self.state.lock:
            self.state.buckets.remove(volume, locations)

    def next(
        self,
        fault: str | CustomResponse,
        value: Any = True,
        *,
        where: RequestFilter = None,
        times: int | None = 1,
    ) -> None:
        """Apply a fault, a name in `FAULTS` or a function, to the next `times` requests that match `where`.

        Scripted faults form a queue; each request takes the first one that matches it.
        """
        with self.state.lock:
            self._fault_script.add(fault, value, where, times)

    def fail(self, fault: str | CustomResponse, value: Any = True, *, where: RequestFilter = None) -> None:
        """Apply a fault to every request that matches `where`, until `recover`."""
        self.next(fault, value, where=where, times=None)

    def recover(self) -> None:
        """Remove all scripted faults."""
        with self.state.lock:
            self._fault_script.clear()

    def gate(self, where: RequestFilter = None, *, times: int | None = None) -> Gate:
        """Hold the requests that match `where`, at most `times` of them, until the gate is released."""
        return self._fault_script.gate(where, times)
