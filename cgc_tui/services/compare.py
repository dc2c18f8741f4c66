"""Compares wanted files, of a manifest or of a bucket, with the import jobs that the platform lists."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.listing import FetchProgress, fetch_all
from cgc_tui.api.requester import RetryHook
from cgc_tui.api.tasks import cancel_all
from cgc_tui.api.volume_listing import ListingProgress, Location, find_objects, list_objects
from cgc_tui.domain.compare import compare
from cgc_tui.domain.comparison import ComparedFile, Comparison, FileStatus
from cgc_tui.domain.errors import CgcError, Forbidden, NotFound, RequestRejected
from cgc_tui.domain.manifest.files import WantedFile
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.volumes import VolumeListing, VolumeObject

MAX_CHECKED = 200
"""The number of keys that are looked up, one request each, unless all are wanted."""

CHECKED_FIRST = (FileStatus.FAILED, FileStatus.NOT_SENT)


class CompareProgress(NamedTuple):
    """The jobs read so far, and their total if it is known; the objects found, None without a bucket."""

    jobs: int = 0
    total: int | None = None
    objects: int | None = None


CompareHook = Callable[[CompareProgress], None]
"""Called after each page."""


@dataclass(frozen=True)
class CompareReport:
    """A comparison with the jobs of `query`, as of the last page of these.

    `details_missing` counts jobs of which only the state is known; `unreadable_jobs` and
    `unreadable_objects` count records that are missing.
    """

    comparison: Comparison
    query: JobQuery
    as_of: datetime | None
    details_missing: int = 0
    unreadable_jobs: int = 0
    unreadable_objects: int = 0
    keys: Mapping[Location, VolumeObject | CgcError | None] = field(default_factory=dict)
    """The objects of files that are not completed, as far as they were looked up; None does not exist."""

    unchecked: int = 0
    """The number of keys that were left out by the limit of a check."""

    def key_exists(self, compared: ComparedFile) -> bool | None:
        """Return whether the key of a file exists now, None if that is unknown."""
        location = (compared.file.volume, compared.file.location)
        found = self.keys.get(location)
        return None if location not in self.keys or isinstance(found, CgcError) else found is not None

    def check_error(self, compared: ComparedFile) -> CgcError | None:
        """Return why the key of a file could not be looked up."""
        found = self.keys.get((compared.file.volume, compared.file.location))
        return found if isinstance(found, CgcError) else None

    @property
    def is_whole(self) -> bool:
        """Whether everything could be read."""
        return not (self.details_missing or self.unreadable_jobs or self.unreadable_objects)


async def compare_files(
    client: PlatformClient,
    files: Sequence[WantedFile],
    *,
    on_progress: CompareHook | None = None,
    on_retry: RetryHook | None = None,
) -> CompareReport:
    """Compare the files of a manifest; raises CgcError.

    Jobs of all projects are read, since a file may have been imported to another one, and only those of the
    volume if all files are on one. Where the platform no longer lists that volume, all jobs are read.
    """
    progress = _Progress(on_progress)
    volumes = {file.volume for file in files}
    query = JobQuery(volume=volumes.pop()) if len(volumes) == 1 else JobQuery()
    try:
        page = await fetch_all(client, query, on_progress=progress.jobs_read, on_retry=on_retry)
    except (NotFound, Forbidden, RequestRejected):
        if not query.is_filtered:
            raise
        page = await fetch_all(client, JobQuery(), on_progress=progress.jobs_read, on_retry=on_retry)
    return _report(files, page)


async def compare_folder(
    client: PlatformClient,
    volume: str,
    prefix: str,
    project: str | None = None,
    *,
    on_progress: CompareHook | None = None,
    on_retry: RetryHook | None = None,
) -> CompareReport:
    """Compare all objects below a folder of a volume; raises CgcError.

    The files are wanted in `project`, or in any project. Objects and jobs are read at the same time.
    """
    progress = _Progress(on_progress)
    listing, page = await _both(
        list_objects(
            client.bulk_volumes, volume, prefix, on_progress=progress.objects_found, on_retry=on_retry
        ),
        fetch_all(client, JobQuery(volume=volume), on_progress=progress.jobs_read, on_retry=on_retry),
    )
    files = [WantedFile(volume, found.location, project) for found in listing.objects]
    report = _report(files, page, listing.unreadable)
    missing = _not_completed(report.comparison)
    objects = {(volume, found.location): found for found in listing.objects}
    return replace(
        report,
        # Equal names in different folders are no mistake of the user's.
        comparison=replace(report.comparison, duplicates=()),
        keys={location: objects[location] for location in missing},
    )


async def check_keys(
    client: PlatformClient,
    report: CompareReport,
    *,
    limit: int | None = MAX_CHECKED,
    on_checked: Callable[[int, int], None] = lambda _done, _total: None,
    on_retry: RetryHook | None = None,
) -> CompareReport:
    """Look up whether the keys of the files that are not completed exist now; raises CgcError.

    At most `limit` keys are looked up, first those that failed or were not sent. Folders are left out, since
    they are not objects. `on_checked` is called with the number of responses and that of requests.
    """
    locations = [location for location in _not_completed(report.comparison) if not location[1].endswith("/")]
    wanted = locations[:limit]
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        on_checked(done, len(wanted))

    keys = await find_objects(client.bulk_volumes, wanted, on_found=count, on_retry=on_retry)
    return replace(report, keys=keys, unchecked=len(locations) - len(wanted))


def _not_completed(comparison: Comparison) -> list[Location]:
    """Return the keys of the files that are not completed, each once, in the order of a check."""
    files = [each for each in comparison.files if each.status is not FileStatus.COMPLETED]
    files.sort(key=lambda each: each.status not in CHECKED_FIRST)
    return list(dict.fromkeys((each.file.volume, each.file.location) for each in files))


async def _both(
    objects: Coroutine[Any, Any, VolumeListing], jobs: Coroutine[Any, Any, JobPage]
) -> tuple[VolumeListing, JobPage]:
    """Run both; raises the first error, and cancels the other then."""
    tasks = asyncio.create_task(objects), asyncio.create_task(jobs)
    try:
        return await asyncio.gather(*tasks)
    finally:
        await cancel_all(tasks)


def _report(files: Sequence[WantedFile], page: JobPage, unreadable_objects: int = 0) -> CompareReport:
    return CompareReport(
        compare(files, page.jobs),
        page.query,
        page.received_at,
        page.details_missing,
        page.unreadable,
        unreadable_objects,
    )


class _Progress:
    """The latest progress of the jobs and of the objects, reported as one."""

    def __init__(self, hook: CompareHook | None) -> None:
        self._hook = hook
        self._latest = CompareProgress()

    def jobs_read(self, progress: FetchProgress) -> None:
        self._show(self._latest._replace(jobs=progress.jobs, total=progress.total))

    def objects_found(self, progress: ListingProgress) -> None:
        self._show(self._latest._replace(objects=progress.objects))

    def _show(self, latest: CompareProgress) -> None:
        self._latest = latest
        if self._hook is not None:
            self._hook(latest)
