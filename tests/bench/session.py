"""A program in a pseudo-terminal, with the times and sizes of its output."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.painted import Cell, Emulator
from tests.support.terminal import LAUNCHER

PATIENCE = 30.0
QUIET = 0.4
TICKS = os.sysconf("SC_CLK_TCK")
SYNC_QUERY = b"\x1b[?2026$p"
SYNC_SUPPORTED = b"\x1b[?2026;2$y"


class Session:
    """A program in a terminal that supports synchronized output; times are in seconds."""

    def __init__(
        self, command: Sequence[str], *, home: str, size: tuple[int, int], environ: Mapping[str, str]
    ) -> None:
        self.raw = bytearray()
        self.home = home
        self._emulator = Emulator(size)
        self._decoder = getincrementaldecoder("utf-8")()
        self._emulated = 0
        self._main, child = pty.openpty()
        columns, rows = size
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started_at = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, "", *command],
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
            env={
                "HOME": home,
                "PATH": os.environ["PATH"],
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                **environ,
            },
        )
        os.close(child)

    def until(self, marker: bytes) -> float:
        """Wait until the program has written `marker`; return the time since its start."""
        while marker not in self.raw:
            if not self.read(PATIENCE):
                raise AssertionError(f"{marker!r} was not written; the end is {bytes(self.raw[-500:])!r}")
        return time.perf_counter() - self.started_at

    def quiet(self, seconds: float = QUIET) -> int:
        """Wait until nothing is written for `seconds`; return the number of bytes written before."""
        before = len(self.raw)
        while self.read(seconds):
            pass
        return len(self.raw) - before

    def during(self, seconds: float) -> None:
        """Read the output for `seconds`."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.read(left)

    def press(self, keys: bytes, seconds: float = QUIET) -> int:
        """Type keys; return the number of bytes written until nothing is written for `seconds`."""
        os.write(self._main, keys)
        return self.quiet(seconds)

    def type(self, keys: bytes) -> None:
        """Type keys without waiting."""
        os.write(self._main, keys)

    def settled(self, keys: bytes, seconds: float = 0.2) -> float:
        """Type keys; return the time of the last byte after which nothing is written for `seconds`."""
        start_time = last = time.perf_counter()
        os.write(self._main, keys)
        while self.read(seconds if last > start_time else PATIENCE):
            last = time.perf_counter()
        return last - start_time

    def painted(self, keys: bytes, marker: bytes) -> float:
        """Type keys; return the time until `marker` is written."""
        start, start_time = len(self.raw), time.perf_counter()
        os.write(self._main, keys)
        while not self.read(PATIENCE) or self.raw.find(marker, start) < 0:
            if time.perf_counter() - start_time > PATIENCE:
                raise AssertionError(f"{marker!r} was not written after {keys!r}")
        return time.perf_counter() - start_time

    def read(self, seconds: float) -> bool:
        """Read the output within that time; return whether there was any."""
        ready, _, _ = select.select([self._main], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._main, 1 << 20)
        except OSError:
            return False
        if SYNC_QUERY in data:
            os.write(self._main, SYNC_SUPPORTED)
        self.raw += data
        return bool(data)

    def cells(self) -> list[list[Cell]]:
        """Return the cells of the screen."""
        self._emulator.feed(self._decoder.decode(bytes(self.raw[self._emulated :])))
        self._emulated = len(self.raw)
        return self._emulator.cells()

    def processor(self) -> float:
        """Return the processor time used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def wake_ups(self) -> int:
        """Return the number of voluntary context switches of all threads."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/status")
        lines = (line for task in tasks for line in task.read_text().splitlines())
        return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt"))

    def memory(self) -> int:
        """Return the resident memory in bytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        """Kill the program."""
        self.process.kill()
        self.process.wait()
        os.close(self._main)


@contextmanager
def running(
    *command: str, size: tuple[int, int] = (80, 24), environ: Mapping[str, str] | None = None
) -> Iterator[Session]:
    """Run Python with arguments in a session, with an empty home."""
    with TemporaryDirectory() as home:
        session = Session([sys.executable, *command], home=home, size=size, environ=environ or {})
        try:
            yield session
        finally:
            session.end()


@contextmanager
def serving(*options: str) -> Iterator[dict[str, str]]:
    """Serve the simulated platform in a separate process; yield the environment variables for it."""
    command = [sys.executable, "-m", "cgc_tui.demo", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url, token = process.stdout.readline().strip(), process.stdout.readline().strip()
            yield {"SB_API_ENDPOINT": url, "SB_AUTH_TOKEN": token}
        finally:
            process.terminate()
