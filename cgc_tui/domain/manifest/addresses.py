"""Finds the volume and the location of an object whose address in a bucket is given.

Addresses are `s3://BUCKET/KEY`, `gs://BUCKET/KEY` and `https://ACCOUNT.blob.core.windows.net/CONTAINER/KEY`.
The key is taken as it is: `+` and `%20` are themselves. A location is relative to the prefix of its volume.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from cgc_tui.domain.jobs import Source
from cgc_tui.domain.volumes import Volume

SERVICES = {"s3": ("s3",), "gs": ("gcs", "gcp", "gs", "google"), "https": ("azure",)}
"""The names of a cloud service on the platform, in lower case, by the scheme of its addresses."""

FORMS = "use s3://BUCKET/KEY, gs://BUCKET/KEY or https://ACCOUNT.blob.core.windows.net/CONTAINER/KEY"

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_AZURE_HOST = ".blob.core.windows.net"


class AddressError(ValueError):
    """An address that does not name an object of one volume."""


class _Address(NamedTuple):
    scheme: str
    bucket: str
    key: str


def has_addresses(data: bytes) -> bool:
    """Return whether a manifest may have addresses, so that the user's volumes are needed to read it."""
    return b"://" in data or b":\0/\0/" in data  # UTF-16


def is_address(text: str) -> bool:
    """Return whether a text begins with a scheme."""
    return _SCHEME.match(text) is not None


class VolumeFinder:
    """Finds the volume of an address among the user's volumes, by bucket and prefix."""

    def __init__(self, volumes: Iterable[Volume]) -> None:
        self._by_bucket: dict[str, list[Volume]] = {}
        for volume in volumes:
            if volume.bucket:
                self._by_bucket.setdefault(volume.bucket, []).append(volume)

    def find(self, address: str, volume_id: str | None = None) -> Source:
        """Return the volume and the location of an address.

        `volume_id` selects one of several volumes that fit. Raises AddressError, which names the candidates,
        unless exactly one fits.
        """
        scheme, bucket, key = _parsed(address)
        candidates = [
            volume
            for volume in self._by_bucket.get(bucket, ())
            if volume.service is None or volume.service.lower() in SERVICES[scheme]
        ]
        fitting = [volume for volume in candidates if key.startswith(volume.prefix)]
        chosen = [volume for volume in fitting if volume_id in (None, volume.id)]
        if not candidates:
            raise AddressError(f"no volume of yours has the bucket {bucket}")
        if not fitting:
            raise AddressError(f"no volume fits: {_with_prefixes(candidates)}")
        if not chosen:
            raise AddressError(f"not on {volume_id}, but on {_with_prefixes(fitting)}")
        if len(chosen) > 1:
            raise AddressError(f"several volumes fit: {_with_prefixes(chosen)}; select one")
        location = key[len(chosen[0].prefix) :]
        if not location:
            raise AddressError("the address has no key")
        return Source(chosen[0].id, location)


def _parsed(address: str) -> _Address:
    match = _SCHEME.match(address)
    scheme = match[1].lower() if match else ""
    if match is None or scheme not in SERVICES:
        raise AddressError(f"unknown form of address; {FORMS}")
    bucket, _, key = address[match.end() :].partition("/")
    if scheme == "https":
        if not bucket.lower().endswith(_AZURE_HOST):
            raise AddressError(f"unknown form of address; {FORMS}")
        bucket, _, key = key.partition("/")
        if "?" in key:  # the query of a shared link is a secret: it must not show
            raise AddressError("the address has a query; remove it from the ? on")
        if "%" in key:
            raise AddressError("whether % is part of the key is unknown; give volume and location")
    if not bucket or not key:
        raise AddressError("the address has no key")
    return _Address(scheme, bucket, key)


def _with_prefixes(volumes: Iterable[Volume]) -> str:
    """Return the volumes with their prefixes: `rosalind/raw (prefix runs/), rosalind/all`."""
    parts = (f"{each.id} (prefix {each.prefix})" if each.prefix else each.id for each in volumes)
    return ", ".join(sorted(parts))
