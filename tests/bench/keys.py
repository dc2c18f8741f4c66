"""The time until a key shows its effect, and until a prefetched page is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random
from statistics import median, quantiles

from tests.bench.figure import Figure
from tests.bench.session import Session, running, serving

RUNS = 30
LATENCY_MS = 400
ESCAPE = b"\x1b[27u"
"""The key Esc as one complete sequence, which needs no time-out."""


def measure() -> Iterator[Figure]:
    """Measure at 120×36; figures are ratios within a session."""
    options = ("--jobs", "12000", "--rate-limit", "1000000", "--latency-ms", "100")
    with serving(*options) as environ, _app(environ) as session:
        rest = _closing_time(session, b"?", b"Keyboard")
        load = _closing_time(session, b"/TCGA\r", b"Cancel")
        yield Figure("Esc closes a dialog at rest, p95", 1000 * rest, "ms")
        yield Figure("the same while 12,000 jobs load, against that", load / rest, "×", maximum=4, timed=True)
    with serving("--jobs", "12000", "--latency-ms", str(LATENCY_MS)) as environ, _app(environ) as session:
        cursor = median(session.settled(b"j") for _ in range(RUNS))
        turns = []
        for _ in range(RUNS // 3):
            session.quiet(4 * LATENCY_MS / 1000)
            turns.append(session.settled(b"]"))
        yield Figure(
            "a page fetched ahead, against a cursor key", median(turns) / cursor, "×", maximum=3, timed=True
        )


@contextmanager
def _app(environ: Mapping[str, str]) -> Iterator[Session]:
    with running("-m", "cgc_tui", "--refresh", "0", size=(120, 36), environ=environ) as session:
        session.until(b"TCGA-")
        session.quiet(1.0)
        yield session


def _closing_time(session: Session, opening: bytes, marker: bytes) -> float:
    """Return the 95th percentile of the seconds from Esc in a dialog until the rows are shown again."""
    rng, times = Random(1), []
    for _ in range(RUNS):
        session.painted(opening, marker)
        session.during(rng.uniform(0.0, 0.15))
        times.append(session.painted(ESCAPE, b"TCGA-"))
        session.press(ESCAPE)
    return quantiles(times, n=20)[-1]
