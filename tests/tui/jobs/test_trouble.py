"""Failures of the platform on the jobs screen, and the recovery."""

from __future__ import annotations

import httpx
import pytest

from cgc_tui.config.settings import Settings
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.tui.jobs.job_table import JobTable
from tests.support.app import Start, first_page, shown, text_of
from tests.support.calls import LISTS, quiet
from tests.support.clock import Clock
from tests.support.params import mostly_slow

FAULTS: list[tuple[str, object, str]] = [
    ("maintenance", True, "503 maintenance · retrying in 30 s"),
    ("portal", True, "the response is a web page, not data"),
    ("items_null", True, "could not be read"),
    ("drop", "body", "was lost"),
    ("cloud_error", True, "503 the cloud provider did not respond"),
    ("gateway_html", 502, "502 bad gateway"),
    ("gateway_html", 504, "504 gateway time-out"),
    ("internal_error", True, "500 server error"),
    ("empty", 200, "the response was empty"),
    ("empty", 204, "the response was empty"),
    ("items_missing", True, "could not be read"),
    ("not_json", True, "could not be read"),
    ("list_body", True, "could not be read"),
    ("unmatched", True, "not found"),
    ("cut", True, "was lost"),
    ("drop", "before", "was lost"),
    ("drop", "headers", "was lost"),
    ("limited", True, "rate limit · retrying in"),
    ("redirect_to", "http://127.0.0.1:1/", "redirect, not followed"),
]


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize(("fault", "value", "text"), mostly_slow(FAULTS, fast=4), ids=str)
async def test_a_failure_keeps_the_rows_and_disappears_after_recovery(
    start: Start, platform: SimulatedPlatform, clock: Clock, fault: str, value: object, text: str
) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("down", "down")
        platform.fail(fault, value)
        clock.seconds += 240
        await pilot.press("r")
        screen = await shown(pilot, f"4 min old · {text}" if not text[0].islower() else text)
        assert "4 min old" in screen
        table = pilot.app.screen.query_one(JobTable)
        assert table.job is not None
        assert table.job.id == platform.ids()[2]
        await pilot.press("down")
        assert table.job.id == platform.ids()[3]
        platform.recover()
        await pilot.press("r")
        await shown(pilot, "1–50 of 230")
        await shown(pilot, " old · ", gone=True)


async def test_a_failure_of_the_first_load_is_shown(start: Start, platform: SimulatedPlatform) -> None:
    platform.fail("maintenance")
    async with start() as pilot:
        await shown(pilot, "r: retry.")
        await shown(pilot, "503 maintenance")
        platform.recover()
        await pilot.press("r")
        await shown(pilot, "1–50 of 230")
        await shown(pilot, "· rosalind")


async def test_repeated_failures_are_counted(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("maintenance")
        await pilot.press("r")
        await shown(pilot, "503 maintenance")
        for times in (2, 3):
            await pilot.press("r")
            await shown(pilot, f"503 maintenance ({times} times)")


async def test_a_wait_counts_down_and_ends_with_a_request(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start(settings=Settings(refresh=15)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.switches.rate_reset = "near"
        platform.next("limited", where=first_page)
        await pilot.press("r")
        await shown(pilot, "rate limit · retrying in 3 s")
        clock.seconds += 2
        await shown(pilot, "rate limit · retrying in 1 s")
        await shown(pilot, "rate limit", gone=True)


async def test_esc_stops_a_wait_and_r_sends_a_request_immediately(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("maintenance")
        await pilot.press("r")
        await shown(pilot, "retrying in 30 s")
        await pilot.press("escape")
        await shown(pilot, "retrying in", gone=True)
        await shown(pilot, "r: retry")
        platform.recover()
        await pilot.press("r")
        await shown(pilot, " old · ", gone=True)


async def test_esc_stops_a_request(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        gate = platform.gate(LISTS)
        await pilot.press("4")
        await gate.arrival()
        await shown(pilot, "loading page 1")
        await pilot.press("escape")
        await shown(pilot, "stopped; r: retry")
        await shown(pilot, "1–50 of 230")
        gate.release()
        await pilot.press("4")
        await shown(pilot, "of 9 · page 1 of 1 · newest first")


async def test_a_late_response_for_a_previous_filter_is_dropped(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        gate = platform.gate(lambda request: b"state=FAILED" in request.url.query)
        await pilot.press("4")
        await gate.arrival()
        await pilot.press("3")
        await shown(pilot, "of 205 · page 1 of 5 · newest first")
        gate.release()
        await pilot.pause(0.2)
        assert "of 205 · page 1 of 5 · newest first" in text_of(pilot.app)
        assert {job.state for job in pilot.app.screen.query_one(JobTable).shown_jobs} == {"COMPLETED"}


async def test_a_forbidden_filter_does_not_open_the_login_screen(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.switches.forbidden_projects = frozenset({"rosalind/brca-pilot"})
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f", *"brca-pilot", "enter")
        await shown(pilot, "no permission")
        await pilot.press("f", "ctrl+x", "enter")
        await shown(pilot, "1–50 of 230 · page 1 of 5 · newest first")


async def test_a_failed_attempt_is_shown_while_the_next_one_waits(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(backoff=(0.0, 600.0)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("gateway_html", 502, where=LISTS)
        await pilot.press("r")
        await shown(pilot, "502 bad gateway")
        platform.recover()
        await pilot.press("r")
        await shown(pilot, "502 bad gateway", gone=True)


async def test_a_low_rate_limit_is_shown(start: Start, platform: SimulatedPlatform) -> None:
    async with start(size=(80, 24)) as pilot:
        await quiet(pilot)
        remaining = use_rate_limit(platform, until=15)
        await pilot.press("r")
        await shown(pilot, f"{remaining - 1} requests left until 12:05")


async def test_a_low_rate_limit_of_any_call_is_shown(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start(size=(80, 24)) as pilot:
        await quiet(pilot)
        remaining = use_rate_limit(platform, until=15)
        await pilot.press("enter")
        await shown(pilot, f"{remaining - 1} requests left until 12:05")
        await pilot.press("escape")
        clock.seconds += 301
        await pilot.press("f")
        await quiet(pilot)
        await pilot.press("escape")
        await shown(pilot, "requests left", gone=True)


def use_rate_limit(platform: SimulatedPlatform, *, until: int) -> int:
    """Use a rate limit of 100 requests as another program would; return the number of remaining requests."""
    platform.switches.rate_limit = 100
    request = httpx.Request("GET", f"{platform.base_url}/user", headers={"x-sbg-auth-token": platform.token})
    remaining = 100
    while remaining > until:
        remaining = int(platform.respond(request).headers["x-ratelimit-remaining"])
    return remaining


async def test_unreadable_jobs_are_counted(start: Start, platform: SimulatedPlatform) -> None:
    platform.switches.unreadable_items = True
    async with start() as pilot:
        await shown(pilot, "could not be read")


async def test_quitting_does_not_wait_for_responses(start: Start, platform: SimulatedPlatform) -> None:
    gate = platform.gate()
    async with start() as pilot:
        await gate.arrival()
        await pilot.press("q")
        await pilot.pause()
    gate.release()


@pytest.mark.parametrize("fault", ["bulk_short", "bulk_long"])
async def test_a_bulk_response_of_the_wrong_length_mixes_up_no_names(
    start: Start, platform: SimulatedPlatform, fault: str
) -> None:
    platform.switches.brief = True
    platform.fail(fault)
    async with start() as pilot:
        await quiet(pilot)
        shown_jobs = pilot.app.screen.query_one(JobTable).shown_jobs
        assert [job.id for job in shown_jobs] == platform.ids()[:50]
        for job in shown_jobs[:-1]:
            assert job.name == platform.job(job.id)["destination"]["name"]
        assert (shown_jobs[-1].name is None) is (fault == "bulk_short")


async def test_a_late_record_of_a_previous_job_is_dropped(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await quiet(pilot)
        first, second = platform.ids()[1:3]
        gate = platform.gate(f"{LISTS}/{first}")
        await pilot.press("down")
        await gate.arrival()
        await pilot.press("down")
        await shown(pilot, second[:20])
        await quiet(pilot)
        gate.release()
        await pilot.pause(0.2)
        assert first[:20] not in text_of(pilot.app)
