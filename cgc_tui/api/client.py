"""A client for the platform: one method per call, returning values."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from cgc_tui.api import error_mapping, parse
from cgc_tui.api.imports import ImportsApi
from cgc_tui.api.requester import Call, Requester
from cgc_tui.api.throttle import Lane
from cgc_tui.domain.errors import TokenRejected
from cgc_tui.domain.platform import IdList, RateLimit, User

if TYPE_CHECKING:
    from cgc_tui.api.files import FilesApi
    from cgc_tui.api.volumes import VolumesApi


class PlatformClient:
    """The platform at one endpoint, for one token.

    URLs are built from ids; hrefs and links of responses are never followed. Calls raise only `CgcError`.
    """

    def __init__(self, requester: Requester) -> None:
        self._requester = requester
        self.imports = ImportsApi(requester)
        self.bulk_imports = ImportsApi(requester, Lane.BULK)
        """The same calls, for many requests at a time."""

    @cached_property
    def bulk_volumes(self) -> VolumesApi:
        """The calls for volumes and the objects in them, for many requests at a time."""
        from cgc_tui.api.volumes import VolumesApi  # not needed for the first paint

        return VolumesApi(self._requester, Lane.BULK)

    @cached_property
    def bulk_files(self) -> FilesApi:
        """The calls for the files of projects, for many requests at a time."""
        from cgc_tui.api.files import FilesApi  # not needed for the first paint

        return FilesApi(self._requester, Lane.BULK)

    def on_token_rejected(self, notify: Callable[[TokenRejected], object]) -> None:
        """Call `notify` with each error for a rejected token, before it is raised."""
        self._requester.on_token_rejected = notify

    @property
    def endpoint(self) -> str:
        """The endpoint's URL, without a trailing slash."""
        return self._requester.endpoint

    @property
    def last_rate_limit(self) -> RateLimit | None:
        """The rate limit according to the latest response."""
        return self._requester.last_rate_limit

    async def user(self) -> User:
        """Return the owner of the token ("Get your user information")."""
        response = await self._requester.send(Call("GET", "/user"))
        return User(parse.username(response.json))

    async def projects(self) -> IdList:
        """Return the ids of the projects that the user can see ("List all your projects")."""
        return await self._fetch_ids("/projects")

    async def volumes(self) -> IdList:
        """Return the ids of the volumes that the user can see ("List volumes")."""
        return await self._fetch_ids("/storage/volumes")

    async def rate_limit(self) -> RateLimit:
        """Return the current rate limit ("Get rate limit status"); the call does not count against it."""
        response = await self._requester.send(Call("GET", "/rate_limit", check=parse.rate_limit))
        resets_at = error_mapping.local_time_of(
            parse.rate_reset(response.json), response.headers, self._requester.now()
        )
        return parse.rate_limit(response.json)._replace(resets_at=resets_at)

    async def close(self) -> None:
        """Close the connections."""
        if self.imports.prefetched is not None:
            self.imports.prefetched.close()
        await self._requester.close()

    async def _fetch_ids(self, path: str) -> IdList:
        from cgc_tui.api.short_lists import fetch_records  # not needed for the first paint

        records, complete = await fetch_records(self._requester, path)
        return IdList(tuple(dict.fromkeys(parse.ids(records))), complete)
