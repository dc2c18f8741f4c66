"""Values of the platform other than jobs: the user, lists of ids, the rate limit."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class User(NamedTuple):
    """The user that a token belongs to."""

    username: str


class IdList(NamedTuple):
    """The ids of projects or volumes; `complete` is whether these are all of them."""

    ids: tuple[str, ...]
    complete: bool = True


class RateLimit(NamedTuple):
    """The rate limit: requests per window, requests left, and the time when the window ends."""

    limit: int
    remaining: int
    resets_at: datetime | None = None

    @property
    def is_low(self) -> bool:
        """Whether less than a fifth of the requests is left."""
        return 0 <= self.remaining * 5 < self.limit
