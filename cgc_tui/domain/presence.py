"""How much the platform is asked for somebody who may not be looking."""

from __future__ import annotations

from enum import StrEnum

IDLE_AFTER = 600.0
AWAY_AFTER = 3600.0
IDLE_INTERVAL = 60.0


class Presence(StrEnum):
    """Whether somebody looks: for sure, perhaps, or surely not."""

    ACTIVE = "active"
    IDLE = "idle"
    AWAY = "away"

    @classmethod
    def from_idle(cls, idle: float, *, focused: bool) -> Presence:
        """Return the attention of somebody who has pressed no key for so many seconds.

        `focused` says whether the terminal has the focus, as far as it tells.
        """
        if idle >= AWAY_AFTER:
            return cls.AWAY
        return cls.IDLE if idle >= IDLE_AFTER or not focused else cls.ACTIVE

    def refresh_interval(self, interval: float) -> float:
        """Return the seconds between refreshes where the user chose `interval`; 0 for none."""
        if self is Presence.AWAY or not interval:
            return 0.0
        return interval if self is Presence.ACTIVE else max(interval, IDLE_INTERVAL)
