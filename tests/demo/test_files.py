"""Files and folders of the projects of the simulated platform."""

from __future__ import annotations

from typing import Any

import pytest

from cgc_tui.demo import SimulatedPlatform

PROJECT = "rosalind/brca-pilot"
PLACE = {"project": PROJECT, "volume": "rosalind/tcga-raw"}


@pytest.fixture
def platform(clock: Any) -> SimulatedPlatform:
    platform = SimulatedPlatform(jobs=0, clock=clock)
    for name in ("a.bam", "b.bam", "c.bam"):
        platform.add_jobs(1, "COMPLETED", name=name, location=f"runs/{name}", removed=False, **PLACE)
    return platform


def files(ask: Any, **query: Any) -> list[dict[str, Any]]:
    answer = ask("GET", "/files", params={"fields": "_all", "limit": 100, **query})
    assert answer.status_code == 200, answer.json()
    items = answer.json()["items"]
    assert answer.headers["x-total-matching-query"] == str(len(items))
    return items  # type: ignore[no-any-return]


def imported(ask: Any, **query: Any) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in files(ask, **query) if item.get("storage", {}).get("volume")}


def test_a_project_has_the_files_of_completed_jobs_and_uploaded_ones(
    ask: Any, platform: SimulatedPlatform
) -> None:
    platform.add_jobs(1, "FAILED", name="failed.bam", **PLACE)
    platform.add_jobs(1, "COMPLETED", name="other.bam", project="rosalind/luad-rnaseq")
    found = imported(ask, project=PROJECT)
    assert set(found) == {"a.bam", "b.bam", "c.bam"}
    storage = {"type": "VOLUME", "volume": "rosalind/tcga-raw", "location": "runs/a.bam"}
    assert found["a.bam"]["storage"] == storage
    uploaded = [item for item in files(ask, project=PROJECT) if item["name"] not in found]
    assert {item["storage"]["type"] for item in uploaded} == {"PLATFORM"}
    assert {item["type"] for item in files(ask, project=PROJECT)} == {"file"}


def test_items_are_brief_and_paged(ask: Any) -> None:
    answer = ask("GET", "/files", params={"project": PROJECT, "limit": 2, "offset": 2})
    assert [set(item) for item in answer.json()["items"]] == [
        {"href", "id", "name", "project", "parent", "type"}
    ] * 2
    assert answer.headers["x-total-matching-query"] == "5"
    assert len(answer.json()["links"]) == 2


def test_a_file_can_be_deleted_renamed_and_replaced(ask: Any, platform: SimulatedPlatform) -> None:
    gone = imported(ask, project=PROJECT)["a.bam"]["id"]
    job_id = platform.ids()[-1]
    platform.set_state(job_id, "COMPLETED", removed=True)
    platform.add_jobs(1, "COMPLETED", name="b.bam", autorename=True, removed=False, **PLACE)
    platform.add_jobs(1, "COMPLETED", name="c.bam", overwrite=True, removed=False, **PLACE)
    assert set(imported(ask, project=PROJECT)) == {"b.bam", "_1_b.bam", "c.bam"}
    assert ask("GET", f"/files/{gone}").json()["code"] == 5002


def test_names_filter_exactly(ask: Any) -> None:
    assert set(imported(ask, project=PROJECT, name=["a.bam", "c.bam", "b"])) == {"a.bam", "c.bam"}


def test_a_folder_has_the_files_below_its_location(ask: Any, platform: SimulatedPlatform) -> None:
    platform.add_jobs(1, "COMPLETED", location="runs/7/", name="seven", **PLACE)
    folder = next(item for item in files(ask, project=PROJECT) if item["type"] == "folder")
    assert folder["name"] == "seven"
    assert "size" not in folder
    content = {item["name"]: item for item in files(ask, parent=folder["id"])}
    assert set(content) == {"lane-1.fastq.gz", "lane-2.fastq.gz", "sheet.csv", "qc"}
    assert content["sheet.csv"]["storage"]["location"] == "runs/7/sheet.csv"
    assert content["sheet.csv"]["parent"] == folder["id"]
    inner = imported(ask, parent=content["qc"]["id"])
    assert {item["storage"]["location"] for item in inner.values()} == {
        "runs/7/qc/report.html",
        "runs/7/qc/stats.json",
    }
    listed = ask("GET", f"/files/{content['qc']['id']}/list", params={"fields": "_all"}).json()["items"]
    assert listed == files(ask, parent=content["qc"]["id"])
    for item in (folder, *content.values(), *listed):
        assert ask("GET", f"/files/{item['id']}").json() == item
    root = files(ask, project=PROJECT)[0]["parent"]
    assert files(ask, parent=root) == files(ask, project=PROJECT)
    platform.add_jobs(1, "COMPLETED", name="into.bam", parent=folder["id"], project=None, removed=False)
    assert "into.bam" in {item["name"] for item in files(ask, parent=folder["id"])}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, 5029),
        ("?project=rosalind/brca-pilot&parent=x", 400, 5031),
        ("?project=rosalind/none", 404, 3002),
        ("?parent=none", 404, 5002),
        ("?project=rosalind/brca-pilot&limit=101", 400, 9011),
        ("?project=rosalind/brca-pilot&volume=x", 400, 9011),
        ("?project=rosalind/brca-pilot&sort=name", 400, 9011),
        ("/none/list", 404, 5002),
        ("/none", 404, 5002),
    ],
)
def test_invalid_requests_are_rejected(ask: Any, query: str, status: int, code: int) -> None:
    answer = ask("GET", f"/files{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_file_is_no_folder_and_a_project_may_be_forbidden(ask: Any, platform: SimulatedPlatform) -> None:
    file_id = imported(ask, project=PROJECT)["a.bam"]["id"]
    for target in (f"/files/{file_id}/list", f"/files?parent={file_id}"):
        assert ask("GET", target).json()["code"] == 5022
    platform.switches.forbidden_projects = frozenset({PROJECT})
    assert ask("GET", f"/files?project={PROJECT}").json()["code"] == 9003


def test_few_generated_files_have_been_deleted() -> None:
    platform = SimulatedPlatform(clock=lambda: 1_700_000_000.0)
    removed = [job for job in platform.state.store.newest_first() if job.removed]
    assert 0.002 < len(removed) / 4000 < 0.03
    assert not any(job.folder for job in removed)
