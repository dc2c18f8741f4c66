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
    source, destination = job.source, job.destination
    return (source.volume, source.location, destination.parent or destination.project, job.name)


def same_import(job: ImportJob, other: ImportJob) -> bool:
    """Return whether `other` may be a job that was started with the request of `job`.

    The platform may give it another name (autorename) or none, and return the project instead of a folder.
    """
    if not job.source.location or source_key(job) != source_key(other):
        return False
    named = other.autorename or other.destination.name in (None, job.name)
    return bool(named) and _same_target(job, other)


def source_key(job: ImportJob) -> ImportKey:
    """Return the key of a job's source; folders may lack their trailing slash."""
    return (job.source.volume, (job.source.location or "").rstrip("/"))


def _same_target(job: ImportJob, other: ImportJob) -> bool:
    destination, target = job.destination, other.destination
    if destination.parent and not target.parent:
        return destination.project is None or target.project in (None, destination.project)
    return (target.parent or target.project) in (None, destination.parent or destination.project)


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
