"""Snapshots of the screens at 80×24 and 120×36. `make snapshots` updates them; check the result."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from cgc_tui.config.settings import Settings
from tests.support.app import MakeApp
from tests.support.params import mostly_slow
from tests.support.scenes import READY, SCENES, Stage, platform, stage, steps

WIDE = ("list", "failure", "failures", "retry-plan", "batch")
"""The screens that are arranged most differently where there is more room: also fast at 120×36."""

SIZES = [(80, 24), (120, 36)]
FAST = [(name, (80, 24)) for name in SCENES] + [(name, (120, 36)) for name in WIDE]
Compare = Callable[..., bool]


@pytest.mark.parametrize(
    ("name", "size"),
    mostly_slow(product(SCENES, SIZES), fast=FAST),
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
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
