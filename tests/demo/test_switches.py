"""Switches that change lists and records."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from cgc_tui.demo import SimulatedPlatform

IMPORTS = "/storage/imports"
WHOLE = {"fields": "_all", "limit": "100"}


async def listed(client: httpx.AsyncClient, **query: Any) -> list[Any]:
    items: list[Any] = (await client.get(IMPORTS, params={**WHOLE, **query})).json()["items"]
    return items


async def test_switches_of_lists(platform: SimulatedPlatform, client: httpx.AsyncClient) -> None:
    switches = platform.switches
    switches.brief = True
    assert all(item.keys() == {"href", "id", "state"} for item in await listed(client))
    switches.brief = False
    switches.total_header = False
    assert "x-total-matching-query" not in (await client.get(IMPORTS)).headers
    switches.default_limit = 25
    assert len((await client.get(IMPORTS)).json()["items"]) == 25
    switches.over_limit = "clamp"
    assert len(await listed(client, limit="500")) == 100
    switches.max_limit = 20
    assert len(await listed(client)) == 20
    switches.comma_states = True
    assert {item["state"] for item in await listed(client, state="PENDING,RUNNING")} == {"PENDING", "RUNNING"}
    switches.mixed_case_rel = False
    assert (await client.get(IMPORTS)).json()["links"][0]["rel"] == "next"


async def test_a_shuffled_list_is_stable_and_complete(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.switches.shuffled = True
    ids = [[item["id"] for o in (0, 100, 200) for item in await listed(client, offset=o)] for _ in range(2)]
    assert ids[0] == ids[1] != platform.ids()
    assert sorted(ids[0]) == sorted(platform.ids())


async def test_a_list_that_shifts_repeats_a_job(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.switches.repeat_across_pages = True
    pages = [[item["id"] for item in await listed(client, offset=offset)] for offset in (0, 100, 200)]
    assert pages[0][-1] == pages[1][0]
    assert {job_id for page in pages for job_id in page} == set(platform.ids())


async def test_bulk_responses_can_have_the_wrong_number_of_records(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    async def records() -> int:
        body = {"import_ids": platform.ids()[:5]}
        return len((await client.post("/bulk/storage/imports/get", json=body)).json()["items"])

    platform.switches.bulk_short = True
    assert await records() == 4
    platform.switches.bulk_short, platform.switches.bulk_long = False, True
    assert await records() == 6
    assert len(await listed(client)) == 100


async def test_a_failed_job_can_have_the_status_404(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.switches.failed_as_404 = True
    (failed,) = platform.add_jobs(1, "FAILED")
    answer = await client.get(f"{IMPORTS}/{failed}")
    assert answer.status_code == 404
    assert answer.json()["id"] == failed
    assert (await client.get(f"{IMPORTS}/{platform.ids()[1]}")).status_code == 200


async def test_states_can_be_unknown(platform: SimulatedPlatform, client: httpx.AsyncClient) -> None:
    before = {item["state"] for item in await listed(client, offset=100)}
    platform.switches.unknown_states = True
    records = await listed(client, offset=100)
    assert {item["state"] for item in records} == before | {"ABORTED"}
    assert {item["state"] for item in await listed(client, state="COMPLETED")} == {"COMPLETED"}


@pytest.mark.parametrize(
    "switch", ["null_fields", "absent_fields", "wrong_types", "odd_dates", "hostile_names"]
)
async def test_malformed_records_keep_id_and_state(
    platform: SimulatedPlatform, client: httpx.AsyncClient, switch: str
) -> None:
    right = await listed(client)
    setattr(platform.switches, switch, True)
    wrong = await listed(client)
    changed = [each for each, other in zip(right, wrong, strict=True) if each != other]
    assert len(changed) > 15
    assert len(changed) < 100 or switch == "hostile_names"
    keys = ("id", "state", "href")
    assert [[item[key] for key in keys] for item in wrong] == [[item[key] for key in keys] for item in right]
    setattr(platform.switches, switch, False)
    assert await listed(client) == right


async def test_each_switch_has_its_kind_of_malformed_record(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.switches.null_fields = True
    assert any(value is None for item in await listed(client) for value in item.values())
    platform.switches.null_fields, platform.switches.odd_dates = False, True
    starts = {item["started_on"] for page in (0, 100, 200) for item in await listed(client, offset=page)}
    assert {"yesterday", "0001-01-01T00:00:00Z", "2024-03-01T12:00:00+02:00"} <= starts
    platform.switches.unreadable_items = True
    records = await listed(client)
    assert records[1] is None
    assert "id" not in records[3]
    assert len(records) == 100


async def test_hostile_names_contain_markup_and_control_characters(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.switches.hostile_names = True
    answer = await client.get(IMPORTS, params=WHOLE)
    assert b"\\ud800" in answer.content
    text = json.dumps(answer.json(), ensure_ascii=False)
    for part in ("[bold]", "[/]", "\u202e", "\u200b", "数据", "%25", "\x7f", "\x9b", "\\u001b", "\\u0000"):
        assert part in text
    assert any(len(item["source"]["location"]) > 1000 for item in answer.json()["items"])
