"""The time until the app shows something, relative to a minimal Textual app with such a table."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure
from tests.bench.session import running, serving
from tests.support.early import BEFORE_THE_PAINT, BY_A_COMMAND

RUNS = 15
LATENCY_MS = 300


def measure() -> Iterator[Figure]:
    """Measure the start, alternating with the baseline; figures are medians of the ratios."""
    yield Figure("parts of the HTTP library imported before the first paint", _early(), "", maximum=0)
    yield Figure("--version, --help and list that import Textual or Rich", _drawing(), "", maximum=0)
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
    yield Figure("first paint, against a bare Textual table", median(paints), "×", maximum=1.15, timed=True)
    yield Figure("first rows from a loopback server, likewise", median(rows), "×", maximum=1.5, timed=True)
    yield Figure(
        f"what {LATENCY_MS} ms of latency add to the first rows",
        1000 * median(added),
        "ms",
        maximum=200,
        timed=True,
    )


def _early() -> int:
    """Return the number of parts of the HTTP library that are imported before the first paint."""
    with serving("--jobs", "100") as environ, running("-c", BEFORE_THE_PAINT, environ=environ) as session:
        session.until(b"TCGA-")
        path = Path(session.home, "early")
        return len(path.read_text().splitlines()) if path.exists() else 0


def _drawing() -> int:
    """Return the number of commands that import Textual or Rich."""
    with serving("--jobs", "100") as environ:
        reports = [
            subprocess.run(
                [sys.executable, "-c", BY_A_COMMAND, command],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, **environ},
            ).stderr
            for command in ("--version", "--help", "list")
        ]
    return sum(not text.endswith("[]\n") for text in reports)


def _bare() -> float:
    """Return the seconds until the baseline shows its rows."""
    with running("-m", "tests.bench.bare") as session:
        return session.until(b"TCGA-")


def _ours(environ: Mapping[str, str]) -> tuple[float, float]:
    """Return the seconds until the app shows its frame, and until its rows."""
    with running("-m", "cgc_tui", environ=environ) as session:
        return session.until(b"Pending"), session.until(b"TCGA-")
