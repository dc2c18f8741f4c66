"""The process that holds the lock for submitting imports."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class LockHolder(NamedTuple):
    """The process that holds the lock, according to the lock file; `since` is when it took the lock."""

    host: str | None = None
    pid: int | None = None
    since: datetime | None = None
    is_stopped: bool = False
    """Whether it runs on this machine and is stopped, for example by Ctrl+Z."""
