"""How soon a key shows its effect, and a page that was fetched ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from statistics import median, quantiles

from tests.bench.figure import Figure
from tests.bench.session import Session, running, serving

RUNS = 30
LATENCY_MS = 400


def measure() -> Iterator[Figure]:
    """Measure at 120×36; the figures are ratios within one session."""
    with serving("--jobs", "12000") as environ, _app(environ) as session:
        yield Figure("key latency at rest, p95", 1000 * _marked(session), "ms")
    with serving("--jobs", "12000", "--latency-ms", str(LATENCY_MS)) as environ, _app(environ) as session:
        cursor = median(session.settled(b"j") for _ in range(RUNS))
        turns = []
        for _ in range(RUNS // 3):
            session.quiet(4 * LATENCY_MS / 1000)
            turns.append(session.settled(b"]"))
        yield Figure("a page fetched ahead, against a cursor key", median(turns) / cursor, "×", most=3)


def _app(environ: Mapping[str, str]) -> AbstractContextManager[Session]:
    return running("-m", "cgc_tui", "--refresh", "0", size=(120, 36), environ=environ)


def _marked(session: Session) -> float:
    """Return the 95th percentile of the seconds until a key that changes a word has changed it."""
    times = []
    for _ in range(RUNS):
        times.append(session.painted(b"t", b"UTC"))
        session.press(b"t")
    return quantiles(times, n=20)[-1]
