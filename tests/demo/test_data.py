"""Generated jobs: realistic, reproducible from seed and clock, and changing with the clock."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from cgc_tui.demo import SimulatedPlatform

NOON = 1_700_000_000.0


def records(platform: SimulatedPlatform) -> list[dict[str, Any]]:
    return [platform.job(job_id) for job_id in platform.ids()]


def seconds(output: str) -> float:
    return datetime.strptime(output, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def states(platform: SimulatedPlatform) -> Counter[str]:
    request = httpx.Request(
        "GET",
        f"{platform.base_url}/storage/imports?limit=100",
        headers={"x-sbg-auth-token": platform.token},
    )
    return Counter(item["state"] for item in platform.respond(request).json()["items"])


def test_the_same_seed_and_clock_give_the_same_jobs() -> None:
    one, same, other = (SimulatedPlatform(jobs=300, seed=seed, clock=lambda: NOON) for seed in (1, 1, 2))
    assert records(one) == records(same)
    assert one.token == same.token
    assert not set(one.ids()) & set(other.ids())


@pytest.mark.parametrize("count", [0, 1, 5, 39, 40, 41, 1000])
def test_the_number_of_jobs(count: int) -> None:
    assert len(SimulatedPlatform(jobs=count, clock=lambda: NOON).ids()) == count


def test_the_distribution_is_realistic() -> None:
    all_records = records(SimulatedPlatform(clock=lambda: NOON))
    mix = Counter(record["state"] for record in all_records)
    assert 0.025 < mix["FAILED"] / 4000 < 0.06
    assert mix["COMPLETED"] > 3700
    assert {record["state"] for record in all_records[:16]} == {"PENDING", "RUNNING"}
    errors = Counter(record["error"]["code"] for record in all_records if "error" in record)
    assert set(errors) == {9105, 9103, 9108, 9205, 9100}
    assert any(record["state"] == "FAILED" for record in all_records[:50])
    assert len({record["source"]["volume"] for record in all_records}) >= 4
    assert len({record["destination"]["project"] for record in all_records}) >= 5
    assert all(re.fullmatch(r"[A-Za-z0-9]{32}", record["id"]) for record in all_records)
    suffixes = Counter(record["destination"]["name"].partition(".")[2] for record in all_records)
    assert {"bam", "fastq.gz", "vcf.gz", "svs"} <= set(suffixes)


def test_each_state_has_its_fields() -> None:
    for record in records(SimulatedPlatform(clock=lambda: NOON)):
        assert ("error" in record) == (record["state"] == "FAILED")
        assert ("result" in record) == (record["state"] == "COMPLETED")
        assert ("finished_on" in record) == (record["state"] in ("FAILED", "COMPLETED"))
        folder = record["source"]["location"].endswith("/")
        assert ("preserve_folder_structure" in record) == folder
        if "result" in record:
            assert ("size" not in record["result"]) == folder
            assert re.fullmatch(r"[0-9a-f]{24}", record["result"]["id"])
        if "error" in record:
            assert set(record["error"]) == {"status", "code", "message", "more_info"}


def test_times_descend_and_are_in_the_past() -> None:
    all_records = records(SimulatedPlatform(clock=lambda: NOON))
    started = [seconds(record["started_on"]) for record in all_records]
    assert started == sorted(started, reverse=True)
    assert max(started) <= NOON
    took = [
        seconds(each["finished_on"]) - seconds(each["started_on"])
        for each in all_records
        if "finished_on" in each
    ]
    assert min(took) >= 0
    assert max(took) <= 10


def test_some_jobs_import_folders() -> None:
    all_records = records(SimulatedPlatform(clock=lambda: NOON))
    assert 5 < sum(record["source"]["location"].endswith("/") for record in all_records) < 200


def test_started_on_can_be_the_start_of_the_run(platform: SimulatedPlatform) -> None:
    platform.switches.started_on = "run"
    all_records = records(platform)
    assert all(("started_on" in record) == (record["state"] != "PENDING") for record in all_records)


def test_jobs_change_only_if_live(platform: SimulatedPlatform, clock: Any) -> None:
    before = records(platform)
    clock.now += 3600
    assert records(platform) == before


def test_live_jobs_run_and_new_jobs_arrive(clock: Any) -> None:
    platform = SimulatedPlatform(jobs=100, live=True, clock=clock)
    first = platform.ids()
    waiting = states(platform)["PENDING"]
    assert waiting >= 5
    clock.now += 8
    assert 0 < states(platform)["PENDING"] < waiting
    clock.now += 12
    assert states(platform)["PENDING"] + states(platform)["RUNNING"] > 0
    arrived = platform.ids()[: -len(first)]
    assert arrived
    assert platform.ids()[len(arrived) :] == first
    assert all(platform.job(job_id)["state"] in ("COMPLETED", "FAILED") for job_id in first)
    clock.now += 30
    assert all(platform.job(job_id)["state"] in ("COMPLETED", "FAILED") for job_id in arrived)


def test_live_jobs_depend_only_on_the_clock_and_their_number_is_limited(clock: Any) -> None:
    def after(hours: int, step: int) -> list[dict[str, Any]]:
        clock.now = NOON
        platform = SimulatedPlatform(jobs=50, live=True, clock=clock)
        while clock.now < NOON + hours * 3600:
            clock.now += step
            platform.ids()
        return records(platform)

    assert after(1, 6) == after(1, 3600)
    often, once = after(8, 60), after(8, 8 * 3600)
    assert often == once
    assert len(often) == 2050


def test_submitted_jobs_run_if_live(clock: Any) -> None:
    platform = SimulatedPlatform(jobs=5, live=True, clock=clock)
    request = httpx.Request(
        "POST",
        f"{platform.base_url}/storage/imports",
        headers={"x-sbg-auth-token": platform.token},
        json={
            "source": {"volume": "rosalind/tcga-raw", "location": "a.bam"},
            "destination": {"project": "rosalind/brca-pilot"},
        },
    )
    job_id = platform.respond(request).json()["id"]
    assert platform.job(job_id)["state"] == "PENDING"
    clock.now += 20
    assert platform.job(job_id)["state"] in ("COMPLETED", "FAILED")


def test_jobs_can_be_added_changed_and_removed(platform: SimulatedPlatform, clock: Any) -> None:
    before = platform.ids()
    added = platform.add_jobs(3, "FAILED", error=9205, project="rosalind/brca-pilot", started_on="soon")
    assert platform.ids() == added + before
    record = platform.job(added[0])
    assert record["error"]["code"] == 9205
    assert record["started_on"] == "soon"
    clock.now += 60
    platform.set_state(added[0], "COMPLETED")
    assert platform.job(added[0])["finished_on"]
    assert "error" not in platform.job(added[0])
    platform.set_state(added[1], "ABORTED")
    assert platform.job(added[1])["state"] == "ABORTED"
    platform.remove_jobs(added)
    assert platform.ids() == before
    with pytest.raises(KeyError):
        platform.job(added[0])
