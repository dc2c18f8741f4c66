"""The command palette: every action with its key, names as in `:q`, and the user's projects."""

from __future__ import annotations

import re

import pytest
from textual.command import CommandList, CommandPalette
from textual.pilot import Pilot

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.failures.screen import FailuresScreen
from tests.support.app import Start, shown, text_of
from tests.support.params import mostly_slow

PROJECTS = "/v2/projects"


async def type_command(pilot: Pilot[None], text: str, first: str) -> str:
    """Type into the palette, and wait until a command is the first one; return the screen."""
    await pilot.press("colon")
    await shown(pilot, "Search for commands")
    assert isinstance(pilot.app.screen, CommandPalette)
    await pilot.press(*text)
    return await first_is(pilot, first)


async def first_is(pilot: Pilot[None], first: str) -> str:
    """Wait until a command is the first one; return the screen."""
    commands = pilot.app.screen.query_one(CommandList)
    for _ in range(400):
        if commands.option_count and first in str(commands.get_option_at_index(0).prompt):
            return text_of(pilot.app)
        await pilot.pause(0.01)
    raise AssertionError(f"no {first!r} at the top:\n{text_of(pilot.app)}")


async def test_each_command_has_its_key_on_its_line(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("ctrl+p")
        await first_is(pilot, "All states")
        commands = pilot.app.screen.query_one(CommandList)
        prompts = [str(option.prompt) for option in commands.options]
        for line in ("F           Failures by cause", "q           Quit", "            Choose theme"):
            assert line in prompts
        assert len(prompts) >= 35
        assert not any("\n" in prompt or "Screenshot" in prompt for prompt in prompts)


@pytest.mark.parametrize("text", mostly_slow([":q", "q", "quit"]))
async def test_q_quits(start: Start, text: str) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await type_command(pilot, text, "Quit")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert pilot.app._exit


async def test_a_name_opens_a_screen(start: Start, platform: SimulatedPlatform) -> None:
    platform.add_jobs(2, "FAILED")
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await type_command(pilot, "failures", "Failures by cause")
        await pilot.press("enter")
        await shown(pilot, "failed jobs by cause")
        assert isinstance(pilot.app.screen, FailuresScreen)


async def test_a_similar_title_is_found(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        screen = await type_command(pilot, "failed jobs", "4           Failed jobs")
        assert re.search(r"4 +Failed jobs", screen)
        await pilot.press("enter")
        await shown(pilot, "of 9 · page 1 of 1 · newest first")


@pytest.mark.parametrize(
    "text",
    mostly_slow([":wgs-germline", "project wgs-germline", "wgs-germline", "rosalind/wgs-germline"], fast=2),
)
async def test_a_project_filters_the_list(start: Start, text: str) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("4")
        await shown(pilot, "of 9 · page 1 of 1 · newest first")
        await type_command(pilot, text, "Project rosalind/wgs-germline")
        await pilot.press("enter")
        await shown(pilot, "wgs-germline ✕")
        assert pilot.app.screen.job_query == JobQuery(states=("FAILED",), project="rosalind/wgs-germline")


async def test_known_projects_do_not_wait_for_the_others(start: Start, platform: SimulatedPlatform) -> None:
    known = platform.job(platform.ids()[0])["destination"]["project"]
    gate = platform.gate(PROJECTS)
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await type_command(pilot, known.rpartition("/")[2], f"Project {known}")
        await pilot.press("escape")
        gate.release()


async def test_projects_without_loaded_jobs_are_found(start: Start) -> None:
    async with start(query=JobQuery(project="rosalind/wgs-germline")) as pilot:
        await shown(pilot, "page 1 of")
        await type_command(pilot, "brca", "Project rosalind/brca-pilot")


async def test_a_whole_id_is_offered_where_projects_cannot_be_listed(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.fail("maintenance", where=PROJECTS)
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await type_command(pilot, "someone/[b]else", "Project someone/[b]else")
        await pilot.press("enter")
        await shown(pilot, "[b]else ✕")
