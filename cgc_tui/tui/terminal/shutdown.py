"""The way out of the program when a signal asks for it or the terminal is gone, whatever goes on then."""

from __future__ import annotations

import os
import select
import signal
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread, current_thread
from threading import enumerate as enumerate_threads
from types import FrameType
from typing import Any

EXIT_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
GRACE_SECONDS = 2.0
"""Seconds that the app has for its own way out."""

EXIT_DELAY = 0.7
"""Seconds that whatever still runs has once the terminal is given back."""

TRIES = 200
PAUSE = 0.005

# CAN ends what was cut off within a sequence; then every mode goes that the app or Textual sets.
RESTORING = (
    b"\x18\x1b[0m\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l"
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)


class ShutdownGuard:
    """Heeds the signals that end the program and watches for the terminal's hang-up.

    The app is asked to leave with 128 plus the signal's number as exit status. Where that takes more than
    `GRACE_SECONDS` seconds, a thread restores the terminal and ends the program as it is: a terminal that is
    not read blocks the event loop, so nothing that runs there can be the way out. A signal that the program
    was started to ignore stays ignored; the hang-up is seen without it.
    """

    def __init__(self, leave: Callable[[int], None], *, source: int, output: int) -> None:
        """`leave` may be called in any thread; the others are descriptors of the terminal."""
        self._leave = leave
        self._source = source
        self._output = output
        self._attributes: list[Any] | None = None
        self._watcher: Thread | None = None
        self._ending = False
        self._forced = Lock()

    def install(self) -> None:
        """Begin, before the terminal is taken."""
        with suppress(termios.error):
            self._attributes = termios.tcgetattr(self._source)
        for number in EXIT_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def watch(self) -> None:
        """Watch for the hang-up, once the terminal is taken; where no thread can start, SIGHUP has to do."""
        if self._watcher is None:
            with suppress(RuntimeError):
                self._watcher = Thread(target=self._wait_for_hang_up, name="hang-up", daemon=True)
                self._watcher.start()

    def uninstall(self) -> None:
        """Stop heeding signals, after the terminal is given back; where force does that, it has the end."""
        with self._forced:
            for number in EXIT_SIGNALS:
                if signal.getsignal(number) == self._on_signal:
                    signal.signal(number, signal.SIG_DFL)

    def exit_soon(self, code: int) -> None:
        """End soon with this exit status: a name look-up cannot be cancelled, and would be waited for."""
        self._after(EXIT_DELAY, os._exit, code)

    @staticmethod
    def _after(seconds: float, end: Callable[[int], object], code: int) -> None:
        """Call `end` later, in a thread or, where none can start, in a signal handler of the main thread."""

        def wait() -> None:
            time.sleep(seconds)
            end(code)

        try:
            Thread(target=wait, name="way out", daemon=True).start()
        except RuntimeError:
            with suppress(ValueError):  # this is not the main thread
                signal.signal(signal.SIGALRM, lambda *_: end(code))
                signal.setitimer(signal.ITIMER_REAL, seconds)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self._end(number)

    def _wait_for_hang_up(self) -> None:
        poller = select.poll()
        poller.register(self._source, 0)
        events = poller.poll()
        if any(event & select.POLLHUP for _, event in events):
            self.hang_up()

    def hang_up(self) -> None:
        """End, since the terminal is gone."""
        self._discard_output()
        self._end(signal.SIGHUP)

    def _end(self, number: int) -> None:
        if self._ending:
            return
        self._ending = True
        code = 128 + number
        self._after(GRACE_SECONDS, self._force_exit, code)
        self._leave(code)

    def _force_exit(self, code: int) -> None:
        with self._forced:
            with suppress(OSError, termios.error):
                self._restore()
            os._exit(code)

    def _discard_output(self) -> None:
        """Let whatever is still drawn vanish, without an error and without a wait."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._output)
        os.close(nowhere)

    def _restore(self) -> None:
        """Restore a terminal that may not be read, past what is being written to it."""
        # From the background, too: the signal that forbids it is for this thread blocked.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        path = os.ttyname(self._output)
        terminal = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        self._discard_output()
        left = RESTORING
        for _ in range(TRIES):
            try:
                left = left[os.write(terminal, left) :]
            except BlockingIOError:
                termios.tcflush(terminal, termios.TCOFLUSH)
                self._interrupt_writes()
                time.sleep(PAUSE)
            if not left:
                break
        if self._attributes is not None:
            termios.tcsetattr(terminal, termios.TCSANOW, self._attributes)

    def _interrupt_writes(self) -> None:
        """End the system call of a thread that waits for the terminal; what it still has goes nowhere."""
        for number in EXIT_SIGNALS:
            if signal.getsignal(number) == self._on_signal:  # once more is no more than once
                for thread in enumerate_threads():
                    if thread.ident is not None and thread is not current_thread():
                        signal.pthread_kill(thread.ident, number)
                return
