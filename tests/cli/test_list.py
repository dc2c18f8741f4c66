"""`list`: its formats, and that nothing is omitted silently."""

from __future__ import annotations

import csv
import io
import json

import pytest

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import Maintenance, NotFound, ServerError
from cgc_tui.domain.export_columns import COLUMNS
from tests.support.calls import page_from
from tests.support.commands import Command


@pytest.mark.parametrize("brief", [False, True])
async def test_json_is_the_platforms_own_records(
    command: Command, platform: SimulatedPlatform, brief: bool
) -> None:
    platform.switches.brief = brief
    platform.switches.bulk_omits_times = False
    result = await command("list", "--all", "--json")
    assert json.loads(result.out) == [platform.job(job_id) for job_id in platform.ids()]
    assert (result.code, result.err) == (0, "")


async def test_jsonl_has_a_record_per_line(command: Command, platform: SimulatedPlatform) -> None:
    result = await command("list", "--all", "--jsonl")
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == platform.ids()


@pytest.mark.parametrize(
    "arguments", [("list", "--jsonl"), ("list", "--all", "--jsonl"), ("list", "--json"), ("show", "--json")]
)
async def test_numbers_that_json_cannot_hold_are_null(
    command: Command, platform: SimulatedPlatform, arguments: tuple[str, ...]
) -> None:
    odd = {"result": {"size": float("nan")}, "weight": float("inf")}
    ids = platform.add_jobs(2, "COMPLETED", **odd)
    ended = await command(*arguments, *(ids if arguments[0] == "show" else ()))
    lines = ended.out.splitlines() if "--jsonl" in arguments else [ended.out]
    read = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    records = read if "--jsonl" in arguments else read[0]
    assert ended.code == 0
    assert [record["id"] for record in records[:2]] == ids
    assert [(record["result"], record["weight"]) for record in records[:2]] == [({"size": None}, None)] * 2


async def test_csv_and_tsv_have_the_documented_columns(command: Command, platform: SimulatedPlatform) -> None:
    platform.add_jobs(1, "FAILED", location="=cmd|' /C calc'!A1", name="=1+1")
    result = await command("list", "--csv", "--limit", "2")
    rows = list(csv.reader(io.StringIO(result.out)))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1][COLUMNS.index("name")] == "'=1+1"
    assert len(rows) == 3
    result = await command("list", "--limit", "2")
    assert result.out.splitlines()[0].split("\t") == list(COLUMNS)


async def test_keys_are_the_source_keys_alone(command: Command, platform: SimulatedPlatform) -> None:
    result = await command("list", "--all", "--state", "failed", "--keys")
    failed = [platform.job(job_id) for job_id in platform.ids()]
    assert result.out.splitlines() == [
        record["source"]["location"] for record in failed if record["state"] == "FAILED"
    ]


async def test_a_page_is_reported_as_part_of_the_list(command: Command, platform: SimulatedPlatform) -> None:
    result = await command("list", "--limit", "7", "--offset", "3", "--tsv")
    assert [line.split("\t")[0] for line in result.out.splitlines()[1:]] == platform.ids()[3:10]
    assert result.err == "cgc-tui: showing 7 of 230; use --all\n"
    platform.switches.total_header = False
    assert (await command("list")).err == "cgc-tui: showing 50 of 51+; use --all\n"


async def test_a_terminal_gets_a_table(
    command: Command, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = await command("list", "--state", "FAILED", "--limit", "5", terminal=True)
    lines = result.out.splitlines()
    assert lines[0].split() == ["State", "Name", "Id"]
    assert len(lines) == 6
    shown = [platform.job(line.split()[-1]) for line in lines[1:]]
    for line, job in zip(lines[1:], shown, strict=True):
        assert isinstance(job["error"], dict)
        assert line.startswith(f"✗ {job['error']['code']}  ")
    assert max(map(len, lines)) <= 80
    monkeypatch.setenv("COLUMNS", "70")
    narrow = (await command("list", "--limit", "5", terminal=True)).out.splitlines()
    assert narrow[0].split() == ["State", "Name", "Started", "Duration"]
    assert max(map(len, narrow)) <= 70
    monkeypatch.setenv("COLUMNS", "140")
    wide = (await command("list", "--state", "FAILED", "--limit", "5", terminal=True)).out.splitlines()
    assert wide[0].split()[-1] == "Id"
    assert max(map(len, wide)) <= 140
    assert wide[1].split()[-1] in platform.ids()


async def test_hostile_names_do_not_reach_a_terminal(command: Command, platform: SimulatedPlatform) -> None:
    platform.switches.hostile_names = True
    result = await command("list", "--all", terminal=True)
    assert "\x1b" not in result.out
    assert len(result.out.splitlines()) == 231


async def test_invisible_names_have_their_ids_in_the_table(
    command: Command, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ids = [platform.add_jobs(1, name=name)[0] for name in ("   ", "\u200b", "\u2800\u3164")]
    lines = (await command("list", "--limit", "3", terminal=True)).out.splitlines()[1:]
    for line, job_id, sign in zip(lines, reversed(ids), ("␣� ", "� ", "␣␣␣ "), strict=True):
        assert f"  {sign}{job_id[:4]}" in line
        assert job_id[-10:] in line


async def test_an_empty_table_explains_whose_jobs_are_listed(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.remove_jobs(platform.ids())
    result = await command("list", terminal=True)
    assert "only jobs that you started" in result.err


async def test_progress_is_drawn_on_a_terminal_and_cleared(command: Command) -> None:
    result = await command("list", "--all", "--tsv", terminal=True)
    assert "of 230 jobs\r" in result.err
    assert result.err.endswith(" \r")
    assert "\n" not in result.err
    assert (await command("list", "--all")).err == ""


async def test_all_excludes_a_window(command: Command) -> None:
    result = await command("list", "--all", "--limit", "5")
    assert (result.code, result.out) == (2, "")


async def test_unreadable_records_are_reported_with_exit_code_3(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.switches.unreadable_items = True
    for form in ("--json", "--jsonl"):
        result = await command("list", "--all", form)
        assert result.code == 3
        assert "6 records could not be read" in result.err


@pytest.mark.parametrize("form", ["--json", "--csv", "--keys"])
async def test_a_page_that_fails_leaves_no_output(
    command: Command, platform: SimulatedPlatform, form: str
) -> None:
    platform.fail("gateway_html", 502, where=page_from(100))
    with pytest.raises(ServerError):
        await command("list", "--all", form)


async def test_a_page_without_its_details_is_an_error(command: Command, platform: SimulatedPlatform) -> None:
    platform.switches.brief = True
    platform.fail("maintenance", where="/v2/bulk")
    with pytest.raises(Maintenance):
        await command("list", "--json")


async def test_a_project_that_does_not_exist_is_an_error(command: Command) -> None:
    with pytest.raises(NotFound):
        await command("list", "--project", "rosalind/none")
