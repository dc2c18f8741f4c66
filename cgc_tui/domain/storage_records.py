"""Parses the platform's records of volumes, their objects, and files.

Fields that are absent, null or of a wrong type become None. The shapes are those of the documentation pages
"List volumes", "Get a list of volume files" and "List files".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cgc_tui.domain.project_files import ProjectFile
from cgc_tui.domain.records import count_value, text_value, time_value
from cgc_tui.domain.volumes import Volume, VolumeObject

SIZE_KEYS = ("size", "contentlength")
MODIFIED_KEYS = ("updated", "lastmodified")
"""The keys of an object's metadata, without case and separators. Those of Google are documented, those of
Amazon are not."""

MILLISECONDS_FROM = 1e11
"""A larger time is in milliseconds; in seconds it would be in the year 5138."""


def volume(record: object) -> Volume | None:
    """Parse a volume, without its credentials; return None if the record has no id."""
    if not isinstance(record, dict) or (volume_id := text_value(record.get("id"))) is None:
        return None
    service = _fields(record.get("service"))
    active = record.get("active")
    return Volume(
        id=volume_id,
        service=text_value(service.get("type")),
        bucket=text_value(service.get("bucket")) or text_value(service.get("container")),
        prefix=text_value(service.get("prefix")) or "",
        active=active if isinstance(active, bool) else None,
    )


def volume_object(record: object) -> VolumeObject | None:
    """Parse an object of a volume; return None if the record has no location."""
    if not isinstance(record, dict) or (location := text_value(record.get("location"))) is None:
        return None
    if not (metadata := _fields(record.get("metadata"))):
        return VolumeObject(location)
    plain = {key.lower().replace("_", "").replace("-", ""): value for key, value in metadata.items()}
    return VolumeObject(
        location,
        next((size for key in SIZE_KEYS if (size := _size(plain.get(key))) is not None), None),
        next((time for key in MODIFIED_KEYS if (time := _modified(plain.get(key))) is not None), None),
    )


def project_file(record: object) -> ProjectFile | None:
    """Parse a file or folder of a project; return None if the record has no id."""
    if not isinstance(record, dict) or (file_id := text_value(record.get("id"))) is None:
        return None
    storage = _fields(record.get("storage"))
    return ProjectFile(
        id=file_id,
        name=text_value(record.get("name")),
        is_folder=(text_value(record.get("type")) or "").lower() == "folder",
        project=text_value(record.get("project")),
        parent=text_value(record.get("parent")),
        size=count_value(record.get("size")),
        volume=text_value(storage.get("volume")),
        location=text_value(storage.get("location")),
    )


def _fields(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _size(value: object) -> int | None:
    """Return a size, which may be text: Google's own API sends it so."""
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
    return count_value(int(value) if digits and isinstance(value, str) else value)


def _modified(value: object) -> datetime | None:
    """Return an instant: ISO 8601, or Unix seconds or milliseconds, alone or as `value` of an object."""
    if isinstance(value, dict):
        value = value.get("value")
    if (number := count_value(value)) is None:
        return time_value(value)
    seconds = number / 1000 if number > MILLISECONDS_FROM else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
