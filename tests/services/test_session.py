"""Verifying a token and storing it, for the command and the screen alike."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.config.credentials import Access, Credentials, TokenSource
from cgc_tui.config.platforms import PLATFORMS, CredentialsError
from cgc_tui.domain.errors import ServerError, TokenRejected
from cgc_tui.domain.platform import User
from cgc_tui.domain.text import SafeText
from cgc_tui.domain.token import Token
from cgc_tui.services.session import PlatformSession

CGC, CAVATICA = (PLATFORMS[name].endpoint for name in ("cgc", "cavatica"))
TOKEN = Token("0123456789abcdef")


class Client:
    """A client that knows one user, or fails."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error
        self.closed = False

    async def user(self) -> User:
        if self.error is not None:
            raise self.error
        return User("rosalind")

    async def close(self) -> None:
        self.closed = True


class Sessions:
    """Makes sessions over one store, and keeps the clients that they open."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clients: list[Client] = []
        self.error: BaseException | None = None

    def make(self, *, environ: Mapping[str, str] | None = None) -> PlatformSession:
        credentials = Credentials(self.directory, environ=environ or {}, home=self.directory)
        access = credentials.resolve(profile=None, endpoint=None)
        return PlatformSession(access, access.title, credentials, self.connect, None)

    def connect(self, _endpoint: str, _token: Token) -> PlatformClient:
        self.clients.append(Client(self.error))
        return cast(PlatformClient, self.clients[-1])


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(tmp_path / "config")


async def test_a_verified_token_is_stored_and_used(sessions: Sessions) -> None:
    session = sessions.make()
    assert (session.access.token, session.user) == (None, None)
    login = await session.verify_token(CGC, TOKEN)
    assert (login.username, login.endpoint, sessions.clients[0].closed) == ("rosalind", CGC, False)
    assert session.store_login(login) == ("cgc", None, False)
    assert session.access == Access("cgc", CGC, TOKEN, TokenSource.STORE, SafeText("rosalind"))
    assert sessions.make().access == session.access


@pytest.mark.parametrize(
    "error",
    [
        TokenRejected(SafeText("no"), SafeText("")),
        ServerError(SafeText("no"), SafeText("")),
        CancelledError(),
    ],
    ids=repr,
)
async def test_where_the_token_cannot_be_verified_the_client_is_closed(
    sessions: Sessions, error: BaseException
) -> None:
    sessions.error = error
    session = sessions.make()
    with pytest.raises(type(error)):
        await session.verify_token(CGC, TOKEN)
    assert sessions.clients[0].closed
    assert session.access.token is None


async def test_a_token_of_another_platform_changes_the_profile_and_the_title(sessions: Sessions) -> None:
    session = sessions.make()
    session.title = "simulated CGC"
    session.store_login(await session.verify_token(CGC, TOKEN))
    assert session.title == "simulated CGC"
    stored = session.store_login(await session.verify_token(CAVATICA, TOKEN))
    assert (stored.profile, session.access.profile) == ("cavatica", "cavatica")
    assert (session.access.endpoint, session.title) == (CAVATICA, PLATFORMS["cavatica"].title)


async def test_a_token_that_cannot_be_stored_is_used_for_this_run(sessions: Sessions) -> None:
    session = sessions.make()
    sessions.directory.write_text("in the way of the store")
    stored = session.store_login(await session.verify_token(CGC, TOKEN))
    assert isinstance(stored.error, CredentialsError)
    assert (session.access.token, session.access.source) == (TOKEN, None)
    assert session.user == "rosalind"


@pytest.mark.parametrize(("value", "first"), [("another-token", True), (" ", False)])
async def test_a_token_in_the_environment_comes_first_at_the_next_start(
    sessions: Sessions, value: str, first: bool
) -> None:
    environ = {"SB_AUTH_TOKEN": value}
    session = sessions.make(environ=environ)
    stored = session.store_login(await session.verify_token(CGC, TOKEN))
    assert stored.environment_first is first
    again = sessions.make(environ=environ)
    assert (again.access.source is TokenSource.ENVIRONMENT) is first
