"""Parses the platform's job records; fields that are absent, null or of a wrong type become None.

The shapes are those of the documentation pages "List import jobs", "Get details of an import job" and
"Get details of multiple import jobs".
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from cgc_tui.domain.jobs import Destination, ImportedFile, ImportJob, JobError, Source


def job(record: object) -> ImportJob | None:
    """Parse a job; return None if the record has no id."""
    if not isinstance(record, dict):
        return None
    href = text_value(record.get("href"))
    job_id = text_value(record.get("id")) or id_from_href(href)
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
        started_on=time_value(record.get("started_on")),
        finished_on=time_value(record.get("finished_on")),
        error=job_error(record.get("error")),
        result=_file(record.get("result")),
        record=record,
    )


def job_id(text: str) -> str:
    """Return the job id for a job's id or href, as a user may enter either."""
    return id_from_href(text) or text


def id_from_href(href: str | None) -> str | None:
    """Return the job id in a href's path, ignoring its host; None if it is not a job's href."""
    try:
        path = urlsplit(href or "").path
    except ValueError:
        return None
    parent, _, last = path.rpartition("/")
    return unquote(last) if last and parent.endswith("/storage/imports") else None


def job_error(record: object) -> JobError | None:
    """Parse an error envelope; return None if there is none."""
    if not isinstance(record, dict) or not record:
        return None
    return JobError(
        status=count_value(record.get("status")),
        code=count_value(record.get("code")),
        message=text_value(record.get("message")),
        more_info=text_value(record.get("more_info")),
    )


def text_value(value: object) -> str | None:
    """Return a string that is not empty, else None."""
    return value if isinstance(value, str) and value else None


def _interned(value: object) -> str | None:
    """Return an interned string, for values that many jobs share."""
    text = text_value(value)
    return text and sys.intern(text)


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def count_value(value: object) -> int | None:
    """Return an integer from 0 to 2**63 - 1, else None."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return value if is_count else None  # type: ignore[return-value]


def time_value(value: object) -> datetime | None:
    """Parse an instant; a time without a zone is UTC, and an implausible year gives None."""
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
    return Source(_interned(value.get("volume")), text_value(value.get("location")))


def _destination(value: object) -> Destination:
    if not isinstance(value, dict):
        return Destination()
    return Destination(
        _interned(value.get("project")), text_value(value.get("name")), text_value(value.get("parent"))
    )


def _file(value: object) -> ImportedFile | None:
    if not isinstance(value, dict) or not value:
        return None
    return ImportedFile(
        id=text_value(value.get("id")),
        name=text_value(value.get("name")),
        size=count_value(value.get("size")),
        project=_interned(value.get("project")),
    )
