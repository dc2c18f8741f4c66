"""The platform that is in use, the user's access to it, and the log-in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cgc_tui.config.credentials import Access, Credentials, TokenSource
from cgc_tui.config.platforms import CredentialsError, platform_at
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.token import Token

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


class Login(NamedTuple):
    """A token that the platform at `endpoint` accepted, and an open client that has it."""

    endpoint: str
    token: Token
    client: PlatformClient
    username: str


class StoredLogin(NamedTuple):
    """The profile under which a token was stored, or `error` if it could not be stored.

    `environment_first` means that SB_AUTH_TOKEN is set: the next start without `--profile` uses that token.
    """

    profile: str
    error: CredentialsError | None
    environment_first: bool


class PlatformSession:
    """A platform, the user's access to it, and how to connect to it.

    `title` is the platform's name for the user; `connect` makes a client for an endpoint and a token;
    `state_directory` is where this machine keeps locks, None if it keeps nothing; `writable` is whether
    the user allows changes to the platform. `clock` returns the time, for all code that needs it.
    """

    __slots__ = (
        "_client",
        "access",
        "clock",
        "connect",
        "credentials",
        "state_directory",
        "title",
        "writable",
    )

    def __init__(
        self,
        access: Access,
        title: str,
        credentials: Credentials,
        connect: Callable[[str, Token], PlatformClient],
        state_directory: Path | None,
        *,
        writable: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.access = access
        self.title = title
        self.credentials = credentials
        self.connect = connect
        self.state_directory = state_directory
        self.writable = writable
        self.clock = clock
        self._client: PlatformClient | None = None

    @property
    def client(self) -> PlatformClient:
        """The client that the app sends requests with, connected when it is first used."""
        if self._client is None:
            if self.access.token is None:
                raise ValueError("a client needs a token")
            self._client = self.connect(self.access.endpoint, self.access.token)
        return self._client

    @client.setter
    def client(self, client: PlatformClient) -> None:
        self._client = client

    @property
    def has_client(self) -> bool:
        """Whether there is a client to be closed."""
        return self._client is not None

    @property
    def web(self) -> str | None:
        """The platform's web address, None if it is not known."""
        platform = platform_at(self.access.endpoint)
        return platform.web if platform else None

    @property
    def writer(self) -> str | None:
        """The profile that may change what is on the platform, None if none may."""
        return self.access.profile if self.writable else None

    @property
    def user(self) -> SafeText | None:
        """The user who has the token, None if that is not known."""
        return self.access.user

    async def verify_token(self, endpoint: str, token: Token) -> Login:
        """Ask the platform whose token it is; raises CgcError, and then has closed the client."""
        client = self.connect(endpoint, token)
        async with AsyncExitStack() as on_failure:
            on_failure.push_async_callback(client.close)
            user = await client.user()
            on_failure.pop_all()
        return Login(endpoint, token, client, user.username)

    def store_login(self, login: Login) -> StoredLogin:
        """Use the token from now on, and store it; if that fails, it is used all the same."""
        profile, source, store_error = self.access.profile, None, None
        try:
            profile = self.credentials.save(profile, login.endpoint, login.token, login.username)
            source = TokenSource.STORE
        except CredentialsError as error:
            store_error = error
        same_platform = login.endpoint == self.access.endpoint
        self.access = replace(
            self.access,
            profile=profile,
            endpoint=login.endpoint,
            token=login.token,
            source=source,
            user=sanitize(login.username),
        )
        if not same_platform:
            self.title = self.access.title
        return StoredLogin(profile, store_error, self.credentials.has_environment_token)
