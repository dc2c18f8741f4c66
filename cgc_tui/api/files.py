"""The calls for the files of projects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cgc_tui.api import parse
from cgc_tui.api.requester import Call, Requester, RetryHook
from cgc_tui.api.tasks import cancel_all, crawl
from cgc_tui.api.throttle import Lane
from cgc_tui.domain import storage_records
from cgc_tui.domain.errors import IncompleteList
from cgc_tui.domain.project_files import FileListing, FilePage, ProjectFile
from cgc_tui.domain.queries import MAX_LIMIT

PATH = "/files"
MAX_PASSES = 3


class Place(NamedTuple):
    """What is listed: the root of a project, or a folder by its id."""

    project: str | None = None
    parent: str | None = None


class FilesProgress(NamedTuple):
    """The files and folders found so far, and the folders whose content has been read."""

    files: int
    folders: int


FilesHook = Callable[[FilesProgress], None]
"""Called after each page."""


class FilesApi:
    """The files of the platform; all calls use one lane."""

    def __init__(self, requester: Requester, lane: Lane = Lane.INTERACTIVE) -> None:
        self._requester = requester
        self._lane = lane

    async def page(self, place: Place, offset: int = 0, *, on_retry: RetryHook | None = None) -> FilePage:
        """Return a page of the files and folders in a project's root or a folder ("List files")."""
        params = [("offset", str(offset)), ("limit", str(MAX_LIMIT)), ("fields", "_all")]
        params += [("project", place.project)] if place.project is not None else []
        params += [("parent", place.parent)] if place.parent is not None else []
        call = Call("GET", PATH, params, check=parse.items, lane=self._lane)
        response = await self._requester.send(call, on_retry)
        records, total = parse.items(response.json), parse.total(response.headers)
        files = [storage_records.project_file(record) for record in records]
        end = offset + len(records)
        more = parse.has_next(response.json) or (total is not None and end < total)
        return FilePage(
            files=tuple(file for file in files if file is not None),
            total=total,
            more=more and bool(records),
            end=end,
            unreadable=files.count(None),
        )


async def list_files(
    files: FilesApi,
    project: str,
    *,
    on_progress: FilesHook | None = None,
    on_retry: RetryHook | None = None,
) -> FileListing:
    """Return all files and folders of a project, in the order of folders and names.

    Raises CgcError if a page cannot be read, and IncompleteList if the pages of a folder do not add up.
    """
    reader = _ProjectReader(files, on_progress, on_retry)
    await crawl([Place(project=project)], reader.read)
    files_in_order = sorted(
        reader.files.values(), key=lambda file: (file.parent or "", file.name or "", file.id)
    )
    return FileListing(tuple(files_in_order), reader.unreadable)


class _ProjectReader:
    """Reads the folders of a project, in any order; the pages of a folder at the same time."""

    def __init__(self, files: FilesApi, on_progress: FilesHook | None, on_retry: RetryHook | None) -> None:
        self.files: dict[str, ProjectFile] = {}
        self.unreadable = 0
        self._api = files
        self._on_progress = on_progress
        self._on_retry = on_retry
        self._folders = 0
        self._seen: set[str] = set()

    async def read(self, place: Place) -> Iterable[Place]:
        """Read a project's root or a folder; return the folders in it.

        A folder whose pages lack files is read again, since files move to other pages when one is deleted.
        """
        for _ in range(MAX_PASSES):
            pages = await self._pages(place)
            found = {file.id: file for page in pages for file in page.files}
            unreadable = sum(page.unreadable for page in pages)
            expected = max(pages[-1].total or 0, max(page.end for page in pages))
            if len(found) + unreadable >= expected:
                break
        else:
            raise IncompleteList(len(found), expected, "files")
        self.files |= found
        self.unreadable += unreadable
        self._folders += 1
        return [Place(parent=file.id) for file in found.values() if file.is_folder]

    async def _pages(self, place: Place) -> list[FilePage]:
        first = await self._page(place, 0)
        step = first.end or MAX_LIMIT
        offsets = range(first.end, first.total or 0, step) if first.more else ()
        tasks = [asyncio.create_task(self._page(place, offset)) for offset in offsets]
        try:
            pages = [first, *[await task for task in tasks]]
        finally:
            await cancel_all(tasks)
        while pages[-1].more:
            pages.append(await self._page(place, pages[-1].end))
        return pages

    async def _page(self, place: Place, offset: int) -> FilePage:
        page = await self._api.page(place, offset, on_retry=self._on_retry)
        self._seen.update(file.id for file in page.files)
        if self._on_progress is not None:
            self._on_progress(FilesProgress(len(self._seen), self._folders))
        return page
