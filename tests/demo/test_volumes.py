"""Volumes of the simulated platform and the objects in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.demo.buckets import FLAT_COUNT

VOLUMES = "/storage/volumes"
RESULTS = f"{VOLUMES}/rosalind/results"
SLIDES = f"{VOLUMES}/lab-archive/slides"


def pages(ask: Any, path: str, **query: Any) -> Iterator[dict[str, Any]]:
    """Yield the pages of a listing, by the continuation tokens of its links."""
    while True:
        answer = ask("GET", f"{path}/list", params=query)
        assert answer.status_code == 200, answer.json()
        yield (body := answer.json())
        assert body["truncated"] == bool(body["links"])
        if not body["links"]:
            return
        (token,) = parse_qs(urlsplit(body["links"][0]["next"]).query)["continuation_token"]
        query["continuation_token"] = token


def listed(ask: Any, path: str, **query: Any) -> tuple[list[str], list[str]]:
    """Return the locations and the folders of all pages of a listing."""
    bodies = list(pages(ask, path, **query))
    return (
        [item["location"] for body in bodies for item in body["items"]],
        [entry["prefix"] for body in bodies for entry in body["prefixes"]],
    )


def test_a_level_has_objects_and_folders_without_a_slash(ask: Any) -> None:
    assert listed(ask, RESULTS) == ([], ["cohort", "runs"])
    (body,) = pages(ask, SLIDES, prefix="odd/same-beginning/")
    assert body["prefix"] == "odd/same-beginning/"
    assert body["limit"] == 50
    (item,) = body["items"]
    assert item.keys() == {"href", "location", "volume", "type"}
    assert (item["location"], item["volume"]) == ("odd/same-beginning/other.svs", "lab-archive/slides")
    assert item["type"] == "s3"
    (body,) = pages(ask, SLIDES, prefix="odd/same-beginning/", fields="_all")
    assert body["items"][0]["metadata"]["ContentLength"] > 0
    (body,) = pages(ask, SLIDES, prefix="odd/same-beginning/", fields="location")
    assert body["items"] == [{"location": "odd/same-beginning/other.svs"}]


def test_a_prefix_without_a_slash_lists_folders_that_begin_with_it(ask: Any) -> None:
    assert listed(ask, SLIDES, prefix="odd/same") == (["odd/same"], ["odd/same-beginning", "odd/same"])


def test_the_object_of_a_folder_is_listed_in_the_folder(ask: Any) -> None:
    assert listed(ask, SLIDES, prefix="odd/marker/") == (["odd/marker/", "odd/marker/inside.svs"], [])


def test_a_key_with_an_empty_segment_is_in_a_folder_of_the_same_name(ask: Any) -> None:
    assert listed(ask, SLIDES, prefix="odd/double/") == ([], ["odd/double/"])
    assert listed(ask, SLIDES, prefix="odd/double//") == (["odd/double//slash.svs"], [])


def test_a_flat_folder_of_fifty_thousand_objects_is_paged(ask: Any) -> None:
    bodies = pages(ask, RESULTS, prefix="cohort/", limit=100)
    first, second = next(bodies), next(bodies)
    assert len(first["items"]) == len(second["items"]) == 100
    assert first["items"][0]["location"] == "cohort/sample-00000.vcf.gz"
    assert second["items"][0]["location"] == "cohort/sample-00100.vcf.gz"
    assert ask("GET", f"{RESULTS}/object", params={"location": f"cohort/sample-{FLAT_COUNT - 1}.vcf.gz"})
    platform_last = f"cohort/sample-{FLAT_COUNT}.vcf.gz"
    assert ask("GET", f"{RESULTS}/object", params={"location": platform_last}).json()["code"] == 9105


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_every_page_size_lists_everything_once_in_byte_order(ask: Any, limit: int) -> None:
    objects, folders = listed(ask, SLIDES, prefix="odd/", limit=limit)
    assert (objects, folders) == listed(ask, SLIDES, prefix="odd/", limit=50)
    encoded = [each.encode() for each in objects]
    assert encoded == sorted(set(encoded))
    assert len(folders) == len(set(folders))


def test_there_are_keys_that_differ_by_normalization_encoding_or_case_alone(ask: Any) -> None:
    objects, folders = listed(ask, SLIDES, prefix="odd/")
    for names in (objects, folders):
        normalized = [unicodedata.normalize("NFC", name) for name in names]
        assert len(set(normalized)) < len(names)
    assert {"odd/a+b.svs", "odd/a b.svs", "odd/a%20b.svs", "odd/Case.svs", "odd/case.svs"} <= set(objects)
    assert any("\x1b" in name for name in objects)
    for location in objects:
        answer = ask("GET", f"{SLIDES}/object", params={"location": location})
        assert answer.json()["location"] == location
        assert ask("GET", answer.json()["href"].partition("/v2")[2]).json() == answer.json()


def test_folders_are_nested(ask: Any) -> None:
    gcs = f"{VOLUMES}/rosalind/rnaseq-gcs"
    pending, objects = ["studies/"], []
    while pending:
        here, folders = listed(ask, gcs, prefix=pending.pop())
        objects += here
        pending += [f"{folder}/" for folder in folders]
    assert len(objects) == 4 * 3 * 6 * 3
    (body,) = pages(ask, gcs, prefix="studies/site-a/date=2024-01-01/P000/", fields="_all")
    assert body["items"][0]["type"] == "gcs"
    assert isinstance(body["items"][0]["metadata"]["updated"]["value"], int)


def test_locations_are_relative_to_the_prefix_of_the_volume(ask: Any, platform: SimulatedPlatform) -> None:
    platform.add_jobs(1, "COMPLETED", volume="rosalind/wgs-2024", location="runs/x/a.cram")
    volume = ask("GET", f"{VOLUMES}/rosalind/wgs-2024").json()
    assert volume["service"]["prefix"] == "delivery/"
    assert "runs/x/a.cram" in listed(ask, f"{VOLUMES}/rosalind/wgs-2024", prefix="runs/x/")[0]


def test_most_keys_of_jobs_exist_and_some_objects_have_no_job() -> None:
    platform = SimulatedPlatform(clock=lambda: 1_700_000_000.0)
    jobs = [platform.job(job_id) for job_id in platform.ids()]
    files = [job for job in jobs if not job["source"]["location"].endswith("/")]
    buckets = platform.state.buckets
    missing = [job for job in files if not buckets.exists(**job["source"])]
    assert {job.get("error", {}).get("code") for job in missing} <= {9105, None}
    not_found = [job for job in files if job.get("error", {}).get("code") == 9105]
    assert 0.3 < sum(buckets.exists(**job["source"]) for job in not_found) / len(not_found) < 0.7
    sources = {(job["source"]["volume"], job["source"]["location"]) for job in files}
    volume = "lab-archive/slides"
    objects = [(volume, location) for location in buckets.locations(volume, "runs/")]
    never_sent = [each for each in objects if each not in sources and "_resequenced" in each[1]]
    assert 0.04 < len(never_sent) / len(objects) < 0.15


def test_objects_can_be_added_and_removed(ask: Any, platform: SimulatedPlatform) -> None:
    platform.add_objects("rosalind/results", ["new/b", "new/a", "new/c/d"])
    assert listed(ask, RESULTS, prefix="new/") == (["new/a", "new/b"], ["new/c"])
    platform.remove_objects("rosalind/results", ["new/a", "new/c/d", "none", "cohort/sample-00000.vcf.gz"])
    assert listed(ask, RESULTS, prefix="new/") == (["new/b"], [])
    first = next(pages(ask, RESULTS, prefix="cohort/"))["items"][0]
    assert first["location"] == "cohort/sample-00001.vcf.gz"
    platform.add_objects("rosalind/results", ["new/a"])
    assert listed(ask, RESULTS, prefix="new/")[0] == ["new/a", "new/b"]
    (job_id,) = platform.add_jobs(1, "FAILED", volume="rosalind/results", location="x/y", key_missing=True)
    assert listed(ask, RESULTS, prefix="x/") == ([], [])
    platform.set_state(job_id, "FAILED", key_missing=False)
    assert listed(ask, RESULTS, prefix="x/") == (["x/y"], [])


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("rosalind/results/list?limit=0", 400, 9011),
        ("rosalind/results/list?limit=101", 400, 9011),
        ("rosalind/results/list?limit=x", 400, 9011),
        ("rosalind/results/list?prefix=", 400, 9011),
        ("rosalind/results/list?prefix=a&prefix=b", 400, 9011),
        ("rosalind/results/list?offset=1", 400, 9011),
        ("rosalind/results/list?recursive=true", 400, 9011),
        ("rosalind/results/list?continuation_token=%FF", 400, 9011),
        ("rosalind/results/list?continuation_token=bnVsbA==", 400, 9011),
        ("rosalind/results/object", 400, 9011),
        ("rosalind/results/object?location=none", 404, 9105),
        ("rosalind/results/object?location=cohort/", 404, 9105),
        ("rosalind/results/object?location=a&prefix=b", 400, 9011),
        ("rosalind/none/list", 404, 9007),
        ("rosalind/none/object?location=a", 404, 9007),
        ("rosalind/none", 404, 9007),
        ("lab-archive/cold-2019/list", 409, 9069),
        ("lab-archive/cold-2019/object?location=a", 409, 9069),
    ],
)
def test_invalid_requests_are_rejected(ask: Any, target: str, status: int, code: int) -> None:
    answer = ask("GET", f"{VOLUMES}/{target}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_token_is_valid_for_its_listing_alone(ask: Any, platform: SimulatedPlatform) -> None:
    token = parse_qs(urlsplit(next(pages(ask, RESULTS, prefix="cohort/"))["links"][0]["next"]).query)
    good = {"prefix": "cohort/", "continuation_token": token["continuation_token"]}
    assert ask("GET", f"{RESULTS}/list", params=good).status_code == 200
    for path, query in ((RESULTS, {**good, "prefix": "runs/"}), (SLIDES, good)):
        assert ask("GET", f"{path}/list", params=query).json()["code"] == 9011
    platform.next("expired_token")
    assert ask("GET", f"{RESULTS}/list", params=good).json()["code"] == 9011
    assert ask("GET", f"{RESULTS}/list", params=good).status_code == 200
    platform.switches.expired_tokens = True
    assert ask("GET", f"{RESULTS}/list", params={"prefix": "cohort/"}).status_code == 200
    assert ask("GET", f"{RESULTS}/list", params=good).json()["code"] == 9011


def test_listings_can_be_odd(ask: Any, platform: SimulatedPlatform) -> None:
    platform.switches.prefix_slashes = True
    assert listed(ask, SLIDES, prefix="odd/same") == (["odd/same"], ["odd/same-beginning/", "odd/same/"])
    platform.switches.self_listing = True
    assert listed(ask, SLIDES, prefix="odd/same/") == (["odd/same/inside.svs"], ["odd/same/"])
    platform.switches.prefix_slashes = False
    assert listed(ask, SLIDES, prefix="odd/same/") == (["odd/same/inside.svs"], ["odd/same"])
    platform.switches.repeated_token = True
    bodies = pages(ask, RESULTS, prefix="cohort/")
    next(bodies)
    assert next(bodies) == next(bodies)


def test_a_volume_is_a_full_record(ask: Any, platform: SimulatedPlatform) -> None:
    answer = ask("GET", f"{VOLUMES}/rosalind%2Ftcga-raw")
    assert answer.json() == platform.state.volumes["rosalind/tcga-raw"].record(platform.base_url)
    assert answer.json()["service"].keys() >= {"type", "bucket", "prefix", "credentials"}
    assert ask("GET", f"{VOLUMES}/lab-archive/cold-2019", params={"fields": "active"}).json() == {
        "active": False
    }
    platform.switches.forbidden_volumes = frozenset({"rosalind/tcga-raw"})
    for target in ("", "/list", "/object?location=a"):
        answer = ask("GET", f"{VOLUMES}/rosalind/tcga-raw{target}")
        assert (answer.status_code, answer.json()["code"]) == (403, 9020)
