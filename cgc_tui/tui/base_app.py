"""The app without its screens: copying, opening links, help, commands, repainting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.binding import Binding
from textual.driver import Driver

from cgc_tui.config.keymap import HELP_GROUPS
from cgc_tui.config.settings import Settings
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.system.browser import open_link
from cgc_tui.system.clipboard import ClipboardRoute, choose_route, copy_to_tmux
from cgc_tui.tui.bindings import bindings, own_bindings
from cgc_tui.tui.host import ShowsMessages
from cgc_tui.tui.messages import CopyRequested, OpenLinkRequested, TitleRequested
from cgc_tui.tui.stylesheets import stylesheet
from cgc_tui.tui.terminal.driver import TerminalDriver
from cgc_tui.tui.terminal.input_queue import InputQueue
from cgc_tui.tui.terminal.safe_app import SafeApp
from cgc_tui.tui.themes import READABLE_THEMES

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.theme import Theme

WARNING_SECONDS = 20.0
KEY_NAMES = {"enter": "Enter", "escape": "Esc", "space": "Space", "tab": "Tab"}


def _key_commands() -> type[Provider]:
    from cgc_tui.tui.palette import KeyCommands

    return KeyCommands


class TerminalApp(SafeApp):
    """An app that lives in a terminal on another machine."""

    TITLE = "cgc-tui"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (15, "-short"), (20, "-tall")]
    BINDINGS = bindings("terminal")
    COMMANDS = {_key_commands}

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
        for theme in READABLE_THEMES:
            self.register_theme(theme)
        self.stylesheet.set_variables(self.get_css_variables())  # those of the first theme are set already
        if settings.theme is not None and settings.theme in self.available_themes:
            self.theme = settings.theme
        self.set_keymap(settings.keys)
        self._saved_theme = self.theme

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
        """Handle a key or a paste, unless it was typed after `Ctrl+Z` and meant for the shell.

        `Esc` closes toasts before it does anything else.
        """
        if self.terminal is not None and event.time < self.terminal.resumed_at:
            return
        if isinstance(event, events.Key) and event.key == "escape" and self.has_toasts:
            self.clear_notifications()
        else:
            await super().on_event(event)

    def _interrupts(self, event: events.Event) -> bool:
        active = self.screen.active_bindings.get(event.key) if isinstance(event, events.Key) else None
        return active is not None and active.binding.id == "app.interrupt"

    def on_mount(self) -> None:
        """Save a theme that the user chooses."""
        self.theme_changed_signal.subscribe(self, self._save_theme)

    def _save_theme(self, theme: Theme) -> None:
        if theme.name != self._saved_theme:
            self._saved_theme = theme.name
            self.run_worker(partial(self._write_theme, theme.name), group="theme", thread=True)

    def _write_theme(self, name: str) -> None:
        """Write the theme to the settings file, in a thread: that file may be on a slow disk."""
        from cgc_tui.config.theme_setting import SettingNotSaved, save_theme

        try:
            save_theme(self._config_path, name)
        except SettingNotSaved as error:
            self.call_from_thread(self.warn, f"The theme is used for this run only. {error}")
        else:
            message = sanitize(f"Theme {name} saved in {self._config_path.name}")
            self.call_from_thread(self.show_message, message)

    def get_key_display(self, binding: Binding) -> str:
        """Return the name of a key, as in `Enter`, in place of a symbol for it."""
        return binding.key_display or KEY_NAMES.get(binding.key) or super().get_key_display(binding)

    def warn(self, message: str) -> None:
        """Show a warning that stays for a while."""
        self.notify(sanitize(message), severity="warning", timeout=WARNING_SECONDS, markup=False)

    def show_message(self, message: SafeText) -> None:
        """Show a short message: in the status line of the screen, or as a toast where there is none."""
        if isinstance(self.screen, ShowsMessages):
            self.screen.show_message(message)
        else:
            self.notify(message, markup=False)

    @on(CopyRequested)
    def _copy(self, event: CopyRequested) -> None:
        self.copy(event)

    @work
    async def copy(self, request: CopyRequested) -> None:
        """Copy by the route that this terminal supports, and show which one it was."""
        from cgc_tui.tui.dialogs.text import TextDialog

        self.clear_notifications()
        route = choose_route(self._environ, request.text)
        if route is ClipboardRoute.TMUX and await copy_to_tmux(request.text):
            self.show_message(SafeText(f"Copied {request.label} to tmux: paste with prefix ]"))
        elif route is ClipboardRoute.OSC52:
            self.copy_to_clipboard(request.text.encode("utf-8", "replace").decode())
            self.show_message(SafeText(f"Copied {request.label} to the clipboard (OSC 52)"))
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
            self.show_message(SafeText("Opened in your browser"))
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
        """Show all keys of the current screen, by task."""
        from cgc_tui.tui.dialogs.help import HelpDialog, HelpRow

        group_of = {key_id: title for title, ids in HELP_GROUPS.items() for key_id in ids}
        order = {key_id: index for index, key_id in enumerate(group_of)}
        keys: dict[str, dict[str, list[str]]] = {title: {} for title in HELP_GROUPS}
        active = [binding for _, binding in own_bindings(self.screen) if binding.id in order]
        for binding in sorted(active, key=lambda binding: order[binding.id or ""]):
            shown = keys[group_of[binding.id or ""]].setdefault(binding.tooltip or binding.description, [])
            shown.append(self.get_key_display(replace(binding, key_display=None)))
        groups = {
            title: [HelpRow(" ".join(dict.fromkeys(shown)), text) for text, shown in rows.items()]
            for title, rows in keys.items()
        }
        self.push_screen(HelpDialog(groups, self._config_path))

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
            self.show_message(
                SafeText("Mouse on: click rows, tabs and keys" if app_has_mouse else "Mouse off: select text")
            )
