"""`cgc-tui watch --last-batch`: the jobs that it watches, and how many it searches."""

from __future__ import annotations

import asyncio

import pytest

from cgc_tui.demo import SimulatedPlatform
from tests.support.clock import Clock
from tests.support.commands import Command
from tests.support.platforms import PLACE, add_batch

OTHER = {"volume": "rosalind/results", "project": "rosalind/luad-rnaseq"}


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    platform = SimulatedPlatform(jobs=0, clock=clock.unix)
    add_batch(platform, 30, "FAILED", hours=2, **PLACE)
    add_batch(platform, 12, "COMPLETED", **PLACE)
    return platform


async def test_only_the_last_batch_is_watched(command: Command) -> None:
    done = await command("watch", "--last-batch")
    assert done.code == 0
    assert done.out.startswith("12 jobs: 12 completed")
    assert "last batch: today 11:59, tcga-raw → brca-pilot, 12 jobs; 42 of 42 jobs searched" in done.err


async def test_the_last_batch_is_watched_until_all_jobs_have_ended(
    command: Command, platform: SimulatedPlatform
) -> None:
    pending = add_batch(platform, 2, "RUNNING", **PLACE)
    gate = platform.gate("/v2/bulk/storage/imports/get")
    watching = asyncio.create_task(command("watch", "--last-batch", "--interval", "1"))
    await gate.arrival()
    for job_id in pending:
        platform.set_state(job_id, "FAILED")
    gate.release()
    done = await watching
    assert done.code == 1
    assert "14 jobs: 12 completed, 2 failed" in done.out


async def test_filters_limit_the_search_for_the_last_batch(
    command: Command, platform: SimulatedPlatform
) -> None:
    add_batch(platform, 5, "COMPLETED", **OTHER)
    done = await command("watch", "--last-batch", "--project", "rosalind/brca-pilot")
    assert done.out.startswith("12 jobs")


async def test_a_batch_beyond_the_first_thousand_jobs_is_read_whole(
    command: Command, platform: SimulatedPlatform
) -> None:
    add_batch(platform, 1010, "COMPLETED", **OTHER)
    done = await command("watch", "--last-batch")
    assert done.out.startswith("1,010 jobs: 1,010 completed")
    assert "1,052 of 1,052 jobs searched" in done.err


async def test_no_more_than_a_thousand_jobs_are_read_if_they_hold_the_batch(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids())
    add_batch(platform, 1010, "COMPLETED", hours=3, **OTHER)
    add_batch(platform, 12, "COMPLETED", **PLACE)
    done = await command("watch", "--last-batch")
    assert done.out.startswith("12 jobs")
    assert "1,000 of 1,022 jobs searched" in done.err


async def test_an_unordered_list_is_read_whole(command: Command, platform: SimulatedPlatform) -> None:
    add_batch(platform, 1010, "COMPLETED", hours=30, **OTHER)
    platform.switches.shuffled = True
    done = await command("watch", "--last-batch")
    assert done.out.startswith("12 jobs")
    assert "1,052 of 1,052 jobs searched" in done.err


async def test_without_a_batch_it_exits_with_1(command: Command, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids()[1:])
    done = await command("watch", "--last-batch")
    assert (done.code, done.out) == (1, "")
    assert "of each other; 1 of 1 jobs searched" in done.err


@pytest.mark.parametrize("more", [("some-id",), ("--state", "FAILED")])
async def test_last_batch_excludes_ids_and_states(command: Command, more: tuple[str, ...]) -> None:
    assert (await command("watch", "--last-batch", *more)).code == 2
