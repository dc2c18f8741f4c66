"""How often the list is refreshed, and why it is not."""

from __future__ import annotations

from typing import NamedTuple

from cgc_tui.domain.presence import Presence
from cgc_tui.domain.refresh_failure import RefreshFailure


class RefreshStatus(NamedTuple):
    """`interval` is the time between refreshes in seconds, 0 for none; `failure` is that of the last one."""

    interval: float = 0.0
    paused: bool = False
    presence: Presence = Presence.ACTIVE
    failure: RefreshFailure | None = None

    @property
    def is_suspended(self) -> bool:
        """Whether only a key requests the list."""
        return self.paused or self.presence is Presence.AWAY
