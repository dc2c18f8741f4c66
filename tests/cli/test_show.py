"""`show`: one job, several jobs, and missing ones."""

from __future__ import annotations

import json

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.error_hints import hint_for
from tests.support.commands import Command


def failed(platform: SimulatedPlatform) -> dict[str, object]:
    records = map(platform.job, platform.ids())
    return next(record for record in records if record["state"] == "FAILED")


async def test_a_failed_job_is_shown_with_its_error_and_a_hint(
    command: Command, platform: SimulatedPlatform
) -> None:
    record = failed(platform)
    result = await command("show", str(record["id"]))
    error = record["error"]
    assert isinstance(error, dict)
    lines = result.out.splitlines()
    hint = hint_for(error["code"])
    assert hint is not None
    reason = [f"✗ FAILED   {error['code']}", error["message"], hint.meaning, hint.check, hint.fix]
    assert lines[:5] == reason
    assert f"Id           {record['id']}" in lines
    assert any(line.startswith("Started      20") for line in lines)
    assert result.code == 0


async def test_a_href_names_a_job(command: Command, platform: SimulatedPlatform) -> None:
    record = failed(platform)
    result = await command("show", str(record["href"]), "--json")
    assert json.loads(result.out) == [record]
    assert platform.requests[-1].path == f"/v2/storage/imports/{record['id']}"


async def test_several_jobs_are_one_request_and_keep_their_order(
    command: Command, platform: SimulatedPlatform
) -> None:
    ids = platform.ids()[5:2:-1]
    result = await command("show", "--json", *ids, ids[0])
    assert [record["id"] for record in json.loads(result.out)] == ids
    assert [call.path for call in platform.requests] == ["/v2/bulk/storage/imports/get"]
    assert (await command("show", *ids)).out.count("\nId           ") == 3


async def test_missing_jobs_are_reported_and_the_others_are_shown(
    command: Command, platform: SimulatedPlatform
) -> None:
    known, foreign = platform.ids()[:2]
    result = await command("show", "nothing", known)
    assert result.code == 1
    assert known in result.out
    assert result.err == "cgc-tui: nothing: Requested import job does not exist.\n"
    platform.switches.foreign = frozenset({foreign})
    assert (await command("show", foreign, "nothing", known)).code == 4


async def test_a_single_missing_job_is_reported_likewise(command: Command) -> None:
    result = await command("show", "nothing")
    assert (result.code, result.out) == (1, "")
    assert result.err == "cgc-tui: nothing: Requested import job does not exist.\n"
    assert (await command("show", "nothing", "--json")).out == "[]\n"
