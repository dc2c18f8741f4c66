"""The terminal as Textual drives it, fit for login nodes: signals, odd bytes, encodings, the mouse."""

from __future__ import annotations

import asyncio
import errno
import io
import locale
import os
import re
import select
import signal
import termios
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from cgc_tui.system.process_limits import limit_message
from cgc_tui.tui.terminal.diff.cell_grid import UnknownOutputError
from cgc_tui.tui.terminal.diff.screen_differ import ScreenDiffer
from cgc_tui.tui.terminal.diff.support import is_supported
from cgc_tui.tui.terminal.input_sanitizer import InputSanitizer
from cgc_tui.tui.terminal.shutdown import ShutdownGuard

STANDARD_ERROR = 2
SAVE_TITLE = "\x1b[22;2t"
RESTORE_TITLE = "\x1b]2;\x07\x1b[23;2t"
"""Terminals that keep no old title show none then."""

REPLY = re.compile(r"\x1b\[\?20(?:26|48);[0-9]\$y")
"""What a terminal answers to the two questions that are asked when it is taken."""

REPLY_TIMEOUT = 1.0
"""Seconds after a question; a terminal that has not answered by then does not know it."""

LATE_REPLY_WAIT = 0.1
"""Seconds that late answers are waited for at most when the terminal is given back."""

NO_SHELL = "There is no shell to return to."
CONTINUED_WITHIN = 0.5
"""Seconds within which the handler of SIGCONT has run after a stop; any thread may receive the signal."""


class KeyParser(XTermParser):
    """Textual's reader of keys, which no sequence breaks."""

    def __init__(self, debug: bool = False, *, on_text: Callable[[str], object] = lambda _: None) -> None:
        """`on_text` is given all text before it is read as keys."""
        super().__init__(debug)
        self._on_text = on_text

    def feed(self, data: str) -> Iterable[Message]:
        """Return what the text means."""
        self._on_text(data)
        return super().feed(data)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        try:
            return list(super()._sequence_to_key_events(sequence, alt))
        except (ValueError, OverflowError):  # a key with a number that is none
            return []

    def parse_mouse_code(self, code: str) -> Message | None:
        """Return the event, in cells where the terminal does not tell its pixels."""
        if self.terminal_pixel_size is not None and 0 in tuple(self.terminal_pixel_size):
            self.mouse_pixels = False
        return super().parse_mouse_code(code)


# Textual's input thread takes its decoder from here; with its own, odd bytes end the app.
linux_driver.getincrementaldecoder = lambda _: InputSanitizer  # type: ignore[assignment, attr-defined]


class TerminalDriver(LinuxDriver):
    """Textual's driver on standard error.

    A signal that asks the program to end, and the terminal's hang-up, end it with 128 plus the signal's
    number as exit status; what fails in a thread or a task that nobody waits for is a bug of the app.
    SIGTSTP suspends it, and SIGCONT resumes it in the foreground. A character that the locale's encoding
    lacks becomes one `?`, since the stream's own escapes would shift all that follows.
    """

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        self._active = False
        self._suspending = False
        self._continued = 0
        self.resumed_at = 0.0
        self._stoppable = signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if not self._stoppable:
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        if isinstance(self._file, io.TextIOWrapper):
            self._file.reconfigure(encoding=locale.getencoding(), errors="replace")
        self._raw: list[Any] = []
        self._has_title = False
        self._pending_replies = 0
        self._query_sent_at = 0.0
        self._shutdown_guard = ShutdownGuard(self._leave, source=self.fileno, output=STANDARD_ERROR)

    def start_application_mode(self) -> None:
        """Take the terminal, and heed what ends the program."""
        with suppress(termios.error):
            self._set_attributes()
        self._shutdown_guard.install()
        self._active = True
        self._pending_replies = 0
        threading.excepthook = self._thread_failed
        self._loop.set_exception_handler(self._task_failed)
        try:
            super().start_application_mode()  # type: ignore[no-untyped-call]
        except RuntimeError:
            self._forget_threads_not_started()
            raise
        self._shutdown_guard.watch()
        # Textual's own handler is interrupted by itself in a storm of resizes, and posts an old size last.
        asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, self._resized)
        with suppress(termios.error):
            self._raw = termios.tcgetattr(self.fileno)

    def _set_attributes(self, attributes: list[Any] | None = None) -> None:
        """Set the line's attributes, by default to what they are; return in the foreground.

        In the background, the kernel stops the process group here by SIGTTOU.
        """
        while True:
            try:
                termios.tcsetattr(self.fileno, termios.TCSANOW, attributes or termios.tcgetattr(self.fileno))
            except termios.error as error:
                if error.args[0] != errno.EINTR:  # continued, perhaps in the background
                    raise
            else:
                return

    def _sigtstp_application(self, *_: object) -> None:
        if self._suspending:
            return
        self._suspending = True
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self.suspend)

    def _forget_threads_not_started(self) -> None:
        """Let the terminal be given back where the machine allowed no further thread: none is waited for."""
        if self._key_thread is not None and not self._key_thread.is_alive():
            self._key_thread = None
        if self._writer_thread is not None and not self._writer_thread.is_alive():
            self._writer_thread = None
            self._active = False

    def _sigcont_application(self, *_: object) -> None:
        self._continued += 1
        if not self._active:
            return
        # Stopped by a signal that cannot be heeded, or told of a hang-up: the terminal was never given back.
        with suppress(termios.error):
            self._set_attributes(self._raw)
        self._loop.call_soon_threadsafe(self.repaint)

    def suspend(self) -> None:
        """Give the terminal to the shell and stop; take it again when the shell continues the program."""
        if self._app._exit:
            return
        self._suspending = True
        taken, continued = self._active, self._continued
        if taken:
            self.suspend_application_mode()
        self._stop()
        if taken:
            self.resume_application_mode()
        self._suspending = False
        self._loop.call_later(CONTINUED_WITHIN, self._explain, continued)

    def _stop(self) -> None:
        """Stop until SIGCONT arrives.

        The whole process group is stopped, as by the terminal itself: a shell waits for its own child, which
        may be `make`. The kernel ignores the signal where no shell waits (an orphaned process group), and a
        program that was started with the signal ignored is not to stop.
        """
        if self._stoppable:
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(0, signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, handler)

    def _explain(self, continued: int) -> None:
        """Say that nothing stopped the program, if no SIGCONT arrived since."""
        if self._continued == continued:
            self._app.notify(NO_SHELL, severity="warning", markup=False)

    def suspend_application_mode(self) -> None:
        """Give the terminal back for a while; signals have their default actions meanwhile."""
        self.stop_application_mode()
        super().close()
        self._shutdown_guard.uninstall()

    def resume_application_mode(self) -> None:
        """Take the terminal again, and paint all of it."""
        self.resumed_at = time.monotonic()
        self.start_application_mode()
        self._app.call_later(self._app.refresh, layout=True)

    def stop_application_mode(self) -> None:
        """Give the terminal back, and nothing to read with it that was meant for the app."""
        self.set_title("")
        self.disable_input()
        with suppress(OSError):
            self._wait_for_replies()
        super().stop_application_mode()
        self._active = False
        self._raw = []

    def _wait_for_replies(self) -> None:
        """Take the answers that are on their way, lest the shell reads them as keys."""
        deadline = min(self._query_sent_at + REPLY_TIMEOUT, time.monotonic() + LATE_REPLY_WAIT)
        while self._pending_replies > 0 and (remaining := deadline - time.monotonic()) > 0:
            if select.select([self.fileno], [], [], remaining)[0]:
                self._count_replies(os.read(self.fileno, 4096).decode("ascii", "replace"))

    def _count_replies(self, text: str) -> None:
        self._pending_replies -= len(REPLY.findall(text))

    def _expect_reply(self) -> None:
        self._pending_replies += 1
        self._query_sent_at = time.monotonic()

    def _request_terminal_sync_mode_support(self) -> None:
        self._expect_reply()
        super()._request_terminal_sync_mode_support()

    def _query_in_band_window_resize(self) -> None:
        self._expect_reply()
        super()._query_in_band_window_resize()

    def close(self) -> None:
        """Write what is left, and give back a terminal that was taken in vain."""
        if self._active:
            self.stop_application_mode()
        super().close()
        threading.excepthook = threading.__excepthook__
        self._shutdown_guard.uninstall()
        if self._app._exception is None:
            self._shutdown_guard.exit_soon(self._app.return_code or 0)

    def _leave(self, code: int) -> None:
        with suppress(RuntimeError):  # the loop is closed: it is ending already
            self._loop.call_soon_threadsafe(self._exit, code)

    def _exit(self, code: int) -> None:
        if not self._app._exit:  # else it is ending: a second ctrl+c, which the terminal turns into a signal
            self._app.exit(return_code=code)

    def _run_input_thread(self) -> None:
        linux_driver.XTermParser = partial(KeyParser, on_text=self._count_replies)  # type: ignore[assignment, attr-defined]
        self.run_input_thread()  # without Textual's traceback, which is printed where the app ends

    def _thread_failed(self, failed: threading.ExceptHookArgs) -> None:
        """Take a failed read or write for the hang-up that it tells of, and everything else for a bug."""
        error = failed.exc_value
        if isinstance(error, OSError) and failed.thread in (self._key_thread, self._writer_thread):
            self._shutdown_guard.hang_up()
        elif isinstance(error, Exception):
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def _task_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End with a task that nobody waits for and that failed, and where a limit of this machine is met."""
        error = context.get("exception")
        unattended = isinstance(context.get("future"), asyncio.Task)
        if isinstance(error, Exception) and (unattended or limit_message(error) is not None):
            self._app._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    def _disable_mouse_support(self) -> None:
        super()._disable_mouse_support()
        if self._mouse and self._mouse_pixels:
            self.write("\x1b[?1016l")

    def _resized(self) -> None:
        if not self._in_band_window_resize:
            size = Size(*self._get_terminal_size())
            self._app.post_message(events.Resize(size, size))

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return columns and rows of the terminal that is drawn on, whatever the environment says."""
        try:
            size = os.get_terminal_size(self.fileno)
        except OSError:
            return super()._get_terminal_size()
        return size.columns or 80, size.lines or 24

    def set_title(self, title: str) -> None:
        """Show words as the title of the window, in tmux of the pane; none give the old one back.

        These sequences move nothing on the screen.
        """
        if title:
            super().write(("" if self._has_title else SAVE_TITLE) + f"\x1b]2;{title}\x07")
        elif self._has_title:
            super().write(RESTORE_TITLE)
        self._has_title = bool(title)

    def toggle_mouse(self) -> bool:
        """Take the mouse or leave it to the terminal; return whether the app has it now."""
        if self._mouse:
            self._disable_mouse_support()
            self._mouse = False
        else:
            self._mouse = True
            self._enable_mouse_support()
        self.flush()
        return self._mouse

    def repaint(self) -> None:
        """Have the whole screen painted anew."""
        self._app.refresh(layout=True)


class DiffDriver(TerminalDriver):
    """The same, but only what changed goes out; everything does where nobody knows what is shown."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._differ = ScreenDiffer() if is_supported(os.environ) else None
        self._size_known = False
        self._was_suspended = False

    def write(self, data: str) -> None:
        """Write what Textual's output changes on the terminal."""
        if self._differ is not None:
            try:
                data = self._differ.diff(data, self._app.size)
            except UnknownOutputError:
                self._differ = None
                self._app.call_later(self.repaint)
        if data:
            super().write(data)

    def repaint(self) -> None:
        """Have the whole screen painted anew, whatever is shown."""
        if self._differ is not None:
            self._differ.invalidate()
        super().repaint()

    def resume_application_mode(self) -> None:
        """Take the terminal again, and paint all of it, once more when the terminal has the focus."""
        self._was_suspended = True
        super().resume_application_mode()

    def process_message(self, message: Message) -> None:
        """Heed what tells that the terminal may show something else; this runs in the input thread."""
        super().process_message(message)
        if isinstance(message, events.Resize):
            if self._size_known:  # the first time it tells what is known
                self._app.call_later(self.repaint)
            self._size_known = True
        elif isinstance(message, events.AppFocus) and self._was_suspended:
            self._was_suspended = False
            self._app.call_later(self.repaint)

    def _resized(self) -> None:
        super()._resized()
        self._app.call_later(self.repaint)
