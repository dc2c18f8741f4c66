"""Lists all objects below a folder of a volume, and looks up many objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cgc_tui.api.parse import TRY_AGAIN
from cgc_tui.api.requester import RetryHook
from cgc_tui.api.tasks import crawl
from cgc_tui.api.volumes import VolumesApi
from cgc_tui.domain.errors import CgcError, Forbidden, InvalidResponse, NotFound, RequestRejected
from cgc_tui.domain.text import sanitize
from cgc_tui.domain.volumes import Prefix, VolumeListing, VolumeObject, VolumePage, folder_prefix

MAX_KEY = 1024
"""The longest key of Amazon, Google and Azure, so that a longer folder is an error of the platform."""

MAX_IDLE = 20
"""The number of consecutive pages without anything new after which a listing repeats itself."""

MAX_RESTARTS = 3
TOKEN_STATUSES = (400, 410)
"""The statuses of a rejected continuation token; none is documented."""


class ListingProgress(NamedTuple):
    """The objects found so far, the folders read, and the folders that are known but not read yet."""

    objects: int
    folders: int
    pending: int


ListingHook = Callable[[ListingProgress], None]
"""Called after each page."""

Location = tuple[str, str]
"""The id of a volume, and a location on it."""


async def list_objects(
    volumes: VolumesApi,
    volume: str,
    prefix: str = "",
    *,
    details: bool = False,
    on_progress: ListingHook | None = None,
    on_retry: RetryHook | None = None,
) -> VolumeListing:
    """Return all objects below a folder of a volume, which may be named without the slash at its end.

    Folders are read at the same time, the pages of one folder in turn, since each has the token of the next.
    With `details` objects have size and time. Raises CgcError if a page cannot be read, or if the listing
    repeats itself.
    """
    first = folder_prefix(prefix)
    reader = _TreeReader(volumes, volume, first, details, on_progress, on_retry)
    await crawl([first], reader.read)
    objects = {
        found.location: found for folder in reader.folders.values() for found in folder.objects.values()
    }
    return VolumeListing(
        objects=tuple(objects[location] for location in sorted(objects)),
        folders=len(reader.folders),
        unreadable=sum(folder.unreadable for folder in reader.folders.values()),
    )


async def find_objects(
    volumes: VolumesApi,
    locations: Iterable[Location],
    *,
    on_found: Callable[[], None] = lambda: None,
    on_retry: RetryHook | None = None,
) -> dict[Location, VolumeObject | CgcError | None]:
    """Look up each location, one request each; None is a location that does not exist.

    The value is an error where the platform does not let the user see the location. `on_found` is called
    after each response.
    """
    results: dict[Location, VolumeObject | CgcError | None] = {}

    async def find(location: Location) -> Sequence[Location]:
        try:
            results[location] = await volumes.object(*location, on_retry=on_retry)
        except (Forbidden, NotFound, RequestRejected) as error:
            results[location] = error
        on_found()
        return ()

    await crawl(list(locations), find)
    return results


class _Folder:
    """What has been read of one folder."""

    def __init__(self) -> None:
        self.objects: dict[str, VolumeObject] = {}
        self.folders: dict[Prefix, None] = {}
        self.unreadable = 0
        self.complete = False
        self._tokens: set[str] = set()
        self._idle = 0

    def add(self, page: VolumePage) -> bool:
        """Add a page; return whether the listing goes on rather than repeats itself."""
        before = len(self.objects) + len(self.folders)
        self.objects |= ((each.location, each) for each in page.objects)
        self.folders |= dict.fromkeys(page.folders)
        self.unreadable += page.unreadable
        self._idle = 0 if len(self.objects) + len(self.folders) > before else self._idle + 1
        if page.token is None:
            self.complete = True
            return True
        repeated = page.token in self._tokens
        self._tokens.add(page.token)
        return not repeated and self._idle < MAX_IDLE


class _TreeReader:
    """Reads folders of a volume, in any order."""

    def __init__(
        self,
        volumes: VolumesApi,
        volume: str,
        first: Prefix,
        details: bool,
        on_progress: ListingHook | None,
        on_retry: RetryHook | None,
    ) -> None:
        self.folders: dict[Prefix, _Folder] = {}
        self._volumes = volumes
        self._volume = volume
        self._details = details
        self._on_progress = on_progress
        self._on_retry = on_retry
        self._known = {first}
        self._objects = self._read = 0

    async def read(self, prefix: Prefix) -> Iterable[Prefix]:
        """Read a folder; return the folders in it.

        A rejected token restarts the listing, since tokens expire, as while it waits for the rate limit.
        """
        restarts = 0
        while True:
            try:
                return await self._pass(prefix)
            except _ExpiredToken as expired:
                if restarts == MAX_RESTARTS:
                    raise expired.error from None
            restarts += 1
            self._objects -= len(self.folders[prefix].objects)

    async def _pass(self, prefix: Prefix) -> Iterable[Prefix]:
        folder = self.folders[prefix] = _Folder()
        token: str | None = None
        while not folder.complete:
            page = await self._page(prefix, token)
            before = len(folder.objects)
            if not folder.add(page):
                raise self._repeated(prefix)
            token = page.token
            self._objects += len(folder.objects) - before
            self._known.update(page.folders)
            self._read += folder.complete
            self._report()
        return self._below(prefix, folder)

    async def _page(self, prefix: Prefix, token: str | None) -> VolumePage:
        try:
            return await self._volumes.page(
                self._volume, prefix, token, details=self._details, on_retry=self._on_retry
            )
        except RequestRejected as error:
            if token is not None and error.status in TOKEN_STATUSES:
                raise _ExpiredToken(error) from None
            raise

    def _below(self, prefix: Prefix, folder: _Folder) -> Iterable[Prefix]:
        """Return the folders to read next.

        A folder with an empty name that has nothing but a folder with an empty name is one that lists itself.
        """
        itself = f"{prefix}/"
        if prefix.endswith("//") and not folder.objects and list(folder.folders) == [itself]:
            return ()
        if any(len(name) > MAX_KEY for name in folder.folders):
            raise self._repeated(prefix)
        return folder.folders

    def _repeated(self, prefix: Prefix) -> InvalidResponse:
        return InvalidResponse(
            sanitize(f"the listing of {self._volume} repeats itself at {prefix or '/'}"), TRY_AGAIN
        )

    def _report(self) -> None:
        if self._on_progress is not None:
            pending = len(self._known) - self._read
            self._on_progress(ListingProgress(self._objects, self._read, pending))


class _ExpiredToken(Exception):
    """The platform does not accept a continuation token."""

    def __init__(self, error: RequestRejected) -> None:
        super().__init__(error)
        self.error = error
