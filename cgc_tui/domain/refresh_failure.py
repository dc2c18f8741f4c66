"""A failure that lasts: how often it came, and when the platform is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cgc_tui.domain.errors import CgcError, RateLimited

LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, `times` in a row; `again_at` is None where nothing is asked by itself."""

    error: CgcError
    times: int = 1
    again_at: datetime | None = None

    @classmethod
    def after(cls, error: CgcError, before: Trouble | None, now: datetime, *, usual: float) -> Trouble:
        """Return the trouble after one more failure.

        The same failure is counted, and waited for twice as long each time, up to a minute; a rate limit
        says itself how long. What cannot be mended by waiting is still asked for at the `usual` times
        (seconds, 0 for none), but not more than once a minute.
        """
        times = before.times + 1 if before is not None and before.error.what == error.what else 1
        wait = error.retry_after
        if wait is None:
            wait = max(usual, LONGEST_WAIT) if usual else None
        elif not isinstance(error, RateLimited):
            wait = min(wait * 2 ** min(times - 1, 10), max(wait, LONGEST_WAIT))
        return cls(error, times, None if wait is None else now + timedelta(seconds=wait))
