"""The rate limit of the platform ("API rate limit")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cgc_tui.demo.switches import Switches

WINDOW_S = 300

EARLY_END_S = {"near": 3, "near 20 s": 20, "past": 1}
"""Value of the switch `rate_reset` → seconds after which an exhausted window ends."""


class RateLimit:
    """Counts calls in fixed windows of 300 s; the first begins when this is created."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._window_end = clock() + WINDOW_S
        self._used = 0

    def take(self, switches: Switches) -> bool:
        """Count a call; return False if the limit is exhausted."""
        self._advance()
        if self._used >= switches.rate_limit:
            early_end = self._clock() + EARLY_END_S.get(switches.rate_reset, WINDOW_S)
            self._window_end = min(self._window_end, early_end)
            return False
        self._used += 1
        return True

    def headers(self, switches: Switches) -> dict[str, str]:
        """Return the X-RateLimit headers."""
        self._advance()
        headers = {
            "x-ratelimit-limit": str(switches.rate_limit),
            "x-ratelimit-remaining": str(max(0, switches.rate_limit - self._used)),
        }
        if switches.rate_reset != "absent":
            headers["x-ratelimit-reset"] = self._reset(switches)
        return headers

    def record(self, switches: Switches) -> dict[str, Any]:
        """Return the body of "Get rate limit status"."""
        self._advance()
        rate = {
            "limit": switches.rate_limit,
            "remaining": max(0, switches.rate_limit - self._used),
            "reset": int(self._window_end) + clock_skew(switches),
        }
        if switches.rate_reset == "milliseconds":
            return {"rate": {**rate, "reset": rate["reset"] * 1000}}
        return {"rate": rate, "instance_limit": {"limit": -1, "remaining": -1}}

    def _advance(self) -> None:
        now = self._clock()
        if now >= self._window_end:
            self._window_end += WINDOW_S * (1 + (now - self._window_end) // WINDOW_S)
            self._used = 0

    def _reset(self, switches: Switches) -> str:
        now = self._clock()
        resets = {
            "past": str(int(now) - 60),
            "far": str(int(now) + 86_400),
            "garbage": "soon",
            "milliseconds": str(int(self._window_end * 1000)),
            "near": str(int(min(self._window_end, now + 3))),
            "near 20 s": str(int(min(self._window_end, now + 20))),
        }
        return resets.get(switches.rate_reset, str(int(self._window_end) + clock_skew(switches)))


def clock_skew(switches: Switches) -> int:
    """Return how many seconds the platform's clock is ahead."""
    return switches.clock_skew_s or (3600 if switches.rate_reset == "skewed" else 0)
