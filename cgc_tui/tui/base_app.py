"""The app without its screens: copying, opening links, help, commands, repainting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from textual import events, on, work
from textual.app import SystemCommand
from textual.binding import Binding
from textual.dom import DOMNode
from textual.driver import Driver
from textual.screen import Screen

from cgc_tui.config.settings import Settings
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.system.browser import open_link
from cgc_tui.system.clipboard import ClipboardRoute, choose_route, copy_to_tmux
from cgc_tui.tui.keys import bindings
from cgc_tui.tui.messages import CopyRequested, OpenLinkRequested, TitleRequested
from cgc_tui.tui.stylesheets import stylesheet
from cgc_tui.tui.terminal.driver import TerminalDriver
from cgc_tui.tui.terminal.input_queue import InputQueue
from cgc_tui.tui.terminal.safe_app import SafeApp

WARNING_SECONDS = 20.0


class TerminalApp(SafeApp):
    """An app that lives in a terminal on another machine."""

    TITLE = "cgc-tui"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (15, "-short"), (20, "-tall")]
    BINDINGS = bindings("terminal")

    def __init__(
        self,
        settings: Settings,
        config_path: Path,
        environ: Mapping[str, str],
        *,
        driver_class: type[Driver] | None = TerminalDriver,
    ) -> None:
        """`config_path` is the file from which the settings were read."""
        super().__init__(driver_class=driver_class, css_path=[stylesheet("app"), stylesheet("jobs")])
        self._input_queue = InputQueue(self, self._take)
        self._config_path = config_path
        self._environ = environ
        if "SSH_CONNECTION" in environ:
            self.animation_level = "none"
        if settings.theme is not None and settings.theme in self.available_themes:
            self.theme = settings.theme
        self.set_keymap(settings.keys)

    async def on_event(self, event: events.Event) -> None:
        """Handle keys and pastes one after another; the key that quits does not wait."""
        typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if typed and (
            not self._input_queue.busy or self._input_queue.repeats(event) or not self._interrupts(event)
        ):
            await self._input_queue.put(event)
        else:
            await super().on_event(event)

    async def _take(self, event: events.Event) -> None:
        """Handle a key or a paste, unless it was typed after `Ctrl+Z` and meant for the shell."""
        if self.terminal is None or event.time >= self.terminal.resumed_at:
            await super().on_event(event)

    def _interrupts(self, event: events.Event) -> bool:
        active = self.screen.active_bindings.get(event.key) if isinstance(event, events.Key) else None
        return active is not None and active.binding.id == "app.interrupt"

    def warn(self, message: str) -> None:
        """Show a warning that stays for a while."""
        self.notify(sanitize(message), severity="warning", timeout=WARNING_SECONDS, markup=False)

    @on(CopyRequested)
    def _copy(self, event: CopyRequested) -> None:
        self.copy(event)

    @work
    async def copy(self, request: CopyRequested) -> None:
        """Copy by the route that this terminal supports, and notify which one it was."""
        from cgc_tui.tui.dialogs.text import TextDialog

        self.clear_notifications()
        route = choose_route(self._environ, request.text)
        if route is ClipboardRoute.TMUX and await copy_to_tmux(request.text):
            self.notify(f"Copied {request.label} to tmux: paste with prefix ].", markup=False)
        elif route is ClipboardRoute.OSC52:
            self.copy_to_clipboard(request.text.encode("utf-8", "replace").decode())
            self.notify(f"Sent {request.label} to the terminal's clipboard (OSC 52).", markup=False)
        elif isinstance(self.screen, TextDialog):
            self.notify("This terminal cannot copy: select the text with the mouse.", markup=False)
        else:
            self.push_screen(
                TextDialog(sanitize(f"Copy manually: {request.label}"), request.text, label=request.label)
            )

    @on(OpenLinkRequested)
    def _open(self, event: OpenLinkRequested) -> None:
        self.open(event)

    @work
    async def open(self, request: OpenLinkRequested) -> None:
        """Open a page in `$BROWSER`, or show its address."""
        from cgc_tui.tui.dialogs.text import TextDialog

        if await open_link(request.url, self._environ):
            self.notify("Opened in your browser.", markup=False)
        else:
            self.push_screen(
                TextDialog(
                    SafeText("Web page (set BROWSER to open it)"),
                    request.url,
                    label=SafeText("the link"),
                )
            )

    @on(TitleRequested)
    def _on_title_requested(self, event: TitleRequested) -> None:
        self.set_title(event)

    def set_title(self, request: TitleRequested) -> None:
        """Set the title of the terminal, and ring its bell if requested."""
        if self.terminal is not None:
            self.terminal.set_title(f"{self.TITLE}: {request.title}" if request.title else "")
        if request.ring:
            self.bell()

    def action_help(self) -> None:
        """Show all keys of the current screen."""
        from cgc_tui.tui.dialogs.help import HelpDialog

        keys: dict[str, list[str]] = {}
        for _, binding in self._own_bindings(self.screen):
            description = binding.tooltip or binding.description
            keys.setdefault(description, []).append(self.get_key_display(replace(binding, key_display=None)))
        joined = {description: " ".join(dict.fromkeys(key_names)) for description, key_names in keys.items()}
        self.push_screen(HelpDialog(joined, self._config_path))

    @staticmethod
    def _own_bindings(screen: Screen[object]) -> Iterator[tuple[DOMNode, Binding]]:
        """Yield the active bindings of a screen that are this app's: those with an id."""
        for node, binding, enabled, _ in screen.active_bindings.values():
            if binding.id and binding.description and enabled:
                yield node, binding

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer the theme and every action that has a key on the screen."""
        yield SystemCommand("Theme", "Choose theme", self.action_change_theme)
        offered = set()
        for node, binding in self._own_bindings(screen):
            if binding.action not in offered:
                offered.add(binding.action)
                key = self.get_key_display(replace(binding, key_display=None))
                action = partial(self.run_action, binding.action, node)
                yield SystemCommand(binding.tooltip or binding.description, f"key {key}", action)

    def action_suspend_process(self) -> None:
        """Suspend the app and return to the shell."""
        if self.terminal is not None:
            self.terminal.suspend()

    def action_repaint(self) -> None:
        """Repaint the whole screen."""
        if self.terminal is not None:
            self.terminal.repaint()

    def action_mouse(self) -> None:
        """Switch the mouse between the app and the terminal, which can select text with it."""
        if self.terminal is not None:
            app_has_mouse = self.terminal.toggle_mouse()
            owner = (
                "Mouse on: click rows, tabs and keys."
                if app_has_mouse
                else "Mouse off: select text with the terminal."
            )
            self.notify(owner, markup=False)
