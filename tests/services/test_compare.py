"""Comparisons of manifests and buckets with the jobs of a platform."""

from __future__ import annotations

import asyncio

import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.comparison import FileStatus
from cgc_tui.domain.errors import Forbidden, NotFound
from cgc_tui.domain.manifest.files import WantedFile
from cgc_tui.domain.queries import JobQuery
from cgc_tui.services.compare import CompareProgress, check_keys, compare_files, compare_folder

LISTING = "/v2/storage/volumes/rosalind/wgs-2024/list"
VOLUME = "rosalind/wgs-2024"
PROJECT = "rosalind/brca-pilot"


def wanted(location: str, volume: str = VOLUME) -> WantedFile:
    return WantedFile(volume, location, PROJECT)


@pytest.fixture
def flat(platform: SimulatedPlatform) -> list[str]:
    """Return the keys of a folder of four objects, with jobs for the first three."""
    keys = [f"flat/{number}.bam" for number in range(4)]
    platform.add_objects(VOLUME, keys)
    platform.add_jobs(1, "COMPLETED", volume=VOLUME, project=PROJECT, location=keys[0])
    platform.add_jobs(1, "FAILED", volume=VOLUME, project=PROJECT, location=keys[1], error=9105)
    platform.add_jobs(1, "COMPLETED", volume=VOLUME, project="rosalind/luad-rnaseq", location=keys[2])
    return keys


async def test_the_files_of_a_folder_have_one_status_each(client: PlatformClient, flat: list[str]) -> None:
    report = await compare_folder(client, VOLUME, "flat", PROJECT)
    assert [(each.file.location, each.status) for each in report.comparison.files] == list(
        zip(
            flat,
            (FileStatus.COMPLETED, FileStatus.FAILED, FileStatus.ELSEWHERE, FileStatus.NOT_SENT),
            strict=True,
        )
    )
    assert report.is_whole
    assert report.query.volume == VOLUME
    assert report.as_of is not None
    anywhere = await compare_folder(client, VOLUME, "flat")
    assert anywhere.comparison.files[2].status is FileStatus.COMPLETED


async def test_the_jobs_of_a_single_volume_are_read_of_several_all(
    client: PlatformClient, platform: SimulatedPlatform, flat: list[str]
) -> None:
    one = await compare_files(client, [wanted(flat[0])])
    assert one.query.volume == VOLUME
    assert platform.requests
    assert all("volume=rosalind" in request.url for request in platform.requests)
    several = await compare_files(client, [wanted(flat[0]), wanted("x", "rosalind/results")])
    assert not several.query.is_filtered
    assert several.comparison.jobs == len(platform.ids())
    assert several.comparison.files[0].status is FileStatus.COMPLETED


async def test_all_jobs_are_read_where_the_volume_is_gone(
    client: PlatformClient, platform: SimulatedPlatform, flat: list[str]
) -> None:
    platform.fail("error", (404, 7001), where=lambda request: "volume" in request.url.params)
    report = await compare_files(client, [wanted(flat[0])])
    assert not report.query.is_filtered
    assert report.comparison.all_completed


@pytest.mark.usefixtures("flat")
async def test_a_folder_and_the_jobs_are_read_at_the_same_time(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    objects, jobs = platform.gate(LISTING), platform.gate("/v2/storage/imports")
    progress: list[CompareProgress] = []
    running = asyncio.create_task(compare_folder(client, VOLUME, "flat", on_progress=progress.append))
    await objects.arrival()
    await jobs.arrival()
    objects.release()
    jobs.release()
    await running
    assert (progress[-1].jobs, progress[-1].objects) == (progress[-1].total, 4)


@pytest.mark.parametrize(("status", "error"), [(403, Forbidden), (404, NotFound)])
async def test_an_unreadable_bucket_is_an_error(
    client: PlatformClient, platform: SimulatedPlatform, status: int, error: type[Exception]
) -> None:
    platform.fail("error", (status, 9100), where=LISTING)
    jobs = platform.gate("/v2/storage/imports")
    with pytest.raises(error):  # without waiting for the jobs
        await compare_folder(client, VOLUME, "flat")
    jobs.release()


@pytest.mark.usefixtures("flat")
async def test_unreadable_records_are_counted(client: PlatformClient, platform: SimulatedPlatform) -> None:
    platform.switches.unreadable_items = True
    report = await compare_folder(client, VOLUME, "flat")
    assert report.unreadable_jobs
    assert not report.is_whole


async def test_equal_names_in_folders_of_a_bucket_are_no_duplicates(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.add_objects(VOLUME, ["tree/a/1.bam", "tree/b/1.bam"])
    assert not (await compare_folder(client, VOLUME, "tree", PROJECT)).comparison.duplicates
    files = [wanted("tree/a/1.bam"), wanted("tree/b/1.bam")]
    assert len((await compare_files(client, files)).comparison.duplicates) == 1


async def test_5_000_files_and_5_000_jobs_take_at_most_115_requests(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.add_objects(VOLUME, [f"many/{number:04}.bam" for number in range(5000)])
    platform.remove_jobs(platform.ids())
    platform.add_jobs(5000, "COMPLETED", volume=VOLUME, project=PROJECT)
    report = await compare_folder(client, VOLUME, "many", PROJECT)
    assert (report.comparison.jobs, len(report.comparison.files)) == (5000, 5000)
    assert len(platform.requests) <= 115
    assert report.query == JobQuery(volume=VOLUME, limit=5000)


async def test_missing_keys_are_looked_up_the_failed_ones_first(
    client: PlatformClient, platform: SimulatedPlatform, flat: list[str]
) -> None:
    platform.remove_objects(VOLUME, [flat[3]])
    report = await compare_files(client, [wanted(key) for key in (*flat[::-1], "folder/")])
    before = len(platform.requests)
    checked = await check_keys(client, report)
    assert len(platform.requests) - before == 3
    exists = {each.file.location: checked.key_exists(each) for each in checked.comparison.files}
    assert exists == {flat[0]: None, flat[1]: True, flat[2]: True, flat[3]: False, "folder/": None}
    assert checked.unchecked == 0
    limited = await check_keys(client, report, limit=2)
    assert [location for _, location in limited.keys] == [flat[3], flat[1]]
    assert limited.unchecked == 1


async def test_200_keys_are_looked_up_unless_all_are_wanted(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    report = await compare_files(client, [wanted(f"no/{number}.bam") for number in range(230)])
    before = len(platform.requests)
    progress: list[tuple[int, int]] = []
    checked = await check_keys(client, report, on_checked=lambda *counts: progress.append(counts))
    assert (len(platform.requests) - before, len(checked.keys), checked.unchecked) == (200, 200, 30)
    assert progress[-1] == (200, 200)
    assert (await check_keys(client, report, limit=None)).unchecked == 0


async def test_a_key_that_may_not_be_read_is_unknown(
    client: PlatformClient, platform: SimulatedPlatform, flat: list[str]
) -> None:
    report = await compare_files(client, [wanted(flat[3])])
    platform.fail("error", (403, 9100), where=LISTING.replace("/list", "/object"))
    checked = await check_keys(client, report)
    (compared,) = checked.comparison.files
    assert checked.key_exists(compared) is None
    assert isinstance(checked.check_error(compared), Forbidden)


async def test_the_objects_of_a_bucket_exist(client: PlatformClient, flat: list[str]) -> None:
    report = await compare_folder(client, VOLUME, "flat", PROJECT)
    assert [report.key_exists(each) for each in report.comparison.files] == [None, True, True, True]
    assert len(report.keys) == len(flat) - 1
