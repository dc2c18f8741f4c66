"""Jobs as values, without a platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cgc_tui.domain.jobs import Destination, ImportJob, Source
from tests.support.clock import NOON


def import_job(name: str, state: str = "FAILED", **changes: Any) -> ImportJob:
    """Return a job for a file with this name, failed unless given otherwise."""
    created = ImportJob(
        name,
        state,
        source=Source("rosalind/raw", f"runs/{name}.bam"),
        destination=Destination("rosalind/brca-pilot", f"{name}.bam"),
        started_on=NOON,
    )
    return replace(created, **changes)
