"""How much the platform is asked for somebody who may not be looking."""

from __future__ import annotations

from enum import StrEnum

LOW_AFTER = 600.0
NONE_AFTER = 3600.0
LOW_RHYTHM = 60.0


class Attention(StrEnum):
    """Whether somebody looks: for sure, perhaps, or surely not."""

    FULL = "full"
    LOW = "low"
    NONE = "none"

    @classmethod
    def after(cls, idle: float, *, focused: bool) -> Attention:
        """Return the attention of somebody who has pressed no key for so many seconds.

        `focused` says whether the terminal has the focus, as far as it tells.
        """
        if idle >= NONE_AFTER:
            return cls.NONE
        return cls.LOW if idle >= LOW_AFTER or not focused else cls.FULL

    def rhythm(self, every: float) -> float:
        """Return the seconds between refreshes where the user chose `every`; 0 for none."""
        if self is Attention.NONE or not every:
            return 0.0
        return every if self is Attention.FULL else max(every, LOW_RHYTHM)
