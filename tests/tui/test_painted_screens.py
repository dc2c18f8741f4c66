"""All screens on an emulated terminal that gets only the changed cells, and the number of bytes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual._compositor import CompositorUpdate
from textual.drivers import headless_driver
from textual.pilot import Pilot
from textual.widgets import DataTable

from cgc_tui.config.settings import Settings
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.tui.terminal.diff.screen_differ import ScreenDiffer
from tests.support.app import MakeApp, shown
from tests.support.painted import Emulator, needed
from tests.support.params import mostly_slow
from tests.support.scenes import MORE, READY, SCENES, Stage, platform, stage, steps


class Viewer:
    """An emulated terminal behind a `ScreenDiffer`, which counts the bytes of the app's output.

    `plain` are the bytes from Textual, `diffed` those sent to the terminal, `needed` those that a simple
    writer needs for the changed cells.
    """

    def __init__(self) -> None:
        self.plain = self.diffed = self.needed = 0
        self._differ = ScreenDiffer()
        self._emulator = Emulator((1, 1))
        self._cells = self._emulator.cells()

    def show(self, data: str, size: tuple[int, int]) -> None:
        """Process output of Textual."""
        if (self._emulator.columns, self._emulator.lines) != size:
            self._emulator = Emulator(size)
            self._cells = self._emulator.cells()
        output = self._differ.diff(data, size)
        self.plain += len(data.encode())
        self.diffed += len(output.encode())
        if output:
            before = self._cells
            self._emulator.feed(output)
            self._cells = self._emulator.cells()
            self.needed += needed(before, self._cells)

    def settle(self) -> int:
        """Return the number of sent bytes since the last call, and reset the counters."""
        written, self.plain, self.diffed, self.needed = self.diffed, 0, 0, 0
        return written

    async def shows_all(self, pilot: Pilot[None]) -> None:
        """Wait until it shows the same cells as after a full repaint by Textual."""
        for _ in range(400):
            await pilot.pause()
            app = pilot.app
            update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
            assert isinstance(update, CompositorUpdate)
            whole = Emulator(app.size)
            whole.feed(update.render_segments(app.console))
            if whole.cells() == self._cells:
                return
        assert whole.cells() == self._cells


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Viewer]:
    """Return a viewer to which the app writes in 256 colours, as over SSH."""
    viewer = Viewer()

    class Watched(headless_driver.HeadlessDriver):
        @property
        def is_headless(self) -> bool:
            return False

        def write(self, data: str) -> None:
            viewer.show(data, self._app.size)

    monkeypatch.setattr(headless_driver, "HeadlessDriver", Watched)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    return viewer


slow = pytest.mark.slow

SHOWN = {name: scene for name, scene in (SCENES | MORE).items() if name != "hostile"}
"""The emulator has other widths for hostile names, which `terminal/test_diff.py` shows to tmux."""


@pytest.mark.parametrize(
    "size",
    [(80, 24), pytest.param((120, 36), marks=slow), pytest.param((200, 50), marks=slow)],
    ids=lambda size: f"{size[0]}x{size[1]}",
)
@pytest.mark.parametrize("name", mostly_slow(SHOWN, fast=("list", "failures", "retry-sent")))
async def test_a_screen(viewer: Viewer, stage: Stage, name: str, size: tuple[int, int]) -> None:
    app, before = SHOWN[name](stage)
    async with app.run_test(size=size, notifications=True) as pilot:
        await before(pilot)
        await viewer.shows_all(pilot)
        assert viewer.plain > 2 * viewer.diffed
        assert viewer.diffed <= viewer.needed * 1.05
        await pilot.resize_terminal(60, 15)
        await viewer.shows_all(pilot)


@slow
@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light"])
async def test_a_theme(viewer: Viewer, make_app: MakeApp, theme: str) -> None:
    app = make_app(simulated=True, settings=Settings(refresh=0, theme=theme))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await steps(*READY, "down", "p", "]")(pilot)
        await viewer.shows_all(pilot)
        assert viewer.diffed <= viewer.needed * 1.05


@slow
async def test_without_colour(viewer: Viewer, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with make_app(simulated=True).run_test(size=(80, 24), notifications=True) as pilot:
        await steps(*READY, "down", "]")(pilot)
        await viewer.shows_all(pilot)


async def test_bytes_at_80_by_24(viewer: Viewer, make_app: MakeApp, platform: SimulatedPlatform) -> None:
    async with make_app(simulated=True).run_test(size=(80, 24), notifications=True) as pilot:
        await steps(*READY)(pilot)
        assert 10_000 >= viewer.settle() > 0
        for keys, maximum in {
            "down": 400,
            "up": 400,
            "]": 4_000,
            "[": 4_000,
            "4": 4_000,
            "0": 4_000,
            "p": 4_000,
        }.items():
            await steps(keys)(pilot)
            await viewer.shows_all(pilot)
            assert viewer.plain >= 4 * viewer.diffed, keys
            assert maximum >= viewer.settle() > 0, keys
        await steps("p")(pilot)
        viewer.settle()
        table = pilot.app.screen.query_one(DataTable)
        await pilot.hover(table, offset=(5, 5))
        await viewer.shows_all(pilot)
        assert viewer.settle() <= 400
        platform.set_state(platform.ids()[3], "FAILED", error=9105)
        await steps("r", "?✗ 9105")(pilot)
        await viewer.shows_all(pilot)
        assert 400 >= viewer.settle() > 0  # 150 of them for the notice of the request


@slow
async def test_200_actions_send_few_more_bytes_than_needed(
    viewer: Viewer, make_app: MakeApp, platform: SimulatedPlatform
) -> None:
    platform.switches.hostile_names = False
    async with make_app(simulated=True).run_test(size=(80, 24), notifications=True) as pilot:
        await steps(*READY)(pilot)
        viewer.settle()
        for key in ("down", "down", "]", "4", "s", "p", "down", "0", "[", "p") * 20:
            await steps(key)(pilot)
        assert viewer.diffed <= 1.05 * viewer.needed
        assert viewer.diffed <= viewer.plain / 8


@slow
async def test_hostile_names(viewer: Viewer, make_app: MakeApp, platform: SimulatedPlatform) -> None:
    platform.switches.hostile_names = True
    async with make_app(simulated=True).run_test(size=(120, 36), notifications=True) as pilot:
        await steps(*READY)(pilot)
        for key in ("down", "down", "]", "[", "p"):
            await steps(key)(pilot)
        assert viewer.diffed < viewer.plain / 4
        await shown(pilot, "rosalind")
