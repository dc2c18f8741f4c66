"""Platforms with few, known jobs, and constants for tests that use them."""

from __future__ import annotations

from cgc_tui.demo import SimulatedPlatform
from tests.support.clock import NOON, Clock

PLACE = {"volume": "rosalind/tcga-raw", "project": "rosalind/brca-pilot"}
BULK_FAULTS = ("bulk_empty", "bulk_nulls", "bulk_other_ids")
"""Faults of bulk responses that leave out the details of all jobs."""


def platform_with_one_place(clock: Clock) -> SimulatedPlatform:
    """Return a platform with 250 failed jobs of one volume and project."""
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    platform.add_jobs(250, "FAILED", error=9105, **PLACE)
    return platform


def platform_with_causes(clock: Clock) -> SimulatedPlatform:
    """Return a platform with 161 failed jobs by three causes, and 130 completed ones."""
    other = {"volume": "rosalind/results", "project": "rosalind/wgs-germline"}
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    platform.add_jobs(130, "COMPLETED")
    platform.add_jobs(120, "FAILED", error=9105, **PLACE)
    platform.add_jobs(40, "FAILED", error=9108, **other)
    platform.add_jobs(1, "FAILED", error=424242, **other)
    return platform


def add_batch(
    platform: SimulatedPlatform, count: int, state: str, *, hours: int = 0, **fields: object
) -> list[str]:
    """Add jobs that were submitted `hours` before 11:59, one a second, and that take ten seconds each."""
    ids = platform.add_jobs(count, state, **fields)
    for number, job_id in enumerate(reversed(ids)):
        job = platform.state.store[job_id]
        job.submitted = NOON.timestamp() - hours * 3600 - 60 + number
        if state != "PENDING":
            job.starts = job.submitted
            job.ends = job.submitted + 10
    return ids
