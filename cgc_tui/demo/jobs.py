"""Generates realistic import jobs: batches of TCGA-like files, each job with its schedule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cgc_tui.demo import catalog

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
FINAL = ("COMPLETED", "FAILED")
STATES = ("PENDING", "RUNNING", *FINAL)
CAUSES = (9105, 9103, 9108, 9205, 9100)
MAX_AT_HEAD = 40


@dataclass(slots=True)
class Job:
    """An import job; its state is a function of the time. All times are Unix seconds.

    `error` is the code that it fails with, None if it succeeds. `key_missing` is whether the location does
    not exist now, `removed` whether the imported file has been deleted. `fixed_state` is a state independent
    of the time. `overrides` replaces fields of its record; the random number `dice` selects what switches do
    to it.
    """

    id: str
    dice: int
    volume: str
    location: str
    name: str
    submitted: float
    project: str | None = None
    parent: str | None = None
    starts: float = math.inf
    ends: float = math.inf
    error: int | None = None
    size: int = 0
    strategy: str = "WXS"
    overwrite: bool = False
    autorename: bool = False
    preserve: bool | None = None
    key_missing: bool = False
    removed: bool = False
    fixed_state: str | None = None
    overrides: dict[str, Any] = field(default_factory=dict)

    def state(self, now: float) -> str:
        """Return the state at the time `now`."""
        if self.fixed_state is not None:
            return self.fixed_state
        if now < self.starts:
            return "PENDING"
        if now < self.ends:
            return "RUNNING"
        return "COMPLETED" if self.error is None else "FAILED"

    def pin(self, state: str, now: float) -> None:
        """Fix the state, and adapt the times to it."""
        self.fixed_state = state
        self.starts = math.inf if state == "PENDING" else min(self.starts, now)
        self.ends = math.inf if state in ("PENDING", "RUNNING") else min(self.ends, now)
        if state == "COMPLETED":
            self.error = None
        elif state == "FAILED" and self.error is None:
            self.error = CAUSES[0]

    @property
    def folder(self) -> bool:
        """Whether the job imports a folder."""
        return self.location.endswith("/")


def new_id(rng: Random) -> str:
    """Return an id as in the documentation's examples: 32 letters and digits."""
    return "".join(rng.choices(LETTERS, k=32))


class JobMaker:
    """Generates batches of jobs; the same seed and number give the same batch."""

    def __init__(self, seed: int, username: str) -> None:
        self._seed = seed
        self._volumes = [volume.id for volume in catalog.volumes(username) if volume.active]
        self._projects = [project.id for project in catalog.projects(username)]

    def rng(self, name: object) -> Random:
        """Return the random number generator called `name`."""
        return Random(f"{self._seed}/{name}")

    def batch(self, number: int, size: int, starts_at: float, *, wait: float = 0.0) -> list[Job]:
        """Return `size` jobs of one batch, oldest first, submitted from `starts_at` on.

        They wait in the queue for `wait` seconds; then each runs for 0 to 2 s.
        """
        rng = self.rng(number)
        jobs = list(self._submitted(rng, number, size, starts_at))
        lanes = [starts_at + wait] * (3 if wait else 8)
        for index, job in enumerate(jobs):
            lane = index % len(lanes)
            job.starts = max(lanes[lane], job.submitted + rng.uniform(0.1, 1.0))
            job.ends = lanes[lane] = job.starts + rng.uniform(0.0, 2.0)
        return jobs

    def _submitted(self, rng: Random, number: int, size: int, starts_at: float) -> Iterator[Job]:
        volume, project = rng.choice(self._volumes), rng.choice(self._projects)
        kind, has_folders = rng.choice(catalog.KINDS), rng.random() < 0.06
        failure_rate = rng.choice((0.025, 0.025, 0.025, 0.1)) if number else 0.12
        cause = rng.choice(CAUSES)
        patient = f"TCGA-{rng.randint(2, 99):02}-{rng.randint(100, 9999):04}"
        submitted = starts_at
        for index in range(size):
            folder = has_folders and index < 4
            name = f"{patient}-{index:05}" + ("" if folder else kind.suffix)
            job = Job(
                id=new_id(rng),
                dice=rng.getrandbits(32),
                volume=volume,
                location=f"runs/{number % 1000:03}/{name}" + ("/" if folder else ""),
                name=name,
                submitted=submitted,
                project=project,
                error=self._cause(rng, cause) if rng.random() < failure_rate else None,
                size=rng.randint(kind.min_size, kind.max_size),
                strategy=kind.strategy,
                overwrite=rng.random() < 0.05,
                preserve=True if folder else None,
            )
            job.key_missing = job.error == CAUSES[0] and job.dice % 2 == 0
            job.removed = job.dice % 97 == 0 and not folder
            yield job
            submitted += rng.choice((0.2, 0.4, 0.6, 1.0))

    @staticmethod
    def _cause(rng: Random, main_cause: int) -> int:
        return main_cause if rng.random() < 0.6 else rng.choice(CAUSES)

    def history(self, count: int, now: float) -> list[Job]:
        """Return `count` jobs in many batches, oldest first; the newest batch is still in the queue."""
        rng = self.rng("history")
        newest = self.batch(0, min(count, MAX_AT_HEAD), now - 40)
        self._set_progress(newest, now, rng)
        batches, remaining, starts_at, number = [newest], count - len(newest), now - 40, 0
        while remaining > 0:
            size = min(remaining, rng.randint(6, 120))
            starts_at -= rng.uniform(600, 6 * 3600) + size
            number -= 1
            batches.append(self.batch(number, size, starts_at))
            remaining -= size
        return [job for batch in reversed(batches) for job in batch]

    @staticmethod
    def _set_progress(newest: list[Job], now: float, rng: Random) -> None:
        """Make the last jobs of the newest batch PENDING at `now`, and a few before them RUNNING."""
        count = len(newest)
        waiting, running = min(12, count // 4), min(6, count // 6)
        for position, job in enumerate(reversed(newest)):
            job.submitted = min(job.submitted, now - 1)
            if position < waiting:
                job.starts = now + 2 + 1.2 * (waiting - position)
                job.ends = job.starts + rng.uniform(0.0, 2.0)
            elif position < waiting + running:
                job.starts = now - rng.uniform(0.1, 1.0)
                job.ends = now + rng.uniform(0.5, 5.0)
            else:
                job.ends = min(job.ends, now - 1)
                job.starts = min(job.starts, job.ends)


class Arrivals:
    """Generates new batches as time passes: about one a minute, the first after 10 s."""

    FIRST_S = 10
    EVERY_S = 55
    MAX_BATCHES = 300
    MAX_JOBS = 2000

    def __init__(self, maker: JobMaker, started_at: float) -> None:
        self._maker = maker
        self._started_at = started_at
        self._number = 1
        self._upcoming: list[Job] = []

    def due(self, now: float) -> list[Job]:
        """Return the jobs submitted since the last call, oldest first.

        After a long pause the oldest batches are skipped, which would exceed `MAX_JOBS` anyway.
        """
        last = math.floor((now - self._started_at - self.FIRST_S) / self.EVERY_S) + 1
        for number in range(max(self._number, last - self.MAX_BATCHES), last + 1):
            rng = self._maker.rng(f"arrival {number}")
            starts_at = self._started_at + self.FIRST_S + (number - 1) * self.EVERY_S + rng.uniform(0, 6)
            wait = rng.uniform(4, 9)
            self._upcoming += self._maker.batch(number, rng.randint(8, 24), starts_at, wait=wait)
        self._number = max(self._number, last + 1)
        due = [job for job in self._upcoming if job.submitted <= now]
        self._upcoming = [job for job in self._upcoming if job.submitted > now]
        return due
