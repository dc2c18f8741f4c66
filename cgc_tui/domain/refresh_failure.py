"""A failure that lasts: how often it came, and when the platform is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cgc_tui.domain.errors import CgcError, RateLimited

MAX_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class RefreshFailure:
    """What went wrong, `count` in a row; `retry_at` is None where nothing is asked by itself."""

    error: CgcError
    count: int = 1
    retry_at: datetime | None = None

    @classmethod
    def next(
        cls, error: CgcError, previous: RefreshFailure | None, now: datetime, *, interval: float
    ) -> RefreshFailure:
        """Return the trouble after one more failure.

        The same failure is counted, and waited for twice as long each time, up to a minute; a rate limit
        says itself how long. What cannot be mended by waiting is still asked for at the `interval` times
        (seconds, 0 for none), but not more than once a minute.
        """
        count = previous.count + 1 if previous is not None and previous.error.summary == error.summary else 1
        wait = error.retry_after
        if wait is None:
            wait = max(interval, MAX_WAIT) if interval else None
        elif not isinstance(error, RateLimited):
            wait = min(wait * 2 ** min(count - 1, 10), max(wait, MAX_WAIT))
        return cls(error, count, None if wait is None else now + timedelta(seconds=wait))
