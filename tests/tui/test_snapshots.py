"""Snapshots of the screens at 80×24 and 120×36. `make snapshots` updates them; check the result."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cgc_tui.config.settings import Settings
from tests.support.app import MakeApp
from tests.support.scenes import READY, SCENES, Stage, platform, stage, steps

SIZES = [(80, 24), (120, 36)]
Compare = Callable[..., bool]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
def test_screen(snap_compare: Compare, stage: Stage, name: str, size: tuple[int, int]) -> None:
    app, before = SCENES[name](stage)
    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light"])
def test_theme(snap_compare: Compare, make_app: MakeApp, theme: str) -> None:
    app = make_app(simulated=True, settings=Settings(refresh=0, theme=theme))
    assert snap_compare(app, terminal_size=(120, 36), run_before=steps(*READY))


def test_without_colour(snap_compare: Compare, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(simulated=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=steps(*READY, "down"))
