"""The bytes that each action sends to the terminal, which do not depend on the machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from tests.bench.figure import Figure
from tests.bench.session import Session, running
from tests.support.painted import needed

SMALL, LARGE = (80, 24), (120, 36)
ACTIONS = 200
KEYS = (
    b"j",
    b"j",
    b"j",
    b"k",
    b"\x1b[6~",
    b"\x1b[5~",
    b"g",
    b"G",
    b"]",
    b"[",
    b"4",
    b"0",
    b"3",
    b"sj\r",
    b"S",
    b"t",
    b"p",
)


@contextmanager
def _app(
    size: tuple[int, int], *options: str, jobs: int = 12_000
) -> Iterator[tuple[Session, SimulatedPlatform]]:
    """Run the app on a platform whose jobs do not change, until its screen is complete."""
    platform = SimulatedPlatform(jobs=jobs)
    with LoopbackServer(platform) as server:
        environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
        with running("-m", "cgc_tui", *options, size=size, environ=environ) as session:
            session.until(b"TCGA-")
            session.quiet(1.5)
            yield session, platform


def measure() -> Iterator[Figure]:
    """Measure at 80×24 and at 120×36 with the detail pane, with 256 colours."""
    yield from _small()
    yield from _large()
    yield from _refreshes()
    yield from _random_actions()


def _small() -> Iterator[Figure]:
    with _app(SMALL, "--refresh", "0") as (session, _):
        rows = session.raw.rfind(b"TCGA-")
        yield Figure("start until the last row begins, 80×24", rows, "B", maximum=8_000)
        yield Figure("start to the settled list", len(session.raw), "B", maximum=10_000)
        session.press(b"j")
        yield Figure("cursor down, pane closed", session.press(b"j"), "B", maximum=400)
        yield Figure("page turn", session.press(b"]"), "B", maximum=4_000)
        yield Figure("state filter", session.press(b"4"), "B", maximum=4_000)
        session.press(b"0")
        yield Figure("detail opened over the list", session.press(b"\r"), "B", maximum=4_000)
        yield Figure("detail closed again", session.press(b"\x1b"), "B", maximum=4_000)
        yield Figure("mouse over a row", session.press(b"\x1b[<35;20;12M"), "B", maximum=400)


def _large() -> Iterator[Figure]:
    with _app(LARGE, "--refresh", "0") as (session, _):
        session.press(b"j")
        yield Figure("cursor down, pane open, 120×36", session.press(b"j"), "B", maximum=1_500)
        yield Figure("pane closed", session.press(b"p"), "B", maximum=4_000)
        yield Figure("pane opened", session.press(b"p"), "B", maximum=4_000)


def _refreshes() -> Iterator[Figure]:
    """Measure automatic refreshes with and without a change; the time is shown with seconds below ten."""
    with _app(SMALL, "--refresh", "10") as (session, platform):
        yield Figure("twenty seconds of refreshes without a change", session.quiet(20.0), "B", maximum=60)
        pending = next(job for job in platform.ids() if platform.job(job)["state"] == "PENDING")
        platform.set_state(pending, "RUNNING")
        yield Figure("one job changes its state in a refresh", session.quiet(12.0), "B", maximum=250)
    with _app(SMALL, "--refresh", "2") as (session, _):
        before = len(session.raw)
        session.during(10.0)
        sent = len(session.raw) - before
        yield Figure("ten seconds of refreshes every 2 s, with a new time each", sent, "B", maximum=350)


def _random_actions() -> Iterator[Figure]:
    """Measure many actions relative to the cells that they change."""
    rng, minimum = random.Random(1), 0
    with _app(LARGE, "--refresh", "0") as (session, _):
        cells, before = session.cells(), len(session.raw)
        for _ in range(ACTIONS):
            session.press(rng.choice(KEYS), 0.2)
            cells, old = session.cells(), cells
            minimum += needed(old, cells)
        sent = len(session.raw) - before
    yield Figure(f"{ACTIONS} actions", sent, "B")
    yield Figure("that against the cells that changed", sent / minimum, "×", maximum=1.5)
