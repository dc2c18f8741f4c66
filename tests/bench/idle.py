"""The cost of the app while it is idle, and while a server does not respond."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.bench.session import Session, running, serving

SECONDS = 20.0
HUNG_SECONDS = 8.0


def measure() -> Iterator[Figure]:
    """Measure processor time, wake-ups and memory, with automatic refreshes."""
    with running("-m", "tests.bench.bare") as bare:
        bare.until(b"TCGA-")
        bare.quiet(1.0)
        baseline = bare.memory()
    with serving("--jobs", "12000") as environ, running("-m", "cgc_tui", environ=environ) as session:
        session.until(b"TCGA-")
        session.quiet(1.5)
        wake_ups = session.wake_ups()
        _, share = _usage(session, SECONDS)
        yield Figure("idle: processor time", 100 * share, "%", maximum=0.5, timed=True)
        yield Figure("idle: wake-ups a second", (session.wake_ups() - wake_ups) / SECONDS, "")
        session.painted(b"/TCGA\r", b"searched")
        session.quiet(1.0)
        over = session.memory() - 1.5 * baseline
        yield Figure(
            "memory with 12,000 jobs known, over 1.5 × the bare app's", over / 2**20, "MB", maximum=20
        )
    with (
        serving("--jobs", "100", "--silent") as environ,
        running("-m", "cgc_tui", environ=environ) as session,
    ):
        session.until(b"Pending")
        session.quiet()
        sent, share = _usage(session, HUNG_SECONDS)
        yield Figure("a server that hangs: bytes a second", sent / HUNG_SECONDS, "B", maximum=1_500)
        yield Figure("a server that hangs: processor time", 100 * share, "%", maximum=3, timed=True)


def _usage(session: Session, seconds: float) -> tuple[int, float]:
    """Return the bytes written within `seconds`, and the share of a processor."""
    start, used = len(session.raw), session.processor()
    session.during(seconds)
    return len(session.raw) - start, (session.processor() - used) / seconds
