"""`retry`: a dry run unless it is allowed and confirmed, each import once, and what became of it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from cgc_tui.demo import SimulatedPlatform
from tests.commands.conftest import Command
from tests.commands.test_exits import Start, environ, start
from tests.conftest import Clock

__all__ = ["environ", "start"]

CREATE = "/v2/bulk/storage/imports/create"
SEND = ("retry", "--write", "--yes")


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    """Return a platform with 240 failed jobs among others."""
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    platform.add_jobs(60, "COMPLETED")
    platform.add_jobs(240, "FAILED", error=9100)
    return platform


def submitted(platform: SimulatedPlatform) -> list[str]:
    """Return the locations of all imports that were asked for, in order."""
    bodies = [json.loads(asked.body)["items"] for asked in list(platform.requests) if asked.path == CREATE]
    return [item["source"]["location"] for items in bodies for item in items]


def nth(platform: SimulatedPlatform, number: int) -> Callable[[httpx.Request], bool]:
    """Return what means one submission of several."""
    return lambda request: request.url.path == CREATE and len(submitted(platform)) > 100 * (number - 1)


@pytest.mark.parametrize("arguments", [(), ("--dry-run",), ("--write",), ("--write", "--dry-run")])
async def test_a_dry_run_prints_the_requests_and_sends_nothing(
    command: Command, platform: SimulatedPlatform, arguments: tuple[str, ...]
) -> None:
    told = await command("retry", *arguments, "--autorename")
    assert told.code == 0
    requests = [json.loads(line)["items"] for line in told.out.splitlines()]
    assert [len(items) for items in requests] == [100, 100, 40]
    assert all(item["autorename"] and not item["overwrite"] for items in requests for item in items)
    assert "start: 240 of 240 failed imports again" in told.err
    assert "nothing is sent; --write --yes sends." in told.err
    assert submitted(platform) == []


async def test_yes_without_write_sends_nothing(command: Command, platform: SimulatedPlatform) -> None:
    told = await command("retry", "--yes")
    assert (told.code, told.out) == (2, "")
    assert "--yes needs --write" in told.err
    assert list(platform.requests) == []


async def test_each_is_sent_once_and_a_second_time_nothing(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.next("drop", "body", where=nth(platform, 2))
    told = await command(*SEND)
    assert told.code == 0
    rows = [line.split("\t") for line in told.out.splitlines()]
    assert rows[0] == ["old_id", "new_id", "result", "location"]
    new = [row[1] for row in rows[1:]]
    assert (len(new), set(new)) == (240, set(platform.ids()[:240]))
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (240, {1})
    again = await command(*SEND)
    assert (again.code, again.out) == (0, "")
    assert "240 started again since" in again.err
    assert len(submitted(platform)) == 240


async def test_ids_alone(command: Command, platform: SimulatedPlatform) -> None:
    ids = platform.ids()[3:5]
    told = await command(*SEND, *ids)
    assert told.code == 0
    assert submitted(platform) == [platform.job(job_id)["source"]["location"] for job_id in ids]
    gone = await command(*SEND, platform.ids()[10], "nothing")
    assert gone.code == 1
    assert "nothing: Requested import job does not exist." in gone.err
    assert len(submitted(platform)) == 2
    both = await command("retry", "--project", "a/b", ids[0])
    assert both.code == 2


async def test_refusals_are_told_one_by_one(command: Command, platform: SimulatedPlatform) -> None:
    volume = platform.job(platform.ids()[0])["source"]["volume"]
    platform.switches.forbidden_volumes = frozenset({volume})
    told = await command(*SEND)
    refused = [line for line in told.out.splitlines() if "refused: 9020" in line]
    ours = sum(platform.job(job_id)["source"]["volume"] == volume for job_id in platform.ids()[-300:-60])
    assert (told.code, len(refused)) == (1, ours)
    assert f"{ours} refused" in told.err


async def test_an_outcome_that_stays_unknown_is_an_error_of_the_network(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.next("gateway_html", 504, where=nth(platform, 2))
    told = await command(*SEND)
    assert told.code == 3
    assert "140 started" in told.err
    assert "100 outcome unknown" in told.err
    assert len(submitted(platform)) == 240


@pytest.mark.parametrize(
    ("fault", "value", "code"),
    [("limited", True, 5), ("maintenance", True, 3), ("error", (401, 90001), 4)],
)
async def test_what_ends_it_early_is_its_exit_code(
    command: Command, platform: SimulatedPlatform, fault: str, value: object, code: int
) -> None:
    platform.next(fault, value, where=nth(platform, 2))
    told = await command(*SEND)
    assert told.code == code
    assert "40 not sent" in told.err
    assert "not all were started" in told.err
    assert len(told.out.splitlines()) == 241
    assert len(submitted(platform)) == 200


def test_ended_in_the_middle_it_says_what_became_of_each(start: Start, platform: SimulatedPlatform) -> None:
    gate = platform.gate(nth(platform, 2))
    program = start(*SEND)
    assert gate.arrived.wait(30)
    program.send_signal(signal.SIGTERM)
    out, err = program.communicate(timeout=30)
    gate.release()
    told = Counter(line.split("\t")[2].partition(":")[0] for line in out.splitlines()[1:])
    assert told == {". PENDING": 100, "? outcome unknown": 100, ". not sent": 40}
    assert "100 outcome unknown" in err
    assert program.returncode == 143
    assert len(submitted(platform)) == 200


async def test_the_new_jobs_can_be_watched(command: Command, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids()[3:240])
    running = asyncio.ensure_future(command(*SEND, "--watch"))
    async with asyncio.timeout(20):
        while len(platform.ids()) < 66:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for number, job_id in enumerate(platform.ids()[:3]):
        platform.set_state(job_id, "COMPLETED" if number else "FAILED", error=9105)
    told = await running
    assert told.code == 1
    assert "3 jobs: 2 completed, 1 failed" in told.out


async def test_a_new_job_that_ends_otherwise_is_a_no(command: Command, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids()[1:240])
    running = asyncio.ensure_future(command(*SEND, "--watch"))
    async with asyncio.timeout(20):
        while len(platform.ids()) < 62:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    platform.set_state(platform.ids()[0], "ABORTED")
    told = await running
    assert told.code == 1
    assert "1 job: 0 completed, 1 ended otherwise" in told.out
