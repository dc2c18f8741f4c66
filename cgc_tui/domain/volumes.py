"""Volumes (registered buckets) and the objects in them.

Strings are as the platform sent them; sanitize them before showing them.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

Prefix = str
"""A folder of a volume: empty for all of the volume, else with a slash at the end."""


class Volume(NamedTuple):
    """A bucket that is registered as a volume; what the platform did not send is None.

    `service` is the cloud service as the platform writes it, in any case ("s3", "GCS", "azure"). The
    locations of objects and jobs are relative to `prefix`: the key in the bucket is prefix + location.
    """

    id: str
    service: str | None = None
    bucket: str | None = None
    prefix: str = ""
    active: bool | None = None


class VolumeList(NamedTuple):
    """The volumes that the user can see; `complete` is whether these are all of them."""

    volumes: tuple[Volume, ...]
    complete: bool = True


class VolumeObject(NamedTuple):
    """An object of a volume; its size is in bytes."""

    location: str
    size: int | None = None
    modified: datetime | None = None


class VolumePage(NamedTuple):
    """One page of a folder of a volume.

    `token` requests the next page, None on the last. `unreadable` counts records that are neither an object
    nor a folder.
    """

    objects: tuple[VolumeObject, ...]
    folders: tuple[Prefix, ...]
    token: str | None = None
    unreadable: int = 0


class VolumeListing(NamedTuple):
    """All objects below a folder of a volume, in the byte order of their locations.

    `folders` is the number of folders that were listed, `unreadable` counts records that are neither an
    object nor a folder.
    """

    objects: tuple[VolumeObject, ...]
    folders: int
    unreadable: int = 0


def folder_prefix(text: str) -> Prefix:
    """Return the prefix of the folder that a user names with or without the slash at its end."""
    return text if not text or text.endswith("/") else f"{text}/"
