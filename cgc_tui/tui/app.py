"""The app: the first screen, and the token that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import events, on
from textual.driver import Driver
from textual.reactive import var
from textual.screen import Screen

from cgc_tui.api.request_log import RequestLog
from cgc_tui.config.credentials import TokenSource
from cgc_tui.config.settings import Settings
from cgc_tui.domain.errors import TokenRejected
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.app_state import UserIdentified
from cgc_tui.tui.base_app import TerminalApp
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.first_paint import set_breakpoint_classes
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient
    from cgc_tui.api.prefetch import Prefetch
    from cgc_tui.services.session import Login, PlatformSession

REFRESH_INTERVALS = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds between refreshes, as `+` and `-` step through them."""

ACTIVITY_EVENTS = (events.InputEvent, events.Paste, events.AppFocus, events.AppBlur)


class AppConfig(NamedTuple):
    """The arguments of the app; `prefetch` is the page of `query`, if it has been requested already."""

    session: PlatformSession
    settings: Settings
    config_path: Path
    query: JobQuery
    display: DisplayOptions
    environ: Mapping[str, str]
    request_log: RequestLog
    prefetch: Prefetch | None = None


class CgcApp(TerminalApp):
    """The import jobs of one user on one platform."""

    DEFAULT_MODE = "start"
    """Each further platform has its own mode, named by its endpoint."""

    BINDINGS = bindings("app")

    display_options: var[DisplayOptions] = var(DisplayOptions(), init=False)
    user: var[SafeText | None] = var[SafeText | None](None, init=False)
    refresh_interval: var[float] = var(0.0, init=False)
    """Seconds between refreshes of the list, 0 for none."""

    def __init__(self, config: AppConfig, *, driver_class: type[Driver] | None = TerminalDriver) -> None:
        super().__init__(config.settings, config.config_path, config.environ, driver_class=driver_class)
        self._app_config = config
        self._session = config.session
        self.set_reactive(CgcApp.display_options, config.display)
        self.set_reactive(CgcApp.refresh_interval, config.settings.refresh)

    def get_default_screen(self) -> Screen[None]:
        """Return the jobs screen, or an empty one below the login screen."""
        if self._session.access.token is None:
            return Screen()
        self._follow_token(self._session.client)
        if self._app_config.prefetch is not None:
            self._session.client.imports.prefetched = self._app_config.prefetch
        jobs = self._make_jobs_screen(self._app_config.query)
        set_breakpoint_classes(jobs, self)
        return jobs

    def on_mount(self) -> None:
        """Show the login screen if there is no token; report problems with the settings."""
        self.add_mode(self.DEFAULT_MODE, self.get_default_screen)  # only an added mode can be removed
        if self._session.access.token is None:
            self._show_login(SafeText(""), can_cancel=False)
        settings = self._app_config.settings
        for note in (*settings.problems, *settings.screen_problems, *self._session.credentials.notes):
            self.warn(note)
        self._app_config.request_log.on_write_error(self.warn)

    async def on_unmount(self) -> None:
        """Close the connections."""
        if self._session.has_client:
            await self._session.client.close()

    def _make_jobs_screen(self, query: JobQuery) -> JobsScreen:
        return JobsScreen(self._session, query, interval=self.refresh_interval, display=self.display_options)

    def _follow_token(self, client: PlatformClient) -> None:
        """Open the login screen when the platform rejects the token of this client."""
        client.on_token_rejected(partial(self.call_later, self._require_login, client))

    def _require_login(self, client: PlatformClient, error: TokenRejected) -> None:
        """Stop the requests and show the login screen once; a client that was replaced is ignored."""
        from cgc_tui.tui.login.screen import LoginScreen

        if client is not self._session.client:
            return
        if (jobs := self._jobs_screen()) is not None:
            jobs.stop_requests(error)
        if any(isinstance(screen, LoginScreen) for screen in self.screen_stack):
            return
        source = self._session.access.source
        origin = f" of {source.value}" if source else ""
        server_reason = f" ({error.server_message.rstrip('.')})" if error.server_message else ""
        self._show_login(sanitize(f"The platform refused the token{origin}{server_reason}."), can_cancel=True)

    def _show_login(self, reason: SafeText, *, can_cancel: bool) -> None:
        from cgc_tui.tui.login.screen import LoginScreen

        screen = LoginScreen(
            self._session, reason=reason, display=self.display_options, can_cancel=can_cancel
        )
        self.push_screen(screen, self._use_login)

    def _use_login(self, login: Login | None) -> None:
        """Store and use the token; another platform gets a jobs screen in its own mode."""
        if login is None:
            return
        session = self._session
        if session.has_client:
            self.run_worker(session.client.close())
        old_endpoint = session.access.endpoint
        session.client = login.client
        self._follow_token(login.client)
        self._store_login(login)
        self.user = session.user
        jobs = self._jobs_screen()
        while jobs is not None and self.screen is not jobs:
            self.screen.dismiss(None)  # flows that wait for its result get None
        same = login.endpoint == old_endpoint
        if jobs is not None and same:
            jobs.restart()
            return
        query = self._app_config.query if same else JobQuery(limit=self._app_config.query.limit)
        old_mode = self.current_mode
        self.add_mode(login.endpoint, lambda: self._make_jobs_screen(query))
        self.switch_mode(login.endpoint)
        self.remove_mode(old_mode)

    def _store_login(self, login: Login) -> None:
        """Store the token; warn if it can be used for this run only."""
        was_from_environment = self._session.access.source is TokenSource.ENVIRONMENT
        stored = self._session.store_login(login)
        if was_from_environment:
            self.warn(
                "SB_AUTH_TOKEN still holds the old token and takes precedence at the next start: "
                "update or unset it."
            )
        if stored.error is not None:
            self.warn(f"The token is used for this run only. {stored.error}")

    def action_events(self) -> None:
        """Show the request log."""
        from cgc_tui.tui.request_log.dialog import RequestLogDialog

        self.push_screen(RequestLogDialog(self._app_config.request_log, self.display_options))

    def action_zone(self) -> None:
        """Show times in UTC or in the local zone."""
        zone = UTC if self.display_options.timezone is None else None
        self.display_options = replace(self.display_options, timezone=zone)

    def action_slower(self) -> None:
        """Refresh less often."""
        longer = (step for step in REFRESH_INTERVALS if step > self.refresh_interval)
        self.refresh_interval = next(longer, REFRESH_INTERVALS[-1])

    def action_faster(self) -> None:
        """Refresh more often."""
        shorter = (step for step in reversed(REFRESH_INTERVALS) if step < self.refresh_interval)
        self.refresh_interval = next(shorter, REFRESH_INTERVALS[0])

    @on(UserIdentified)
    def _show_user(self, event: UserIdentified) -> None:
        self.user = event.user

    async def on_event(self, event: events.Event) -> None:
        """Report user activity to the jobs screen."""
        if isinstance(event, ACTIVITY_EVENTS) and (jobs := self._jobs_screen()) is not None:
            jobs.refresher.touch(focused=not isinstance(event, events.AppBlur))
        await super().on_event(event)

    def _jobs_screen(self) -> JobsScreen | None:
        return next((screen for screen in self.screen_stack if isinstance(screen, JobsScreen)), None)
