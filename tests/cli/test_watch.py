"""`watch`: watches jobs until all have ended, despite failures, and summarises how they ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from cgc_tui.cli.exit_codes import ExitCode, exit_code_for
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.demo.fault_script import CustomResponse
from cgc_tui.domain.errors import Forbidden, ServerError, TokenRejected
from tests.support.commands import Command, Outcome
from tests.support.waiting import until

ATTEMPTS = 3
"""How often the client makes a request that a gateway refuses."""


def bulk(request: httpx.Request) -> bool:
    return request.url.path.endswith("/get")


async def after_polls(platform: SimulatedPlatform, times: int, act: Callable[[], object]) -> None:
    """Act after so many more bulk requests."""

    def polls() -> int:
        return sum(call.path.endswith("/get") for call in platform.requests)

    total = polls() + times
    await until(lambda: polls() >= total)
    act()


def is_later_poll(platform: SimulatedPlatform) -> Callable[[httpx.Request], bool]:
    """Return a predicate for each bulk request but the first."""
    return lambda request: bulk(request) and sum(call.path.endswith("/get") for call in platform.requests) > 1


async def start_watch(command: Command, *arguments: str) -> asyncio.Task[Outcome]:
    return asyncio.create_task(command("watch", "--interval", "1", *arguments))  # type: ignore[arg-type]


async def test_jobs_are_watched_until_all_have_ended(command: Command, platform: SimulatedPlatform) -> None:
    one, other = platform.add_jobs(2)
    watching = await start_watch(command, one, other)
    await after_polls(platform, 2, lambda: platform.set_state(one, "RUNNING"))
    await after_polls(platform, 2, lambda: platform.set_state(one, "COMPLETED"))
    await after_polls(platform, 2, lambda: platform.set_state(other, "COMPLETED"))
    result = await watching
    lines = result.out.splitlines()
    assert [line.split()[2] for line in lines[:-1]] == ["RUNNING", "COMPLETED", "COMPLETED"]
    assert lines[0].startswith("12:00:00  ◐ RUNNING")
    assert lines[0].endswith(one)
    assert lines[-1] == "2 jobs: 2 completed, after 0 s"
    assert result.code == 0


async def test_failed_jobs_are_summarised_by_cause(command: Command, platform: SimulatedPlatform) -> None:
    ids = platform.add_jobs(3)
    watching = await start_watch(command, *ids)
    await after_polls(platform, 1, lambda: platform.set_state(ids[0], "FAILED", error=9105))
    await after_polls(platform, 1, lambda: platform.set_state(ids[1], "FAILED", error=9105))
    await after_polls(platform, 1, lambda: platform.set_state(ids[2], "FAILED", error=9108))
    result = await watching
    assert result.code == 1
    summary = result.out.splitlines()[3:]
    assert summary[0].startswith("3 jobs: 0 completed, 3 failed")
    assert summary[1].split()[:3] == ["2", "x", "9105"]
    assert "no object with this key" in summary[2].lower()
    assert summary[5].split()[:3] == ["1", "x", "9108"]


async def test_a_job_in_an_unknown_state_has_ended_otherwise(
    command: Command, platform: SimulatedPlatform, capfd: pytest.CaptureFixture[str]
) -> None:
    ids = platform.add_jobs(3)
    platform.set_state(ids[2], "ABORTED")
    finish = ("--on-finish", 'echo "$CGC_TUI_ENDED_OTHERWISE of $CGC_TUI_TOTAL, $CGC_TUI_PENDING pending"')
    watching = await start_watch(command, *finish, *ids)
    await after_polls(platform, 1, lambda: platform.set_state(ids[0], "ABORTED"))
    await after_polls(platform, 2, lambda: platform.set_state(ids[1], "COMPLETED"))
    result = await watching
    assert result.code == 1
    lines = result.out.splitlines()
    assert lines[0].startswith("12:00:00  ? ABORTED")
    assert lines[2:] == [
        "3 jobs: 1 completed, 2 ended otherwise, after 0 s",
        "1 had already ended otherwise",
        "      2 x ABORTED",
    ]
    assert capfd.readouterr().out == "2 of 3, 0 pending\n"


async def test_an_answer_without_a_state_changes_nothing(
    command: Command, platform: SimulatedPlatform
) -> None:
    (job,) = platform.add_jobs(1, "RUNNING")
    watching = await start_watch(command, job)
    record = platform.state.store[job].overrides
    await after_polls(platform, 1, lambda: record.update(state=None))
    await after_polls(platform, 2, lambda: (record.clear(), platform.set_state(job, "COMPLETED")))
    ended = await watching
    assert ended.code == 0
    assert [line.split()[2] for line in ended.out.splitlines()[:-1]] == ["COMPLETED"]


async def test_filters_select_the_jobs_that_match_at_the_start(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids())
    platform.add_jobs(1, "FAILED", project="rosalind/brca-pilot")
    (unfinished,) = platform.add_jobs(1, project="rosalind/brca-pilot")
    platform.add_jobs(1, project="rosalind/luad-rnaseq")
    watching = await start_watch(command, "--project", "rosalind/brca-pilot")
    await after_polls(platform, 1, lambda: platform.set_state(unfinished, "COMPLETED"))
    result = await watching
    assert result.code == 1
    assert result.out.splitlines()[1:3] == [
        "2 jobs: 1 completed, 1 failed, after 0 s",
        "1 of the failed jobs had already failed",
    ]


async def test_without_ids_and_filters_the_unfinished_jobs_are_watched(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids())
    platform.add_jobs(1, "FAILED")
    result = await command("watch")
    assert (result.code, result.out) == (0, "0 jobs: 0 completed, after 0 s\n")


async def test_a_job_that_no_longer_exists_is_reported_with_exit_code_1(
    command: Command, platform: SimulatedPlatform
) -> None:
    one, other = platform.add_jobs(2)
    watching = await start_watch(command, one, other)
    await after_polls(platform, 2, lambda: platform.remove_jobs([one]))
    await after_polls(platform, 2, lambda: platform.set_state(other, "COMPLETED"))
    result = await watching
    assert result.code == 1
    assert result.out.splitlines()[0].endswith(f"{one}  no longer exists")
    assert "2 jobs: 1 completed, 1 gone" in result.out


async def test_a_named_job_that_does_not_exist_ends_the_watch_at_once(
    command: Command, platform: SimulatedPlatform
) -> None:
    result = await command("watch", "nothing", platform.add_jobs(1)[0])
    assert result.code == 1
    assert "nothing: Requested import job does not exist." in result.err


@pytest.mark.parametrize(("fault", "value"), [("maintenance", True), ("gateway_html", 502), ("drop", "body")])
async def test_an_outage_is_reported_once_and_waited_out(
    command: Command, platform: SimulatedPlatform, fault: str, value: object
) -> None:
    (job,) = platform.add_jobs(1)
    watching = await start_watch(command, job)
    await after_polls(platform, 1, lambda: platform.next(fault, value, where=bulk, times=4))
    await after_polls(platform, 6, lambda: platform.set_state(job, "COMPLETED"))
    result = await watching
    assert result.code == 0
    assert "1 completed" in result.out
    assert len(result.err.splitlines()) == 2


async def test_a_rate_limit_is_reported_and_waited_for(command: Command, platform: SimulatedPlatform) -> None:
    (job,) = platform.add_jobs(1)
    watching = await start_watch(command, job)
    await after_polls(platform, 1, lambda: platform.next("limited", where=bulk, times=2))
    await after_polls(platform, 3, lambda: platform.set_state(job, "COMPLETED"))
    result = await watching
    assert result.code == 0
    assert result.err.splitlines()[1:] == ["cgc-tui: rate limit; retrying in 300 s."] * 2


async def test_a_rejected_token_ends_the_watch(command: Command, platform: SimulatedPlatform) -> None:
    (job,) = platform.add_jobs(1)
    watching = await start_watch(command, job)

    def refuse() -> None:
        platform.switches.refuse_token = True

    await after_polls(platform, 1, refuse)
    with pytest.raises(TokenRejected):
        await watching


async def test_the_time_out_exits_with_8(command: Command, platform: SimulatedPlatform) -> None:
    done, unfinished = platform.add_jobs(2)
    platform.set_state(done, "FAILED", error=9105)
    result = await command("watch", "--timeout", "0", done, unfinished)
    assert result.code == 8
    assert "2 jobs: 0 completed, 1 failed, 1 unfinished (1 pending)" in result.out


@pytest.mark.parametrize(
    ("fault", "code", "outcome", "text"),
    [
        (None, 0, "2 completed", []),
        ("maintenance", 8, "2 unfinished (2 pending)", ["503 maintenance", "not all jobs finished in 0 s."]),
        ("drop", 8, "2 unfinished (2 pending)", ["was lost", "not all jobs finished in 0 s."]),
    ],
)
async def test_jobs_are_polled_once_more_at_the_time_out(
    command: Command,
    platform: SimulatedPlatform,
    fault: str | None,
    code: int,
    outcome: str,
    text: list[str],
) -> None:
    """The jobs may have ended while the process was stopped and the time-out passed."""
    ids = platform.add_jobs(2)

    def second_look(request: httpx.Request) -> bool:
        return bulk(request) and sum(call.path.endswith("/get") for call in platform.requests) == 2

    last = platform.gate(second_look)
    watching = asyncio.create_task(command("watch", "--timeout", "0", *ids))  # type: ignore[arg-type]
    await last.arrival()
    for job in ids:
        platform.set_state(job, "COMPLETED")
    if fault:
        platform.fail(fault, where=bulk)
    last.release()
    reported = await watching
    assert reported.code == code
    assert outcome in reported.out
    messages = reported.err.splitlines()[1:]
    assert len(messages) == len(text)
    assert all(word in line for word, line in zip(text, messages, strict=True))


def errors(status: int, code: int | None) -> CustomResponse:
    """Return a bulk answer with this error in place of each job."""

    def answer(request: httpx.Request) -> httpx.Response:
        error = {"status": status, "code": code, "message": "no such job, or not now"}
        items = [{"error": error} for _ in json.loads(request.content)["import_ids"]]
        return httpx.Response(200, json={"items": items})

    return answer


@pytest.mark.parametrize(("status", "code"), [(404, None), (404, 9008), (400, 9008)], ids=str)
async def test_status_404_or_code_9008_in_place_of_a_job_means_that_it_is_gone(
    command: Command, platform: SimulatedPlatform, status: int, code: int | None
) -> None:
    (job,) = platform.add_jobs(1)
    watching = await start_watch(command, job)
    await after_polls(platform, 1, lambda: platform.next(errors(status, code), where=bulk))
    result = await watching
    assert result.code == 1
    assert result.out.splitlines()[0].endswith(f"{job}  no longer exists")
    assert result.out.splitlines()[1] == "1 job: 0 completed, 1 gone, after 0 s"


@pytest.mark.parametrize(("status", "code"), [(503, 0), (403, 1002), (500, None)], ids=str)
async def test_another_error_in_place_of_a_job_is_waited_out(
    command: Command, platform: SimulatedPlatform, status: int, code: int | None
) -> None:
    (job,) = platform.add_jobs(1)
    watching = await start_watch(command, job)
    await after_polls(platform, 1, lambda: platform.next(errors(status, code), where=bulk))
    await after_polls(platform, 2, lambda: platform.set_state(job, "COMPLETED"))
    result = await watching
    assert (result.code, "1 job: 1 completed" in result.out) == (0, True)


async def test_failures_double_the_wait_up_to_a_minute_and_an_answer_ends_that(
    command: Command, platform: SimulatedPlatform, waits: list[float]
) -> None:
    (job,) = platform.add_jobs(1)
    platform.next("gateway_html", 503, where=is_later_poll(platform), times=8 * ATTEMPTS)
    watching = await start_watch(command, job)
    await after_polls(platform, 8 * ATTEMPTS + 2, lambda: platform.set_state(job, "COMPLETED"))
    result = await watching
    assert result.code == 0
    assert waits[:10] == [1, 2, 4, 8, 16, 32, 60, 60, 60, 1]
    assert len([line for line in result.err.splitlines() if "503" in line]) == 1


async def test_a_long_interval_is_never_cut_by_failures(
    command: Command, platform: SimulatedPlatform, waits: list[float]
) -> None:
    (job,) = platform.add_jobs(1)
    platform.next("gateway_html", 503, where=is_later_poll(platform), times=ATTEMPTS)
    watching = asyncio.ensure_future(command("watch", "--interval", "90", job))
    await after_polls(platform, ATTEMPTS + 2, lambda: platform.set_state(job, "COMPLETED"))
    assert (await watching).code == 0
    assert waits[:3] == [90, 90, 90]


async def test_a_lasting_error_at_the_time_out_is_raised(
    command: Command, platform: SimulatedPlatform
) -> None:
    ids = platform.add_jobs(1)
    platform.fail("error", (403, 1002), where=is_later_poll(platform))
    with pytest.raises(Forbidden):
        await command("watch", "--timeout", "0", *ids)


async def test_the_time_out_is_not_mentioned_if_all_jobs_end_before_it(
    command: Command, platform: SimulatedPlatform
) -> None:
    (job,) = platform.add_jobs(1)
    watching = await start_watch(command, "--timeout", "3600", job)
    await after_polls(platform, 2, lambda: platform.set_state(job, "COMPLETED"))
    result = await watching
    assert (result.code, len(result.err.splitlines())) == (0, 1)


async def test_a_404_to_a_poll_is_waited_out(command: Command, platform: SimulatedPlatform) -> None:
    (job,) = platform.add_jobs(1)
    watching = await start_watch(command, job)
    await after_polls(platform, 1, lambda: platform.next("error", (404, 9008), where=bulk, times=4))
    await after_polls(platform, 6, lambda: platform.set_state(job, "COMPLETED"))
    result = await watching
    assert result.code == 0
    assert len([line for line in result.err.splitlines() if "404 not found" in line]) == 1


@pytest.mark.parametrize("arguments", [("watch",), ("show",), ("retry",)])
async def test_a_404_to_the_bulk_request_is_a_server_error(
    command: Command, platform: SimulatedPlatform, arguments: tuple[str, ...]
) -> None:
    ids = platform.add_jobs(2, "FAILED")
    platform.fail("unmatched", where=bulk)
    with pytest.raises(ServerError) as caught:
        await command(*arguments, *ids)
    assert exit_code_for(caught.value) is ExitCode.UNAVAILABLE


async def test_an_invisible_name_is_made_visible(command: Command, platform: SimulatedPlatform) -> None:
    (job,) = platform.add_jobs(1, name="\u3000 ")
    watching = await start_watch(command, job)
    await after_polls(platform, 1, lambda: platform.set_state(job, "COMPLETED"))
    assert f"  ✓ COMPLETED  ␣␣  {job}\n" in (await watching).out


async def test_compact_prints_lines_of_counts(command: Command, platform: SimulatedPlatform) -> None:
    ids = platform.add_jobs(2)
    watching = await start_watch(command, "--compact", *ids)
    await after_polls(platform, 2, lambda: platform.set_state(ids[0], "RUNNING"))
    await after_polls(platform, 2, lambda: platform.set_state(ids[0], "COMPLETED"))
    await after_polls(platform, 2, lambda: platform.set_state(ids[1], "COMPLETED"))
    assert (await watching).out.splitlines() == [
        "12:00:00  0 completed, 2 unfinished (1 pending, 1 running)",
        "12:00:00  1 completed, 1 unfinished (1 pending)",
        "12:00:00  2 completed",
        "2 jobs: 2 completed, after 0 s",
    ]


async def test_on_finish_runs_a_command_with_the_counts(
    command: Command, platform: SimulatedPlatform, capfd: pytest.CaptureFixture[str]
) -> None:
    (job,) = platform.add_jobs(1, "FAILED", error=9105)
    result = await command(
        "watch", job, "--on-finish", "env | grep ^CGC_TUI_ | sort; exit 3", environ={"PATH": "/bin:/usr/bin"}
    )
    assert capfd.readouterr().out.splitlines() == [
        "CGC_TUI_COMPLETED=0",
        "CGC_TUI_ENDED_OTHERWISE=0",
        "CGC_TUI_EXIT=1",
        "CGC_TUI_FAILED=1",
        "CGC_TUI_GONE=0",
        "CGC_TUI_PENDING=0",
        "CGC_TUI_TOTAL=1",
    ]
    assert result.code == 1
    assert "--on-finish command exited with 3" in result.err


async def test_jobs_are_requested_by_the_hundred(command: Command, platform: SimulatedPlatform) -> None:
    ids = platform.add_jobs(250, "COMPLETED")
    assert (await command("watch", *ids)).code == 0
    assert len(platform.requests) == 3


async def test_ids_exclude_filters(command: Command) -> None:
    assert (await command("watch", "some", "--state", "FAILED")).code == 2
