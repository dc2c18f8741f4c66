"""What the platform says besides jobs: the user, ids to choose from, the rate limit."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class User(NamedTuple):
    """Whom the platform takes the token's owner for."""

    username: str


class IdList(NamedTuple):
    """Ids to choose from; `complete` says whether these are all that the platform has."""

    ids: tuple[str, ...]
    complete: bool = True


class RateLimit(NamedTuple):
    """What is left of the rate limit, in requests, and when it is full again."""

    limit: int
    remaining: int
    resets_at: datetime | None = None

    @property
    def is_low(self) -> bool:
        """Whether less than a fifth is left."""
        return 0 <= self.remaining * 5 < self.limit
