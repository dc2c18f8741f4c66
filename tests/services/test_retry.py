"""Failed imports are planned, sent once each, and told apart afterwards: over a real socket."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
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
from cgc_tui.domain.jobs import Destination, ImportJob, Source, SubmitResult
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.retry import (
    NameConflictPolicy,
    RetryPlan,
    RetryRun,
    SendStatus,
    SkipReason,
    import_key,
    plan_retry,
    request_body,
)
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.retry import run_summary, severity
from cgc_tui.services.retry import locked_run, reconcile, reconcile_once, refresh, related_jobs, send
from tests.support.app import Connect
from tests.support.clock import NOON, Clock

CREATE = "/v2/bulk/storage/imports/create"


def job(name: str, state: str = "FAILED", **changes: Any) -> ImportJob:
    created = ImportJob(
        name,
        state,
        source=Source("rosalind/raw", f"runs/{name}.bam"),
        destination=Destination("rosalind/brca-pilot", f"{name}.bam"),
        started_on=NOON,
    )
    return replace(created, **changes)


def test_a_body_is_as_before_unless_told_otherwise() -> None:
    old = job("a", overwrite=True, autorename=False, preserve_folder_structure=True)
    asked = {
        "source": {"volume": "rosalind/raw", "location": "runs/a.bam"},
        "destination": {"project": "rosalind/brca-pilot", "name": "a.bam"},
    }
    assert request_body(old, NameConflictPolicy.AS_BEFORE) == asked | {"overwrite": True, "autorename": False}
    assert request_body(old, NameConflictPolicy.OVERWRITE) == asked | {"overwrite": True, "autorename": False}
    assert request_body(old, NameConflictPolicy.AUTORENAME) == asked | {
        "overwrite": False,
        "autorename": True,
    }
    assert request_body(job("a"), NameConflictPolicy.AS_BEFORE) == asked


def test_a_folder_keeps_its_option_and_its_parent() -> None:
    folder = job(
        "a",
        source=Source("v/v", "runs/7/"),
        destination=Destination("p/p", None, "5f"),
        preserve_folder_structure=False,
    )
    assert request_body(folder, NameConflictPolicy.AS_BEFORE) == {
        "source": {"volume": "v/v", "location": "runs/7/"},
        "destination": {"parent": "5f"},
        "preserve_folder_structure": False,
    }


def test_what_is_left_out_says_why() -> None:
    done = job("b", "COMPLETED")
    repeated = replace(job("a"), id="a2")
    bare = job("c", source=Source())
    half = job("f", source=Source("v/v", "half\ud800.bam"))
    since = job("d")
    newer = replace(job("d", "PENDING"), id="d2", started_on=NOON + timedelta(minutes=1))
    planned = plan_retry(
        [job("a"), done, repeated, bare, since, job("e"), half],
        sent_ids={"e"},
        listed=[newer, done, job("a")],
    )
    assert [each.id for each in planned.jobs] == ["a"]
    assert planned.skipped == {
        "b": SkipReason.NOT_FAILED,
        "a2": SkipReason.DUPLICATE,
        "c": SkipReason.UNKNOWN,
        "d": SkipReason.RESTARTED,
        "e": SkipReason.SENT,
        "f": SkipReason.UNSENDABLE,
    }
    assert planned.skip_counts[SkipReason.RESTARTED] == 1


def test_what_was_there_before_it_failed_does_not_count() -> None:
    older = replace(job("a", "COMPLETED"), id="a0", started_on=NOON - timedelta(days=1))
    again = replace(job("a", "FAILED"), id="a1", started_on=NOON + timedelta(days=1))
    unknown = replace(job("a", "COMPLETED"), id="a3", started_on=None)
    assert plan_retry([job("a")], listed=[older, again]).jobs == (job("a"),)
    assert plan_retry([job("a")], listed=[unknown]).jobs == ()
    assert plan_retry([job("a")], listed=[replace(older, started_on=NOON)]).jobs == ()


LATER = NOON + timedelta(minutes=5)
FAILED = {"finished_on": NOON + timedelta(minutes=1)}


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ({}, {"destination": Destination("rosalind/brca-pilot", "_1_a.bam"), "autorename": True}, True),
        ({}, {"destination": Destination("rosalind/brca-pilot", "_1_a.bam"), "autorename": False}, False),
        ({}, {"destination": Destination("rosalind/brca-pilot", "b.bam")}, False),
        ({}, {"destination": Destination("rosalind/brca-pilot")}, True),
        ({}, {"destination": Destination("rosalind/luad-rnaseq", "a.bam")}, False),
        ({}, {"destination": Destination(None, "a.bam", "5f")}, False),
        ({}, {"destination": Destination()}, True),
        ({}, {"source": Source("rosalind/raw", "runs/b.bam")}, False),
        ({}, {"source": Source("rosalind/other", "runs/a.bam")}, False),
        ({"destination": Destination(None, "a.bam", "5f")}, {}, True),
        ({"destination": Destination("rosalind/brca-pilot", "a.bam", "5f")}, {}, True),
        ({"destination": Destination("rosalind/luad-rnaseq", "a.bam", "5f")}, {}, False),
        (
            {"destination": Destination(None, "a.bam", "5f")},
            {"destination": Destination(None, "a.bam", "60")},
            False,
        ),
        (
            {"source": Source("v/v", "runs/a.bam/"), "autorename": True},
            {
                "source": Source("v/v", "runs/a.bam"),
                "destination": Destination("rosalind/brca-pilot", "_1_a.bam"),
                "autorename": True,
            },
            True,
        ),
    ],
)
def test_a_retry_is_recognised_whatever_the_platform_calls_it(
    old: dict[str, Any], new: dict[str, Any], same: bool
) -> None:
    failed = job("a", **FAILED | old)
    again = replace(job("a", "COMPLETED", started_on=LATER), id="a2", **new)
    assert (plan_retry([failed], listed=[again]).skipped == {"a": SkipReason.RESTARTED}) is same
    run = RetryRun(RetryPlan((failed,), {}), NameConflictPolicy.AS_BEFORE, ids_before=["a"])
    run.next_chunk()
    run.match_new_jobs([again])
    assert (run.outcomes[0].replacement == again) is same


def test_imports_of_one_go_are_not_taken_for_retries_of_each_other() -> None:
    """One source under two names, and into a project and a folder: each is an import of its own."""
    destinations = [
        Destination("rosalind/brca-pilot", "a.bam"),
        Destination("rosalind/brca-pilot", "b.bam"),
        Destination(None, "a.bam", "5f"),
    ]
    failed = [
        replace(job("a", **FAILED), id=str(number), destination=destination, autorename=True)
        for number, destination in enumerate(destinations)
    ]
    assert plan_retry(failed).jobs == tuple(failed)
    for number, other in enumerate(failed):
        done = replace(other, state="COMPLETED")
        rest = [each for each in failed if each is not other]
        assert plan_retry(rest, listed=[done]).jobs == tuple(rest), number
    renamed = [
        replace(
            each,
            id=f"new {each.id}",
            state="PENDING",
            started_on=LATER,
            destination=each.destination._replace(name=f"_1_{each.destination.name}"),
        )
        for each in failed[:2]
    ]
    run = RetryRun(RetryPlan(tuple(failed[:2]), {}), NameConflictPolicy.AS_BEFORE)
    run.next_chunk()
    run.match_new_jobs(renamed)
    assert [outcome.replacement for outcome in run.outcomes] == renamed


def test_a_retry_that_failed_under_another_name_is_not_sent_beside_its_original() -> None:
    destination = Destination("rosalind/brca-pilot", "_1_a.bam")
    first = job("a", **FAILED)
    again = replace(job("a", started_on=LATER), id="a2", destination=destination, autorename=True)
    assert plan_retry([again, first]) == RetryPlan((first,), {"a2": SkipReason.DUPLICATE})
    assert plan_retry([again]).jobs == (again,)
    assert plan_retry([again, first], sent_ids={"a"}).jobs == (again,)


def test_a_job_that_was_started_since_counts_although_it_has_failed() -> None:
    first, other = job("a"), job("b")
    again = replace(job("a", started_on=LATER), id="a2")
    assert plan_retry([first, other], listed=[first, again]).jobs == (first, other)
    planned = plan_retry([first, other], listed=[first, again], known={"a", "b"})
    assert planned == RetryPlan((other,), {"a": SkipReason.RESTARTED})


def test_nothing_is_taken_twice() -> None:
    run = RetryRun(
        RetryPlan(tuple(job(str(number)) for number in range(230)), {}), NameConflictPolicy.AS_BEFORE
    )
    chunks = [run.next_chunk() for _ in range(4)]
    assert [len(chunk) for chunk in chunks] == [100, 100, 30, 0]
    assert run.counts == {SendStatus.UNKNOWN: 230}
    run.record_refusal(chunks[0], RateLimited(SafeText("rate limit"), SafeText("")))
    assert (run.next_chunk(), run.counts[SendStatus.REFUSED], len(run.sent_ids)) == ((), 100, 130)


def test_a_stopped_run_takes_no_more() -> None:
    run = RetryRun(RetryPlan((job("a"),), {}), NameConflictPolicy.AS_BEFORE)
    run.stopped = True
    assert (run.next_chunk(), run.counts, run.sent_ids) == ((), {SendStatus.WAITING: 1}, frozenset())


def test_a_new_job_is_followed_until_it_is_neither_pending_nor_running() -> None:
    run = RetryRun(RetryPlan((job("a"), job("b"), job("c")), {}), NameConflictPolicy.AS_BEFORE)
    new = [job("n1", "PENDING"), job("n2", ""), job("n3", "ABORTED")]
    run.record_results(run.next_chunk(), [SubmitResult(True, each) for each in new])
    assert run.running_ids == ("n1", "n2")
    assert run_summary(run, DisplayOptions()) == "3 started (1 ended otherwise, 2 under way)"
    assert [severity(outcome) for outcome in run.outcomes] == [3, 3, 2]
    run.update_jobs({"n2": job("n2", "ABORTED"), "n1": job("n1", "COMPLETED")})
    assert run.running_ids == ()
    assert run_summary(run, DisplayOptions()) == "3 started (1 completed, 2 ended otherwise)"


def test_a_new_job_is_recognised_among_those_that_are_listed() -> None:
    run = RetryRun(
        RetryPlan((job("a"), job("b")), {}), NameConflictPolicy.AS_BEFORE, ids_before=["a", "b", "old"]
    )
    chunk = run.next_chunk()
    run.record_results(chunk, [SubmitResult(True), SubmitResult(None)])
    assert (run.counts[SendStatus.STARTED], len(run.unresolved)) == (1, 2)
    run.match_new_jobs([replace(job("a"), id="old"), replace(job("a", "PENDING"), id="new"), job("c")])
    assert [outcome.replacement and outcome.replacement.id for outcome in run.outcomes] == ["new", None]
    assert run.running_ids == ("new",)


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    """Return a platform with 240 failed jobs among others."""
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    platform.add_jobs(60, "COMPLETED")
    platform.add_jobs(240, "FAILED", error=9100)
    return platform


async def start(
    client: PlatformClient, options: NameConflictPolicy = NameConflictPolicy.AS_BEFORE
) -> RetryRun:
    """Return a retry of all failed jobs, nothing of it sent yet."""
    failed = (await fetch_all(client, JobQuery(states=("FAILED",)))).jobs
    now = await related_jobs(client, failed)
    return RetryRun(plan_retry(failed, listed=now), options, ids_before=[job.id for job in now])


def submitted(platform: SimulatedPlatform) -> list[tuple[object, ...]]:
    """Return all imports that were asked for, in order."""
    matches = []
    for asked in platform.requests:
        if asked.path == CREATE:
            matches += [
                (item["source"]["location"], item["destination"]["name"])
                for item in json.loads(asked.body)["items"]
            ]
    return matches


def second(platform: SimulatedPlatform) -> Any:
    """Return what means the second submission."""

    def means(request: httpx.Request) -> bool:
        return request.url.path == CREATE and len(submitted(platform)) == 200

    return means


async def test_each_is_sent_once_through_refusals_and_a_lost_answer(
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
async def test_a_lost_answer_is_never_asked_for_again(
    client: PlatformClient, platform: SimulatedPlatform, fault: str, value: object
) -> None:
    platform.next(fault, value, where=CREATE)
    with pytest.raises(OutcomeUnknown, match="Look whether the jobs are there"):
        await client.submit([request_body(job("x"), NameConflictPolicy.AS_BEFORE)])
    assert [asked.path for asked in platform.requests] == [CREATE]


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
async def test_what_surely_started_nothing_is_no_lost_answer(
    client: PlatformClient, platform: SimulatedPlatform, fault: str, value: object, kind: type[Exception]
) -> None:
    platform.next(fault, value, where=CREATE)
    with pytest.raises(kind) as caught:
        await client.submit([request_body(job("x"), NameConflictPolicy.AS_BEFORE)])
    assert not isinstance(caught.value, OutcomeUnknown)
    assert len(platform.requests) == 1


async def test_no_connection_is_no_lost_answer(connect: Connect, server: Any) -> None:
    server.close()
    with pytest.raises(ConnectionFailed):
        await connect().submit([request_body(job("x"), NameConflictPolicy.AS_BEFORE)])


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


async def test_an_error_of_one_import_may_leave_its_outcome_open(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    """After a 5xx or 408 there may be a job; another 4xx of the platform says that there is none."""
    statuses = [400, 404, 408, 409, 500, 503, None]
    errors = [{"status": status, "code": 1, "message": f"no {status}"} for status in statuses]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": [{"error": error} for error in errors]})

    platform.next(answer, where=CREATE)
    asked = [job(str(number)) for number in range(len(statuses))]
    results = await client.submit([request_body(each, NameConflictPolicy.AS_BEFORE) for each in asked])
    assert [result.created for result in results] == [False, False, None, False, None, None, None]
    run = RetryRun(RetryPlan(tuple(asked), {}), NameConflictPolicy.AS_BEFORE)
    run.record_results(run.next_chunk(), results)
    assert run.counts == {SendStatus.REFUSED: 3, SendStatus.UNKNOWN: 4}
    assert run.outcomes[5].detail == "1 no 503"


REPLACED = [(408, None), (409, None), (502, None), (504, None), (500, 90004), (503, 0), (503, 9100)]
"""Errors that a client can get in place of the answer, each as status and code."""


@pytest.mark.parametrize("answer", REPLACED, ids=str)
async def test_an_error_after_the_jobs_were_made_is_no_refusal(
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
        await client.submit([request_body(job("x"), NameConflictPolicy.AS_BEFORE)])
    gate.release()


@pytest.mark.parametrize(
    ("fault", "kind", "fate"),
    [("maintenance", OutcomeUnknown, SendStatus.UNKNOWN), ("limited", RateLimited, SendStatus.REFUSED)],
)
async def test_what_stops_one_request_stops_the_rest(
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


async def test_given_up_in_the_middle_it_is_unknown_and_not_sent_again(
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
async def test_odd_answers_are_sorted_out_by_a_look(
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


@pytest.mark.parametrize(
    "fault", [None, ("drop", "body"), ("bulk_short", True), ("answer_replaced", (504, None))]
)
@pytest.mark.parametrize(("switch", "options"), RENAMED)
async def test_a_second_retry_finds_what_the_platform_calls_otherwise(
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
async def test_what_another_process_started_before_the_lock_was_free_is_left_out(
    client: PlatformClient, connect: Connect, platform: SimulatedPlatform, state: str
) -> None:
    failed = (await fetch_all(client, JobQuery(states=("FAILED",)))).jobs
    before = await related_jobs(client, failed)
    planned = plan_retry([*failed, job("x", "COMPLETED")], listed=before)
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


async def test_without_a_look_under_the_lock_nothing_is_sent(
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


async def test_a_job_that_is_listed_late_is_found_by_a_later_look(
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
