"""Jobs, and the parts of the jobs screen on a host without an app."""

from __future__ import annotations

import pytest

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.tui.jobs import detail_loader, job_list
from tests.support.host import FakeHost


@pytest.fixture
def host() -> FakeHost:
    """Return a host without an app."""
    return FakeHost()


@pytest.fixture
def jobs() -> list[ImportJob]:
    """Return 25 jobs, every fifth of them failed."""
    return [ImportJob(str(number), "COMPLETED" if number % 5 else "FAILED") for number in range(25)]


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make requests without the pauses in which more keys may follow."""
    for name in ("TURN_PAUSE", "MIN_INTERVAL", "AHEAD_PAUSE"):
        monkeypatch.setattr(job_list, name, 0.0)
    monkeypatch.setattr(detail_loader, "REST_SECONDS", 0.0)
