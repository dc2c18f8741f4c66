"""All screens, each with its app and the keys that open it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from cgc_tui.demo import SimulatedPlatform, Switches
from cgc_tui.tui.app import CgcApp
from tests.support.app import MakeApp, rest, shown
from tests.support.clock import Clock

Steps = Callable[[Pilot[None]], Awaitable[None]]


def steps(*parts: str) -> Steps:
    """Return a function that prepares a screen: `?text` waits for a text, anything else is a key."""

    async def run(pilot: Pilot[None]) -> None:
        for part in parts:
            if part.startswith("?"):
                await shown(pilot, part[1:])
            else:
                await pilot.press(part)
        await rest(pilot)
        for line in pilot.app.screen.query(Input):
            line.cursor_blink = False
        await pilot.pause()

    return run


READY = ("?0 All 4,001", "?rosalind ")


class Stage(NamedTuple):
    """The fixtures of a scene."""

    make_app: MakeApp
    platform: SimulatedPlatform
    clock: Clock


Scene = Callable[[Stage], tuple[CgcApp, Steps]]


def by_keys(*parts: str, write: bool = False) -> Scene:
    """Return the scene that keys open from the list."""
    return lambda stage: (stage.make_app(simulated=True, write=write), steps(*READY, *parts))


def _token(stage: Stage) -> tuple[CgcApp, Steps]:
    app = stage.make_app(simulated=True, token=None, source=None)
    app._session.credentials.path = Path("~/.config/cgc-tui/credentials")
    return app, steps("?Get a token at", *"no-token", "enter", "?The platform refused")


def _stale(stage: Stage) -> tuple[CgcApp, Steps]:
    async def before(pilot: Pilot[None]) -> None:
        await steps(*READY)(pilot)
        stage.clock.seconds += 240
        stage.platform.fail("maintenance")
        await steps("r", "?4 min old")(pilot)

    return stage.make_app(simulated=True), before


def _empty(stage: Stage) -> tuple[CgcApp, Steps]:
    stage.platform.remove_jobs(stage.platform.ids())
    return stage.make_app(simulated=True), steps("?started by rosalind")


def _hostile(stage: Stage) -> tuple[CgcApp, Steps]:
    stage.platform.switches.hostile_names = True
    return stage.make_app(simulated=True), steps(*READY)


PLAN = ("T", "?Nothing sent yet")
QUESTION = (*PLAN, "enter", "?Type 172")

SCENES: dict[str, Scene] = {
    "list": by_keys(),
    "second-page": by_keys("]", "?51–100 of", "down", "down"),
    "failed-jobs": by_keys("4", "?of 172 · page 1 of 4 · newest first", "down"),
    "failure": by_keys("enter", "?9105"),
    "filter": by_keys("f", "?rosalind/luad-rnaseq"),
    "find": by_keys("slash", "0", "0", "0", "1", "?on this page match"),
    "find-all": by_keys("slash", *"~-0001[0-9]\\.bam", "enter", "?searched all 4,001"),
    "nothing-found": by_keys("slash", *"zzzz", "?No match on this page"),
    "sorted": by_keys("s", "?Sort this page by", "down", "down", "enter", "?sorted by name (this page)"),
    "marked": by_keys("space", "down", "shift+down", "shift+down", "?4 marked"),
    "failures": by_keys("F", "?failed jobs by cause", "down", "?Check"),
    "cause": by_keys("F", "?failed jobs by cause", "enter", "?newest first"),
    "batches": by_keys("b", "?Batches"),
    "batch": by_keys("b", "?Batches", "enter", "?newest first"),
    "export": by_keys("space", "E", "?Export jobs to a file"),
    "help": by_keys("question_mark", "?Next page"),
    "copy-menu": by_keys("Y", "?source key"),
    "json": by_keys("J", '?"href"'),
    "token": _token,
    "stale": _stale,
    "empty": _empty,
    "hostile": _hostile,
    "retry-plan": by_keys(*PLAN, write=True),
    "retry-question": by_keys(*QUESTION, write=True),
    "retry-sent": by_keys(*QUESTION, *"172", "enter", "?Watching the new", "down", write=True),
}

MORE: dict[str, Scene] = {
    "requests": by_keys("exclamation_mark", "?Request log"),
    "commands": by_keys("colon", "?Search for commands"),
    "web-page": by_keys("o", "?Web page"),
}
"""Scenes that vary a little each time, or are Textual's."""


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    """Return a platform with 4,001 jobs; the newest has failed."""
    platform = SimulatedPlatform(jobs=4000, clock=clock.unix, switches=Switches(doubled_host=True))
    platform.add_jobs(1, "FAILED", error=9105)
    return platform


@pytest.fixture
def stage(make_app: MakeApp, platform: SimulatedPlatform, clock: Clock) -> Stage:
    """Return the fixtures of scenes."""
    return Stage(make_app, platform, clock)
