"""Failed imports are planned, sent once each, and reconciled, over a real socket."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.error_mapping import error_from_exception
from cgc_tui.api.listing import fetch_all
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import (
    CgcError,
    ConnectionFailed,
    Forbidden,
    OutcomeUnknown,
    RateLimited,
    RequestRejected,
    TokenRejected,
)
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.retry.plan import RetryPlan, SkipReason, plan_retry
from cgc_tui.domain.retry.request import NameConflictPolicy, import_key, request_body
from cgc_tui.domain.retry.run import RetryRun, SendStatus
from cgc_tui.services.retry import locked_run, reconcile, reconcile_once, refresh, related_jobs, send
from tests.support.app import Connect
from tests.support.clock import Clock
from tests.support.jobs import import_job
from tests.support.params import mostly_slow
from tests.support.retries import CREATE, platform_with_failures


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return platform_with_failures(clock)


async def start(
    client: PlatformClient, options: NameConflictPolicy = NameConflictPolicy.AS_BEFORE
) -> RetryRun:
    """Return a retry of all failed jobs, with nothing sent yet."""
    failed = (await fetch_all(client, JobQuery(states=("FAILED",)))).jobs
    now = await related_jobs(client, failed)
    return RetryRun(plan_retry(failed, listed=now), options, ids_before=[job.id for job in now])


def submitted(platform: SimulatedPlatform) -> list[tuple[object, ...]]:
    """Return all requested imports, in order."""
    matches = []
    for call in platform.requests:
        if call.path == CREATE:
            matches += [
                (item["source"]["location"], item["destination"]["name"])
                for item in json.loads(call.body)["items"]
            ]
    return matches


def second(platform: SimulatedPlatform) -> Any:
    """Return a predicate for the second submission."""

    def means(request: httpx.Request) -> bool:
        return request.url.path == CREATE and len(submitted(platform)) == 200

    return means


async def test_each_import_is_sent_once_despite_refusals_and_a_lost_answer(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    run = await start(client)
    assert len(run.outcomes) == 240
    gone = run.outcomes[5].original.source.volume or ""
    bad = sum(outcome.original.source.volume == gone for outcome in run.outcomes[:100])
    before = len(platform.ids())

    def once(_: httpx.Request) -> bool:
        first = len(submitted(platform)) <= 100
        platform.switches.forbidden_volumes = frozenset({gone}) if first else frozenset()
        return False

    platform.fail("error", (403, 9003), where=once)
    platform.next("drop", "body", where=second(platform))
    assert await send(client, run) is None
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (240, {1})
    assert run.counts == {SendStatus.STARTED: 140 - bad, SendStatus.REFUSED: bad, SendStatus.UNKNOWN: 100}
    refused = [outcome.detail for outcome in run.outcomes if outcome.status is SendStatus.REFUSED]
    assert set(refused) == {"9020 You do not have the required privilege on the volume."}
    await reconcile_once(client, run)
    assert run.counts == {SendStatus.STARTED: 240 - bad, SendStatus.REFUSED: bad}
    new = [outcome.replacement.id for outcome in run.outcomes if outcome.replacement is not None]
    assert len(set(new)) == 240 - bad == len(platform.ids()) - before
    for outcome in run.outcomes:
        if outcome.replacement is not None:
            assert import_key(outcome.original) == import_key(outcome.replacement)
    platform.set_state(new[0], "COMPLETED")
    await refresh(client, run)
    assert len(run.running_ids) == 239 - bad


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("drop", "before"),
        ("drop", "headers"),
        ("cut", True),
        ("gateway_html", 504),
        ("gateway_html", 408),
        ("gateway_html", 409),
        ("error", (408, 0)),
        ("error", (409, 409)),
        ("internal_error", True),
        ("cloud_error", True),
        ("maintenance", True),
        ("not_json", True),
        ("empty", 200),
        ("items_null", True),
    ],
)
async def test_a_request_without_an_answer_is_never_repeated(
    client: PlatformClient, platform: SimulatedPlatform, fault: str, value: object
) -> None:
    platform.next(fault, value, where=CREATE)
    with pytest.raises(OutcomeUnknown, match="Check whether the jobs exist"):
        await client.imports.create_many([request_body(import_job("x"), NameConflictPolicy.AS_BEFORE)])
    assert [call.path for call in platform.requests] == [CREATE]


@pytest.mark.parametrize(
    ("fault", "value", "kind"),
    [
        ("limited", True, RateLimited),
        ("error", (401, 90001), TokenRejected),
        ("error", (403, 9020), Forbidden),
        ("error", (400, 9011), RequestRejected),
        ("error", (409, 9069), RequestRejected),
        ("error", (409, 9108), RequestRejected),
        ("gateway_html", 413, RequestRejected),
    ],
)
async def test_an_error_that_excludes_a_start_is_no_lost_answer(
    client: PlatformClient, platform: SimulatedPlatform, fault: str, value: object, kind: type[Exception]
) -> None:
    platform.next(fault, value, where=CREATE)
    with pytest.raises(kind) as caught:
        await client.imports.create_many([request_body(import_job("x"), NameConflictPolicy.AS_BEFORE)])
    assert not isinstance(caught.value, OutcomeUnknown)
    assert len(platform.requests) == 1


async def test_no_connection_is_no_lost_answer(connect: Connect, server: Any) -> None:
    server.close()
    with pytest.raises(ConnectionFailed):
        await connect().imports.create_many([request_body(import_job("x"), NameConflictPolicy.AS_BEFORE)])


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.ProxyError("407"), False),
        (httpx.PoolTimeout("full"), False),
        (httpx.UnsupportedProtocol("ftp"), False),
        (httpx.InvalidURL("no"), False),
        (httpx.WriteError("broke"), True),
        (httpx.ReadError("broke"), True),
        (httpx.ReadTimeout("slow"), True),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "cause", [None, ssl.SSLError(), ConnectionRefusedError(), socket.gaierror()], ids=repr
)
def test_an_error_says_whether_the_request_may_have_left(
    error: Exception, cause: Exception | None, sent: bool
) -> None:
    error.__cause__ = cause
    mapped = error_from_exception(error, "example.org")
    assert isinstance(mapped, ConnectionFailed)
    assert mapped.sent is sent


async def test_a_closed_client_sends_nothing(client: PlatformClient) -> None:
    await client.close()
    with pytest.raises(ConnectionFailed) as caught:
        await client.user()
    assert caught.value.sent is False


async def test_an_error_of_one_import_may_leave_its_outcome_unknown(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    """After a 5xx or 408 a job may exist; another 4xx of the platform excludes that."""
    statuses = [400, 404, 408, 409, 500, 503, None]
    errors = [{"status": status, "code": 1, "message": f"no {status}"} for status in statuses]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": [{"error": error} for error in errors]})

    platform.next(answer, where=CREATE)
    failed = [import_job(str(number)) for number in range(len(statuses))]
    results = await client.imports.create_many(
        [request_body(each, NameConflictPolicy.AS_BEFORE) for each in failed]
    )
    assert [result.created for result in results] == [False, False, None, False, None, None, None]
    run = RetryRun(RetryPlan(tuple(failed), {}), NameConflictPolicy.AS_BEFORE)
    run.record_results(run.next_chunk(), results)
    assert run.counts == {SendStatus.REFUSED: 3, SendStatus.UNKNOWN: 4}
    assert run.outcomes[5].detail == "1 no 503"


async def test_an_answer_with_one_import_twice_says_nothing_of_the_other(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    bodies = [request_body(each, NameConflictPolicy.AS_BEFORE) for each in (import_job("a"), import_job("b"))]
    items = [{"resource": {**bodies[0], "id": "new"}}] * 2
    platform.next(lambda _: httpx.Response(200, json={"items": items}), where=CREATE)
    results = await client.imports.create_many(bodies)
    assert [(result.created, result.job and result.job.id) for result in results] == [
        (True, "new"),
        (None, None),
    ]


REPLACED = [(409, None), (504, None), (500, 90004), (408, None), (502, None), (503, 0), (503, 9100)]
"""Errors that a client can get in place of the answer, each as status and code."""


@pytest.mark.parametrize("answer", mostly_slow([(each,) for each in REPLACED], fast=3), ids=str)
async def test_an_error_after_the_jobs_were_created_is_no_refusal(
    client: PlatformClient, platform: SimulatedPlatform, answer: tuple[int, int | None]
) -> None:
    platform.remove_jobs(platform.ids()[:150])
    platform.fail("answer_replaced", answer, where=CREATE)
    run = await start(client)
    await send(client, run)
    assert run.counts == {SendStatus.UNKNOWN: 90}
    assert (await start(client)).outcomes == ()
    await reconcile_once(client, run)
    assert run.counts == {SendStatus.STARTED: 90}
    assert len(submitted(platform)) == 90


async def test_a_deadline_is_a_lost_answer(connect: Connect, platform: SimulatedPlatform) -> None:
    client = connect(deadline=0.2)
    gate = platform.gate(CREATE)
    with pytest.raises(OutcomeUnknown):
        await client.imports.create_many([request_body(import_job("x"), NameConflictPolicy.AS_BEFORE)])
    gate.release()


@pytest.mark.parametrize(
    ("fault", "kind", "fate"),
    [("maintenance", OutcomeUnknown, SendStatus.UNKNOWN), ("limited", RateLimited, SendStatus.REFUSED)],
)
async def test_a_token_or_limit_error_stops_the_rest(
    client: PlatformClient, platform: SimulatedPlatform, fault: str, kind: type[CgcError], fate: SendStatus
) -> None:
    run = await start(client)
    platform.next(fault, where=second(platform))
    assert isinstance(await send(client, run), kind)
    assert run.counts == {SendStatus.STARTED: 100, fate: 100, SendStatus.WAITING: 40}
    assert len(submitted(platform)) == 200


async def test_two_lost_answers_in_a_row_stop_the_rest(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    run = await start(client)
    platform.fail("gateway_html", 504, where=CREATE)
    assert isinstance(await send(client, run), OutcomeUnknown)
    assert run.counts == {SendStatus.UNKNOWN: 200, SendStatus.WAITING: 40}


async def test_a_cancelled_request_is_unknown_and_not_sent_again(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    run = await start(client)
    gate = platform.gate(second(platform))
    sending = asyncio.create_task(send(client, run))
    await gate.arrival()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    gate.release()
    assert run.counts == {SendStatus.STARTED: 100, SendStatus.UNKNOWN: 100, SendStatus.WAITING: 40}
    again = plan_retry([outcome.original for outcome in run.outcomes], sent_ids=run.sent_ids)
    assert len(again.jobs) == 40


async def test_a_second_retry_finds_what_the_first_started(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    await send(client, await start(client))
    again = await start(client)
    assert again.outcomes == ()
    assert len(submitted(platform)) == 240


@pytest.mark.parametrize("switch", ["bulk_create_without_ids", "bulk_short", "bulk_long"])
async def test_odd_answers_are_resolved_by_reconciling(
    client: PlatformClient, platform: SimulatedPlatform, switch: str
) -> None:
    setattr(platform.switches, switch, True)
    run = await start(client)
    await send(client, run)
    setattr(platform.switches, switch, False)
    assert run.counts[SendStatus.REFUSED] == 0
    await reconcile_once(client, run)
    assert run.counts == {SendStatus.STARTED: 240}
    assert run.unresolved == ()


async def test_a_project_that_is_gone_does_not_hide_its_jobs(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    failed = (await fetch_all(client, JobQuery(states=("FAILED",)))).jobs
    platform.switches.forbidden_projects = frozenset({failed[0].destination.project or ""})
    assert {each.id for each in await related_jobs(client, failed)} == set(platform.ids())


async def folder_of(platform: SimulatedPlatform) -> str:
    """Return the id of a folder in a project, with failed imports into it instead of all others."""
    platform.remove_jobs(platform.ids())
    (folder,) = platform.add_jobs(1, "COMPLETED", location="runs/7/", project="rosalind/brca-pilot")
    created: str = platform.job(folder)["result"]["id"]
    platform.add_jobs(240, "FAILED", project=None, parent=created)
    return created


RENAMED = [
    ("autorenamed_destination", NameConflictPolicy.AUTORENAME),
    ("folder_as_project", NameConflictPolicy.AS_BEFORE),
]
FAULTS = (None, ("drop", "body"), ("bulk_short", True), ("answer_replaced", (504, None)))


@pytest.mark.parametrize(
    ("switch", "options", "fault"),
    mostly_slow(
        [(*renamed, fault) for renamed in RENAMED for fault in FAULTS],
        fast=[(*RENAMED[0], None), (*RENAMED[1], ("drop", "body"))],
    ),
)
async def test_a_second_retry_finds_jobs_that_the_platform_renamed(
    client: PlatformClient,
    platform: SimulatedPlatform,
    switch: str,
    options: NameConflictPolicy,
    fault: tuple[str, Any] | None,
) -> None:
    if switch == "folder_as_project":
        await folder_of(platform)
    setattr(platform.switches, switch, True)
    run = await start(client, options)
    if fault is not None:
        platform.next(*fault, where=second(platform))
    await send(client, run)
    assert (run.unresolved != ()) is (fault is not None)
    await reconcile_once(client, run)
    assert run.counts == {SendStatus.STARTED: 240}
    new = [outcome.replacement.id if outcome.replacement else "" for outcome in run.outcomes]
    assert len(set(new)) == 240
    for outcome in run.outcomes:
        assert outcome.replacement is not None
        assert outcome.replacement.source == outcome.original.source
    assert (await start(client, options)).outcomes == ()
    for job_id in new:
        platform.set_state(job_id, "FAILED")
    again = await start(client, options)
    assert len(again.outcomes) == 240
    await send(client, again)
    assert (await start(client, options)).outcomes == ()
    assert len(submitted(platform)) == 480


@pytest.mark.parametrize("state", ["PENDING", "COMPLETED", "FAILED"])
async def test_imports_that_another_process_started_before_the_lock_was_free_are_skipped(
    client: PlatformClient, connect: Connect, platform: SimulatedPlatform, state: str
) -> None:
    failed = (await fetch_all(client, JobQuery(states=("FAILED",)))).jobs
    before = await related_jobs(client, failed)
    planned = plan_retry([*failed, import_job("x", "COMPLETED")], listed=before)
    held: list[tuple[str, str]] = []

    @asynccontextmanager
    async def other_first(endpoint: str, user: str) -> AsyncIterator[None]:
        held.append((endpoint, user))
        other = connect()
        run = RetryRun(
            RetryPlan(planned.jobs[:200], {}), NameConflictPolicy.AS_BEFORE, [each.id for each in before]
        )
        assert await send(other, run) is None
        for outcome in run.outcomes:
            if outcome.replacement is not None:
                platform.set_state(outcome.replacement.id, state)
        yield

    known = [each.id for each in before]
    async with locked_run(
        client, planned, NameConflictPolicy.AS_BEFORE, known=known, hold=other_first
    ) as run:
        assert run.plan.skip_counts == {SkipReason.NOT_FAILED: 1, SkipReason.RESTARTED: 200}
        assert len(run.outcomes) == 40
        await send(client, run)
    assert held == [(client.endpoint, "rosalind")]
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (240, {1})


async def test_a_duplicate_that_was_planned_but_not_listed_is_no_new_start(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    """The list may have jobs late that were read by id for the plan: they were started before it."""
    platform.remove_jobs(platform.ids()[1:])
    (original,) = (await fetch_all(client, JobQuery())).jobs
    duplicate = replace(original, id="later")
    planned = plan_retry([original, duplicate])
    platform.state.store.add(replace(platform.state.store[original.id], id="later"))

    @asynccontextmanager
    async def hold(*_: str) -> AsyncIterator[None]:
        yield

    async with locked_run(client, planned, NameConflictPolicy.AS_BEFORE, known=(), hold=hold) as run:
        assert [outcome.original.id for outcome in run.outcomes] == [original.id]


async def test_nothing_is_sent_if_the_list_cannot_be_read_under_the_lock(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    failed = (await fetch_all(client, JobQuery(states=("FAILED",)))).jobs
    released = []

    @asynccontextmanager
    async def hold(*_: str) -> AsyncIterator[None]:
        platform.fail("gateway_html", 502)
        try:
            yield
        finally:
            released.append(True)

    with pytest.raises(CgcError, match="502"):
        async with locked_run(client, plan_retry(failed), NameConflictPolicy.AS_BEFORE, known=(), hold=hold):
            pytest.fail("there is a run")
    assert released == [True]
    assert submitted(platform) == []


async def test_a_job_that_is_listed_late_is_found_by_a_later_search(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids()[:200])
    run = await start(client)
    late = platform.state.store.newest_first()
    platform.next("answer_replaced", (504, None), where=CREATE)
    await send(client, run)
    created = platform.state.store.newest_first()[: -len(late)]
    platform.remove_jobs([each.id for each in created])
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if seconds == 10.0:
            for each in reversed(created):
                platform.state.store.add(each)

    await reconcile(client, run, sleep=sleep)
    assert waits == [0.0, 2.0, 10.0]
    assert run.counts == {SendStatus.STARTED: 40}
