"""Incomplete lists and missing details: one message, exit code 3, nothing sent."""

from __future__ import annotations

import asyncio
import json
from itertools import product

import httpx
import pytest

from cgc_tui.cli.exit_codes import ExitCode, error_message, exit_code_for
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import IncompleteList, InvalidResponse
from cgc_tui.formatting.display import DisplayOptions
from tests.cli.test_exit_codes import Run, environ, run
from tests.support.clock import Clock
from tests.support.commands import Command
from tests.support.params import mostly_slow
from tests.support.platforms import BULK_FAULTS, PLACE, platform_with_one_place
from tests.support.retries import create_requests

__all__ = ["environ", "run"]

FORMS = ("--json", "--jsonl", "--csv", "--tsv", "--keys")
FORMS_AND_FAULTS = list(zip(FORMS, BULK_FAULTS + BULK_FAULTS, strict=False))
"""Each form with one of the faults, and each fault."""


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return platform_with_one_place(clock)


COMMANDS = [
    ("list", "--all", "--csv"),
    ("failures",),
    ("watch", "--state", "FAILED"),
    ("retry", "--write", "--yes"),
    ("list", "--all", "--json"),
    ("list", "--all", "--keys"),
    ("list", "--all", "--jsonl"),
    ("watch", "--last-batch"),
]


@pytest.mark.parametrize("arguments", mostly_slow([(each,) for each in COMMANDS], fast=4), ids=" ".join)
async def test_an_incomplete_list_is_an_error(
    command: Command, platform: SimulatedPlatform, arguments: tuple[str, ...]
) -> None:
    platform.switches.first_page_at = 100
    with pytest.raises(IncompleteList) as caught:
        await command(*arguments)
    assert exit_code_for(caught.value) is ExitCode.UNAVAILABLE
    text = "150 of 250 jobs could be read; the list changed while it was read"
    assert error_message(caught.value, DisplayOptions()) == text
    assert not create_requests(platform)


def test_streamed_rows_stay_and_the_message_counts_the_missing_ones(
    run: Run, platform: SimulatedPlatform
) -> None:
    platform.switches.first_page_at = 200
    ended = run("list", "--all", "--jsonl")
    assert ended.returncode == 3
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == platform.ids()[:200]
    text = "200 of 250 jobs could be read; the list changed while it was read"
    assert ended.stderr == f"cgc-tui: {text}\n"


@pytest.mark.parametrize("too_low", [50, 150])
async def test_a_total_that_is_too_low_hides_no_job(
    command: Command, platform: SimulatedPlatform, too_low: int
) -> None:
    platform.switches.total_error = -too_low
    for form in ("--tsv", "--jsonl"):
        done = await command("list", "--all", form)
        assert (done.code, done.err) == (0, "")
        assert len(done.out.splitlines()) == 250 + (form == "--tsv")
    assert (await command("failures")).out.startswith("250 failed")
    assert "250 of 250 failed imports" in (await command("retry")).err
    assert (await command("watch", "--state", "FAILED")).out.startswith("250 jobs")


async def test_a_page_reports_more_jobs_than_a_total_that_is_too_low(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.switches.total_error = -150
    done = await command("list", "--limit", "100")
    assert done.err == "cgc-tui: showing 100 of 101+; use --all\n"


async def test_an_ignored_offset_is_an_error(command: Command, platform: SimulatedPlatform) -> None:
    platform.switches.ignore_offset = True
    platform.switches.max_limit = 50
    with pytest.raises(IncompleteList, match="50 of 250 jobs could be read"):
        await command("list", "--all")


async def test_retry_sends_nothing_if_the_list_of_related_jobs_is_incomplete(
    command: Command, platform: SimulatedPlatform
) -> None:
    """The failed jobs can be read; the related jobs, by volume and project, cannot."""

    def looks(request: httpx.Request) -> bool:
        platform.switches.first_page_at = 100 if b"volume=" in request.url.query else -1
        return False

    platform.fail("error", (500, 1), where=looks)
    with pytest.raises(IncompleteList, match="150 of 250"):
        await command("retry", "--write", "--yes")
    assert not create_requests(platform)


@pytest.mark.parametrize(("form", "fault"), mostly_slow(product(FORMS, BULK_FAULTS), fast=FORMS_AND_FAULTS))
async def test_jobs_without_details_are_listed_with_exit_code_3(
    command: Command, platform: SimulatedPlatform, fault: str, form: str
) -> None:
    platform.switches.brief = True
    platform.fail(fault)
    for arguments in (("list", form), ("list", "--all", form)):
        done = await command(*arguments)
        count = 250 if "--all" in arguments else 50
        assert done.code == 3
        assert f"details of {count} of {count} jobs could not be read; only their ids" in done.err
        assert form == "--keys" or all(job_id in done.out for job_id in platform.ids()[:count])


async def test_missing_details_are_reported_on_a_terminal_too(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.switches.brief = True
    platform.fail("bulk_short")
    done = await command("list", terminal=True)
    assert done.code == 3
    assert "details of 1 of 50 jobs could not be read" in done.err
    assert len(done.out.splitlines()) == 51


@pytest.mark.parametrize("fault", mostly_slow(BULK_FAULTS))
async def test_failures_without_an_error_are_reported(
    command: Command, platform: SimulatedPlatform, fault: str
) -> None:
    platform.switches.brief = True
    platform.fail(fault)
    for arguments in (("failures",), ("failures", "--json")):
        done = await command(*arguments)
        assert done.code == 3
        assert "details of 250 of 250 jobs could not be read; their cause is unknown." in done.err


@pytest.mark.parametrize("fault", mostly_slow(BULK_FAULTS))
async def test_retry_of_jobs_without_details_sends_nothing(
    command: Command, platform: SimulatedPlatform, fault: str
) -> None:
    platform.switches.brief = True
    platform.fail(fault, where="/v2/bulk/storage/imports/get")
    for arguments in (("retry",), ("retry", "--write", "--yes")):
        with pytest.raises(InvalidResponse, match="details of 250 of 250 jobs could not be read") as caught:
            await command(*arguments)
        assert exit_code_for(caught.value) is ExitCode.UNAVAILABLE
    assert not create_requests(platform)


@pytest.mark.parametrize("fault", mostly_slow(BULK_FAULTS))
async def test_watch_reports_jobs_whose_details_are_missing(
    command: Command, platform: SimulatedPlatform, fault: str
) -> None:
    platform.switches.brief = True
    platform.fail(fault)
    done = await command("watch", "--project", PLACE["project"])
    assert done.out.startswith("250 jobs: 0 completed, 250 failed")
    assert "details of 250 of 250 jobs could not be read; only their states are known." in done.err
    assert done.code == 3


async def test_the_last_batch_of_jobs_without_details_is_an_error(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.switches.brief = True
    platform.fail("bulk_nulls")
    with pytest.raises(InvalidResponse, match="so the last batch is unknown"):
        await command("watch", "--last-batch")


async def test_watch_reports_jobs_without_an_answer(command: Command, platform: SimulatedPlatform) -> None:
    (job,) = platform.add_jobs(1, "RUNNING")
    gate = platform.gate("/v2/bulk", times=2)
    watching = asyncio.create_task(command("watch", "--state", "RUNNING", "--interval", "1"))  # type: ignore[arg-type]
    await gate.arrival()
    platform.next("bulk_other_ids", where="/v2/bulk")
    platform.set_state(job, "COMPLETED")
    gate.release()
    done = await watching
    assert done.code == 0
    assert done.err.splitlines()[1:] == ["cgc-tui: no response for 1 of 1 job"]
