"""Validation of submissions as documented, single and in bulk."""

from __future__ import annotations

from typing import Any

import pytest

from cgc_tui.demo import SimulatedPlatform

IMPORTS = "/storage/imports"
VOLUME, PROJECT = "rosalind/tcga-raw", "rosalind/brca-pilot"


def item(**changes: Any) -> dict[str, Any]:
    return {
        "source": {"volume": VOLUME, "location": "dir/file.bam"},
        "destination": {"project": PROJECT},
        **changes,
    }


def source(**changes: Any) -> dict[str, Any]:
    return item(source={"volume": VOLUME, "location": "dir/file.bam", **changes})


def to(**destination: Any) -> dict[str, Any]:
    return item(destination=destination)


def test_a_submitted_job_is_pending_at_the_head_of_the_list(ask: Any, platform: SimulatedPlatform) -> None:
    answer = ask("POST", IMPORTS, json=item(overwrite=True))
    record = answer.json()
    assert answer.status_code == 200
    assert record["state"] == "PENDING"
    assert record["overwrite"] is True
    assert record["autorename"] is False
    assert record["source"] == {"volume": VOLUME, "location": "dir/file.bam"}
    assert record["destination"] == {"project": PROJECT, "name": "file.bam"}
    assert "preserve_folder_structure" not in record
    assert platform.ids()[0] == record["id"]
    assert platform.job(record["id"]) == record


def test_a_folder_keeps_its_structure_and_can_be_a_destination(ask: Any, platform: SimulatedPlatform) -> None:
    folder = ask("POST", IMPORTS, json=source(location="runs/7/")).json()
    assert folder["preserve_folder_structure"] is True
    assert folder["destination"]["name"] == "7"
    flat = ask("POST", IMPORTS, json={**source(location="runs/7/"), "preserve_folder_structure": False})
    assert flat.json()["preserve_folder_structure"] is False
    platform.set_state(folder["id"], "COMPLETED")
    created = platform.job(folder["id"])["result"]
    assert "size" not in created
    inside = ask("POST", IMPORTS, json=to(parent=created["id"], name="x.bam")).json()
    assert inside["destination"] == {"parent": created["id"], "name": "x.bam"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ([], 400, 9011),
        (item(source=None), 400, 9011),
        (item(source={"volume": VOLUME}), 400, 9011),
        (source(location=""), 400, 9011),
        (source(location=5), 400, 9011),
        (source(key="x"), 400, 9011),
        (item(colour="red"), 400, 9011),
        (to(), 400, 9011),
        (to(name="x"), 400, 9011),
        (to(project=PROJECT, parent="5" * 24), 400, 9011),
        (to(project=PROJECT, name=""), 400, 9011),
        (to(project=7), 400, 9011),
        (item(overwrite="yes"), 400, 9011),
        (item(autorename=1), 400, 9011),
        (item(preserve_folder_structure=True), 400, 9011),
        (source(location="/"), 400, 9018),
        (to(project=PROJECT, name="x/"), 400, 9072),
        (source(volume="rosalind/none"), 404, 9104),
        (source(volume="lab-archive/cold-2019"), 409, 9069),
        (to(project="rosalind/none"), 400, 9012),
        (to(parent="5" * 24), 404, 5026),
    ],
)
def test_an_invalid_submission_is_rejected_and_creates_no_job(
    ask: Any, platform: SimulatedPlatform, body: object, status: int, code: int
) -> None:
    answer = ask("POST", IMPORTS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(platform.ids()) == 230


def test_a_submission_needs_privileges(ask: Any, platform: SimulatedPlatform) -> None:
    platform.switches.forbidden_projects = frozenset({PROJECT})
    assert ask("POST", IMPORTS, json=item()).json()["code"] == 9102
    platform.switches.forbidden_volumes = frozenset({VOLUME})
    assert ask("POST", IMPORTS, json=item()).json()["code"] == 9020


@pytest.mark.parametrize("path", [IMPORTS, "/bulk/storage/imports/get", "/bulk/storage/imports/create"])
def test_a_post_needs_json_and_its_content_type(ask: Any, path: str) -> None:
    assert ask("POST", path, content=b"{}").status_code == 415
    assert ask("POST", path, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    charset = {"content-type": "application/json; charset=utf-8"}
    assert ask("POST", path, content=b"{}", headers=charset).json()["code"] == 9011


def test_a_bulk_submission_has_one_result_for_each_item(ask: Any, platform: SimulatedPlatform) -> None:
    body = {"items": [item(), source(volume="rosalind/none"), "x", to(project=PROJECT, name="b")]}
    records = ask("POST", "/bulk/storage/imports/create", json=body).json()["items"]
    assert [record.get("error", {}).get("code") for record in records] == [None, 9104, 9011, None]
    assert [records[3]["resource"]["id"], records[0]["resource"]["id"]] == platform.ids()[:2]
    platform.switches.bulk_create_without_ids = True
    records = ask("POST", "/bulk/storage/imports/create", json={"items": [item()]}).json()["items"]
    assert not {"id", "href"} & records[0]["resource"].keys()
    many = {"items": [item()] * 101}
    assert ask("POST", "/bulk/storage/imports/create", json=many).status_code == 400
    assert len(platform.ids()) == 233


def test_a_name_conflict_fails_without_overwrite_or_autorename(ask: Any, platform: SimulatedPlatform) -> None:
    platform.add_jobs(1, "COMPLETED", project=PROJECT, name="file.bam")
    codes = {}
    for flag in ("none", "overwrite", "autorename"):
        job_id = ask("POST", IMPORTS, json=item() if flag == "none" else item(**{flag: True})).json()["id"]
        codes[flag] = platform.state.store[job_id].error
    assert codes["none"] == 9108
    assert 9108 not in (codes["overwrite"], codes["autorename"])


def test_the_destination_can_have_the_new_name_after_autorename(
    ask: Any, platform: SimulatedPlatform
) -> None:
    platform.switches.autorenamed_destination = True
    assert ask("POST", IMPORTS, json=item()).json()["destination"]["name"] == "file.bam"
    renamed = ask("POST", IMPORTS, json=item(autorename=True)).json()
    assert renamed["destination"] == {"project": PROJECT, "name": "_1_file.bam"}
    assert platform.job(renamed["id"])["destination"] == renamed["destination"]


def test_the_destination_can_be_the_project_instead_of_the_folder(
    ask: Any, platform: SimulatedPlatform
) -> None:
    (folder,) = platform.add_jobs(1, "COMPLETED", location="runs/7/", project=PROJECT)
    platform.switches.folder_as_project = True
    inside = to(parent=platform.job(folder)["result"]["id"], name="x.bam")
    assert ask("POST", IMPORTS, json=inside).json()["destination"] == {"project": PROJECT, "name": "x.bam"}
