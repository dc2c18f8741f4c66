"""The lock for sending: one process at a time, and no obstacle if files cannot be locked."""

# ruff: noqa: ASYNC222, ASYNC240 (small local files, and a signal to a child)

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from cgc_tui.config.private_files import state_directory
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.retry import lock_holder_text
from cgc_tui.system import send_lock
from cgc_tui.system.send_lock import LockHeld, SendLock, lock_name
from tests.support.clock import NOON, Clock

ENDPOINT, USER = "https://cgc-api.sbgenomics.com/v2", "rosalind"


class Waiting:
    """A lock that waits at a gate between two attempts, and its reports."""

    def __init__(self, directory: Path | None, clock: Clock, *, wait: bool = True) -> None:
        self.holders: list[LockHolder | None] = []
        self.reasons: list[SafeText] = []
        self.waits = asyncio.Event()
        self.again = asyncio.Semaphore(0)
        self.lock = SendLock(
            directory,
            on_wait=self.holders.append,
            on_unprotected=self.reasons.append,
            wait=wait,
            clock=clock,
            sleep=self.sleep,
        )

    async def sleep(self, _: float) -> None:
        self.waits.set()
        await self.again.acquire()

    async def hold(self) -> None:
        async with asyncio.timeout(20), self.lock.hold(ENDPOINT, USER):
            pass


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state" / "cgc-tui"


@pytest.fixture
def path(directory: Path) -> Path:
    return directory / lock_name(ENDPOINT, USER)


async def test_one_process_holds_the_lock_at_a_time(directory: Path, clock: Clock) -> None:
    first, second = Waiting(directory, clock), Waiting(directory, clock)
    async with first.lock.hold(ENDPOINT, USER):
        waiting = asyncio.create_task(second.hold())
        await second.waits.wait()
        second.waits.clear()
        second.again.release()
        await second.waits.wait()
        assert second.holders == [LockHolder(socket.gethostname(), os.getpid(), NOON)]
    second.again.release()
    await waiting
    assert second.holders[1:] == [None]
    assert first.holders == first.reasons == second.reasons == []


async def test_each_user_and_endpoint_has_its_own_lock(directory: Path, clock: Clock) -> None:
    lock = Waiting(directory, clock, wait=False).lock
    async with lock.hold(ENDPOINT, USER), lock.hold(ENDPOINT, "barbara"), lock.hold("https://eu/v2", USER):
        with pytest.raises(LockHeld):
            async with lock.hold(ENDPOINT, USER):
                pytest.fail("two hold it")


async def test_without_a_directory_there_is_no_lock(clock: Clock) -> None:
    waiting = Waiting(None, clock)
    async with waiting.lock.hold(ENDPOINT, USER), waiting.lock.hold(ENDPOINT, USER):
        assert waiting.holders == waiting.reasons == []


async def test_without_waiting_the_holder_is_raised(directory: Path, clock: Clock) -> None:
    async with Waiting(directory, clock).lock.hold(ENDPOINT, USER):
        with pytest.raises(LockHeld) as caught:
            await Waiting(directory, clock, wait=False).hold()
    assert caught.value.holder == LockHolder(socket.gethostname(), os.getpid(), NOON)


async def test_cancelling_the_wait_leaves_the_lock_to_others(directory: Path, clock: Clock) -> None:
    first, second = Waiting(directory, clock), Waiting(directory, clock)
    held = asyncio.Event()

    async def hold() -> None:
        async with first.lock.hold(ENDPOINT, USER):
            held.set()
            await asyncio.Event().wait()

    holding = asyncio.create_task(hold())
    await held.wait()
    waiting = asyncio.create_task(second.hold())
    await second.waits.wait()
    waiting.cancel()
    holding.cancel()
    await asyncio.gather(holding, waiting, return_exceptions=True)
    with pytest.raises(ZeroDivisionError):
        async with first.lock.hold(ENDPOINT, USER):
            raise ZeroDivisionError
    await Waiting(directory, clock, wait=False).hold()


async def test_the_lock_file_is_private_and_anonymous(directory: Path, path: Path, clock: Clock) -> None:
    before = os.umask(0)
    try:
        async with Waiting(directory, clock).lock.hold(ENDPOINT, USER):
            text = path.read_text()
    finally:
        os.umask(before)
    assert stat.S_IMODE(directory.stat().st_mode) == stat.S_IMODE(directory.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert USER not in path.name + text
    assert path.read_text() == ""
    directory.chmod(0o755)
    path.chmod(0o644)
    await Waiting(directory, clock).hold()
    assert [stat.S_IMODE(each.stat().st_mode) for each in (directory, path)] == [0o700, 0o600]


HOLD = """
import asyncio, sys
from pathlib import Path
from cgc_tui.system.send_lock import SendLock

async def hold():
    lock = SendLock(Path(sys.argv[1]), on_wait=print, on_unprotected=print)
    async with lock.hold(sys.argv[2], sys.argv[3]):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""

Holder = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def holder(directory: Path) -> Iterator[Holder]:
    """Return a function that starts another process, which holds the lock."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD, str(directory), ENDPOINT, USER]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_holder_that_was_killed_does_not_block(
    holder: Holder, directory: Path, clock: Clock, number: signal.Signals
) -> None:
    process, waiting = holder(), Waiting(directory, clock)
    task = asyncio.create_task(waiting.hold())
    await waiting.waits.wait()
    process.send_signal(number)
    process.wait()
    waiting.again.release()
    await task
    assert [each and each.pid for each in waiting.holders] == [process.pid, None]


@pytest.mark.parametrize("by", ["proc", "ps"])
async def test_a_stopped_holder_is_named(
    holder: Holder, directory: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    if by == "ps":
        if shutil.which("ps") is None:
            pytest.skip("there is no ps")
        monkeypatch.setattr(send_lock, "PROCESSES", directory / "none")
    process, waiting = holder(), Waiting(directory, clock)
    task = asyncio.create_task(waiting.hold())
    await waiting.waits.wait()
    for number, options in ((signal.SIGSTOP, os.WUNTRACED), (signal.SIGCONT, os.WCONTINUED)):
        waiting.waits.clear()
        process.send_signal(number)
        os.waitpid(process.pid, options)
        waiting.again.release()
        await waiting.waits.wait()
    holders = [each for each in waiting.holders if each is not None]
    assert [(each.pid, each.is_stopped) for each in holders] == [
        (process.pid, stopped) for stopped in (False, True, False)
    ]
    text = lock_holder_text(holders[1], DisplayOptions(timezone=UTC))
    assert text.endswith(f"; it is stopped: continue it with fg or kill -CONT {process.pid}")
    task.cancel()


def test_a_process_of_unknown_state_is_not_reported_as_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not send_lock._is_stopped(2**31 - 1)
    monkeypatch.setattr(send_lock, "PROCESSES", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not send_lock._is_stopped(os.getpid())


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL])
async def test_if_files_cannot_be_locked_it_continues_with_a_warning(
    directory: Path, path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def flock(descriptor: int, _: int) -> None:
        opened.append(descriptor)
        raise OSError(number, os.strerror(number))

    opened: list[int] = []
    monkeypatch.setattr(fcntl, "flock", flock)
    waiting = Waiting(directory, clock)
    await waiting.hold()
    assert waiting.reasons == [f"{path} cannot be locked ({os.strerror(number)})"]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def _file(directory: Path, _: Path) -> None:
    directory.parent.write_text("")


def _link(directory: Path, path: Path) -> None:
    directory.mkdir(parents=True)
    path.symlink_to(directory.parent / "elsewhere")


@pytest.mark.parametrize(("make", "text"), [(_file, "Not a directory"), (_link, "symbolic links")])
async def test_an_unusable_directory_does_not_prevent_sending(
    directory: Path, path: Path, clock: Clock, make: Callable[[Path, Path], None], text: str
) -> None:
    make(directory, path)
    waiting = Waiting(directory, clock)
    await waiting.hold()
    assert len(waiting.reasons) == 1
    assert text in waiting.reasons[0]


async def test_a_directory_of_another_user_is_left_alone(
    directory: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: -1)
    waiting = Waiting(directory, clock)
    await waiting.hold()
    assert "belongs to another user" in waiting.reasons[0]
    assert list(directory.iterdir()) == []


async def test_errors_of_the_file_system_during_the_wait_do_not_end_it(
    directory: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Waiting(directory, clock), Waiting(directory, clock)
    real = fcntl.flock
    async with first.lock.hold(ENDPOINT, USER):
        task = asyncio.create_task(second.hold())
        await second.waits.wait()
        monkeypatch.setattr(fcntl, "flock", _stale)
        second.waits.clear()
        second.again.release()
        await second.waits.wait()
        assert second.reasons == []
        monkeypatch.setattr(fcntl, "flock", real)
    second.again.release()
    await task
    assert len(second.holders) == 2


def _stale(*_: int) -> None:
    raise OSError(errno.ESTALE, "Stale file handle")


async def test_a_full_disk_does_not_prevent_locking(
    directory: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    async with Waiting(directory, clock).lock.hold(ENDPOINT, USER):
        second = Waiting(directory, clock)
        task = asyncio.create_task(second.hold())
        await second.waits.wait()
        assert second.holders == []
        second.waits.clear()
        second.again.release()
        await second.waits.wait()
        assert second.holders == [LockHolder()]
        task.cancel()
    assert lock_holder_text(LockHolder(), DisplayOptions()) == "another cgc-tui is sending imports"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"[]", ""),
        (b"\xff", ""),
        (b"[" * 999, ""),
        (b'{"host": 5, "pid": "1", "since": 5}', ""),
        (b'{"pid": true}', ""),
        (b'{"pid": -1}', ""),
        (b'{"host": "a\\u001b[31m", "pid": 7, "since": "noon"}', " (a␛[31m, pid 7)"),
        (
            b'{"host": "n1", "pid": 7, "since": "2026-03-14T13:00:00"}',
            " (n1, pid 7, since 2026-03-14 13:00:00 UTC)",
        ),
    ],
)
async def test_any_holder_in_the_file_can_be_shown(
    directory: Path, path: Path, clock: Clock, text: bytes, expected: str
) -> None:
    async with Waiting(directory, clock).lock.hold(ENDPOINT, USER):
        path.write_bytes(text)
        with pytest.raises(LockHeld) as caught:
            await Waiting(directory, clock, wait=False).hold()
    assert (
        lock_holder_text(caught.value.holder, DisplayOptions(timezone=UTC))
        == f"another cgc-tui is sending imports{expected}"
    )


def test_the_state_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_directory({"XDG_STATE_HOME": "/var/mine"}) == Path("/var/mine/cgc-tui")
    assert state_directory({}).is_absolute()
    assert state_directory({"XDG_STATE_HOME": "relative"}).is_relative_to(tmp_path)
