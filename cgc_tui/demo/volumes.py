"""The routes of volumes: list, get, and the objects in one."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from cgc_tui.demo.buckets import next_start, object_size
from cgc_tui.demo.catalog import Volume
from cgc_tui.demo.records import iso, select_fields
from cgc_tui.demo.responses import EXPIRED_TOKEN, ApiError, json_response
from cgc_tui.demo.routes import Call, Routes, page_of

MODIFIED = 1_690_000_000
BRIEF_OBJECT = ("href", "location", "volume", "type")
ID = r"([^/]+/[^/]+|[^/]+%2[Ff][^/]+)"


def list_volumes(call: Call) -> httpx.Response:
    """Handle "List volumes"."""
    call.check_parameters("offset", "limit", "fields")
    return page_of(call, [volume.record(call.endpoint) for volume in call.state.volumes.values()])


def get_volume(call: Call) -> httpx.Response:
    """Handle "Get details of a volume"."""
    call.check_parameters("fields")
    record = _volume(call).record(call.endpoint)
    return json_response(select_fields(record, call.value("fields"), default=None))


def list_objects(call: Call) -> httpx.Response:
    """Handle "Get a list of volume files": one level of locations below a prefix, forwards only.

    Folders come without the slash at their end. A prefix is compared as text, so that `a` without a slash
    lists the folders `a` and `ab`.
    """
    call.check_parameters("prefix", "limit", "continuation_token", "fields")
    volume, switches = _active_volume(call), call.state.switches
    prefix, token = call.value("prefix") or "", call.value("continuation_token")
    limit, fields = call.limit(), call.value("fields")
    start = _start_of(token, volume.id, prefix) if token is not None else prefix
    if token is not None and switches.expired_tokens:
        raise ApiError(9011, EXPIRED_TOKEN)
    level = list(itertools.islice(call.state.buckets.level(volume.id, prefix, start), limit + 1))
    shown, more = level[:limit], len(level) > limit
    folders = [entry for entry in shown if entry.endswith("/") and entry != prefix]
    objects = [entry for entry in shown if not entry.endswith("/") or entry == prefix]
    if switches.self_listing and prefix.endswith("/"):
        folders.insert(0, prefix)
    following = (
        _token(volume.id, prefix, prefix if switches.repeated_token else next_start(level[limit - 1]))
        if more
        else ""
    )
    href = f"{call.endpoint}/storage/volumes/{volume.id}/list?"
    given = {"prefix": prefix, "fields": fields}
    filters: dict[str, Any] = {name: value for name, value in given.items() if value}
    next_page = {**filters, "limit": limit, "continuation_token": following}
    return json_response(
        {
            "href": href + urlencode({**filters, "limit": limit}, errors="surrogatepass"),
            "prefix": prefix,
            "limit": limit,
            "truncated": more,
            "items": [
                select_fields(object_record(call, volume, entry), fields, default=BRIEF_OBJECT)
                for entry in objects
            ],
            "prefixes": [
                {
                    "href": href + urlencode({"prefix": entry}),
                    "prefix": entry if switches.prefix_slashes else entry[:-1],
                    "volume": volume.id,
                }
                for entry in folders
            ],
            "links": [{"next": href + urlencode(next_page)}] if more else [],
        }
    )


def get_object(call: Call) -> httpx.Response:
    """Handle "Get volume object details"."""
    call.check_parameters("location", "fields")
    volume, location = _active_volume(call), call.value("location")
    if location is None:
        raise ApiError(9011, "Invalid request syntax: location is missing.")
    if not call.state.buckets.exists(volume.id, location):
        raise ApiError(9105)
    record = object_record(call, volume, location)
    return json_response(select_fields(record, call.value("fields"), default=None))


def object_record(call: Call, volume: Volume, location: str) -> dict[str, Any]:
    """Return the full record of an object."""
    size = object_size(volume.id, location)
    modified = MODIFIED + size % 10**7
    etag = hashlib.sha256(location.encode(errors="surrogatepass")).hexdigest()[:32]
    metadata: dict[str, Any] = {"ContentLength": size, "ETag": etag, "LastModified": iso(modified)}
    if volume.service == "GCS":
        metadata = {
            "bucket": volume.bucket,
            "name": volume.prefix + location,
            "size": size,
            "etag": etag,
            "kind": "storage#object",
            "timeCreated": {"value": modified * 1000, "dateOnly": False, "timeZoneShift": 0},
            "updated": {"value": modified * 1000, "dateOnly": False, "timeZoneShift": 0},
        }
    query = f"location={quote(location, safe='', errors='surrogatepass')}"
    return {
        "href": f"{call.endpoint}/storage/volumes/{volume.id}/object?{query}",
        "location": location,
        "volume": volume.id,
        "type": volume.service.lower(),
        "metadata": metadata,
    }


def _volume(call: Call) -> Volume:
    call.check_volume(call.resource_id)
    return call.state.volumes[call.resource_id]


def _active_volume(call: Call) -> Volume:
    volume = _volume(call)
    if not volume.active:
        raise ApiError(9069)
    return volume


def _token(volume: str, prefix: str, start: str) -> str:
    """Return the continuation token of a listing that goes on at a location."""
    return base64.b64encode(json.dumps([volume, prefix, start]).encode()).decode()


def _start_of(token: str, volume: str, prefix: str) -> str:
    """Return the location where a listing goes on; reject the token of another listing."""
    try:
        *listing, start = json.loads(base64.b64decode(token, validate=True))
    except (ValueError, TypeError):
        raise ApiError(9011, EXPIRED_TOKEN) from None
    if listing != [volume, prefix] or not isinstance(start, str):
        raise ApiError(9011, EXPIRED_TOKEN)
    return start


VOLUME_ROUTES: Routes = (
    ("GET", r"/storage/volumes", list_volumes),
    ("GET", rf"/storage/volumes/{ID}/list", list_objects),
    ("GET", rf"/storage/volumes/{ID}/object", get_object),
    ("GET", rf"/storage/volumes/{ID}", get_volume),
)
