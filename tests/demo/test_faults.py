"""Faults by switch and by script, as an httpx client sees them."""

from __future__ import annotations

import asyncio
import dataclasses
import gzip
from typing import Any

import httpx
import pytest

from cgc_tui.demo import SimulatedPlatform, Switches, list_call
from cgc_tui.demo.faults import FAULTS, RANDOM_FAULTS

IMPORTS = "/storage/imports"


def test_every_fault_has_a_switch_or_is_scripted() -> None:
    names = {field.name for field in dataclasses.fields(Switches)}
    assert set(FAULTS) - names == {"answer_replaced", "error", "expired_token", "limited", "timeout"}
    assert {name for name, _ in RANDOM_FAULTS} <= set(FAULTS)


@pytest.mark.parametrize(
    ("switch", "value", "status", "kind", "body"),
    [
        ("cloud_error", True, 503, "application/json", b'"code": 9100'),
        ("internal_error", True, 500, "application/json", b'"code": 90004'),
        ("maintenance", True, 503, "application/json", b'"code": 0'),
        ("gateway_html", 502, 502, "text/html", b"502 Bad Gateway"),
        ("gateway_html", 504, 504, "text/html", b"504 Gateway Time-out"),
        ("unmatched", True, 404, "application/json", b'"status": "NOT_FOUND"'),
        ("portal", True, 200, "text/html; charset=utf-8", b"<!DOCTYPE html>"),
        ("empty", 200, 200, "application/json", b""),
        ("not_json", True, 200, "application/json", b"<snip>"),
        ("list_body", True, 200, "application/json", b'[{"id"'),
        ("items_missing", True, 200, "application/json", b'"links"'),
        ("items_null", True, 200, "application/json", b'"items": null'),
        ("deep_nesting", True, 200, "application/json", b"[" * 100_000),
        ("huge_integer", True, 200, "application/json", b"9" * 5000),
    ],
)
async def test_invalid_responses(
    platform: SimulatedPlatform,
    client: httpx.AsyncClient,
    switch: str,
    value: Any,
    status: int,
    kind: str,
    body: bytes,
) -> None:
    setattr(platform.switches, switch, value)
    answer = await client.get(IMPORTS)
    assert answer.status_code == status
    assert answer.headers["content-type"] == kind
    assert body in answer.content
    assert "date" in answer.headers
    setattr(platform.switches, switch, type(value)())
    assert len((await client.get(IMPORTS)).json()["items"]) == 50


async def test_no_content_has_no_body(platform: SimulatedPlatform, client: httpx.AsyncClient) -> None:
    platform.switches.empty = 204
    answer = await client.get(IMPORTS)
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_list_can_lack_its_items(platform: SimulatedPlatform, client: httpx.AsyncClient) -> None:
    platform.switches.items_missing = True
    answer = await client.get(IMPORTS)
    assert "items" not in answer.json()
    assert answer.headers["x-total-matching-query"] == "230"
    assert (await client.get("/user")).json()["username"] == "rosalind"


async def test_a_redirect_names_its_target(platform: SimulatedPlatform, client: httpx.AsyncClient) -> None:
    platform.switches.redirect_to = "https://evil.example/"
    answer = await client.get(IMPORTS)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://evil.example/")


async def test_another_host_has_no_address(platform: SimulatedPlatform, client: httpx.AsyncClient) -> None:
    platform.switches.doubled_host = True
    with pytest.raises(httpx.ConnectError):
        await client.get(platform.job(platform.ids()[0])["href"])
    assert platform.requests[-1].host == "cgc-api.sbgenomics.com.sbgenomics.com"


async def test_a_big_body_is_compressed(platform: SimulatedPlatform, client: httpx.AsyncClient) -> None:
    platform.switches.big_body = 3
    async with client.stream("GET", IMPORTS) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert len(raw) < 10_000
    assert len(gzip.decompress(raw)) == 3 * 2**20
    assert len((await client.get(IMPORTS)).content) == 3 * 2**20


@pytest.mark.parametrize(
    ("fault", "value", "error"),
    [
        ("drop", "connect", httpx.ConnectError),
        ("drop", "before", httpx.ReadError),
        ("drop", "headers", httpx.ReadError),
        ("drop", "body", httpx.ReadError),
        ("drop", True, httpx.ReadError),
        ("cut", True, httpx.RemoteProtocolError),
        ("timeout", True, httpx.ReadTimeout),
    ],
)
async def test_connection_faults(
    platform: SimulatedPlatform, client: httpx.AsyncClient, fault: str, value: Any, error: type[Exception]
) -> None:
    platform.next(fault, value)
    with pytest.raises(error):
        await client.get(IMPORTS)
    assert (await client.get(IMPORTS)).status_code == 200


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(409, None, "text/html"), (504, None, "text/html"), (503, 0, "application/json")],
)
async def test_an_error_can_follow_a_request_that_was_carried_out(
    platform: SimulatedPlatform, client: httpx.AsyncClient, status: int, code: int | None, kind: str
) -> None:
    platform.next("answer_replaced", (status, code))
    source = {"volume": "rosalind/tcga-raw", "location": "a.bam"}
    asked = {"source": source, "destination": {"project": "rosalind/brca-pilot"}}
    answer = await client.post(IMPORTS, json=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert platform.job(platform.ids()[0])["source"] == source


@pytest.mark.parametrize(("switch", "value"), [("silent", True), ("slow_s", 60.0), ("drip", 60.0)])
async def test_the_read_timeout_of_the_client_applies(
    platform: SimulatedPlatform, client: httpx.AsyncClient, switch: str, value: Any
) -> None:
    setattr(platform.switches, switch, value)
    with pytest.raises(httpx.ReadTimeout):
        await client.get(IMPORTS, timeout=0.01)


@pytest.mark.parametrize("switch", ["silent", "endless_headers"])
async def test_a_request_without_a_response_can_be_cancelled(
    platform: SimulatedPlatform, client: httpx.AsyncClient, switch: str
) -> None:
    setattr(platform.switches, switch, True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.get(IMPORTS, timeout=None), 0.01)


async def test_slow_responses_arrive_completely(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.switches.slow_s = platform.switches.drip = 1e-6
    assert (await client.get("/user")).json()["username"] == "rosalind"


async def test_scripted_faults_apply_once_to_matching_requests(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.next("maintenance", where=list_call)
    platform.next("error", (403, 9003), where="/v2/projects", times=2)
    assert (await client.get("/user")).status_code == 200
    assert [(await client.get(IMPORTS)).status_code for _ in range(2)] == [503, 200]
    answers = [await client.get("/projects") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 200]
    assert answers[0].json()["code"] == 9003
    platform.next(lambda request: httpx.Response(418, text=request.url.path))
    assert (await client.get("/user")).text == "/v2/user"
    with pytest.raises(KeyError):
        platform.next("no such fault")


async def test_scripted_faults_are_queued(platform: SimulatedPlatform, client: httpx.AsyncClient) -> None:
    platform.next("gateway_html", 502)
    platform.next("limited")
    assert [(await client.get(IMPORTS)).status_code for _ in range(3)] == [502, 429, 200]


async def test_a_permanent_fault_ends_with_recover(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.fail("gateway_html", 504)
    assert [(await client.get(IMPORTS)).status_code for _ in range(3)] == [504] * 3
    platform.recover()
    assert (await client.get(IMPORTS)).status_code == 200


async def test_random_faults_are_the_same_for_the_same_seed() -> None:
    async def outcomes(seed: int) -> list[str]:
        platform = SimulatedPlatform(jobs=3, seed=seed, switches=Switches(random_faults=0.5))
        headers = {"X-SBG-Auth-Token": platform.token}
        reports = []
        async with httpx.AsyncClient(transport=platform.transport(), headers=headers) as client:
            for _ in range(40):
                try:
                    answer = await client.get(f"{platform.base_url}/user")
                    reports.append(f"{answer.status_code} {len(answer.content)}")
                except httpx.TransportError as error:
                    reports.append(type(error).__name__)
        return reports

    one, same, other = await asyncio.gather(outcomes(1), outcomes(1), outcomes(2))
    assert one == same != other
    assert 8 < sum(each.startswith("200") for each in one) < 36


async def test_the_token_can_be_rejected_at_once_or_after_some_calls(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    platform.switches.refuse_after = 2
    assert [(await client.get("/user")).status_code for _ in range(4)] == [200, 200, 401, 401]
    platform.switches.refuse_after = -1
    assert (await client.get("/user")).status_code == 200
    platform.switches.refuse_token = True
    assert (await client.get("/user")).json()["code"] == 90001


async def test_the_rate_limit_counts_down(
    platform: SimulatedPlatform, client: httpx.AsyncClient, clock: Any
) -> None:
    platform.switches.rate_limit = 3
    clock.now += 10
    answers = [await client.get("/user") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[3].json()["code"] == 1000
    assert answers[3].headers["x-ratelimit-reset"] == str(int(clock.now) + 290)
    free = await client.get("/rate_limit")
    assert free.json()["rate"] == {"limit": 3, "remaining": 0, "reset": int(clock.now) + 290}
    clock.now += 290
    assert (await client.get("/user")).headers["x-ratelimit-remaining"] == "2"


@pytest.mark.parametrize(
    ("reset", "reported", "ends_after"),
    [
        ("near", 3, 3),
        ("near 20 s", 20, 20),
        ("past", -60, 1),
        ("far", 86_400, 300),
        ("skewed", 3900, 300),
        ("garbage", None, 300),
        ("absent", None, 300),
    ],
)
async def test_variants_of_the_reset_header(
    platform: SimulatedPlatform,
    client: httpx.AsyncClient,
    clock: Any,
    reset: str,
    reported: int | None,
    ends_after: int,
) -> None:
    platform.switches.rate_limit, platform.switches.rate_reset = 1, reset
    await client.get("/user")
    answer = await client.get("/user")
    assert answer.status_code == 429
    if reported is None:
        assert answer.headers.get("x-ratelimit-reset") == {"garbage": "soon"}.get(reset)
    else:
        assert answer.headers["x-ratelimit-reset"] == str(int(clock.now) + reported)
    clock.now += ends_after - 0.5
    assert (await client.get("/user")).status_code == 429
    clock.now += 0.5
    assert (await client.get("/user")).status_code == 200


async def test_clock_skew_changes_date_and_reset(
    platform: SimulatedPlatform, client: httpx.AsyncClient
) -> None:
    true = await client.get("/user")
    platform.switches.clock_skew_s = -3600
    skewed = await client.get("/user")
    assert true.headers["date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert skewed.headers["date"] == "Tue, 14 Nov 2023 21:13:20 GMT"
    assert int(true.headers["x-ratelimit-reset"]) - int(skewed.headers["x-ratelimit-reset"]) == 3600
