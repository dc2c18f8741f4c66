"""The calls for the files of projects, and listings of whole projects."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.files import FilesProgress, Place, list_files
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import Forbidden, IncompleteList, NotFound
from cgc_tui.domain.project_files import ProjectFile

PROJECT = "rosalind/brca-pilot"
PLACE = {"project": PROJECT, "volume": "rosalind/tcga-raw"}


@pytest.fixture
def platform(platform: SimulatedPlatform) -> SimulatedPlatform:
    """A platform with one project that has 250 files, two of them uploaded, and a folder."""
    platform.remove_jobs(platform.ids())
    for number in range(248):
        fields = {"name": f"{number:03}.bam", "location": f"runs/{number:03}.bam", "removed": False}
        platform.add_jobs(1, "COMPLETED", **PLACE, **fields)
    platform.add_jobs(1, "COMPLETED", location="runs/folder/", name="folder", **PLACE)
    return platform


async def test_a_page_has_files_with_their_sources(client: PlatformClient) -> None:
    page = await client.bulk_files.page(Place(project=PROJECT))
    assert (page.total, page.more, page.end, len(page.files)) == (251, True, 100, 100)
    last = await client.bulk_files.page(Place(project=PROJECT), 200)
    assert (last.more, last.end) == (False, 251)
    file = last.files[0]
    assert (file.volume, file.location) == ("rosalind/tcga-raw", f"runs/{file.name}")
    assert (file.project, file.is_folder) == (PROJECT, False)
    assert file.size
    folder = last.files[-1]
    assert (folder.is_folder, folder.size, folder.name) == (True, None, "folder")
    content = await client.bulk_files.page(Place(parent=folder.id))
    assert {each.parent for each in content.files} == {folder.id}


async def test_a_project_is_listed_with_its_folders(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    progress: list[FilesProgress] = []
    listing = await list_files(client.bulk_files, PROJECT, on_progress=progress.append)
    files = [file for file in listing.files if not file.is_folder]
    assert len(files) == 248 + 2 + 5
    assert {file.name for file in listing.files if file.is_folder} == {"folder", "qc"}
    assert len({file.id for file in listing.files}) == len(listing.files) == 257
    locations = {file.location for file in files}
    assert {"runs/000.bam", "runs/247.bam", "runs/folder/qc/stats.json", None} <= locations
    assert len(platform.requests) == 3 + 1 + 1
    assert progress[-1] == FilesProgress(257, 2)
    assert listing.unreadable == 0


async def test_pages_without_a_total_and_smaller_pages_lose_no_files(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.total_header = False
    assert len((await list_files(client.bulk_files, PROJECT)).files) == 257
    platform.switches.max_limit = 30
    assert len((await list_files(client.bulk_files, PROJECT)).files) == 257
    platform.switches.total_header = True
    assert len((await list_files(client.bulk_files, PROJECT)).files) == 257


async def test_pages_that_do_not_add_up_are_read_again_and_then_an_error(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    def other_page(request: httpx.Request) -> bool:
        return request.url.params.get("offset") == "100"

    def first_page(request: httpx.Request) -> httpx.Response:
        return platform.respond(
            httpx.Request("GET", request.url.copy_set_param("offset", "0"), headers=request.headers)
        )

    platform.next(first_page, where=other_page)
    assert len((await list_files(client.bulk_files, PROJECT)).files) == 257
    platform.fail(first_page, where=other_page)
    with pytest.raises(IncompleteList, match="151 of 251 files could be read"):
        await list_files(client.bulk_files, PROJECT)


@pytest.mark.parametrize(
    ("record", "file"),
    [
        ({"type": "FOLDER"}, ProjectFile("1", is_folder=True)),
        ({"type": 3, "name": None, "size": "x", "storage": []}, ProjectFile("1")),
        (
            {
                "type": "FILE",
                "name": "a",
                "size": 3,
                "storage": {"type": "VOLUME", "volume": "v", "location": "k"},
            },
            ProjectFile("1", "a", size=3, volume="v", location="k"),
        ),
    ],
)
async def test_records_with_odd_values_are_files(
    client: PlatformClient, platform: SimulatedPlatform, record: dict[str, Any], file: ProjectFile
) -> None:
    answer = {"items": [{"id": "1", **record}, {"id": None}, 7], "links": []}
    platform.next(lambda _: httpx.Response(200, json=answer))
    page = await client.bulk_files.page(Place(project=PROJECT))
    assert (page.files, page.unreadable, page.more) == ((file,), 2, False)


async def test_a_missing_or_forbidden_project_is_an_error(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    with pytest.raises(NotFound):
        await list_files(client.bulk_files, "rosalind/none")
    platform.switches.forbidden_projects = frozenset({PROJECT})
    with pytest.raises(Forbidden):
        await list_files(client.bulk_files, PROJECT)
