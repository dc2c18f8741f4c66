"""The client over a real socket: requests, results and errors."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.connection import TOKEN_HEADER
from cgc_tui.api.request_log import LogFile, RequestLog
from cgc_tui.api.requester import Call, Requester
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.demo.catalog import CREDENTIALS
from cgc_tui.domain.errors import (
    CgcError,
    ConnectionFailed,
    Forbidden,
    InvalidResponse,
    Maintenance,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    RequestRejected,
    ServerError,
    TokenRejected,
)
from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.token import Token
from tests.support.app import Connect
from tests.support.clock import Clock
from tests.support.terminal import PATIENCE
from tests.support.transport import StreamTransport


async def test_a_page_has_all_fields(client: PlatformClient, platform: SimulatedPlatform) -> None:
    page = await client.imports.page(JobQuery(limit=50))
    assert [job.id for job in page.jobs] == platform.ids()[:50]
    assert (page.total, page.more, page.limit, page.unreadable) == (230, True, 50, 0)
    job = page.jobs[-1]
    record = platform.job(job.id)
    assert job.source.location == record["source"]["location"]
    assert job.destination.project == record["destination"]["project"]
    assert job.started_on == datetime.fromisoformat(record["started_on"])
    assert job.raw == record


async def test_filters_and_window_are_sent_to_the_server(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    project = platform.job(platform.ids()[0])["destination"]["project"]
    query = JobQuery(states=("FAILED", "COMPLETED"), project=project, offset=2, limit=3)
    page = await client.imports.page(query)
    request = platform.requests[-1]
    assert [value for key, value in request.query if key == "state"] == ["FAILED", "COMPLETED"]
    assert {"project": project, "offset": "2", "limit": "3", "fields": "_all"}.items() <= dict(
        request.query
    ).items()
    assert {job.destination.project for job in page.jobs} == {project}


async def test_equal_answers_are_equal_pages(client: PlatformClient, clock: Clock) -> None:
    first = await client.imports.page(JobQuery())
    clock.seconds += 60
    assert await client.imports.page(JobQuery()) == first


async def test_partial_jobs_are_completed_with_one_request(
    connect: Connect, platform: SimulatedPlatform
) -> None:
    full_page = await connect().imports.page(JobQuery(limit=100))
    platform.switches.brief = True
    platform.requests.clear()
    page = await connect().imports.page(JobQuery(limit=100))
    assert [request.path for request in platform.requests] == [
        "/v2/storage/imports",
        "/v2/bulk/storage/imports/get",
    ]
    assert page.jobs == full_page.jobs
    platform.switches.bulk_omits_times = "always"
    page = await connect().imports.page(JobQuery(limit=100))
    without_times = [replace(job, started_on=None, finished_on=None, record={}) for job in full_page.jobs]
    assert [replace(job, record={}) for job in page.jobs] == without_times


async def test_partial_jobs_stay_if_they_cannot_be_completed(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.brief = True
    platform.fail("maintenance", where="/v2/bulk")
    page = await client.imports.page(JobQuery(limit=5))
    assert isinstance(page.incomplete, Maintenance)
    assert [job.id for job in page.jobs] == platform.ids()[:5]


async def test_merging_keeps_known_fields() -> None:
    known = ImportJob(id="a", state="RUNNING", started_on=datetime(2026, 1, 1, tzinfo=UTC), record={"x": 1})
    update = ImportJob(id="a", state="", error=JobError(code=9105), record={"x": None, "y": 2})
    merged = update.merged_with(known)
    assert (merged.state, merged.started_on, merged.error) == ("RUNNING", known.started_on, update.error)
    assert merged.raw == {"x": 1, "y": 2}


async def test_a_job_is_requested_by_its_hrefs_path_at_the_endpoint(
    client: PlatformClient, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    job = (await client.imports.page(JobQuery(limit=1))).jobs[0]
    assert ".sbgenomics.com.sbgenomics.com" in (job.href or "")
    other = ImportJob(id="unused", state="", href=f"https://evil.example/v2/storage/imports/{job.id}")
    assert await client.imports.get(other) == job
    request = platform.requests[-1]
    assert request.path == f"/v2/storage/imports/{job.id}"
    assert f"http://{request.headers['host']}/v2" == server.url


@pytest.mark.parametrize("job_id", ["a/b", "../user", "a%2Fb", "ü?x=1#y", " ", "a\x00b", "\ud800"])
async def test_any_id_stays_below_the_jobs(
    client: PlatformClient, platform: SimulatedPlatform, job_id: str
) -> None:
    with pytest.raises(CgcError):
        await client.imports.get(ImportJob(id=job_id, state=""))
    target = platform.requests[-1].target
    assert target.startswith("/v2/storage/imports/")
    assert "/" not in target.removeprefix("/v2/storage/imports/")


@pytest.mark.parametrize("job_id", [".", ".."])
async def test_dot_segments_are_not_requested(
    client: PlatformClient, platform: SimulatedPlatform, job_id: str
) -> None:
    with pytest.raises(NotFound):
        await client.imports.get(ImportJob(id=job_id, state=""))
    assert not platform.requests


async def test_a_failed_job_with_status_404_is_returned(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.failed_as_404 = True
    job = (await client.imports.page(JobQuery(states=("FAILED",), limit=1))).jobs[0]
    assert (await client.imports.get(job)).error == job.error


async def test_a_bulk_get_matches_errors_by_position(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    first, second = platform.ids()[:2]
    job = await client.imports.get_many([first, "nothing", second])
    assert isinstance(job[first], ImportJob)
    assert isinstance(job[second], ImportJob)
    assert isinstance(job["nothing"], JobError)
    assert job["nothing"].code == 9008


async def test_counts_projects_volumes_and_user(client: PlatformClient, platform: SimulatedPlatform) -> None:
    failed = sum(platform.job(job_id)["state"] == "FAILED" for job_id in platform.ids())
    assert await client.imports.count(JobQuery(states=("FAILED",), offset=100, limit=50)) == failed
    assert ("limit", "1") in platform.requests[-1].query
    assert set((await client.projects()).ids) == set(platform.state.projects)
    assert (await client.volumes()).complete
    assert set((await client.volumes()).ids) == set(platform.state.volumes)
    assert (await client.user()).username == "rosalind"


async def test_without_a_total_the_next_link_decides(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.total_header = False
    first = await client.imports.page(JobQuery(limit=100))
    last = await client.imports.page(JobQuery(limit=100, offset=200))
    assert (first.total, first.more, first.at_least) == (None, True, 101)
    assert (last.more, len(last.jobs), last.at_least) == (False, 30, 230)
    assert await client.imports.count(JobQuery()) is None


async def test_smaller_pages_from_the_platform_lose_no_jobs(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.max_limit = 25
    page = await client.imports.page(JobQuery(limit=100))
    assert (page.limit, page.more) == (25, True)


async def test_unreadable_records_are_counted(client: PlatformClient, platform: SimulatedPlatform) -> None:
    platform.switches.unreadable_items = True
    page = await client.imports.page(JobQuery(limit=100))
    assert page.unreadable > 0
    assert len(page.jobs) + page.unreadable == 100


@pytest.mark.parametrize(
    "switch",
    [
        "null_fields",
        "absent_fields",
        "wrong_types",
        "odd_dates",
        "unknown_states",
        "hostile_names",
        "shuffled",
    ],
)
async def test_records_with_odd_values_are_jobs(
    client: PlatformClient, platform: SimulatedPlatform, switch: str
) -> None:
    setattr(platform.switches, switch, True)
    page = await client.imports.page(JobQuery(limit=100))
    assert sorted(
        job.id for job in page.jobs + (await _page(client, 100)).jobs + (await _page(client, 200)).jobs
    )
    assert len(page.jobs) == 100
    for job in page.jobs:
        repr(job)


async def _page(client: PlatformClient, offset: int) -> JobPage:
    return await client.imports.page(JobQuery(limit=100, offset=offset))


async def test_a_number_that_json_cannot_represent_becomes_null() -> None:
    body = b'{"items": [{"id": "a", "size": [NaN, Infinity, -Infinity, 1e999, -1e999, 1.5, 1e308, 7]}]}'

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body)

    requester = Requester("https://platform.example/v2", Token("t"), transport=StreamTransport(answer))
    (job,) = (await PlatformClient(requester).imports.page(JobQuery())).jobs
    assert job.raw == {"id": "a", "size": [None, None, None, None, None, 1.5, 1e308, 7]}


async def test_each_job_is_on_a_page_once() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": [{"id": "a", "state": "X"}, {"id": "a"}, 3, {"id": ""}]})

    requester = Requester("https://platform.example/v2", Token("t"), transport=StreamTransport(answer))
    page = await PlatformClient(requester).imports.page(JobQuery())
    assert ([(job.id, job.state) for job in page.jobs], page.unreadable) == ([("a", "X")], 2)


FAILURES: list[tuple[str, object, type[CgcError], str]] = [
    ("error", (401, 90001), TokenRejected, "refused the token"),
    ("maintenance", True, Maintenance, "503 maintenance"),
    ("cloud_error", True, ServerError, "cloud provider"),
    ("gateway_html", 502, ServerError, "502 bad gateway"),
    ("gateway_html", 504, ServerError, "504 gateway time-out"),
    ("unmatched", True, ServerError, "404 not found"),
    ("portal", True, InvalidResponse, "web page"),
    ("not_json", True, InvalidResponse, "could not be read"),
    ("list_body", True, InvalidResponse, "could not be read"),
    ("items_missing", True, InvalidResponse, "no list"),
    ("items_null", True, InvalidResponse, "no list"),
    ("deep_nesting", True, InvalidResponse, "could not be read"),
    ("huge_integer", True, InvalidResponse, "could not be read"),
    ("cut", True, ConnectionFailed, "was lost"),
    ("drop", "headers", ConnectionFailed, "was lost"),
    ("drop", "before", ConnectionFailed, "was lost"),
    ("big_body", 64, InvalidResponse, "too large"),
]


@pytest.mark.parametrize(("fault", "value", "kind", "text"), FAILURES, ids=str)
async def test_every_failure_has_a_summary_and_a_remedy(
    client: PlatformClient,
    platform: SimulatedPlatform,
    fault: str,
    value: object,
    kind: type[CgcError],
    text: str,
) -> None:
    platform.fail(fault, value)
    with pytest.raises(CgcError) as caught:
        await client.imports.page(JobQuery())
    assert type(caught.value) is kind
    assert text in caught.value.summary
    assert caught.value.remedy
    assert "<" not in str(caught.value)
    assert platform.token not in repr(caught.value) + str(caught.value)
    platform.recover()
    assert (await client.imports.page(JobQuery())).jobs


async def test_an_empty_response_is_reported(client: PlatformClient, platform: SimulatedPlatform) -> None:
    for status in (200, 204):
        platform.next("empty", status)
        with pytest.raises(InvalidResponse, match="empty"):
            await client.imports.page(JobQuery())


async def test_an_error_has_the_servers_message_code_and_request_id(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.forbidden_projects = frozenset({"rosalind/brca-pilot"})
    with pytest.raises(Forbidden) as caught:
        await client.imports.page(JobQuery(project="rosalind/brca-pilot"))
    assert (caught.value.status, caught.value.code) == (403, 9003)
    assert caught.value.server_message
    assert caught.value.request_id
    with pytest.raises(NotFound):
        await client.imports.get(ImportJob(id="nothing", state=""))


@pytest.mark.parametrize(("fault", "value"), [("unmatched", True), ("error", (404, 9008))])
async def test_a_404_to_a_request_that_names_nothing_is_a_server_error(
    client: PlatformClient, platform: SimulatedPlatform, fault: str, value: object
) -> None:
    known = platform.ids()[0]
    calls = (
        lambda: client.imports.get_many([known]),
        lambda: client.imports.page(JobQuery(states=("FAILED",))),
        lambda: client.imports.count(JobQuery()),
    )
    for call in calls:
        platform.next(fault, value)
        assert await call()
        before = len(platform.requests)
        platform.fail(fault, value)
        with pytest.raises(ServerError, match="404 not found"):
            await call()
        platform.recover()
        assert len(platform.requests) == before + 3


@pytest.mark.parametrize("code", [3002, 9007])
async def test_a_404_to_a_request_that_names_a_project_or_volume_means_it_is_missing(
    client: PlatformClient, code: int
) -> None:
    query = JobQuery(project="rosalind/none") if code == 3002 else JobQuery(volume="rosalind/none")
    for call in (client.imports.page, client.imports.count):
        with pytest.raises(NotFound) as caught:
            await call(query)
        assert caught.value.code == code


async def test_nothing_follows_a_redirect(
    connect: Connect, platform: SimulatedPlatform, clock: Clock
) -> None:
    elsewhere = SimulatedPlatform(jobs=1, clock=clock.unix)
    with LoopbackServer(elsewhere) as other:
        platform.fail("redirect_to", f"{other.url}/storage/imports")
        with pytest.raises(RequestRejected, match="redirect"):
            await connect().imports.page(JobQuery())
    assert not elsewhere.requests


async def test_the_token_is_sent_only_to_the_endpoints_origin(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    await client.imports.page(JobQuery(limit=1))
    assert platform.requests[-1].headers[TOKEN_HEADER.lower()] == platform.token
    connection = client._requester._connection
    for url in (
        "https://evil.example/v2/user",
        "http://127.0.0.1:1/v2/user",
        client.endpoint.replace("http", "https"),
    ):
        request = httpx.Request("GET", url, headers={TOKEN_HEADER: "left over"})
        await connection._attach_token(request)
        assert TOKEN_HEADER not in request.headers


async def test_the_default_port_is_the_same_origin() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"username": request.headers[TOKEN_HEADER]})

    requester = Requester("https://Platform.example:443/v2", Token("t"), transport=StreamTransport(answer))
    assert (await PlatformClient(requester).user()).username == "t"


async def test_advance_access_is_sent_if_it_is_set(connect: Connect, platform: SimulatedPlatform) -> None:
    for advance_access in (False, True):
        await connect(advance_access=advance_access).user()
        assert ("x-sbg-advance-access" in platform.requests[-1].headers) is advance_access


async def test_gets_are_retried_twice_and_reported(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    reports: list[tuple[str, float]] = []
    platform.next("gateway_html", 502, times=2)
    page = await client.imports.page(
        JobQuery(), on_retry=lambda error, wait: reports.append((error.summary, wait))
    )
    assert page.jobs
    assert [expected for expected, _ in reports] == ["502 bad gateway"] * 2
    platform.next("gateway_html", 502, times=3)
    with pytest.raises(ServerError):
        await client.imports.page(JobQuery())
    assert len(platform.requests) == 6


@pytest.mark.parametrize(
    ("fault", "value"), [("maintenance", True), ("error", (401, 90001)), ("error", (403, 9003))]
)
async def test_some_failures_are_not_retried(
    client: PlatformClient, platform: SimulatedPlatform, fault: str, value: object
) -> None:
    platform.next(fault, value)
    with pytest.raises(CgcError):
        await client.imports.page(JobQuery())
    assert len(platform.requests) == 1


async def test_a_request_to_a_silent_server_ends_at_the_deadline(
    connect: Connect, platform: SimulatedPlatform
) -> None:
    for fault, value in (("silent", True), ("drip", 0.05)):
        platform.fail(fault, value)
        with pytest.raises(ConnectionFailed, match="in time"):
            await connect(deadline=0.3).imports.page(JobQuery())
        platform.recover()


async def test_a_deadline_that_passed_while_the_process_was_stopped_is_set_again(
    client: PlatformClient, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.user()
    loop, stopped = asyncio.get_running_loop(), 0.0
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + stopped)
    gate = platform.gate(times=1)
    task = asyncio.create_task(client.imports.page(JobQuery()))
    await gate.arrival()
    stopped += 60
    assert (await task).jobs
    gate = platform.gate(times=1)
    body = {"source": {"volume": "rosalind/results", "location": "a"}, "destination": {"project": "a/b"}}
    sending = asyncio.create_task(client.imports.create_many([body]))
    await gate.arrival()
    stopped += 60
    with pytest.raises(OutcomeUnknown):
        await sending
    assert sum(request.method == "POST" for request in platform.requests) == 1


@pytest.mark.parametrize(
    ("reset", "least", "most"),
    [
        ("near 20 s", 19, 20),
        ("near", 2, 3),
        ("past", 1, 5),
        ("far", 300, 300),
        ("absent", 60, 60),
        ("garbage", 60, 60),
        ("milliseconds", 299, 300),
    ],
)
async def test_a_rate_limit_has_a_wait(
    client: PlatformClient, platform: SimulatedPlatform, reset: str, least: float, most: float
) -> None:
    platform.switches.rate_limit = 1
    platform.switches.rate_reset = reset
    await client.imports.page(JobQuery(limit=1))
    assert client.last_rate_limit is not None
    assert (
        client.last_rate_limit.limit,
        client.last_rate_limit.remaining,
        client.last_rate_limit.is_low,
    ) == (1, 0, True)
    with pytest.raises(RateLimited) as caught:
        await client.imports.page(JobQuery(limit=1))
    assert least <= (caught.value.retry_after or 0) <= most


@pytest.mark.parametrize("reset", ["true", "milliseconds", "skewed"])
async def test_the_end_of_the_rate_limits_window_is_parsed(
    client: PlatformClient, platform: SimulatedPlatform, clock: Clock, reset: str
) -> None:
    ends = clock() + timedelta(seconds=300)
    clock.seconds += 100
    platform.switches.rate_reset = reset
    budget = await client.rate_limit()
    assert client.last_rate_limit is not None
    assert budget.resets_at == client.last_rate_limit.resets_at == ends


@pytest.mark.parametrize("reset", [None, True, "soon", "nan", "inf", [], 10**400, -(10**30)])
async def test_an_invalid_reset_time_is_unknown(clock: Clock, reset: object) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"rate": {"limit": 9, "remaining": 8, "reset": reset}})

    transport = StreamTransport(answer)
    requester = Requester("https://platform.example/v2", Token("t"), transport=transport, now=clock)
    assert (await PlatformClient(requester).rate_limit()).resets_at is None


@pytest.mark.parametrize("path", ["/storage/volumes", "/storage/volumes/rosalind/tcga-raw", "/bulk"])
async def test_credentials_of_a_volume_are_dropped_when_an_answer_is_parsed(
    client: PlatformClient, platform: SimulatedPlatform, path: str
) -> None:
    volume = platform.state.volumes["rosalind/tcga-raw"].record(platform.base_url)
    assert volume["service"]["credentials"]
    if path != "/storage/volumes":
        answer = volume if path.endswith("raw") else {"items": [{"resource": volume}, None, {"service": 3}]}
        platform.next(lambda _: httpx.Response(200, json=answer))
    record = (await client._requester.send(Call("GET", path, [("fields", "_all")]))).json
    assert "credentials" not in json.dumps(record)
    assert platform.state.volumes["rosalind/tcga-raw"].bucket in json.dumps(record)


async def test_credentials_of_volumes_are_in_no_log(
    connect: Connect, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    platform.switches.whole_lists = True
    log = RequestLog(LogFile(tmp_path / "log"))
    names = await connect(request_log=log).volumes()
    assert set(names.ids) == set(platform.state.volumes)
    assert "/storage/volumes" in (tmp_path / "log").read_text()
    secret = CREDENTIALS["S3"]["access_key_id"]
    assert secret not in (tmp_path / "log").read_text() + repr(log.records) + repr(names)


async def test_the_wait_uses_the_servers_clock(
    client: PlatformClient, platform: SimulatedPlatform, clock: Clock
) -> None:
    platform.switches.rate_limit = 0
    platform.switches.rate_reset = "skewed"
    clock.seconds += 280
    with pytest.raises(RateLimited) as caught:
        await client.imports.page(JobQuery(limit=1))
    assert 19 <= (caught.value.retry_after or 0) <= 20


async def test_refused_connections_and_unknown_hosts_are_named() -> None:
    for url, text in (
        ("http://127.0.0.1:9/v2", "refused"),
        ("https://nowhere.invalid/v2", "cannot resolve|was lost"),
    ):
        client = PlatformClient(Requester(url, Token("t"), backoff=()))
        with pytest.raises(ConnectionFailed, match=text):
            await client.imports.page(JobQuery())
        await client.close()


async def test_unusable_network_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:port")
    client = PlatformClient(Requester("https://nowhere.invalid/v2", Token("t")))
    with pytest.raises(ConnectionFailed) as caught:
        await client.imports.page(JobQuery())
    assert "HTTPS_PROXY" in caught.value.remedy


async def test_at_most_six_requests_run_at_once() -> None:
    """All requests run in one event loop: a seventh would arrive before the event of the sixth is seen."""
    open_door, sixth = asyncio.Event(), asyncio.Event()
    running = max_running = 0

    async def answer(_: httpx.Request) -> httpx.Response:
        nonlocal running, max_running
        running += 1
        max_running = max(max_running, running)
        if max_running >= 6:
            sixth.set()
        await open_door.wait()
        running -= 1
        return httpx.Response(200, json={"items": []})

    client = PlatformClient(
        Requester("https://platform.example/v2", Token("t"), transport=StreamTransport(answer))
    )
    tasks = [asyncio.create_task(client.imports.count(JobQuery(offset=n))) for n in range(12)]
    await asyncio.wait_for(sixth.wait(), PATIENCE)
    open_door.set()
    await asyncio.gather(*tasks)
    assert max_running == 6


async def test_a_token_shows_nowhere() -> None:
    token = Token("secret")
    assert "secret" not in repr(token) + str(token) + repr(Requester("https://x/v2", token).__dict__)
    with pytest.raises(TypeError, match="pickled"):
        token.__reduce__()


async def test_a_closed_client_sends_no_requests(connect: Connect, platform: SimulatedPlatform) -> None:
    client = connect(backoff=(0.3, 0.3))
    platform.fail("gateway_html", 502)
    gate = platform.gate()
    task = asyncio.create_task(client.imports.page(JobQuery()))
    await gate.arrival()
    gate.release()
    await asyncio.sleep(0.1)
    await client.close()
    with pytest.raises(ConnectionFailed, match="closed"):
        await task
    with pytest.raises(ConnectionFailed, match="closed"):
        await client.user()
    assert len(platform.requests) == 1
