"""`cgc-tui auth`: log in, show the token in use, log out."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass

from cgc_tui.cli.arguments import repeat_global_options
from cgc_tui.cli.context import CommandContext, NoTokenError
from cgc_tui.cli.exit_codes import ExitCode, error_message, exit_code_for
from cgc_tui.cli.output import wrapped
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.config.credentials import TokenSource
from cgc_tui.config.platforms import parse_token, platform_at
from cgc_tui.config.private_files import MAX_BYTES
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.token import Token

HELP = "log in, log out, or show which token is used"
OPERANDS = "ACTION"
EPILOG = """\
Example: cgc-tui auth login --profile cavatica
         cgc-tui auth login --with-token < token.txt
"""

ACTIONS = {
    "login": "read a token without showing it, verify it, and store it",
    "status": "show where the token comes from and which user it belongs to",
    "logout": "remove a profile and its token",
}
MIN_SHOWN_LENGTH = 16
"""The last four characters are shown of a token that is at least this long."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", prog=parser.prog)
    for name, help_text in ACTIONS.items():
        action = actions.add_parser(
            name,
            help=help_text,
            description=help_text,
            epilog=f"Example: cgc-tui auth {name} --profile cavatica",
        )
        repeat_global_options(action)
        if name == "login":
            action.add_argument(
                "--with-token", action="store_true", help="read the token from standard input"
            )


async def run(options: Namespace, context: CommandContext) -> int:
    """Run the action."""
    if context.demo and options.action != "status":
        context.say("--demo has no token to store.")
        return ExitCode.USAGE
    match options.action:
        case "login":
            return await _login(context, piped=options.with_token)
        case "logout":
            return _logout(context)
    return await _status(context)


async def _login(context: CommandContext, *, piped: bool) -> int:
    """Verify a token and store it; a rejected one is not stored."""
    session = context.session
    if not piped and not sys.stdin.isatty():
        context.say("no terminal to prompt on; pass the token on standard input with --with-token")
        return ExitCode.USAGE
    token = parse_token(sys.stdin.read(MAX_BYTES) if piped else _prompt_for_token(context))
    with ProgressLine(context, "Loading the user"):
        login = await session.verify_token(session.access.endpoint, token)
    await login.client.close()
    stored = session.store_login(login)
    if stored.error is not None:
        raise stored.error
    context.say(
        f"logged in to {session.title} as {login.username}; "
        f"the token is stored in the profile {stored.profile}."
    )
    if stored.environment_first:
        context.say("SB_AUTH_TOKEN still takes precedence unless --profile is given: unset it.")
    return ExitCode.DONE


def _prompt_for_token(context: CommandContext) -> str:
    platform = platform_at(context.session.access.endpoint)
    if platform is not None and platform.token_page is not None:
        context.say(f"get a token for {platform.name} at {platform.token_page}")
    try:
        return getpass("Token (hidden): ", stream=context.err)
    except EOFError:
        return ""


async def _status(context: CommandContext) -> int:
    """Print the access in use, and whether the platform accepts the token."""
    session, access = context.session, context.session.access
    token = "none" if access.token is None else _masked(access.token)
    source = f", from {access.source}" if access.source else ""
    context.write(
        [
            f"Platform  {session.title}\n",
            f"Endpoint  {access.endpoint}\n",
            f"Profile   {access.profile}\n",
            f"Token     {token}{source}\n",
        ]
    )
    try:
        async with context.client() as client:
            with ProgressLine(context, "Loading the user"):
                user = await client.user()
    except NoTokenError:
        context.write(["User      not logged in; log in with: cgc-tui auth login\n"])
        return ExitCode.ACCESS
    except CgcError as error:
        context.write(wrapped(error_message(error, context.display), context.width, first="User      "))
        return exit_code_for(error)
    context.write([f"User      {user.username}\n"])
    return ExitCode.DONE


def _masked(token: Token) -> str:
    secret = token.reveal()
    return f"…{secret[-4:]}" if len(secret) >= MIN_SHOWN_LENGTH else "too short to show a part of it"


def _logout(context: CommandContext) -> int:
    """Remove the profile in use from the store."""
    session = context.session
    if not session.credentials.forget(session.access.profile):
        context.say(f"no token is stored in the profile {session.access.profile}.")
        return ExitCode.NO
    context.say(f"removed the token of the profile {session.access.profile}.")
    if session.access.source is not TokenSource.STORE and session.access.token is not None:
        context.say(f"the token from {session.access.source} is still used.")
    return ExitCode.DONE
