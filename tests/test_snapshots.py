"""How the screens look, at 80×24 and at 120×36. `make snapshots` takes them anew: look at them then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.settings import Settings
from tests.conftest import Clock, MakeApp, rest, shown

SIZES = [(80, 24), (120, 36)]
Compare = Callable[..., bool]
Steps = Callable[[Pilot[None]], Awaitable[None]]


def steps(*parts: str) -> Steps:
    """Return what is done before the picture: `?words` waits for words, anything else is a key."""

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


@pytest.fixture
def platform(clock: Clock) -> SimulatedPlatform:
    platform = SimulatedPlatform(jobs=4000, clock=clock.unix)
    platform.add_jobs(1, "FAILED", error=9105)
    return platform


READY = ("?0 All 4,001", "?rosalind ")

SCREENS: dict[str, tuple[str, ...]] = {
    "list": READY,
    "second-page": (*READY, "]", "?51–100 of", "down", "down"),
    "failed-jobs": (*READY, "4", "?FAILED · sorted", "down"),
    "failure": (*READY, "enter", "?9105"),
    "filter": (*READY, "f", "?rosalind/luad-rnaseq"),
    "find": (*READY, "slash", "0", "0", "0", "1", "?loaded have"),
    "find-all": (*READY, "slash", *"~-0001[0-9]\\.bam", "enter", "?searched 4,001 of 4,001"),
    "nothing-found": (*READY, "slash", *"zzzz", "?None of the"),
    "sorted": (*READY, "s", "s", "?this page by name"),
    "marked": (*READY, "space", "down", "shift+down", "shift+down", "?4 marked"),
    "failures": (*READY, "F", "?failed jobs by cause", "down", "?Check"),
    "cause": (*READY, "F", "?failed jobs by cause", "enter", "?as found"),
    "batches": (*READY, "b", "?Batches"),
    "batch": (*READY, "b", "?Batches", "enter", "?as found"),
    "export": (*READY, "space", "E", "?1 marked]"),
    "help": (*READY, "question_mark", "?Next page"),
    "copy-menu": (*READY, "Y", "?source key"),
    "json": (*READY, "J", '?"href"'),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCREENS)
def test_screen(snap_compare: Compare, make_app: MakeApp, name: str, size: tuple[int, int]) -> None:
    app = make_app(simulated=True)
    assert snap_compare(app, terminal_size=size, run_before=steps(*SCREENS[name]))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_token_screen(
    snap_compare: Compare, make_app: MakeApp, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(simulated=True, token=None, source=None)
    monkeypatch.setattr(app._setup.credentials, "path", Path("~/.config/cgc-tui/credentials"))
    before = steps("?Get one at", *"no-token", "enter", "?The platform refused")
    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_stale_list(
    snap_compare: Compare,
    make_app: MakeApp,
    platform: SimulatedPlatform,
    clock: Clock,
    size: tuple[int, int],
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await steps(*READY)(pilot)
        clock.seconds += 240
        platform.fail("maintenance")
        await steps("r", "?STALE 4 min")(pilot)

    assert snap_compare(make_app(simulated=True), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_empty_list(
    snap_compare: Compare, make_app: MakeApp, platform: SimulatedPlatform, size: tuple[int, int]
) -> None:
    platform.remove_jobs(platform.ids())
    before = steps("?that rosalind started")
    assert snap_compare(make_app(simulated=True), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_hostile_names(
    snap_compare: Compare, make_app: MakeApp, platform: SimulatedPlatform, size: tuple[int, int]
) -> None:
    platform.switches.hostile_names = True
    assert snap_compare(make_app(simulated=True), terminal_size=size, run_before=steps(*READY))


RETRY: dict[str, tuple[str, ...]] = {
    "plan": ("T", "?Nothing is sent yet"),
    "question": ("T", "?Nothing is sent yet", "enter", "?Type 172"),
    "sent": ("T", "?Nothing is sent yet", "enter", "?Type 172", *"172", "enter", "?Watching the new", "down"),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", RETRY)
def test_retry(snap_compare: Compare, make_app: MakeApp, name: str, size: tuple[int, int]) -> None:
    app = make_app(simulated=True, write=True)
    assert snap_compare(app, terminal_size=size, run_before=steps(*READY, *RETRY[name]))


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light"])
def test_theme(snap_compare: Compare, make_app: MakeApp, theme: str) -> None:
    app = make_app(simulated=True, settings=Settings(refresh=0, theme=theme))
    assert snap_compare(app, terminal_size=(120, 36), run_before=steps(*READY))


def test_without_colour(snap_compare: Compare, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(simulated=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=steps(*READY, "down"))
