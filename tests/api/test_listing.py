"""Reading result lists over a real socket: complete, in order, each job once, or an error."""

from __future__ import annotations

import asyncio
import copy
import gc
import tracemalloc
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.listing import FetchProgress, fetch_all, fetch_many, iter_pages
from cgc_tui.demo import SimulatedPlatform, list_call
from cgc_tui.domain import records as job_records
from cgc_tui.domain.errors import (
    CgcError,
    IncompleteList,
    InvalidResponse,
    Maintenance,
    RateLimited,
    ServerError,
)
from cgc_tui.domain.jobs import ImportJob, JobError, PackedRecord, pack_records
from cgc_tui.domain.queries import JobQuery
from tests.support.app import Connect
from tests.support.calls import page_from
from tests.support.clock import Clock
from tests.support.params import mostly_slow
from tests.support.waiting import until

JOBS = 1730
PAGES = 18


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return SimulatedPlatform(jobs=JOBS, clock=clock.unix)


async def ids(client: PlatformClient, query: JobQuery | None = None) -> list[str]:
    return [job.id for job in (await fetch_all(client, query or JobQuery())).jobs]


def later_pages(request: httpx.Request) -> bool:
    return list_call(request) and request.url.params["offset"] != "0"


@pytest.mark.slow
async def test_packed_lists_take_half_the_memory(client: PlatformClient) -> None:
    query = JobQuery(limit=100)
    pages = [await client.imports.page(replace(query, offset=offset)) for offset in (0, 100)]

    def memory_of(make: Callable[[], object]) -> int:
        gc.collect()
        tracemalloc.start()
        kept = make()
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        del kept
        return size

    records = [copy.deepcopy(job.raw) for page in pages for job in page.jobs]
    plain = memory_of(lambda: [job_records.job(copy.deepcopy(record)) for record in records])
    small = memory_of(
        lambda: pack_records(
            [job_records.job(copy.deepcopy(record)) or pages[0].jobs[0] for record in records]
        )
    )
    assert small < plain / 2
    result = await fetch_all(client, query)
    assert {type(job.record) for job in result.jobs} == {PackedRecord}


async def test_all_jobs_are_read_in_order_with_one_request_per_page(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    reports: list[FetchProgress] = []
    result = await fetch_all(client, JobQuery(offset=70, limit=7), on_progress=reports.append)
    assert [job.id for job in result.jobs] == platform.ids()
    assert (result.total, result.more, result.unreadable, result.query.offset) == (JOBS, False, 0, 0)
    assert len(platform.requests) == PAGES
    assert [progress.pages for progress in reports] == list(range(1, PAGES + 1))
    assert reports[-1] == FetchProgress(PAGES, PAGES, JOBS, JOBS)


async def test_a_part_reads_only_its_own_pages_and_has_more(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    reports: list[FetchProgress] = []
    part = await fetch_all(client, JobQuery(), max_jobs=500, on_progress=reports.append)
    assert [job.id for job in part.jobs] == platform.ids()[:500]
    assert (part.total, part.more) == (JOBS, True)
    assert len(platform.requests) == 5
    assert (reports[-1].pages, reports[-1].total_pages, reports[-1].total) == (5, 5, 500)


@pytest.mark.parametrize("max_jobs", mostly_slow([JOBS, JOBS + 1, 10 * JOBS]))
async def test_a_part_that_is_long_enough_is_the_whole_list(
    client: PlatformClient, platform: SimulatedPlatform, max_jobs: int
) -> None:
    part = await fetch_all(client, JobQuery(), max_jobs=max_jobs)
    assert (len(part.jobs), part.total, part.more) == (JOBS, JOBS, False)
    assert len(platform.requests) == PAGES


async def test_filters_are_sent_for_every_page(client: PlatformClient, platform: SimulatedPlatform) -> None:
    expected_ids = [job_id for job_id in platform.ids() if platform.job(job_id)["state"] == "COMPLETED"]
    assert await ids(client, JobQuery(states=("COMPLETED",))) == expected_ids
    assert len(platform.requests) == -(-len(expected_ids) // 100)


async def test_an_empty_list_is_one_request(client: PlatformClient, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids())
    assert await ids(client) == []
    assert len(platform.requests) == 1


async def test_sixteen_pages_at_once_do_not_block_other_requests(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(later_pages)
    task = asyncio.create_task(ids(client))
    await until(lambda: gate.count >= 16)
    assert (await client.user()).username == "rosalind"
    await asyncio.sleep(0.1)
    assert gate.count == 16
    gate.release()
    assert await task == platform.ids()


async def test_pages_are_yielded_before_the_last_is_read(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(page_from(1700))
    matches: list[str] = []
    async with aclosing(iter_pages(client, JobQuery())) as pages:
        async for page in pages:
            matches += [job.id for job in page.jobs]
            if len(matches) == 1700:
                gate.release()
    assert matches == platform.ids()


@pytest.mark.parametrize("whole_total", [True, False])
async def test_pages_smaller_than_requested_lose_nothing(
    client: PlatformClient, platform: SimulatedPlatform, whole_total: bool
) -> None:
    platform.switches.total_header = whole_total
    platform.switches.max_limit = 70
    assert await ids(client) == platform.ids()
    assert len(platform.requests) == -(-JOBS // 70)


async def test_pages_that_become_smaller_lose_nothing(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    def cut(_: FetchProgress) -> None:
        platform.switches.max_limit = 30

    result = await fetch_all(client, JobQuery(), on_progress=cut)
    assert [job.id for job in result.jobs] == platform.ids()


async def test_without_a_total_pages_are_read_one_by_one(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.total_header = False
    reports: list[FetchProgress] = []
    result = await fetch_all(client, JobQuery(), on_progress=reports.append)
    assert [job.id for job in result.jobs] == platform.ids()
    assert len(platform.requests) == PAGES
    assert reports[-1] == FetchProgress(PAGES, None, JOBS, None)


async def test_pages_of_partial_jobs_are_completed(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.brief = True
    result = await fetch_all(client, JobQuery())
    assert [job.id for job in result.jobs] == platform.ids()
    assert all(job.source.location for job in result.jobs)
    assert len(platform.requests) == 2 * PAGES


async def test_a_page_without_details_is_an_error(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.brief = True
    platform.next("maintenance", where="/v2/bulk")
    with pytest.raises(Maintenance):
        await fetch_all(client, JobQuery())


async def test_completing_partial_jobs_waits_for_the_rate_limit(
    connect: Connect, platform: SimulatedPlatform
) -> None:
    client = connect(sleep=no_sleep)
    platform.switches.brief = True
    platform.next("limited", where="/v2/bulk")
    waits: list[float] = []
    result = await fetch_all(client, JobQuery(), on_retry=lambda _, wait: waits.append(wait))
    assert all(job.source.location for job in result.jobs)
    assert len(waits) == 1


async def test_a_job_that_is_added_meanwhile_is_read_and_no_job_is_repeated(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(later_pages)
    task = asyncio.create_task(ids(client))
    await gate.arrival()
    platform.add_jobs(1)
    gate.release()
    assert await task == platform.ids()
    assert len(platform.requests) == PAGES + 2


@pytest.mark.parametrize("coming", mostly_slow([320, 1]))
async def test_jobs_added_meanwhile_hide_no_others(
    client: PlatformClient, platform: SimulatedPlatform, coming: int
) -> None:
    before = platform.ids()
    gate = platform.gate(page_from(800))
    reports: list[FetchProgress] = []
    task = asyncio.create_task(fetch_all(client, JobQuery(), on_progress=reports.append))
    await until(lambda: len(reports) == PAGES - 1)
    platform.add_jobs(coming)
    gate.release()
    assert [job.id for job in (await task).jobs] == platform.ids()
    assert [job_id for job_id in platform.ids() if job_id in set(before)] == before
    # One for the border that a job crossed, one for the new last page, two for both ends of the list.
    assert coming > 1 or len(platform.requests) == PAGES + 4


@pytest.mark.parametrize("leaving", mostly_slow([250, 1]))
async def test_jobs_that_leave_meanwhile_hide_no_others(
    client: PlatformClient, platform: SimulatedPlatform, leaving: int
) -> None:
    before = platform.ids()
    gate = platform.gate(later_pages)
    task = asyncio.create_task(ids(client))
    await gate.arrival()
    platform.remove_jobs(before[:leaving])
    gate.release()
    matches = await task
    assert [job_id for job_id in matches if job_id in set(platform.ids())] == platform.ids()
    # Only the border page; if too many jobs have left for that, all pages of the shorter list.
    assert len(platform.requests) == PAGES + (1 if leaving == 1 else -(-(JOBS - leaving) // 100))


async def test_jobs_added_at_the_end_meanwhile_are_read(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(page_from(1700))
    task = asyncio.create_task(ids(client))
    await gate.arrival()
    before = platform.ids()
    platform.add_jobs(120)
    gate.release()
    assert set(before) <= set(await task)


async def no_sleep(_: float) -> None:
    """Return at once."""


async def test_a_rate_limit_during_the_reading_is_waited_for_and_reported(
    connect: Connect, platform: SimulatedPlatform, clock: Clock
) -> None:
    platform.switches.rate_limit = 7
    reports: list[tuple[str, float]] = []

    async def sleep(seconds: float) -> None:
        clock.seconds += seconds

    client = connect(sleep=sleep)
    result = await fetch_all(
        client, JobQuery(), on_retry=lambda error, wait: reports.append((error.summary, wait))
    )
    assert [job.id for job in result.jobs] == platform.ids()
    assert reports == [("rate limit", 300.0)] * 2
    assert len(platform.requests) == PAGES + 2


async def test_a_limit_that_never_ends_is_an_error(connect: Connect, platform: SimulatedPlatform) -> None:
    client = connect(sleep=no_sleep)
    platform.fail("limited", where=later_pages)
    waits: list[float] = []
    with pytest.raises(RateLimited):
        await fetch_all(client, JobQuery(), on_retry=lambda _, wait: waits.append(wait))
    assert len(waits) == 2


@pytest.mark.parametrize("offset", mostly_slow([900, 0, 1700]))
async def test_a_page_that_fails_twice_is_read(
    client: PlatformClient, platform: SimulatedPlatform, offset: int
) -> None:
    platform.next("gateway_html", 502, where=page_from(offset), times=2)
    assert await ids(client) == platform.ids()


@pytest.mark.parametrize(
    ("fault", "value", "kind", "offset"),
    mostly_slow(
        [
            ("gateway_html", 502, ServerError, 0),
            ("maintenance", True, Maintenance, 900),
            ("items_null", True, InvalidResponse, 1700),
            ("error", (403, 9003), CgcError, 900),
            ("drop", "body", CgcError, 1700),
            ("gateway_html", 502, ServerError, 900),
            ("gateway_html", 502, ServerError, 1700),
            ("maintenance", True, Maintenance, 0),
            ("maintenance", True, Maintenance, 1700),
            ("items_null", True, InvalidResponse, 0),
            ("items_null", True, InvalidResponse, 900),
            ("error", (403, 9003), CgcError, 0),
            ("error", (403, 9003), CgcError, 1700),
            ("drop", "body", CgcError, 0),
            ("drop", "body", CgcError, 900),
        ],
        fast=5,
    ),
)
async def test_a_page_that_fails_is_never_a_shorter_list(
    client: PlatformClient,
    platform: SimulatedPlatform,
    offset: int,
    fault: str,
    value: object,
    kind: type[CgcError],
) -> None:
    platform.fail(fault, value, where=page_from(offset))
    with pytest.raises(kind):
        await fetch_all(client, JobQuery())


async def test_an_empty_page_before_the_total_is_an_error(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    def empty(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": []}, headers={"x-total-matching-query": str(JOBS)})

    platform.fail(empty, where=page_from(900))
    with pytest.raises(IncompleteList, match="1,630 of 1,730 jobs could be read"):
        await fetch_all(client, JobQuery())


async def test_unreadable_jobs_are_counted(client: PlatformClient, platform: SimulatedPlatform) -> None:
    platform.switches.unreadable_items = True
    result = await fetch_all(client, JobQuery())
    assert result.unreadable == 2 * PAGES
    assert len(result.jobs) + result.unreadable == JOBS


async def test_an_unreadable_job_of_a_page_that_is_read_again_counts_once(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.unreadable_items = True
    gate = platform.gate(later_pages)
    task = asyncio.create_task(fetch_all(client, JobQuery()))
    await gate.arrival()
    platform.add_jobs(1)
    gate.release()
    assert (await task).unreadable == 2 * PAGES
    assert len(platform.requests) > PAGES


async def test_reading_can_be_cancelled_at_any_time(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(page_from(1000))
    task = asyncio.create_task(ids(client))
    await gate.arrival()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(asyncio.all_tasks()) == 1
    gate.release()
    assert (await client.user()).username == "rosalind"


async def test_a_wait_for_the_rate_limit_can_be_cancelled(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.next("limited", where=page_from(500))
    waiting = asyncio.Event()
    task = asyncio.create_task(fetch_all(client, JobQuery(), on_retry=lambda *_: waiting.set()))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1


async def test_leaving_early_cancels_all_requests(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(page_from(300))
    async with aclosing(iter_pages(client, JobQuery())) as pages:
        async for page in pages:
            if page.query.offset == 200:
                break
    assert len(asyncio.all_tasks()) == 1
    gate.release()


async def test_many_jobs_are_fetched_by_hundreds(client: PlatformClient, platform: SimulatedPlatform) -> None:
    requested_ids = [*platform.ids()[:250], "nothing"]
    job = await fetch_many(client, requested_ids)
    assert list(job) == requested_ids
    assert all(isinstance(job[job_id], ImportJob) for job_id in requested_ids[:-1])
    assert isinstance(job["nothing"], JobError)
    assert len(platform.requests) == 3
    assert await fetch_many(client, []) == {}


async def test_fetching_many_jobs_is_complete_or_an_error(
    connect: Connect, platform: SimulatedPlatform
) -> None:
    client = connect(sleep=no_sleep)
    platform.next("limited")
    waits: list[float] = []
    job = await fetch_many(client, platform.ids()[:250], on_retry=lambda _, wait: waits.append(wait))
    assert (len(job), len(waits)) == (250, 1)
    platform.next("maintenance")
    with pytest.raises(Maintenance):
        await fetch_many(client, platform.ids()[:250])
