"""What the app costs while nobody does anything, and while a server hangs."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.bench.session import Session, running, serving

SECONDS = 20.0
HUNG_SECONDS = 8.0


def measure() -> Iterator[Figure]:
    """Measure processor time, wake-ups, memory; the refreshes go on meanwhile."""
    with running("-m", "tests.bench.bare") as bare:
        bare.until(b"TCGA-")
        bare.quiet(1.0)
        baseline = bare.memory()
    with serving("--jobs", "12000") as environ, running("-m", "cgc_tui", environ=environ) as session:
        session.until(b"TCGA-")
        session.quiet(1.5)
        wake_ups = session.wake_ups()
        _, share = _watched(session, SECONDS)
        yield Figure("idle: processor time", 100 * share, "%", most=0.5, timed=True)
        yield Figure("idle: wake-ups a second", (session.wake_ups() - wake_ups) / SECONDS, "")
        session.painted(b"/TCGA\r", b"searched")
        session.quiet(1.0)
        over = session.memory() - 1.5 * baseline
        yield Figure("memory with 12,000 jobs known, over 1.5 × the bare app's", over / 2**20, "MB", most=20)
    with (
        serving("--jobs", "100", "--silent") as environ,
        running("-m", "cgc_tui", environ=environ) as session,
    ):
        session.until(b"Pending")
        session.quiet()
        sent, share = _watched(session, HUNG_SECONDS)
        yield Figure("a server that hangs: bytes a second", sent / HUNG_SECONDS, "B", most=1_500)
        yield Figure("a server that hangs: processor time", 100 * share, "%", most=3, timed=True)


def _watched(session: Session, seconds: float) -> tuple[int, float]:
    """Return the bytes written in that time, and the share of a processor that was used."""
    began, used = len(session.raw), session.processor()
    session.during(seconds)
    return len(session.raw) - began, (session.processor() - used) / seconds
