"""The process that holds the lock for sending imports."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class LockHolder(NamedTuple):
    """The process that has the lock, as far as its file says; `since` is when it took the lock."""

    host: str | None = None
    pid: int | None = None
    since: datetime | None = None
    is_stopped: bool = False
    """Whether it runs on this machine and is stopped, as by Ctrl+Z."""
