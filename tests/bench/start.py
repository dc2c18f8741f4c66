"""How soon there is something to see, against the barest Textual app with such a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median

from tests.bench.figure import Figure
from tests.bench.session import running, serving

RUNS = 15
LATENCY_MS = 300


def measure() -> Iterator[Figure]:
    """Measure the start, each run next to one of the baseline; the figures are medians of the ratios."""
    paints, rows, added = [], [], []
    with (
        serving("--jobs", "12000") as near,
        serving("--jobs", "12000", "--latency-ms", str(LATENCY_MS)) as far,
    ):
        for _ in range(RUNS):
            bare = _bare()
            paint, row = _ours(near)
            paints.append(paint / bare)
            rows.append(row / bare)
            added.append(_ours(far)[1] - row)
    yield Figure("first paint, against a bare Textual table", median(paints), "×", most=1.15)
    yield Figure("first rows from a loopback server, likewise", median(rows), "×", most=1.5)
    yield Figure(
        f"what {LATENCY_MS} ms of latency add to the first rows", 1000 * median(added), "ms", most=200
    )


def _bare() -> float:
    """Return the seconds until the baseline shows its rows, which it has from the start."""
    with running("-m", "tests.bench.bare") as session:
        return session.until(b"TCGA-")


def _ours(environ: Mapping[str, str]) -> tuple[float, float]:
    """Return the seconds until the app shows its frame, and its rows."""
    with running("-m", "cgc_tui", environ=environ) as session:
        return session.until(b"Pending"), session.until(b"TCGA-")
