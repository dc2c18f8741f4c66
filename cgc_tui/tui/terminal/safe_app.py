"""An app that ends cleanly and draws no control characters; all of Textual's App that is private."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from textual import on
from textual.app import App
from textual.filter import LineFilter
from textual.message_pump import MessagePump
from textual.notifications import Notify
from textual.worker import WorkerFailed

from cgc_tui.tui.terminal import textual_patches  # noqa: F401
from cgc_tui.tui.terminal.driver import TerminalDriver
from cgc_tui.tui.terminal.output_filter import ControlCharFilter

CONTROL_CHAR_FILTER = ControlCharFilter()
"""One for all: Textual caches filtered lines by the filter's identity."""


class SafeApp(App[None]):
    """An app that prints no traceback, always closes its terminal, and filters what it draws."""

    @property
    def crash(self) -> BaseException | None:
        """The exception that ended the app, if one did."""
        return self._exception.error if isinstance(self._exception, WorkerFailed) else self._exception

    @property
    def terminal(self) -> TerminalDriver | None:
        """The driver, None where the app runs without a terminal."""
        return self._driver if isinstance(self._driver, TerminalDriver) else None

    @property
    def has_toasts(self) -> bool:
        """Whether a notification is shown."""
        return len(self._notifications) > 0

    @on(Notify)
    def _drop_identical_toast(self, event: Notify) -> None:
        """Keep a toast that says the same, instead of adding another one."""
        new = event.notification
        if any(
            (shown.message, shown.severity) == (new.message, new.severity) for shown in self._notifications
        ):
            event.prevent_default()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters, and the filter of control characters after them."""
        return (*super().get_line_filters(), CONTROL_CHAR_FILTER)

    def panic(self, *_: RenderableType) -> None:
        """End without printing the exception."""
        self._fatal_error()

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End as soon as all screens are mounted: Textual mounts nothing in an app that is ending."""
        unfinished: MessagePump | None = next((one for one in self.screen_stack if not one.is_mounted), None)
        if not self._is_mounted:
            unfinished = self
        if unfinished is None or not unfinished.call_later(self.exit, result, return_code, message):
            super().exit(result, return_code, message)

    def _fatal_error(self) -> None:
        """End without Textual's traceback, which shows the variables of every frame."""
        self._close_messages_no_wait()

    async def _shutdown(self) -> None:
        """Close the terminal even if closing everything else fails."""
        try:
            await super()._shutdown()
        finally:
            if self._driver is not None:
                self._driver.close()

    def _set_pointer_shape(self, shape: str) -> None:
        """Leave the shape of the pointer to the terminal."""
