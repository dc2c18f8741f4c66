"""The request that starts an import again, and how a job of the same import is recognised."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from cgc_tui.domain.jobs import ImportJob


class NameConflictPolicy(StrEnum):
    """What to do if the project has a file of that name; the values are shown on screen."""

    AS_BEFORE = "as in the original job"
    OVERWRITE = "overwrite"
    AUTORENAME = "autorename"


ImportKey = tuple[str | None, ...]


def import_key(job: ImportJob) -> ImportKey:
    """Return the identity of an import: its source and destination."""
    return (*job.source, job.destination.place, job.name)


def same_import(job: ImportJob, other: ImportJob) -> bool:
    """Return whether `other` may be a job that was started with the request of `job`."""
    return (
        bool(job.source.location)
        and job.source.key == other.source.key
        and other.may_be_named(job.name)
        and job.destination.may_be(other.destination)
    )


def started_again(job: ImportJob, other: ImportJob) -> bool:
    """Return whether another job may be the same import, started after this one.

    With another name it counts only if it was started after this one had failed, since a user may import a
    file under several names, or into a project and a folder, at the same time.
    """
    if import_key(other) == import_key(job):
        return _may_be_newer(other, job.started_on)
    return same_import(job, other) and _may_be_newer(other, job.finished_on or job.started_on)


def _may_be_newer(job: ImportJob, instant: datetime | None) -> bool:
    """Return whether a job may have been started at or after an instant; unknown times may be later."""
    return job.started_on is None or instant is None or job.started_on >= instant


def request_body(job: ImportJob, policy: NameConflictPolicy) -> dict[str, Any]:
    """Return the body of the request that starts the import again ("Start an import job")."""
    destination = (
        {"parent": job.destination.parent} if job.destination.parent else {"project": job.destination.project}
    )
    if job.destination.name:
        destination["name"] = job.destination.name
    flags = {"overwrite": job.overwrite, "autorename": job.autorename}
    if policy is not NameConflictPolicy.AS_BEFORE:
        flags = {name: name == policy for name in flags}
    if job.is_folder:
        flags["preserve_folder_structure"] = job.preserve_folder_structure
    known_flags = {name: flag for name, flag in flags.items() if flag is not None}
    return {
        "source": {"volume": job.source.volume, "location": job.source.location},
        "destination": destination,
        **known_flags,
    }


def overwrite_count(jobs: Iterable[ImportJob], policy: NameConflictPolicy) -> int:
    """Return how many imports replace a file that has their name already."""
    return sum(bool(request_body(job, policy).get("overwrite")) for job in jobs)
