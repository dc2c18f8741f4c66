"""The user's presence, and how often to refresh for it."""

from __future__ import annotations

from enum import StrEnum

IDLE_AFTER = 600.0
AWAY_AFTER = 3600.0
IDLE_INTERVAL = 60.0


class Presence(StrEnum):
    """Whether the user is likely to look at the screen."""

    ACTIVE = "active"
    IDLE = "idle"
    AWAY = "away"

    @classmethod
    def from_idle(cls, idle: float, *, focused: bool) -> Presence:
        """Return the presence after `idle` seconds without a key.

        `focused` is whether the terminal has the focus; terminals that do not report it count as focused.
        """
        if idle >= AWAY_AFTER:
            return cls.AWAY
        return cls.IDLE if idle >= IDLE_AFTER or not focused else cls.ACTIVE

    def refresh_interval(self, interval: float) -> float:
        """Return the seconds between refreshes for the configured `interval`; 0 for no refresh."""
        if self is Presence.AWAY or not interval:
            return 0.0
        return interval if self is Presence.ACTIVE else max(interval, IDLE_INTERVAL)
