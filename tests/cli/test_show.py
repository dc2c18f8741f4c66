"""`show`: one job, several, and those that are not there."""

from __future__ import annotations

import json

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.error_hints import hint_for
from tests.support.commands import Command


def failed(platform: SimulatedPlatform) -> dict[str, object]:
    records = map(platform.job, platform.ids())
    return next(record for record in records if record["state"] == "FAILED")


async def test_a_failed_job_is_shown_with_its_reason_and_a_hint(
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
    assert f"Id       {record['id']}" in lines
    assert any(line.startswith("Started  20") for line in lines)
    assert result.code == 0


async def test_a_href_is_as_good_as_an_id(command: Command, platform: SimulatedPlatform) -> None:
    record = failed(platform)
    result = await command("show", str(record["href"]), "--json")
    assert json.loads(result.out) == [record]
    assert platform.requests[-1].path == f"/v2/storage/imports/{record['id']}"


async def test_several_are_one_request_in_the_order_asked(
    command: Command, platform: SimulatedPlatform
) -> None:
    ids = platform.ids()[5:2:-1]
    result = await command("show", "--json", *ids, ids[0])
    assert [record["id"] for record in json.loads(result.out)] == ids
    assert [asked.path for asked in platform.requests] == ["/v2/bulk/storage/imports/get"]
    assert (await command("show", *ids)).out.count("\nId       ") == 3


async def test_what_is_not_there_is_told_beside_the_rest(
    command: Command, platform: SimulatedPlatform
) -> None:
    known, foreign = platform.ids()[:2]
    result = await command("show", "nothing", known)
    assert result.code == 1
    assert known in result.out
    assert result.err == "cgc-tui: nothing: Requested import job does not exist.\n"
    platform.switches.foreign = frozenset({foreign})
    assert (await command("show", foreign, "nothing", known)).code == 4


async def test_one_that_is_not_there_is_no_different(command: Command) -> None:
    result = await command("show", "nothing")
    assert (result.code, result.out) == (1, "")
    assert result.err == "cgc-tui: nothing: Requested import job does not exist.\n"
    assert (await command("show", "nothing", "--json")).out == "[]\n"
