"""Properties that hold for any response, any id, and any list that changes during paging."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.requester import Requester
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import CgcError, NotFound
from cgc_tui.domain.jobs import ImportJob, pack_records
from cgc_tui.domain.paging import next_page, page_after_shift
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.token import Token
from cgc_tui.formatting.export import ExportFormat, export_lines
from cgc_tui.tui.dialogs.text import pretty
from tests.support.transport import StreamTransport

ROOT = "/v2/storage/imports/"
steady = settings(
    derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
NAMES = (
    *("href", "id", "state", "source", "destination", "volume", "location", "project", "name", "parent"),
    *("overwrite", "started_on", "finished_on", "error", "code", "message", "result", "size"),
)
records = st.recursive(
    scalars,
    lambda inner: (
        st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), inner, max_size=8)
        | st.lists(inner, max_size=3)
    ),
    max_leaves=25,
)
lists = st.fixed_dictionaries(
    {"items": st.lists(records, max_size=6) | anything},
    optional={"links": anything | st.lists(st.dictionaries(st.sampled_from(("rel", "href")), anything))},
)
bodies = (anything | lists | records).map(
    lambda value: json.dumps(value).encode("utf-8", "replace")
) | st.binary(max_size=60)


def client(answer: Callable[[httpx.Request], httpx.Response]) -> PlatformClient:
    transport = StreamTransport(answer)
    return PlatformClient(
        Requester("https://platform.example/v2", Token("t"), transport=transport, backoff=())
    )


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@settings(steady, max_examples=20)
@given(st.lists(st.dictionaries(st.text(max_size=8), anything, max_size=4), max_size=4))
def test_packed_jobs_are_equal(records: list[dict[str, Any]]) -> None:
    jobs = [ImportJob(str(index), "FAILED", record=record) for index, record in enumerate(records)]
    again = pack_records(pack_records(jobs))
    assert [replace(job, record={}) for job in again] == [replace(job, record={}) for job in jobs]
    assert [json.dumps(job.raw) for job in again] == [json.dumps(job.raw) for job in jobs]


@steady
@given(st.lists(st.dictionaries(st.text(max_size=8), anything, max_size=4), max_size=4), st.booleans())
def test_any_record_can_be_written_as_json(records: list[dict[str, Any]], huge: bool) -> None:
    items = [{**record, "id": str(index), "state": "FAILED"} for index, record in enumerate(records)]
    text = json.dumps({"items": items})
    body = text.replace("Infinity", "1e999") if huge else text

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body.encode("utf-8", "replace"))

    async def ask() -> JobPage:
        return await client(answer).imports.page(JobQuery())

    for jobs in (page := run(ask())).jobs, pack_records(page.jobs):
        written = json.loads("".join(export_lines(jobs, ExportFormat.JSON)), parse_constant=pytest.fail)
        assert [record["id"] for record in written] == [str(position) for position in range(len(records))]
        assert [json.loads(pretty(job.raw), parse_constant=pytest.fail) for job in jobs] == written


@steady
@given(bodies, st.sampled_from((200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503)), st.text(max_size=12))
def test_any_response_is_a_value_or_an_error_with_a_message(body: bytes, status: int, header: str) -> None:
    headers = {
        name: header.encode("utf-8", "replace")
        for name in ("x-total-matching-query", "x-ratelimit-reset", "x-ratelimit-limit", "date")
        if header.isprintable()
    }

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, content=body)

    async def ask() -> None:
        platform_client = client(answer)
        calls = (
            platform_client.user,
            platform_client.projects,
            lambda: platform_client.imports.page(JobQuery()),
            lambda: platform_client.imports.count(JobQuery()),
            lambda: platform_client.imports.get(ImportJob(id="x", state="")),
            lambda: platform_client.imports.get_many(["x", "y"]),
        )
        for call in calls:
            try:
                value = await call()
            except CgcError as error:
                value = error.summary
                text.append(error.summary)
            if isinstance(value, JobPage):
                assert len({job.id for job in value.jobs}) == len(value.jobs)
                assert all(job.id and isinstance(job.state, str) for job in value.jobs)
                assert replace(value) == value
                repr(value)

    text: list[str] = []
    run(ask())
    assert all(text)
    assert not any("\n" in each for each in text)


@steady
@given(
    st.text(min_size=1, max_size=30) | st.sampled_from((".", "..", "../user", "a/../..", "%2e%2e", "//x/y"))
)
def test_any_id_makes_a_url_below_the_jobs(job_id: str) -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"id": "x", "state": "RUNNING"})

    async def ask() -> None:
        try:
            await client(answer).imports.get(ImportJob(id=job_id, state=""))
        except NotFound:
            assert job_id in (".", "..")

    run(ask())
    for request in requests:
        target = request.url.raw_path.decode("ascii")
        assert request.url.host == "platform.example"
        assert target.startswith(ROOT)
        last = target.removeprefix(ROOT)
        assert not set(last) & set("/?#\\ ")
        assert unquote(last) == job_id.encode("utf-8", "replace").decode()


changes = st.lists(
    st.tuples(st.sampled_from(("add", "remove")), st.integers(1, 12), st.integers(0, 200)), max_size=6
)


@steady
@given(st.integers(0, 60), st.integers(1, 20), changes, st.booleans(), st.booleans())
def test_paging_shows_each_remaining_job_once(
    count: int, limit: int, changing: list[tuple[str, int, int]], total: bool, repeats: bool
) -> None:
    """Read page after page of a changing list, as the screen does: no page repeats a job."""
    platform = SimulatedPlatform(jobs=count, clock=lambda: 1_773_489_600.0)
    platform.switches.total_header = total
    platform.switches.repeat_across_pages = repeats
    changing = list(changing)

    async def read() -> list[JobPage]:
        platform_client = PlatformClient(
            Requester(platform.base_url, Token(platform.token), transport=platform.transport(), backoff=())
        )
        pages: list[JobPage] = []
        query: JobQuery | None = JobQuery(limit=limit)
        while query is not None:
            assert len(pages) < 200, "it does not come to an end"
            pages.append(await platform_client.imports.page(query))
            query = next_page(pages[-1])
            if changing:
                _change(platform, *changing.pop())
        return pages

    at_first = platform.ids()
    pages = run(read())
    for page in pages:
        assert len({job.id for job in page.jobs}) == len(page.jobs) <= limit
        if page.jobs and page.total is None:
            assert page.at_least >= page.query.offset + len(page.jobs)
    if not any(pages[n].total != pages[0].total for n in range(len(pages))) and platform.ids() == at_first:
        seen = [job.id for page in pages for job in page.jobs]
        assert list(dict.fromkeys(seen)) == at_first


def _change(platform: SimulatedPlatform, expected: str, number: int, index: int) -> None:
    if expected == "add":
        platform.add_jobs(number)
    else:
        platform.remove_jobs(platform.ids()[index : index + number])


@steady
@given(st.integers(30, 60), st.integers(5, 12), st.integers(1, 4), st.integers(0, 11), changes)
def test_the_cursor_can_follow_its_job(
    count: int, limit: int, turns: int, row: int, changing: list[tuple[str, int, int]]
) -> None:
    """Follow a job from response to response: it is on the page that is returned."""
    platform = SimulatedPlatform(jobs=count, clock=lambda: 1_773_489_600.0)
    query = JobQuery(offset=turns * limit, limit=limit)

    async def page(query: JobQuery) -> JobPage:
        requester = Requester(
            platform.base_url, Token(platform.token), transport=platform.transport(), backoff=()
        )
        return await PlatformClient(requester).imports.page(query)

    old = run(page(query))
    if row >= len(old.jobs):
        return
    job_id = old.jobs[row].id
    for expected, number, _ in changing[:1]:
        _change(platform, expected, number, 0)
    new = run(page(query))
    went = page_after_shift(old, new, job_id)
    ids = platform.ids()
    if went is not None:
        assert job_id not in {job.id for job in new.jobs}
        assert job_id in {job.id for job in run(page(went)).jobs} or job_id not in ids
    elif job_id in ids:
        assert job_id in {job.id for job in new.jobs}
