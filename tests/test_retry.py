"""Failed imports are planned, sent once each, and told apart afterwards: over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cgc_tui.api import Client
from cgc_tui.api.every import all_jobs
from cgc_tui.api.resend import follow, listed, look, send
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.errors import Lost, Maintenance, RateLimited, Refused, Rejected, Unreachable
from cgc_tui.models import Destination, ImportJob, JobQuery, Source, Submitted
from cgc_tui.retry import Fate, Options, Plan, Reason, Run, body, key, plan
from cgc_tui.retry_view import rank, summary
from cgc_tui.text import Clean
from cgc_tui.view import Look
from tests.conftest import NOON, Clock, Connect

CREATE = "/v2/bulk/storage/imports/create"


def job(name: str, state: str = "FAILED", **changes: Any) -> ImportJob:
    made = ImportJob(
        name,
        state,
        source=Source("rosalind/raw", f"runs/{name}.bam"),
        destination=Destination("rosalind/brca-pilot", f"{name}.bam"),
        started_on=NOON,
    )
    return replace(made, **changes)


def test_a_body_is_as_before_unless_told_otherwise() -> None:
    old = job("a", overwrite=True, autorename=False, preserve_folder_structure=True)
    asked = {
        "source": {"volume": "rosalind/raw", "location": "runs/a.bam"},
        "destination": {"project": "rosalind/brca-pilot", "name": "a.bam"},
    }
    assert body(old, Options.AS_BEFORE) == asked | {"overwrite": True, "autorename": False}
    assert body(old, Options.OVERWRITE) == asked | {"overwrite": True, "autorename": False}
    assert body(old, Options.AUTORENAME) == asked | {"overwrite": False, "autorename": True}
    assert body(job("a"), Options.AS_BEFORE) == asked


def test_a_folder_keeps_its_option_and_its_parent() -> None:
    folder = job(
        "a",
        source=Source("v/v", "runs/7/"),
        destination=Destination("p/p", None, "5f"),
        preserve_folder_structure=False,
    )
    assert body(folder, Options.AS_BEFORE) == {
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
    planned = plan(
        [job("a"), done, repeated, bare, since, job("e"), half], sent={"e"}, listed=[newer, done, job("a")]
    )
    assert [each.id for each in planned.jobs] == ["a"]
    assert planned.left_out == {
        "b": Reason.NOT_FAILED,
        "a2": Reason.REPEATED,
        "c": Reason.UNKNOWN,
        "d": Reason.THERE,
        "e": Reason.SENT,
        "f": Reason.UNSENDABLE,
    }
    assert planned.reasons[Reason.THERE] == 1


def test_what_was_there_before_it_failed_does_not_count() -> None:
    older = replace(job("a", "COMPLETED"), id="a0", started_on=NOON - timedelta(days=1))
    again = replace(job("a", "FAILED"), id="a1", started_on=NOON + timedelta(days=1))
    unknown = replace(job("a", "COMPLETED"), id="a3", started_on=None)
    assert plan([job("a")], listed=[older, again]).jobs == (job("a"),)
    assert plan([job("a")], listed=[unknown]).jobs == ()
    assert plan([job("a")], listed=[replace(older, started_on=NOON)]).jobs == ()


def test_nothing_is_taken_twice() -> None:
    run = Run(Plan(tuple(job(str(number)) for number in range(230)), {}), Options.AS_BEFORE)
    chunks = [run.take() for _ in range(4)]
    assert [len(chunk) for chunk in chunks] == [100, 100, 30, 0]
    assert run.counts == {Fate.UNKNOWN: 230}
    run.refused(chunks[0], RateLimited(Clean("rate limit"), Clean("")))
    assert (run.take(), run.counts[Fate.REFUSED], len(run.sent)) == ((), 100, 130)


def test_a_stopped_run_takes_no_more() -> None:
    run = Run(Plan((job("a"),), {}), Options.AS_BEFORE)
    run.stopped = True
    assert (run.take(), run.counts, run.sent) == ((), {Fate.WAITING: 1}, frozenset())


def test_a_new_job_is_followed_until_it_is_neither_pending_nor_running() -> None:
    run = Run(Plan((job("a"), job("b"), job("c")), {}), Options.AS_BEFORE)
    new = [job("n1", "PENDING"), job("n2", ""), job("n3", "ABORTED")]
    run.answered(run.take(), [Submitted(True, each) for each in new])
    assert run.going == ("n1", "n2")
    assert summary(run, Look()) == "3 started (1 ended otherwise, 2 under way)"
    assert [rank(outcome) for outcome in run.outcomes] == [3, 3, 2]
    run.learned({"n2": job("n2", "ABORTED"), "n1": job("n1", "COMPLETED")})
    assert run.going == ()
    assert summary(run, Look()) == "3 started (1 completed, 2 ended otherwise)"


def test_a_new_job_is_recognised_among_those_that_are_listed() -> None:
    run = Run(Plan((job("a"), job("b")), {}), Options.AS_BEFORE, before=["a", "b", "old"])
    chunk = run.take()
    run.answered(chunk, [Submitted(True), Submitted(None)])
    assert (run.counts[Fate.MADE], len(run.unclear)) == (1, 2)
    run.found([replace(job("a"), id="old"), replace(job("a", "PENDING"), id="new"), job("c")])
    assert [outcome.new and outcome.new.id for outcome in run.outcomes] == ["new", None]
    assert run.going == ("new",)


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    """Return a platform with 240 failed jobs among others."""
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    platform.add_jobs(60, "COMPLETED")
    platform.add_jobs(240, "FAILED", error=9100)
    return platform


async def start(client: Client, options: Options = Options.AS_BEFORE) -> Run:
    """Return a retry of all failed jobs, nothing of it sent yet."""
    failed = (await all_jobs(client, JobQuery(states=("FAILED",)))).jobs
    now = await listed(client, failed)
    return Run(plan(failed, listed=now), options, before=[job.id for job in now])


def submitted(platform: SimulatedPlatform) -> list[tuple[object, ...]]:
    """Return all imports that were asked for, in order."""
    found = []
    for asked in platform.requests:
        if asked.path == CREATE:
            found += [
                (item["source"]["location"], item["destination"]["name"])
                for item in json.loads(asked.body)["items"]
            ]
    return found


def second(platform: SimulatedPlatform) -> Any:
    """Return what means the second submission."""

    def means(request: httpx.Request) -> bool:
        return request.url.path == CREATE and len(submitted(platform)) == 200

    return means


async def test_each_is_sent_once_through_refusals_and_a_lost_answer(
    client: Client, platform: SimulatedPlatform
) -> None:
    run = await start(client)
    assert len(run.outcomes) == 240
    gone = run.outcomes[5].old.source.volume or ""
    bad = sum(outcome.old.source.volume == gone for outcome in run.outcomes[:100])
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
    assert run.counts == {Fate.MADE: 140 - bad, Fate.REFUSED: bad, Fate.UNKNOWN: 100}
    refused = [outcome.why for outcome in run.outcomes if outcome.fate is Fate.REFUSED]
    assert set(refused) == {"9020 You do not have the required privilege on the volume."}
    await look(client, run)
    assert run.counts == {Fate.MADE: 240 - bad, Fate.REFUSED: bad}
    new = [outcome.new.id for outcome in run.outcomes if outcome.new is not None]
    assert len(set(new)) == 240 - bad == len(platform.ids()) - before
    for outcome in run.outcomes:
        if outcome.new is not None:
            assert key(outcome.old) == key(outcome.new)
    platform.set_state(new[0], "COMPLETED")
    await follow(client, run)
    assert len(run.going) == 239 - bad


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("drop", "before"),
        ("drop", "headers"),
        ("cut", True),
        ("gateway_html", 504),
        ("internal_error", True),
        ("not_json", True),
        ("empty", 200),
        ("items_null", True),
    ],
)
async def test_a_lost_answer_is_never_asked_for_again(
    client: Client, platform: SimulatedPlatform, fault: str, value: object
) -> None:
    platform.next(fault, value, where=CREATE)
    with pytest.raises(Lost, match="Look whether the jobs are there"):
        await client.submit([body(job("x"), Options.AS_BEFORE)])
    assert [asked.path for asked in platform.requests] == [CREATE]


@pytest.mark.parametrize(
    ("fault", "value", "kind"),
    [
        ("maintenance", True, Maintenance),
        ("limited", True, RateLimited),
        ("error", (401, 90001), Refused),
        ("error", (400, 9011), Rejected),
    ],
)
async def test_what_surely_started_nothing_is_no_lost_answer(
    client: Client, platform: SimulatedPlatform, fault: str, value: object, kind: type[Exception]
) -> None:
    platform.next(fault, value, where=CREATE)
    with pytest.raises(kind) as caught:
        await client.submit([body(job("x"), Options.AS_BEFORE)])
    assert not isinstance(caught.value, Lost)
    assert len(platform.requests) == 1


async def test_no_connection_is_no_lost_answer(connect: Connect, server: Any) -> None:
    server.close()
    with pytest.raises(Unreachable):
        await connect().submit([body(job("x"), Options.AS_BEFORE)])


async def test_a_deadline_is_a_lost_answer(connect: Connect, platform: SimulatedPlatform) -> None:
    client = connect(deadline=0.2)
    gate = platform.gate(CREATE)
    with pytest.raises(Lost):
        await client.submit([body(job("x"), Options.AS_BEFORE)])
    gate.release()


@pytest.mark.parametrize("fault", ["maintenance", "limited"])
async def test_what_stops_one_request_stops_the_rest(
    client: Client, platform: SimulatedPlatform, fault: str
) -> None:
    run = await start(client)
    platform.next(fault, where=second(platform))
    error = await send(client, run)
    assert isinstance(error, Maintenance | RateLimited)
    assert run.counts == {Fate.MADE: 100, Fate.REFUSED: 100, Fate.WAITING: 40}
    assert len(submitted(platform)) == 200


async def test_two_lost_answers_in_a_row_stop_the_rest(client: Client, platform: SimulatedPlatform) -> None:
    run = await start(client)
    platform.fail("gateway_html", 504, where=CREATE)
    assert isinstance(await send(client, run), Lost)
    assert run.counts == {Fate.UNKNOWN: 200, Fate.WAITING: 40}


async def test_given_up_in_the_middle_it_is_unknown_and_not_sent_again(
    client: Client, platform: SimulatedPlatform
) -> None:
    run = await start(client)
    gate = platform.gate(second(platform))
    sending = asyncio.create_task(send(client, run))
    await gate.arrival()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    gate.release()
    assert run.counts == {Fate.MADE: 100, Fate.UNKNOWN: 100, Fate.WAITING: 40}
    again = plan([outcome.old for outcome in run.outcomes], sent=run.sent)
    assert len(again.jobs) == 40


async def test_a_second_retry_finds_what_the_first_started(
    client: Client, platform: SimulatedPlatform
) -> None:
    await send(client, await start(client))
    again = await start(client)
    assert again.outcomes == ()
    assert len(submitted(platform)) == 240


@pytest.mark.parametrize("switch", ["bulk_create_without_ids", "bulk_short", "bulk_long"])
async def test_odd_answers_are_sorted_out_by_a_look(
    client: Client, platform: SimulatedPlatform, switch: str
) -> None:
    setattr(platform.switches, switch, True)
    run = await start(client)
    await send(client, run)
    setattr(platform.switches, switch, False)
    assert run.counts[Fate.REFUSED] == 0
    await look(client, run)
    assert run.counts == {Fate.MADE: 240}
    assert run.unclear == ()


async def test_a_project_that_is_gone_does_not_hide_its_jobs(
    client: Client, platform: SimulatedPlatform
) -> None:
    failed = (await all_jobs(client, JobQuery(states=("FAILED",)))).jobs
    platform.switches.forbidden_projects = frozenset({failed[0].destination.project or ""})
    assert {each.id for each in await listed(client, failed)} == set(platform.ids())
