"""Provides the lock under which one process at a time sends imports for a user."""

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
    """Another process has the lock, and waiting for it was not wanted."""

    def __init__(self, holder: LockHolder) -> None:
        super().__init__(holder)
        self.holder = holder


class SendLock:
    """A lock for each endpoint and user, as a file in the state directory of this user.

    The kernel releases it when its holder ends, however that ends. Where the file system keeps locks to one
    machine, it does not protect from a process on another.
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
        """`directory` is the state directory; without one there is no lock.

        `on_wait` is called when another process has the lock, when what is known of it changes, and with None
        when the wait is over; `on_unprotected` gets the reason why there can be no lock here.
        """
        self._directory = directory
        self._on_wait = on_wait
        self._on_unprotected = on_unprotected
        self._wait = wait
        self._clock = clock
        self._sleep = sleep

    @asynccontextmanager
    async def hold(self, endpoint: str, user: str) -> AsyncIterator[None]:
        """Hold the lock for this user of the platform, once no other process does.

        Where files cannot be locked it goes on without. Raises `LockHeld` where waiting is not wanted.
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
        """Return the descriptor that holds the lock, None where there can be none."""
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
            # Where the file names no process, it was locked a moment ago: the next attempt can say more.
            if holder != shown and (holder.pid is not None or attempt > 0):
                self._on_wait(holder)
                shown = holder
            await self._sleep(POLL_INTERVAL)
        raise AssertionError  # the count has no end

    def _try(self, path: Path) -> int:
        """Return the descriptor that holds the lock; raises BlockingIOError where another process has it."""
        _make_private(path.parent)
        # Open for writing: NFS locks nothing less. Opened anew each time, since the file may be removed.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(descriptor)
            raise
        with suppress(OSError):  # a full disk: it is locked, without a name
            started = self._clock().isoformat(timespec="seconds")
            holder = {"host": socket.gethostname(), "pid": os.getpid(), "since": started}
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        return descriptor


def lock_name(endpoint: str, user: str) -> str:
    """Return the name of the lock's file, which shows neither the endpoint nor the user."""
    return f"send-{hashlib.sha256(f'{endpoint} {user}'.encode(errors='replace')).hexdigest()[:32]}.lock"


def _release(descriptor: int) -> None:
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
    os.close(descriptor)


def _make_private(directory: Path) -> None:
    """Make a directory that only this user can read; raises OSError where that cannot be."""
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
    """Return what the file says of the process that has the lock; all of it may be unknown."""
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
    """Tell whether a process of this machine is stopped; one that cannot be seen is not."""
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
