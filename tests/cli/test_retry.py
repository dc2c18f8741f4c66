"""`retry`: a dry run unless it is allowed and confirmed, each import once, and the outcomes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.system.send_lock import SendLock
from tests.cli.test_exit_codes import Start, environ, start
from tests.support.app import Connect
from tests.support.clock import Clock
from tests.support.commands import Command
from tests.support.retries import CREATE, nth, platform_with_failures, submitted
from tests.support.waiting import until

__all__ = ["environ", "start"]

SEND = ("retry", "--write", "--yes")


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return platform_with_failures(clock)


@pytest.mark.parametrize("arguments", [(), ("--dry-run",), ("--write",), ("--write", "--dry-run")])
async def test_a_dry_run_prints_the_requests_and_sends_nothing(
    command: Command, platform: SimulatedPlatform, arguments: tuple[str, ...]
) -> None:
    result = await command("retry", *arguments, "--autorename")
    assert result.code == 0
    requests = [json.loads(line)["items"] for line in result.out.splitlines()]
    assert [len(items) for items in requests] == [100, 100, 40]
    assert all(item["autorename"] and not item["overwrite"] for items in requests for item in items)
    assert "retry: 240 of 240 failed imports" in result.err
    assert "nothing sent; use --write --yes to send." in result.err
    assert submitted(platform) == []


async def test_overwriting_is_said_before_anything_is_sent(
    command: Command, platform: SimulatedPlatform
) -> None:
    jobs = [platform.job(job_id) for job_id in platform.ids()]
    count = sum(job["overwrite"] for job in jobs if job["state"] == "FAILED")
    text = f"caution: {count} of 240 overwrite an existing file of the same name"
    assert text in (await command("retry")).err
    assert "caution: all overwrite" in (await command("retry", "--overwrite")).err
    assert "caution" not in (await command("retry", "--autorename")).err


async def test_yes_without_write_sends_nothing(command: Command, platform: SimulatedPlatform) -> None:
    result = await command("retry", "--yes")
    assert (result.code, result.out) == (2, "")
    assert "--yes needs --write" in result.err
    assert list(platform.requests) == []


async def test_each_import_is_sent_once_and_a_second_run_sends_none(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.next("drop", "body", where=nth(platform, 2))
    result = await command(*SEND)
    assert result.code == 0
    rows = [line.split("\t") for line in result.out.splitlines()]
    assert rows[0] == ["old_id", "new_id", "result", "location"]
    new = [row[1] for row in rows[1:]]
    assert (len(new), set(new)) == (240, set(platform.ids()[:240]))
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (240, {1})
    again = await command(*SEND)
    assert (again.code, again.out) == (0, "")
    assert "240 already started again" in again.err
    assert len(submitted(platform)) == 240


async def test_ids_select_the_jobs(command: Command, platform: SimulatedPlatform) -> None:
    ids = platform.ids()[3:5]
    result = await command(*SEND, *ids)
    assert result.code == 0
    assert submitted(platform) == [platform.job(job_id)["source"]["location"] for job_id in ids]
    gone = await command(*SEND, platform.ids()[10], "nothing")
    assert gone.code == 1
    assert "nothing: Requested import job does not exist." in gone.err
    assert len(submitted(platform)) == 2
    both = await command("retry", "--project", "a/b", ids[0])
    assert both.code == 2


async def test_each_refusal_is_a_row(command: Command, platform: SimulatedPlatform) -> None:
    volume = platform.job(platform.ids()[0])["source"]["volume"]
    platform.switches.forbidden_volumes = frozenset({volume})
    result = await command(*SEND)
    refused = [line for line in result.out.splitlines() if "refused: 9020" in line]
    ours = sum(platform.job(job_id)["source"]["volume"] == volume for job_id in platform.ids()[-300:-60])
    assert (result.code, len(refused)) == (1, ours)
    assert f"{ours} refused" in result.err


async def test_an_unknown_outcome_exits_with_3(command: Command, platform: SimulatedPlatform) -> None:
    platform.next("gateway_html", 504, where=nth(platform, 2))
    result = await command(*SEND)
    assert result.code == 3
    assert "140 started" in result.err
    assert "100 outcome unknown" in result.err
    assert len(submitted(platform)) == 240


@pytest.mark.parametrize(
    ("fault", "value", "code"),
    [("limited", True, 5), ("maintenance", True, 3), ("error", (401, 90001), 4)],
)
async def test_the_error_that_ends_a_retry_early_is_its_exit_code(
    command: Command, platform: SimulatedPlatform, fault: str, value: object, code: int
) -> None:
    platform.next(fault, value, where=nth(platform, 2))
    result = await command(*SEND)
    assert result.code == code
    assert "40 not sent" in result.err
    assert "not all were started" in result.err
    assert len(result.out.splitlines()) == 241
    assert len(submitted(platform)) == 200


def test_a_signal_leaves_a_row_for_each_import(start: Start, platform: SimulatedPlatform) -> None:
    gate = platform.gate(nth(platform, 2))
    program = start(*SEND)
    assert gate.arrived.wait(30)
    program.send_signal(signal.SIGTERM)
    out, err = program.communicate(timeout=30)
    gate.release()
    counts = Counter(line.split("\t")[2].partition(":")[0] for line in out.splitlines()[1:])
    assert counts == {". PENDING": 100, "? outcome unknown": 100, ". not sent": 40}
    assert "100 outcome unknown" in err
    assert program.returncode == 143
    assert len(submitted(platform)) == 200


@pytest.mark.parametrize("answer", [(408, None), (409, None), (504, None), (500, 90004), (503, 0)], ids=str)
async def test_an_answer_lost_behind_a_proxy_is_no_refusal(
    command: Command, platform: SimulatedPlatform, answer: tuple[int, int | None]
) -> None:
    platform.remove_jobs(platform.ids()[:200])
    platform.next("answer_replaced", answer, where=CREATE)
    result = await command(*SEND)
    assert (result.code, result.err.count("40 started")) == (0, 1)
    again = await command(*SEND)
    assert "40 already started again" in again.err
    assert len(submitted(platform)) == 40


async def test_state_failed_is_accepted_and_no_other(
    command: Command, platform: SimulatedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    named = await command("retry", "--state", "failed", "--state", "FAILED")
    assert named == await command("retry")
    assert named.out.count('"source"') == 240
    assert (await command("retry", "--state", "FAILED", platform.ids()[0])).out.count('"source"') == 1
    with pytest.raises(SystemExit, match="2"):
        await command("retry", "--state", "COMPLETED")
    assert "must be FAILED: only failed jobs can be retried" in capsys.readouterr().err


def wait_for(program: subprocess.Popen[str], text: str) -> str:
    """Return the line of standard error with this text."""
    assert program.stderr is not None
    line = next((line for line in program.stderr if text in line), None)
    assert line is not None, f"no {text!r}"
    return line


@pytest.mark.slow
def test_two_runs_at_once_send_each_import_once(start: Start, platform: SimulatedPlatform) -> None:
    platform.add_jobs(112, "FAILED", error=9105)
    before = len(platform.ids())
    gate = platform.gate(CREATE, times=1)
    first = start(*SEND)
    assert gate.arrived.wait(30)
    second = start(*SEND)
    line = wait_for(second, "waiting: another cgc-tui is sending imports")
    assert f"({socket.gethostname()}, pid {first.pid}, since " in line
    assert submitted(platform) == submitted(platform)[:100]
    gate.release()
    ended = [program.communicate(timeout=30) for program in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(ended[0][0].splitlines()) == 353
    assert ended[1][0] == ""
    assert "352 of 352 were retried in the meantime and are not sent." in ended[1][1]
    assert "waiting" not in ended[1][1]
    counts = Counter(submitted(platform))
    assert (len(platform.ids()) - before, len(counts), set(counts.values())) == (352, 352, {1})


@pytest.mark.slow
def test_a_stopped_run_is_reported_and_the_rest_of_a_killed_one_is_sent(
    start: Start, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(nth(platform, 2), times=1)
    first = start(*SEND)
    assert gate.arrived.wait(30)
    first.send_signal(signal.SIGSTOP)
    os.waitpid(first.pid, os.WUNTRACED)
    second = start(*SEND)
    line = wait_for(second, "waiting: ")
    assert f"it is stopped: continue it with fg or kill -CONT {first.pid}" in line
    gate.release()
    while len(platform.ids()) < 500:
        time.sleep(0.01)
    first.kill()
    first.communicate()
    _, err = second.communicate(timeout=30)
    assert second.returncode == 0
    assert "100 of 140 were retried in the meantime and are not sent." in err
    counts = Counter(submitted(platform))
    assert (len(counts), set(counts.values())) == (240, {1})


async def test_without_a_lock_imports_are_sent_with_a_warning(
    command: Command, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("")
    result = await command(*SEND)
    assert result.code == 0
    assert result.err.count("cannot be locked") == 1
    assert "a second run at the same time could send the same imports again." in result.err
    assert len(submitted(platform)) == 240


async def test_no_wait_exits_with_3_while_another_run_is_sending(
    command: Command, connect: Connect, platform: SimulatedPlatform, clock: Clock, tmp_path: Path
) -> None:
    lock = SendLock(tmp_path / "state", on_wait=print, on_unprotected=print, clock=clock)
    async with asyncio.timeout(20), lock.hold(connect().endpoint, platform.state.username):
        result = await command(*SEND, "--no-wait")
    assert (result.code, result.out) == (3, "")
    holder = f"{socket.gethostname()}, pid {os.getpid()}, since 2026-03-14 12:00:00 UTC"
    assert f"nothing was sent: another cgc-tui is sending imports ({holder})\n" in result.err
    assert submitted(platform) == []
    assert (await command(*SEND, "--no-wait")).code == 0


async def test_a_dry_run_takes_no_lock(command: Command, tmp_path: Path) -> None:
    assert (await command("retry")).code == 0
    assert not (tmp_path / "state").exists()


async def test_the_new_jobs_can_be_watched(command: Command, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids()[3:240])
    running = asyncio.ensure_future(command(*SEND, "--watch"))
    await until(lambda: len(platform.ids()) == 66)
    for number, job_id in enumerate(platform.ids()[:3]):
        platform.set_state(job_id, "COMPLETED" if number else "FAILED", error=9105)
    result = await running
    assert result.code == 1
    assert "3 jobs: 2 completed, 1 failed" in result.out


async def test_a_new_job_that_ends_otherwise_exits_with_1(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids()[1:240])
    running = asyncio.ensure_future(command(*SEND, "--watch"))
    await until(lambda: len(platform.ids()) == 62)
    platform.set_state(platform.ids()[0], "ABORTED")
    result = await running
    assert result.code == 1
    assert "1 job: 0 completed, 1 ended otherwise" in result.out


async def test_a_new_job_that_no_longer_exists_exits_with_1(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids()[1:240])
    running = asyncio.ensure_future(command(*SEND, "--watch"))
    await until(lambda: len(platform.ids()) == 62)
    platform.remove_jobs([platform.ids()[0]])
    result = await running
    assert result.code == 1
    assert "1 job: 0 completed, 1 gone" in result.out
