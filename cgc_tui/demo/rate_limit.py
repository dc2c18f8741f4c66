"""The rate limit, as truthful as the platform's ("API rate limit")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cgc_tui.demo.switches import Switches

WINDOW_S = 300

ENDS_SOON = {"near": 3, "near 20 s": 20, "past": 1}
"""Reading of the reset → seconds after which a used-up window really ends."""


class RateLimit:
    """Calls counted down in fixed windows of 300 s, which begin with the platform."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends = clock() + WINDOW_S
        self._used = 0

    def take(self, switches: Switches) -> bool:
        """Count a call; return whether it is within the limit."""
        self._turn()
        if self._used >= switches.rate_limit:
            soon = self._clock() + ENDS_SOON.get(switches.rate_reset, WINDOW_S)
            self._ends = min(self._ends, soon)
            return False
        self._used += 1
        return True

    def headers(self, switches: Switches) -> dict[str, str]:
        """Return the X-RateLimit headers."""
        self._turn()
        headers = {
            "x-ratelimit-limit": str(switches.rate_limit),
            "x-ratelimit-remaining": str(max(0, switches.rate_limit - self._used)),
        }
        if switches.rate_reset != "absent":
            headers["x-ratelimit-reset"] = self._reset(switches)
        return headers

    def record(self, switches: Switches) -> dict[str, Any]:
        """Return the body of "Get rate limit status"."""
        self._turn()
        rate = {
            "limit": switches.rate_limit,
            "remaining": max(0, switches.rate_limit - self._used),
            "reset": int(self._ends) + skew(switches),
        }
        if switches.rate_reset == "milliseconds":
            return {"rate": {**rate, "reset": rate["reset"] * 1000}}
        return {"rate": rate, "instance_limit": {"limit": -1, "remaining": -1}}

    def _turn(self) -> None:
        now = self._clock()
        if now >= self._ends:
            self._ends += WINDOW_S * (1 + (now - self._ends) // WINDOW_S)
            self._used = 0

    def _reset(self, switches: Switches) -> str:
        now = self._clock()
        resets = {
            "past": str(int(now) - 60),
            "far": str(int(now) + 86_400),
            "garbage": "soon",
            "milliseconds": str(int(self._ends * 1000)),
            "near": str(int(min(self._ends, now + 3))),
            "near 20 s": str(int(min(self._ends, now + 20))),
        }
        return resets.get(switches.rate_reset, str(int(self._ends) + skew(switches)))


def skew(switches: Switches) -> int:
    """Return how far the platform's clock is ahead, in seconds."""
    return switches.clock_skew_s or (3600 if switches.rate_reset == "skewed" else 0)
