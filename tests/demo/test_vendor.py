"""The vendor's Python client works with the simulated platform."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sevenbridges
from sevenbridges.errors import BadRequest, NotFound, Unauthorized

from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from tests.bench.session import serving


@pytest.fixture
def api(platform: SimulatedPlatform, server: LoopbackServer) -> Iterator[Any]:
    api = sevenbridges.Api(url=server.url, token=platform.token, debug=True)
    yield api
    api.session.close()
    api.download_pool.shutdown()
    api.upload_pool.shutdown()


def test_it_lists_and_pages(api: Any, platform: SimulatedPlatform) -> None:
    page = api.imports.query(limit=100)
    assert page.total == 230
    assert [job.id for job in page] == platform.ids()[:100]
    following = page.next_page()
    assert [job.id for job in following] == platform.ids()[100:200]
    assert [job.id for job in following.previous_page()] == platform.ids()[:100]
    assert [job.id for job in api.imports.query(limit=100).all()] == platform.ids()


ALL = """
import os, sevenbridges
api = sevenbridges.Api(url=os.environ["SB_API_ENDPOINT"], token=os.environ["SB_AUTH_TOKEN"], debug=True)
print(*(job.id for job in api.imports.query().all()), sep="\\n")
"""


@pytest.mark.slow
def test_a_separate_process_lists_every_job(tmp_path: Path) -> None:
    """Client and platform have their default configurations."""
    with serving() as environ:
        surroundings = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environ}
        ended = subprocess.run(
            [sys.executable, "-c", ALL], env=surroundings, capture_output=True, text=True, cwd=tmp_path
        )
        listed = httpx.get(
            f"{environ['SB_API_ENDPOINT']}/storage/imports",
            headers={"X-SBG-Auth-Token": environ["SB_AUTH_TOKEN"]},
        )
    assert ended.stderr == ""
    assert len(set(ended.stdout.split())) == len(ended.stdout.split()) == 4000
    assert [item["id"] for item in listed.json()["items"]] == ended.stdout.split()[:50]


def test_lists_need_no_further_calls(api: Any, platform: SimulatedPlatform) -> None:
    jobs = list(api.imports.query(limit=20, state="COMPLETED"))
    before = len(platform.requests)
    for job in jobs:
        assert job.finished_on >= job.started_on
        assert job.result.name == job.destination.name
        assert job.source.volume
    assert len(platform.requests) == before


def test_it_filters(api: Any, platform: SimulatedPlatform) -> None:
    some = platform.job(platform.ids()[-1])
    volume, project = some["source"]["volume"], some["destination"]["project"]
    assert {job.source.volume for job in api.imports.query(volume=volume)} == {volume}
    assert {job.destination.project for job in api.imports.query(project=project)} == {project}
    failed = api.imports.query(state="FAILED")
    assert {job.state for job in failed} == {"FAILED"}
    assert all(job.error.code and job.error.message for job in failed)
    both = api.imports.query(state=["PENDING", "RUNNING"])
    assert {job.state for job in both} == {"PENDING", "RUNNING"}


def test_it_gets_one_and_several(api: Any, platform: SimulatedPlatform) -> None:
    one, other = platform.ids()[-2:]
    assert api.imports.get(one).id == one
    records = api.imports.bulk_get([one, "unknown", other])
    assert [record.valid for record in records] == [True, False, True]
    assert records[1].error.code == 9008
    assert records[0].resource.state == platform.job(one)["state"]


def test_it_submits(api: Any, platform: SimulatedPlatform) -> None:
    job = api.imports.submit_import(
        volume="rosalind/tcga-raw", location="a/b.bam", project="rosalind/brca-pilot", name="c.bam"
    )
    assert job.state == "PENDING"
    assert job.destination.name == "c.bam"
    platform.set_state(job.id, "COMPLETED")
    assert job.reload().result.name == "c.bam"
    wanted = {"volume": "rosalind/tcga-raw", "location": "runs/1/", "project": "rosalind/brca-pilot"}
    records = api.imports.bulk_submit([wanted, {**wanted, "volume": "rosalind/none"}])
    assert [record.valid for record in records] == [True, False]
    assert records[0].resource.preserve_folder_structure is True
    assert records[1].error.code == 9104


def test_it_sees_user_volumes_projects_and_limits(api: Any, platform: SimulatedPlatform) -> None:
    assert api.users.me().username == "rosalind"
    assert [volume.id for volume in api.volumes.query()] == list(platform.state.volumes)
    assert [project.id for project in api.projects.query()] == list(platform.state.projects)
    assert api.projects.get("rosalind/brca-pilot").name == "BRCA pilot"
    assert api.limit == 1000
    some = platform.job(platform.ids()[-1])["source"]
    volume = next(each for each in api.volumes.query() if each.id == some["volume"])
    folder = some["location"].rpartition("/")[0] + "/"
    objects = itertools.islice(volume.list(prefix=folder, limit=5).all(), 20)
    assert {each.volume for each in objects} == {volume.id}


def test_it_lists_the_objects_of_a_volume(api: Any, platform: SimulatedPlatform) -> None:
    volume = api.volumes.get("rosalind/results")
    assert (volume.service["bucket"], volume.active) == ("franklin-results", True)
    assert [entry.prefix for entry in volume.list().prefixes] == ["cohort", "runs"]
    before = len(platform.requests)
    objects = list(itertools.islice(volume.list(prefix="cohort/", limit=100).all(), 250))
    assert [each.location for each in objects] == [f"cohort/sample-{n:05}.vcf.gz" for n in range(250)]
    assert all(each.metadata["ContentLength"] for each in objects)
    assert len(platform.requests) == before + 4  # it requests the first page twice
    location = "cohort/sample-00007.vcf.gz"
    assert volume.get_volume_object_info(location=location).location == location
    with pytest.raises(NotFound) as missing:
        volume.get_volume_object_info(location="none")
    assert missing.value.code == 9105


def test_it_lists_the_files_of_a_project(api: Any, platform: SimulatedPlatform) -> None:
    place = {"project": "rosalind/brca-pilot", "volume": "rosalind/tcga-raw"}
    platform.add_jobs(20, "COMPLETED", **place)
    platform.add_jobs(1, "COMPLETED", location="runs/7/", **place)
    files = list(api.files.query(project="rosalind/brca-pilot", limit=10).all())
    assert len({file.id for file in files}) == len(files) > 10
    folder = next(file for file in reversed(files) if file.is_folder())
    assert {file.name for file in folder.list_files() if file.is_folder()} == {"qc"}
    locations = {file.storage.location for file in folder.list_files() if not file.is_folder()}
    assert "runs/7/sheet.csv" in locations


def test_errors_are_those_that_the_client_knows(api: Any, server: LoopbackServer) -> None:
    with pytest.raises(NotFound) as missing:
        api.imports.get("unknown")
    assert missing.value.code == 9008
    with pytest.raises(BadRequest):
        api.imports.query(limit=101)
    stranger = sevenbridges.Api(url=server.url, token="0" * 32, debug=True)
    with pytest.raises(Unauthorized):
        stranger.users.me()
    stranger.session.close()
