"""Ends the app on a signal or a hang-up of the terminal, even if the event loop is blocked."""

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
"""Seconds that the app has to end by itself."""

EXIT_DELAY = 0.7
"""Seconds that running threads have once the terminal is released."""

TRIES = 200
PAUSE = 0.005

# CAN ends a sequence that was cut off; the rest resets every mode that the app or Textual sets.
RESTORING = (
    b"\x18\x1b[0m\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l"
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)


class ShutdownGuard:
    """Handles the signals that end the app, and watches for a hang-up of the terminal.

    The app exits with status 128 plus the signal's number. If that takes more than `GRACE_SECONDS`, a thread
    restores the terminal and ends the process: a terminal that is not read blocks the event loop, so the exit
    cannot depend on it. A signal that was ignored when the app started stays ignored; a hang-up is detected
    without the signal.
    """

    def __init__(self, leave: Callable[[int], None], *, source: int, output: int) -> None:
        """`leave` may be called in any thread; `source` and `output` are descriptors of the terminal."""
        self._leave = leave
        self._source = source
        self._output = output
        self._attributes: list[Any] | None = None
        self._watcher: Thread | None = None
        self._ending = False
        self._forced = Lock()

    def install(self) -> None:
        """Install the signal handlers, before the terminal is taken over."""
        with suppress(termios.error):
            self._attributes = termios.tcgetattr(self._source)
        for number in EXIT_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def watch(self) -> None:
        """Watch for the hang-up in a thread; if no thread can start, SIGHUP alone reports it."""
        if self._watcher is None:
            with suppress(RuntimeError):
                self._watcher = Thread(target=self._wait_for_hang_up, name="hang-up", daemon=True)
                self._watcher.start()

    def uninstall(self) -> None:
        """Remove the signal handlers, after the terminal is released; wait for a forced exit under way."""
        with self._forced:
            for number in EXIT_SIGNALS:
                if signal.getsignal(number) == self._on_signal:
                    signal.signal(number, signal.SIG_DFL)

    def exit_soon(self, code: int) -> None:
        """End the process soon with this status: a name look-up cannot be cancelled, and delays the exit."""
        self._after(EXIT_DELAY, os._exit, code)

    @staticmethod
    def _after(seconds: float, end: Callable[[int], object], code: int) -> None:
        """Call `end` later in a thread or, if none can start, in a signal handler of the main thread."""

        def wait() -> None:
            time.sleep(seconds)
            end(code)

        try:
            Thread(target=wait, name="delayed exit", daemon=True).start()
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
        """End the app because the terminal is gone."""
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
        """Discard all further output, without an error and without blocking."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._output)
        os.close(nowhere)

    def _restore(self) -> None:
        """Restore a terminal that may not be read, ahead of pending output."""
        # Works from the background as well: SIGTTOU, which prevents it, is blocked for this thread.
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
        """Interrupt threads that are blocked writing to the terminal; their remaining output is discarded."""
        for number in EXIT_SIGNALS:
            if signal.getsignal(number) == self._on_signal:  # a repeated signal changes nothing
                for thread in enumerate_threads():
                    if thread.ident is not None and thread is not current_thread():
                        signal.pthread_kill(thread.ident, number)
                return
