"""Repeated failures of the refresh, and when to retry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cgc_tui.domain.errors import CgcError, RateLimited

MAX_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class RefreshFailure:
    """An error that occurred `count` times in a row; `retry_at` is None for no automatic retry."""

    error: CgcError
    count: int = 1
    retry_at: datetime | None = None

    @classmethod
    def next(
        cls, error: CgcError, previous: RefreshFailure | None, now: datetime, *, interval: float
    ) -> RefreshFailure:
        """Return the state after one more failure.

        For the same error the wait doubles each time, up to a minute; a rate limit has its own wait. After
        an error that waiting cannot fix, the next refresh is after `interval` (seconds, 0 for none), at
        least a minute.
        """
        count = previous.count + 1 if previous is not None and previous.error.summary == error.summary else 1
        wait = error.retry_after
        if wait is None:
            wait = max(interval, MAX_WAIT) if interval else None
        elif not isinstance(error, RateLimited):
            wait = min(wait * 2 ** min(count - 1, 10), max(wait, MAX_WAIT))
        return cls(error, count, None if wait is None else now + timedelta(seconds=wait))
