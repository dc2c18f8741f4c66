"""A clock that only a test advances."""

from __future__ import annotations

from datetime import UTC, datetime

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that only a test advances; call it for the current time."""

    def __init__(self) -> None:
        self.seconds = NOON.timestamp()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def unix(self) -> float:
        return self.seconds
