"""A lock that lets one process at a time submit imports for a user."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import hashlib
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.text import SafeText, sanitize

POLL_INTERVAL = 0.5
"""Seconds between two attempts to take the lock."""

MAX_BYTES = 1000
PROCESSES = Path("/proc")
PS_TIMEOUT = 2.0


class LockHeld(Exception):
    """Another process holds the lock, and the caller does not wait for it."""

    def __init__(self, holder: LockHolder) -> None:
        super().__init__(holder)
        self.holder = holder


class SendLock:
    """A lock per endpoint and user, as a file in the state directory.

    The kernel releases it when the process that holds it ends. On file systems whose locks are local to one
    machine, it does not exclude processes on other machines.
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        on_wait: Callable[[LockHolder | None], object],
        on_unprotected: Callable[[SafeText], object],
        wait: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        """`directory` is the state directory; without it there is no lock.

        `on_wait` is called with the process that holds the lock, whenever that changes, and with None at the
        end of the wait. `on_unprotected` is called with the reason if files cannot be locked here.
        """
        self._directory = directory
        self._on_wait = on_wait
        self._on_unprotected = on_unprotected
        self._wait = wait
        self._clock = clock
        self._sleep = sleep

    @asynccontextmanager
    async def hold(self, endpoint: str, user: str) -> AsyncIterator[None]:
        """Wait for the lock of this user of the platform, and hold it.

        If files cannot be locked, there is no lock. Raises `LockHeld` if `wait` is off.
        """
        descriptor = None
        if self._directory is not None:
            descriptor = await self._acquire(self._directory / lock_name(endpoint, user))
        try:
            yield
        finally:
            if descriptor is not None:
                _release(descriptor)

    async def _acquire(self, path: Path) -> int | None:
        """Return the descriptor that holds the lock, None if files cannot be locked."""
        shown: LockHolder | None = None
        for attempt in count():
            try:
                descriptor = self._try(path)
            except BlockingIOError:
                holder = _read_holder(path)
            except OSError as error:
                if attempt == 0:
                    self._on_unprotected(sanitize(f"{path} cannot be locked ({error.strerror})"))
                    return None
                holder = shown or LockHolder()  # the other process may still have it
            else:
                if shown is not None:
                    self._on_wait(None)
                return descriptor
            if not self._wait:
                raise LockHeld(holder)
            # A file without a holder was locked a moment ago: the next attempt can read it.
            if holder != shown and (holder.pid is not None or attempt > 0):
                self._on_wait(holder)
                shown = holder
            await self._sleep(POLL_INTERVAL)
        raise AssertionError  # the count has no end

    def _try(self, path: Path) -> int:
        """Return the descriptor that holds the lock; raise BlockingIOError if another process has it."""
        _make_private(path.parent)
        # Open for writing, since NFS requires that; open it each time, since the file may be removed.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(descriptor)
            raise
        with suppress(OSError):  # disk full: the lock is held, but the file does not name the holder
            started = self._clock().isoformat(timespec="seconds")
            holder = {"host": socket.gethostname(), "pid": os.getpid(), "since": started}
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        return descriptor


def lock_name(endpoint: str, user: str) -> str:
    """Return the name of the lock file, which reveals neither the endpoint nor the user."""
    return f"send-{hashlib.sha256(f'{endpoint} {user}'.encode(errors='replace')).hexdigest()[:32]}.lock"


def _release(descriptor: int) -> None:
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
    os.close(descriptor)


def _make_private(directory: Path) -> None:
    """Create a directory that only this user can read; raise OSError if that is not possible."""
    missing = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    status = directory.stat()
    if status.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "the directory belongs to another user")
    if status.st_mode & 0o077:
        directory.chmod(0o700)


def _read_holder(path: Path) -> LockHolder:
    """Read the process that holds the lock from the file; all fields may be unknown."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            record = json.loads(os.read(descriptor, MAX_BYTES))
        finally:
            os.close(descriptor)
    except (OSError, ValueError, RecursionError):
        return LockHolder()
    values = record if isinstance(record, dict) else {}
    host, pid = values.get("host"), values.get("pid")
    host = host if isinstance(host, str) else None
    pid = pid if type(pid) is int and 0 < pid < 2**31 else None
    stopped = pid is not None and host == socket.gethostname() and _is_stopped(pid)
    return LockHolder(host, pid, _instant(values.get("since")), stopped)


def _instant(value: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _is_stopped(pid: int) -> bool:
    """Return whether a process on this machine is stopped; False if its state is unknown."""
    if PROCESSES.exists():
        try:
            status = (PROCESSES / str(pid) / "stat").read_text(errors="replace")
        except OSError:
            return False
        return status.rpartition(")")[2].split()[:1] in (["T"], ["t"])
    try:  # macOS
        command = ["ps", "-o", "state=", "-p", str(pid)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PS_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.stdout.strip().startswith("T")
