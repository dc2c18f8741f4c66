"""A program in a pseudo-terminal: real keys, signals and sizes, and an emulated screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import pyte

from tests.support.leaks import SENTINEL

PATIENCE = 20.0

# The child sets its controlling terminal, since a hook between fork and exec is unsafe with threads.
LAUNCHER = (
    "import fcntl, os, signal, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "for name in filter(None, sys.argv[1].split(',')):\n"
    "    signal.signal(signal.Signals[name], signal.SIG_IGN)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)

PROMPT = "shell> "

MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])|\x1b\[(?:([<>])[0-9]*u)")
INITIAL_MODES = {b"7", b"25"}
"""The modes that are set before a program starts: lines wrap, and the cursor is visible."""


def modes_left(raw: bytes) -> set[bytes]:
    """Return the modes that a program's output leaves changed."""
    modes, keyboards = set(INITIAL_MODES), 0
    for names, switch, keyboard in MODE.findall(raw):
        keyboards += {b">": 1, b"<": -1}.get(keyboard, 0)
        for name in filter(None, names.split(b";")):
            modes.add(name) if switch == b"h" else modes.discard(name)
    return modes ^ INITIAL_MODES | ({b"keyboard"} if keyboards else set())


KEYS = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "ctrl+c": b"\x03",
    "ctrl+l": b"\x0c",
    "ctrl+z": b"\x1a",
    "f5": b"\x1b[15~",
}


ALTERNATE_SCREEN = 1049


class Screen(pyte.Screen):
    """A screen that is cleared when the alternate screen is entered or left, which pyte does not have."""

    def set_mode(self, *modes: int, **options: Any) -> None:
        """Set modes."""
        super().set_mode(*modes, **options)
        self._blank(modes)

    def reset_mode(self, *modes: int, **options: Any) -> None:
        """Reset modes."""
        super().reset_mode(*modes, **options)
        self._blank(modes)

    def _blank(self, modes: tuple[int, ...]) -> None:
        if ALTERNATE_SCREEN in modes:
            self.erase_in_display(2)
            self.cursor_position()


class Terminal:
    """A program in its own terminal; `raw` is everything that it has written."""

    options: Sequence[str] = ()
    """Options appended to every command."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        home: Path,
        size: tuple[int, int] = (80, 24),
        environ: Mapping[str, str] | None = None,
        ignores: Sequence[signal.Signals] = (),
    ) -> None:
        """Start the program in `home`, with the signals in `ignores` ignored.

        `size` is columns, rows; of the environment, only `environ` is inherited.
        """
        self.screen = Screen(*size)
        self.raw = b""
        self._home = home
        self._stream = pyte.ByteStream(self.screen)
        self._main, child = pty.openpty()
        self._name = os.ttyname(child)
        os.set_blocking(self._main, False)
        self._set_size(*size)
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                LAUNCHER,
                ",".join(number.name for number in ignores),
                *command,
                *self.options,
            ],
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
            cwd=home,
            env={
                "HOME": str(home),
                "PATH": os.environ["PATH"],
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                "XDG_CONFIG_HOME": str(home / ".config"),
                "TMPDIR": str(home),
                **(environ or {}),
            },
        )
        os.close(child)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()
        if kind is None:
            assert SENTINEL.encode() not in self.raw
        else:
            for report in self._home.glob("cgc-tui-bug-*"):
                print(report.read_text())

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, *keys: str) -> None:
        """Type keys, by name or as characters."""
        for key in keys:
            self.write(KEYS.get(key, key.encode()))

    def write(self, data: bytes) -> None:
        """Send bytes unchanged; read the output while the program does not accept them."""
        deadline = time.monotonic() + PATIENCE
        while data:
            try:
                data = data[os.write(self._main, data) :]
                deadline = time.monotonic() + PATIENCE
            except BlockingIOError:
                assert time.monotonic() < deadline, f"it accepts no keys:\n{self.text}"
                self.read(0.05)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal."""
        self._set_size(columns, rows)
        self.screen.resize(rows, columns)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def sees(self, text: str, *, times: int = 1, gone: bool = False) -> str:
        """Wait until the text is on the screen at least so many times, or is no longer there.

        The rest may still be half painted: to compare a whole screen, wait for what is painted last.
        """
        deadline = time.monotonic() + PATIENCE
        while (self.text.count(text) >= times) is gone:
            if time.monotonic() > deadline or (not self.read(0.1) and self.process.poll() is not None):
                raise AssertionError(f"{'still' if gone else 'no'} {text!r} on the screen:\n{self.text}")
        return self.text

    def presses_until(self, key: str, text: str, *, gone: bool = False) -> None:
        """Press a key until a pattern matches the screen, or no longer does: a paste can swallow a key."""
        deadline = time.monotonic() + PATIENCE
        while bool(re.search(text, self.text)) is gone:
            assert time.monotonic() < deadline, f"{key!r} does nothing:\n{self.text}"
            self.press(key)
            self.read(0.5)

    def wrote(self, sequence: bytes, times: int = 1) -> None:
        """Wait until the program has written a sequence so many times."""
        deadline = time.monotonic() + PATIENCE
        while self.raw.count(sequence) < times:
            assert time.monotonic() < deadline, f"{sequence!r} was not written"
            self.read(0.1)

    def stops(self) -> None:
        """Wait until the program is stopped by job control."""
        deadline = time.monotonic() + PATIENCE
        while Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert time.monotonic() < deadline, "it does not stop"
            self.read(0.05)

    def idles(self) -> None:
        """Wait until the program uses no processor time."""
        used, still = -1.0, 0
        while still < 5:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
            now = float(fields[11]) + float(fields[12])
            still = still + 1 if now == used else 0
            used = now
            time.sleep(0.1)

    def ends(self) -> int:
        """Wait for the end of the program and return its exit status."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"it does not end:\n{self.text}")
            self.read(0.05)
        while self.read(0.05):
            pass
        return self.process.returncode

    def ends_unread(self) -> int:
        """Wait for the end of the program without reading its output; return its exit status."""
        return self.process.wait(PATIENCE)

    def hang_up(self) -> None:
        """Close the terminal."""
        if self._main >= 0:
            os.close(self._main)
            self._main = -1

    def attributes(self) -> list[Any]:
        """Return the attributes of the terminal (tcgetattr)."""
        return termios.tcgetattr(self._main)

    def set_attributes(self, attributes: list[Any]) -> None:
        """Set the attributes of the terminal, as a shell does."""
        termios.tcsetattr(self._main, termios.TCSANOW, attributes)

    @contextmanager
    def shell(self) -> Iterator[Callable[[], bytes]]:
        """Open the terminal as a shell does; yield a function that returns the input for the shell."""
        descriptor = os.open(self._name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

        def pending_input() -> bytes:
            raw = termios.tcgetattr(descriptor)
            raw[3] &= ~termios.ICANON
            termios.tcsetattr(descriptor, termios.TCSANOW, raw)
            try:
                return os.read(descriptor, 4096)
            except BlockingIOError:
                return b""

        try:
            yield pending_input
        finally:
            os.close(descriptor)

    def read(self, seconds: float) -> bool:
        """Read the output within that time; return whether there was any."""
        ready, _, _ = select.select([self._main], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._main, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Shell(Terminal):
    """A bash with job control in its own terminal."""

    options = ()

    def __init__(self, home: Path, *, environ: Mapping[str, str] | None = None) -> None:
        bash = shutil.which("bash")
        assert bash is not None
        command = [bash, "--norc", "--noprofile", "-i"]
        super().__init__(command, home=home, environ={"PS1": PROMPT, **(environ or {})})
        self.wrote(PROMPT.encode())

    def runs(self, command: str, text: str = "page 1 of") -> str:
        """Type a command, and wait for a text on the screen; return the screen."""
        self.screen.reset()
        self.write(f"{command}\r".encode())
        return self.sees(text)

    def prompts(self, after: int) -> None:
        """Wait for a prompt after the first `after` bytes of output."""
        self.wrote(PROMPT.encode(), self.raw[:after].count(PROMPT.encode()) + 1)

    def suspends(self) -> None:
        """Press Ctrl+Z, and wait for the prompt of the shell."""
        before = len(self.raw)
        self.press("ctrl+z")
        self.prompts(before)
        assert b"Stopped" in self.raw[before:]

    def finishes(self) -> None:
        """Quit the program; check its exit status 0 and that the terminal is restored."""
        before = len(self.raw)
        self.press("q")
        self.prompts(before)
        self.runs("echo ended with $?", "ended with 0")
        self.leaves()

    def leaves(self) -> None:
        """Check that the terminal is restored, and exit the shell."""
        self.runs("stty -a", " icanon ")
        self.write(b"exit\r")
        self.ends()
        assert not modes_left(self.raw)


APP = [sys.executable, "-m", "cgc_tui"]
