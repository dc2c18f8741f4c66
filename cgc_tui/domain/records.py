"""Reads the platform's records of jobs into values; what is absent, null or of a wrong type is unknown.

The shapes are those of the documentation pages "List import jobs", "Get details of an import job" and
"Get details of multiple import jobs".
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from cgc_tui.domain.jobs import Destination, ImportedFile, ImportJob, JobError, Source


def job(record: object) -> ImportJob | None:
    """Return the job, or None where the record has no id."""
    if not isinstance(record, dict):
        return None
    href = _text(record.get("href"))
    job_id = _text(record.get("id")) or id_from_href(href)
    if not job_id:
        return None
    return ImportJob(
        id=job_id,
        state=_interned(record.get("state")) or "",
        href=href,
        source=_source(record.get("source")),
        destination=_destination(record.get("destination")),
        overwrite=_flag(record.get("overwrite")),
        autorename=_flag(record.get("autorename")),
        preserve_folder_structure=_flag(record.get("preserve_folder_structure")),
        started_on=_time(record.get("started_on")),
        finished_on=_time(record.get("finished_on")),
        error=job_error(record.get("error")),
        result=_file(record.get("result")),
        record=record,
    )


def job_id(text: str) -> str:
    """Return the id that a user means by a job's id or href."""
    return id_from_href(text) or text


def id_from_href(href: str | None) -> str | None:
    """Return the job id in a href's path, whatever host it names; None where it is not a job's href."""
    try:
        path = urlsplit(href or "").path
    except ValueError:
        return None
    parent, _, last = path.rpartition("/")
    return unquote(last) if last and parent.endswith("/storage/imports") else None


def job_error(record: object) -> JobError | None:
    """Return an error envelope, or None where there is none."""
    if not isinstance(record, dict) or not record:
        return None
    return JobError(
        status=_count(record.get("status")),
        code=_count(record.get("code")),
        message=_text(record.get("message")),
        more_info=_text(record.get("more_info")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _interned(value: object) -> str | None:
    """Return a text that many jobs have, as one object for all."""
    text = _text(value)
    return text and sys.intern(text)


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: object) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return value if fits else None  # type: ignore[return-value]


def _time(value: object) -> datetime | None:
    """Return an instant; a time without a zone is UTC, and years no job can have are unknown."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant if 1970 < instant.year < 9999 else None


def _source(value: object) -> Source:
    if not isinstance(value, dict):
        return Source()
    return Source(_interned(value.get("volume")), _text(value.get("location")))


def _destination(value: object) -> Destination:
    if not isinstance(value, dict):
        return Destination()
    return Destination(_interned(value.get("project")), _text(value.get("name")), _text(value.get("parent")))


def _file(value: object) -> ImportedFile | None:
    if not isinstance(value, dict) or not value:
        return None
    return ImportedFile(
        id=_text(value.get("id")),
        name=_text(value.get("name")),
        size=_count(value.get("size")),
        project=_interned(value.get("project")),
    )
