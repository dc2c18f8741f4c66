"""`cgc-tui auth`: gives a token, says which is in use, takes it back."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass

from cgc_tui.cli.arguments import add_shared_again
from cgc_tui.cli.context import NoToken, Session
from cgc_tui.cli.exit_codes import Exit, exit_of, words_of
from cgc_tui.config.credentials import TokenSource
from cgc_tui.config.platforms import parse_token, platform_at
from cgc_tui.config.private_files import MAX_BYTES
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.token import Token

HELP = "log in and out, and say which token is used"
OPERANDS = "ACTION"
EPILOG = """\
Example: cgc-tui auth login --profile cavatica
         cgc-tui auth login --with-token < token.txt
"""

ACTIONS = {
    "login": "ask for a token without showing it, try it, and store it",
    "status": "say where the token comes from and whom it belongs to",
    "logout": "remove a profile and its token from the store",
}
SHORTEST_SHOWN = 16
"""From how many characters on the last four of a token are shown."""


def add_arguments(parser: ArgumentParser) -> None:
    """Take what to do."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", prog=parser.prog)
    for name, words in ACTIONS.items():
        action = actions.add_parser(
            name,
            help=words,
            description=words,
            epilog=f"Example: cgc-tui auth {name} --profile cavatica",
        )
        add_shared_again(action)
        if name == "login":
            action.add_argument("--with-token", action="store_true", help="read it from standard input")


async def run(options: Namespace, session: Session) -> int:
    """Do one of the three."""
    if session.demo and options.action != "status":
        session.say("--demo keeps no token.")
        return Exit.USAGE
    match options.action:
        case "login":
            return await _login(session, piped=options.with_token)
        case "logout":
            return _logout(session)
    return await _status(session)


async def _login(session: Session, *, piped: bool) -> int:
    """Try a token and store it; one that is refused is not stored."""
    place = session.place
    if not piped and not sys.stdin.isatty():
        session.say("there is no terminal to ask on; give the token on standard input: --with-token")
        return Exit.USAGE
    token = parse_token(sys.stdin.read(MAX_BYTES) if piped else _asked(session))
    client = place.connect(place.access.endpoint, token)
    try:
        user = await client.user()
    finally:
        await client.close()
    profile = place.credentials.save(place.access.profile, place.access.endpoint, token, user.username)
    session.say(f"{place.title} knows you as {user.username}; the token is stored for the profile {profile}.")
    if session.environ.get("SB_AUTH_TOKEN", "").strip():
        session.say("SB_AUTH_TOKEN is still taken first, unless --profile is given: unset it.")
    return Exit.DONE


def _asked(session: Session) -> str:
    platform = platform_at(session.place.access.endpoint)
    if platform is not None and platform.token_page is not None:
        session.say(f"{platform.name} hands out tokens at {platform.token_page}")
    try:
        return getpass("Token (it does not show): ", stream=session.err)
    except EOFError:
        return ""


async def _status(session: Session) -> int:
    """Print what is in use, and whether the platform takes it."""
    place, access = session.place, session.place.access
    token = "none" if access.token is None else _shown(access.token)
    source = f", from {access.source}" if access.source else ""
    session.write(
        [
            f"Platform  {place.title}\n",
            f"Endpoint  {access.endpoint}\n",
            f"Profile   {access.profile}\n",
            f"Token     {token}{source}\n",
        ]
    )
    try:
        async with session.client() as client:
            user = await client.user()
    except NoToken:
        session.write(["User      not logged in; log in with: cgc-tui auth login\n"])
        return Exit.ACCESS
    except CgcError as error:
        session.write([f"User      {words_of(error, session.look)}\n"])
        return exit_of(error)
    session.write([f"User      {user.username}\n"])
    return Exit.DONE


def _shown(token: Token) -> str:
    secret = token.reveal()
    return f"…{secret[-4:]}" if len(secret) >= SHORTEST_SHOWN else "too short to show any of it"


def _logout(session: Session) -> int:
    """Remove the profile that is in use from the store."""
    place = session.place
    if not place.credentials.forget(place.access.profile):
        session.say(f"no token is stored for the profile {place.access.profile}.")
        return Exit.NO
    session.say(f"the token of the profile {place.access.profile} is removed.")
    if place.access.source is not TokenSource.STORE and place.access.token is not None:
        session.say(f"the token from {place.access.source} is still used.")
    return Exit.DONE
