"""Textual's Linux driver, extended for login nodes: signals, invalid bytes, encodings, the mouse."""

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
"""Terminals without a stack of titles show an empty title then."""

REPLY = re.compile(r"\x1b\[\?20(?:26|48);[0-9]\$y")
"""The replies to the two queries that are sent when the app starts."""

REPLY_TIMEOUT = 1.0
"""Seconds after a query; a terminal that has not replied by then does not support it."""

LATE_REPLY_WAIT = 0.1
"""Maximum wait in seconds for late replies when the terminal is released."""

NO_SHELL = "There is no shell to return to."
CONTINUED_WITHIN = 0.5
"""Seconds within which the SIGCONT handler runs after a stop; any thread may receive the signal."""


class KeyParser(XTermParser):
    """Textual's key parser, which no escape sequence can crash."""

    def __init__(self, debug: bool = False, *, on_text: Callable[[str], object] = lambda _: None) -> None:
        """`on_text` receives all input before it is parsed."""
        super().__init__(debug)
        self._on_text = on_text

    def feed(self, data: str) -> Iterable[Message]:
        """Return the events of the text."""
        self._on_text(data)
        return super().feed(data)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        try:
            return list(super()._sequence_to_key_events(sequence, alt))
        except (ValueError, OverflowError):  # a key code that is no character
            return []

    def parse_mouse_code(self, code: str) -> Message | None:
        """Return the event, in cells if the terminal does not report its size in pixels."""
        if self.terminal_pixel_size is not None and 0 in tuple(self.terminal_pixel_size):
            self.mouse_pixels = False
        return super().parse_mouse_code(code)


# Textual's input thread looks up its decoder here; invalid UTF-8 would crash Textual's own.
linux_driver.getincrementaldecoder = lambda _: InputSanitizer  # type: ignore[assignment, attr-defined]


class TerminalDriver(LinuxDriver):
    """Textual's driver on standard error.

    SIGTERM, SIGHUP, SIGINT and a hang-up of the terminal end the app with exit status 128 plus the signal's
    number. An exception in a background thread or task ends it as a bug. SIGTSTP suspends the app, SIGCONT
    resumes it in the foreground. A character that the locale's encoding lacks becomes one `?`: a longer
    escape would shift the rest of the line.
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
        self._title = ""
        self._suspended_title = ""
        self._pending_replies = 0
        self._query_sent_at = 0.0
        self._shutdown_guard = ShutdownGuard(self._leave, source=self.fileno, output=STANDARD_ERROR)

    def start_application_mode(self) -> None:
        """Take over the terminal and install the signal handlers."""
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
        # Textual's handler interrupts itself when resizes come fast, and then posts an old size last.
        asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, self._resized)
        with suppress(termios.error):
            self._raw = termios.tcgetattr(self.fileno)

    def _set_attributes(self, attributes: list[Any] | None = None) -> None:
        """Set the attributes of the terminal line, by default to the current ones.

        In the background the kernel stops the process group here with SIGTTOU; it returns in the foreground.
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
        """Forget threads that the machine's limits did not allow to start, so that nothing joins them."""
        if self._key_thread is not None and not self._key_thread.is_alive():
            self._key_thread = None
        if self._writer_thread is not None and not self._writer_thread.is_alive():
            self._writer_thread = None
            self._active = False

    def _sigcont_application(self, *_: object) -> None:
        self._continued += 1
        if not self._active:
            return
        # Stopped by SIGSTOP, or continued after a hang-up: the terminal was not released.
        with suppress(termios.error):
            self._set_attributes(self._raw)
        self._loop.call_soon_threadsafe(self.repaint)

    def suspend(self) -> None:
        """Release the terminal and stop; take the terminal over again when the shell continues the app."""
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

        This stops the whole process group, as the terminal does: the shell waits for its own child, which may
        be `make`. The kernel ignores the signal in an orphaned process group, where no shell waits. An app
        that was started with the signal ignored does not stop.
        """
        if self._stoppable:
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(0, signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, handler)

    def _explain(self, continued: int) -> None:
        """Notify the user that the app was not stopped, if no SIGCONT arrived since."""
        if self._continued == continued:
            self._app.notify(NO_SHELL, severity="warning", markup=False)

    def suspend_application_mode(self) -> None:
        """Release the terminal; signals have their default actions meanwhile."""
        self._suspended_title = self._title
        self.stop_application_mode()
        super().close()
        self._shutdown_guard.uninstall()

    def resume_application_mode(self) -> None:
        """Take over the terminal again with its title, and repaint everything."""
        self.resumed_at = time.monotonic()
        self.start_application_mode()
        self.set_title(self._suspended_title)
        self._app.call_later(self._app.refresh, layout=True)

    def stop_application_mode(self) -> None:
        """Release the terminal, and leave no input in it that was meant for the app."""
        self.set_title("")
        self.disable_input()
        with suppress(OSError):
            self._wait_for_replies()
        super().stop_application_mode()
        self._active = False
        self._raw = []

    def _wait_for_replies(self) -> None:
        """Read the replies that are outstanding; the shell would take them for keys."""
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
        """Write the remaining output, and release the terminal if that was not done."""
        if self._active:
            self.stop_application_mode()
        super().close()
        threading.excepthook = threading.__excepthook__
        self._shutdown_guard.uninstall()
        if self._app._exception is None:
            self._shutdown_guard.exit_soon(self._app.return_code or 0)

    def _leave(self, code: int) -> None:
        with suppress(RuntimeError):  # the loop is closed: the app is ending
            self._loop.call_soon_threadsafe(self._exit_app, code)

    def _exit_app(self, code: int) -> None:
        if (
            not self._app._exit
        ):  # else it is ending already, and the terminal turned a second ctrl+c into a signal
            self._app.exit(return_code=code)

    def _run_input_thread(self) -> None:
        linux_driver.XTermParser = partial(KeyParser, on_text=self._count_replies)  # type: ignore[assignment, attr-defined]
        self.run_input_thread()  # without the wrapper of Textual that prints a traceback

    def _thread_failed(self, failed: threading.ExceptHookArgs) -> None:
        """Treat a failed read or write as a hang-up, and any other exception as a bug."""
        error = failed.exc_value
        if isinstance(error, OSError) and failed.thread in (self._key_thread, self._writer_thread):
            self._shutdown_guard.hang_up()
        elif isinstance(error, Exception):
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def _task_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End the app if a background task failed or a limit of the machine was met."""
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
        """Return the columns and rows of the terminal; `COLUMNS` and `LINES` do not count."""
        try:
            size = os.get_terminal_size(self.fileno)
        except OSError:
            return super()._get_terminal_size()
        return size.columns or 80, size.lines or 24

    def set_title(self, title: str) -> None:
        """Set the title of the window, or of the pane in tmux; "" restores the previous one.

        These sequences change nothing on the screen.
        """
        if title:
            super().write(("" if self._title else SAVE_TITLE) + f"\x1b]2;{title}\x07")
        elif self._title:
            super().write(RESTORE_TITLE)
        self._title = title

    def toggle_mouse(self) -> bool:
        """Switch the mouse between the app and the terminal; return whether the app has it now."""
        if self._mouse:
            self._disable_mouse_support()
            self._mouse = False
        else:
            self._mouse = True
            self._enable_mouse_support()
        self.flush()
        return self._mouse

    def repaint(self) -> None:
        """Repaint the whole screen."""
        self._app.refresh(layout=True)


class DiffDriver(TerminalDriver):
    """A driver that writes only the cells that changed, and all cells after a possible outside change."""

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
        """Write the cells that Textual's output changes."""
        if self._differ is not None:
            try:
                data = self._differ.diff(data, self._app.size)
            except UnknownOutputError:
                self._differ = None
                self._app.call_later(self.repaint)
        if data:
            super().write(data)

    def repaint(self) -> None:
        """Repaint the whole screen, including cells that have not changed."""
        if self._differ is not None:
            self._differ.invalidate()
        super().repaint()

    def resume_application_mode(self) -> None:
        """Take over the terminal again and repaint it, once more when it gets the focus."""
        self._was_suspended = True
        super().resume_application_mode()

    def process_message(self, message: Message) -> None:
        """Repaint if the terminal may show something else; this runs in the input thread."""
        super().process_message(message)
        if isinstance(message, events.Resize):
            if self._size_known:  # the first event reports the known size
                self._app.call_later(self.repaint)
            self._size_known = True
        elif isinstance(message, events.AppFocus) and self._was_suspended:
            self._was_suspended = False
            self._app.call_later(self.repaint)

    def _resized(self) -> None:
        super()._resized()
        self._app.call_later(self.repaint)
