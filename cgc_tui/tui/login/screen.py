"""The login screen: reads a token and verifies it."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Label, Select, Static

from cgc_tui.config.platforms import PLATFORMS, CredentialsError, parse_token, platform_at
from cgc_tui.domain.errors import CgcError, TokenRejected
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.lists import error_line
from cgc_tui.services.session import Login, PlatformSession
from cgc_tui.tui.bindings import bindings
from cgc_tui.tui.stylesheets import stylesheet
from cgc_tui.tui.widgets.key_bar import KeyBar
from cgc_tui.tui.widgets.too_small import TooSmall


class TokenInput(Input):
    """An input that hides its value and never copies it to the clipboard."""

    def __init__(self) -> None:
        super().__init__(password=True, compact=True, id="token", max_length=4096)

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Cut nothing."""


class LoginScreen(Screen[Login | None]):
    """The platform, where to get a token, and an input for it."""

    CSS_PATH = stylesheet("login")
    AUTO_FOCUS = "#token"
    BINDINGS = bindings("token")

    def __init__(
        self, session: PlatformSession, *, reason: SafeText, display: DisplayOptions, can_cancel: bool
    ) -> None:
        """`reason` says why a token is needed; with `can_cancel`, Esc goes back."""
        super().__init__()
        self._session = session
        self._reason = reason
        self._display_options = display
        self._can_cancel = can_cancel

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        endpoints = {platform.endpoint: platform.name for platform in PLATFORMS.values()}
        current = self._session.access.endpoint
        store = sanitize(str(self._session.credentials.path))
        endpoints.setdefault(current, current)
        with Vertical(id="dialog"):
            yield Static("Log in with your authentication token", classes="heading")
            yield Static("", id="reason", markup=False)
            yield Label("Platform")
            yield Select(
                [(Content(sanitize(name)), endpoint) for endpoint, name in endpoints.items()],
                value=current,
                allow_blank=False,
                compact=True,
                id="platform",
            )
            yield Static("", id="where", markup=False)
            yield Label("Token (hidden)")
            yield TokenInput()
            yield Static(
                f"Checked with the platform, then saved in {store} (readable only by you).",
                id="store",
                markup=False,
            )
        leave = ("escape", "Back") if self._can_cancel else ("ctrl+c", "Quit")
        yield KeyBar((("enter", "Log in"), ("tab", "Platform"), leave))
        yield TooSmall()

    def on_mount(self) -> None:
        """Show the reason for the login, and where to get a token."""
        self._say(self._reason)
        self._show_where()

    @on(Select.Changed)
    def _show_where(self) -> None:
        platform = platform_at(self.endpoint)
        if platform is not None and platform.token_page:
            where = f"Get a token at {platform.token_page}"
        else:
            where = "Get a token on the platform's website, on the Developer tab."
        self.query_one("#where", Static).update(sanitize(where))

    @property
    def endpoint(self) -> str:
        """The endpoint of the selected platform."""
        return str(self.query_one(Select).value)

    @on(Input.Submitted)
    def _submit(self) -> None:
        self.verify()

    @work(exclusive=True)
    async def verify(self) -> None:
        """Verify the token with the platform; return the login, or show why it failed."""
        line = self.query_one(TokenInput)
        try:
            token = parse_token(line.value)
        except CredentialsError as error:
            self._say(sanitize(str(error)))
            return
        endpoint = self.endpoint
        self._say(sanitize(f"Checking the token with {endpoint}…"))
        try:
            login = await self._session.verify_token(endpoint, token)
        except TokenRejected as error:
            line.clear()
            self._say(
                sanitize(f"The platform refused this token{self._server_reason(error)}. Nothing was saved.")
            )
        except CgcError as error:
            self._say(
                sanitize(f"The token could not be verified: {error_line(error, self._display_options)}")
            )
        else:
            while self.app.screen is not self:
                self.app.pop_screen()
            self.dismiss(login)

    @staticmethod
    def _server_reason(error: TokenRejected) -> str:
        return f" ({error.server_message.rstrip('.')})" if error.server_message else ""

    def _say(self, message: SafeText) -> None:
        reason = self.query_one("#reason", Static)
        reason.update(message)
        reason.display = bool(message)

    def action_leave(self) -> None:
        """Go back to the list, if there is one."""
        if self._can_cancel:
            self.dismiss(None)
