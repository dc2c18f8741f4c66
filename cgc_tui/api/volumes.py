"""The calls for volumes and the objects in them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlsplit

from cgc_tui.api import parse
from cgc_tui.api.requester import Call, Requester, RetryHook
from cgc_tui.api.short_lists import fetch_records
from cgc_tui.api.throttle import Lane
from cgc_tui.domain import storage_records
from cgc_tui.domain.errors import InvalidResponse, NotFound
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.volumes import Prefix, Volume, VolumeList, VolumeObject, VolumePage

PATH = "/storage/volumes"
ALL_FIELDS = [("fields", "_all")]
NO_SUCH_OBJECT = (9105, 9106)
"""The codes for a location that does not exist on a volume ("API status codes")."""


class VolumesApi:
    """The volumes of the platform; all calls use one lane. Volumes are named by id, `owner/name`."""

    def __init__(self, requester: Requester, lane: Lane = Lane.INTERACTIVE) -> None:
        self._requester = requester
        self._lane = lane

    async def all(self, *, on_retry: RetryHook | None = None) -> VolumeList:
        """Return the volumes that the user can see ("List volumes")."""
        records, complete = await fetch_records(
            self._requester, PATH, ALL_FIELDS, lane=self._lane, on_retry=on_retry
        )
        volumes: dict[str, Volume] = {}
        for record in records:
            if (volume := storage_records.volume(record)) is None:
                complete = False
                continue
            # A server may send records without details, whatever fields are requested.
            volumes[volume.id] = (
                volume if "service" in record else await self.get(volume.id, on_retry=on_retry)
            )
        return VolumeList(tuple(volumes.values()), complete)

    async def get(self, volume_id: str, *, on_retry: RetryHook | None = None) -> Volume:
        """Return a volume ("Get details of a volume")."""
        call = Call("GET", _path(volume_id), check=_volume, lane=self._lane)
        return _volume((await self._requester.send(call, on_retry)).json)

    async def page(
        self,
        volume_id: str,
        prefix: Prefix,
        token: str | None = None,
        *,
        details: bool = False,
        on_retry: RetryHook | None = None,
    ) -> VolumePage:
        """Return a page of the objects and folders in a folder ("Get a list of volume files").

        The folder itself, which the platform may list as an object or a folder, is left out. With `details`
        objects have size and time, if the cloud service sends them.
        """
        params = [("limit", str(MAX_LIMIT))]
        params += [("prefix", prefix)] if prefix else []
        params += [("continuation_token", token)] if token is not None else []
        params += ALL_FIELDS if details else []
        call = Call("GET", f"{_path(volume_id)}/list", params, check=_check_page, lane=self._lane)
        return _page((await self._requester.send(call, on_retry)).json, prefix)

    async def object(
        self, volume_id: str, location: str, *, on_retry: RetryHook | None = None
    ) -> VolumeObject | None:
        """Return an object, or None if the volume has none at this location ("Get volume object details")."""
        params = [("location", location)]
        call = Call("GET", f"{_path(volume_id)}/object", params, check=_object, lane=self._lane)
        try:
            return _object((await self._requester.send(call, on_retry)).json)
        except NotFound as error:
            if error.code in NO_SUCH_OBJECT:
                return None
            raise


def _path(volume_id: str) -> str:
    """Return the path of a volume; a dot segment would leave it and cannot be part of an id."""
    segments = volume_id.split("/")
    if len(segments) != 2 or not {"", ".", ".."}.isdisjoint(segments):
        raise NotFound(sanitize(f"no volume has the id {volume_id}"), SafeText("An id is owner/name."))
    return "/".join([PATH, *(quote(segment, safe="", errors="replace") for segment in segments)])


def _volume(body: dict[str, Any]) -> Volume:
    volume = storage_records.volume(body)
    if volume is None:
        raise InvalidResponse(SafeText("the response is not a volume"), parse.TRY_AGAIN)
    return volume


def _object(body: dict[str, Any]) -> VolumeObject:
    found = storage_records.volume_object(body)
    if found is None:
        raise InvalidResponse(SafeText("the response is not an object of a volume"), parse.TRY_AGAIN)
    return found


def _check_page(body: dict[str, Any]) -> None:
    _page(body, "")


def _page(body: dict[str, Any], listed: Prefix) -> VolumePage:
    records, prefixes = parse.items(body), body.get("prefixes") or []
    if not isinstance(prefixes, list) or len(prefixes) > parse.MAX_ITEMS:
        raise InvalidResponse(SafeText("the response could not be read: it has no folders"), parse.TRY_AGAIN)
    objects = [storage_records.volume_object(record) for record in records]
    folders = [_folder(record, listed) for record in prefixes]
    return VolumePage(
        objects=tuple(each for each in objects if each is not None and each.location != listed),
        folders=tuple(dict.fromkeys(each for each in folders if each is not None and each != listed)),
        token=_next_token(body),
        unreadable=objects.count(None) + folders.count(None),
    )


def _folder(record: object, listed: Prefix) -> Prefix | None:
    """Return the folder of a record, None if it is not one within the listed folder.

    The platform removes the slash at the end. So a folder `a/` in the listing of `a/` is `a//`, which has
    the keys with an empty segment.
    """
    text = record.get("prefix") if isinstance(record, dict) else None
    if not isinstance(text, str) or not f"{text}/".startswith(listed):
        return None
    return text if text.endswith("/") and text != listed else f"{text}/"


def _next_token(body: dict[str, Any]) -> str | None:
    """Return the continuation token in the link to the next page, None on the last; no link is followed."""
    links = body.get("links")
    for link in links if isinstance(links, list) else ():
        url = _next_url(link) if isinstance(link, dict) else None
        if isinstance(url, str) and url:
            return _token_of(url)
    if body.get("truncated") is True:
        raise InvalidResponse(SafeText("the response has no link to the next page"), parse.TRY_AGAIN)
    return None


def _next_url(link: dict[str, Any]) -> object:
    is_next = str(link.get("rel")).lower() == "next"
    return link.get("next") or (link.get("href") if is_next else None)


def _token_of(url: str) -> str:
    """Return the token in a URL; a plus sign is kept, since tokens are Base64 and may not be quoted."""
    try:
        pairs = [pair.partition("=") for pair in urlsplit(url).query.split("&")]
    except ValueError:
        pairs = []
    for name, _, value in pairs:
        if name == "continuation_token" and value:
            return unquote(value)
    raise InvalidResponse(SafeText("the link to the next page has no token"), parse.TRY_AGAIN)
