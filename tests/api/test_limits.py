"""The platform's rate limit, the limits on the size of responses, and redirects."""

from __future__ import annotations

import gzip
import tracemalloc
from functools import lru_cache

import httpx
import pytest

from cgc_tui.api.body import MAX_BYTES
from cgc_tui.api.client import PlatformClient
from cgc_tui.api.requester import Requester
from cgc_tui.config.settings import Settings
from cgc_tui.demo import LoopbackServer, SimulatedPlatform, list_call
from cgc_tui.demo.fault_script import CustomResponse
from cgc_tui.domain.errors import InvalidResponse
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.token import Token
from cgc_tui.tui.jobs.job_table import JobTable
from tests.support.app import Connect, Start, first_page, paste, shown, text_of
from tests.support.calls import LISTS, quiet
from tests.support.clock import Clock
from tests.support.params import mostly_slow
from tests.support.transport import StreamTransport


@pytest.mark.parametrize(
    ("reset", "seconds"),
    mostly_slow(
        [
            ("near 20 s", 20),
            ("garbage", 60),
            ("near", 3),
            ("past", 2),
            ("far", 300),
            ("absent", 60),
            ("skewed", 20),
            ("milliseconds", 20),
        ],
        fast=2,
    ),
)
async def test_a_rate_limit_counts_down_to_the_platforms_reset(
    start: Start, platform: SimulatedPlatform, clock: Clock, reset: str, seconds: int
) -> None:
    async with start() as pilot:
        await quiet(pilot)
        clock.seconds += 280
        platform.switches.rate_reset = reset
        platform.fail("limited", where=list_call)
        await pilot.press("r")
        await shown(pilot, f"rate limit · retrying in {seconds} s")
        clock.seconds += 1
        await shown(pilot, f"rate limit · retrying in {seconds - 1} s")
        await pilot.press("escape")
        await shown(pilot, "rate limit · r: retry")
        platform.recover()
        await pilot.press("r")
        await shown(pilot, " old · ", gone=True)


async def test_refreshing_resumes_after_a_reset_in_the_past(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(settings=Settings(refresh=300)) as pilot:
        await quiet(pilot)
        platform.add_jobs(1)
        platform.switches.rate_reset = "past"
        platform.next("limited", where=first_page)
        await pilot.press("r")
        await shown(pilot, "rate limit · retrying in 2 s")
        await shown(pilot, "1–50 of 231")


async def test_a_job_that_no_longer_exists_is_reported_and_its_row_is_removed(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await quiet(pilot)
        gone = platform.ids()[1]
        name = platform.job(gone)["destination"]["name"]
        assert name[-8:] in text_of(pilot.app)
        platform.remove_jobs([gone])
        await pilot.press("down")
        await shown(pilot, "This job is no longer there.")
        await pilot.press("r")
        await shown(pilot, "1–50 of 229")
        assert gone not in [job.id for job in pilot.app.screen.query_one(JobTable).shown_jobs]


@pytest.mark.slow
async def test_no_call_follows_a_redirect(start: Start, platform: SimulatedPlatform, clock: Clock) -> None:
    elsewhere = SimulatedPlatform(jobs=1, clock=clock.unix)
    with LoopbackServer(elsewhere) as other:
        async with start() as pilot:
            await quiet(pilot)
            platform.fail(_redirect(308, other.url))
            await pilot.press("r")
            await shown(pilot, "308 redirect, not followed")
            await pilot.press("down")
            await shown(pilot, "Details could not be loaded: 308")
            await pilot.press("f")
            await shown(pilot, "No suggestions: 308 redirect")
            await pilot.press("escape")
            platform.recover()
            platform.switches.brief = True
            platform.add_jobs(1)
            platform.fail(_redirect(307, other.url), where="/v2/bulk")
            await pilot.press("r")
            await shown(pilot, "details missing: 307 redirect")
        async with start(token=None, source=None) as pilot:
            await shown(pilot, "Log in with your authentication token")
            platform.fail(_redirect(308, other.url))
            await paste(pilot, platform.token)
            await pilot.press("enter")
            await shown(pilot, "308 redirect, not followed")
    endpoints = {(each.method, each.path.split("/")[2]) for each in platform.requests}
    assert endpoints == {("GET", "user"), ("GET", "storage"), ("GET", "projects"), ("POST", "bulk")}
    assert not elsewhere.requests


def _redirect(status: int, url: str) -> object:
    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v2")
        return httpx.Response(status, headers={"location": f"{url}{path}", "content-length": "0"})

    return answer


def _headers(count: int, size: int) -> object:
    def answer(_: httpx.Request) -> httpx.Response:
        headers = [(f"x-{number}", "a" * size) for number in range(count)]
        return httpx.Response(200, headers=headers, json={"items": []})

    return answer


def _items(count: int) -> object:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": [{"id": f"job-{number}"} for number in range(count)]})

    return answer


@lru_cache
def _packed(times: int) -> bytes:
    body = b" " * (5 * MAX_BYTES)
    for _ in range(times):
        body = gzip.compress(body)
    return body


def _bomb(times: int) -> CustomResponse:
    def answer(_: httpx.Request) -> httpx.Response:
        encodings = ", ".join(["gzip"] * times)
        stream = httpx.ByteStream(_packed(times))
        return httpx.Response(200, headers={"content-encoding": encodings}, stream=stream)

    return answer


@pytest.mark.parametrize(
    ("fault", "text"),
    mostly_slow(
        [
            (_items(1_001), "the response has 1,001 items, too many"),
            (_bomb(1), "the response is too large"),
            (_headers(1, 200_000), "is not HTTP"),
            (_headers(5_000, 100), "is not HTTP"),
            (_bomb(2), "its compression is not supported"),
            ("deep_nesting", "could not be read"),
            ("huge_integer", "could not be read"),
        ],
        fast=2,
    ),
    ids=["many items", "bomb", "long header", "many headers", "bomb in a bomb", "nesting", "integer"],
)
async def test_oversized_responses_are_reported(
    start: Start, platform: SimulatedPlatform, fault: str, text: str
) -> None:
    async with start() as pilot:
        await quiet(pilot)
        platform.fail(fault, where=LISTS)
        await pilot.press("r", "down")
        screen = await shown(pilot, text)
        assert " old · " in screen
        platform.recover()
        await pilot.press("r")
        await shown(pilot, "1–50 of 230 · page 1 of 5")


@pytest.mark.parametrize("times", [1, 2])
async def test_a_decompression_bomb_uses_no_more_memory_than_the_limit(times: int) -> None:
    _packed(times)  # so that its memory is not measured
    client = PlatformClient(
        Requester("https://platform.example/v2", Token("t"), transport=StreamTransport(_bomb(times)))
    )
    tracemalloc.start()
    try:
        with pytest.raises(InvalidResponse):
            await client.imports.page(JobQuery())
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_BYTES
    finally:
        tracemalloc.stop()


async def test_a_body_that_cannot_be_decompressed_is_an_error(
    connect: Connect, platform: SimulatedPlatform
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"{}"))

    platform.fail(answer)
    with pytest.raises(InvalidResponse, match="cannot be decompressed"):
        await connect().imports.page(JobQuery())
