"""`cgc-tui failures`: the same causes as on the screen, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from cgc_tui.demo import SimulatedPlatform
from tests.support.clock import Clock
from tests.support.commands import Command
from tests.support.platforms import platform_with_causes


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    return platform_with_causes(clock)


async def test_text_has_the_causes_with_hints(command: Command, platform: SimulatedPlatform) -> None:
    done = await command("failures")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        "161 failed · all jobs · updated 2026-03-14 12:00:00 UTC\n\n    120  75 %  9105 "
    )
    assert "Meaning      No object with this key exists on the volume.\n" in done.out
    assert "Source       rosalind/tcga-raw 120\n" in done.out
    unknown = done.out[done.out.index("424242") :]
    assert unknown.startswith("424242 Unexpected error.\n               When         today 12:00\n")
    assert len(platform.requests) == 2


async def test_filters_limit_the_jobs(command: Command) -> None:
    done = await command("failures", "--volume", "rosalind/results", "--project", "rosalind/wgs-germline")
    assert done.out.startswith(
        "41 failed · project rosalind/wgs-germline · volume rosalind/results · updated"
    )


async def test_json_has_counts_and_ids(command: Command, platform: SimulatedPlatform) -> None:
    reported = json.loads((await command("failures", "--json")).out)
    assert (reported["as_of"], reported["failed"], reported["project"]) == ("2026-03-14T12:00:00Z", 161, None)
    assert [(cause["code"], cause["jobs"]) for cause in reported["causes"]] == [
        (9105, 120),
        (9108, 40),
        (424242, 1),
    ]
    ids = [job_id for cause in reported["causes"] for job_id in cause["ids"]]
    assert sorted(ids) == sorted(i for i in platform.ids() if platform.job(i)["state"] == "FAILED")
    first, last = reported["causes"][0], reported["causes"][-1]
    assert (first["volumes"], first["projects"]) == ({"rosalind/tcga-raw": 120}, {"rosalind/brca-pilot": 120})
    assert first["mend"] == 'Correct the key; folder keys end with "/".'
    assert (last["message"], last["means"], last["mend"]) == ("Unexpected error.", None, None)


async def test_hostile_messages_are_sanitized(command: Command, platform: SimulatedPlatform) -> None:
    platform.switches.hostile_names = True
    for arguments in (("failures",), ("failures", "--json")):
        done = await command(*arguments)
        assert not any(ord(letter) < 32 and letter != "\n" for letter in done.out)
        done.out.encode()


async def test_no_failures_are_no_causes(command: Command, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids())
    done = await command("failures")
    assert (done.code, done.out.split(" · ")[0]) == (0, "0 failed")
    assert json.loads((await command("failures", "--json")).out)["causes"] == []


async def test_unreadable_records_are_reported_with_exit_code_3(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.switches.unreadable_items = True
    done = await command("failures")
    assert done.code == 3
    assert "4 records could not be read" in done.err
