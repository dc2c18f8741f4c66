"""`cgc-tui info`: prints facts for a bug report, without secrets and user names."""

from __future__ import annotations

import locale
import platform
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from cgc_tui import __version__
from cgc_tui.cli.context import CommandContext, NoTokenError
from cgc_tui.cli.exit_codes import ExitCode, error_message
from cgc_tui.cli.output import wrapped
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.text import sanitize
from cgc_tui.formatting.display import full_time
from cgc_tui.system.clipboard import choose_route

HELP = "print details for a bug report"
OPERANDS = ""
EPILOG = """\
The output has no token, no user name and no value of a proxy variable.

Example: cgc-tui info > info.txt
"""

LABEL_CELLS = 13
PACKAGES = ("textual", "httpx", "httpcore", "h11", "platformdirs", "rich")
NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing."""


async def run(_: Namespace, context: CommandContext) -> int:
    """Print the facts; one of them is an error if the platform does not respond."""
    access = context.session.access
    values = {
        "cgc-tui": __version__,
        "Python": f"{platform.python_version()} on {platform.platform()}",
        "Packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        "Installed": _without_home(Path(__file__).parent.parent.parent),
        "Settings": _without_home(context.config),
        "Credentials": _without_home(context.session.credentials.path),
        "Terminal": _terminal(context.environ),
        "Locale": locale.getencoding(),
        "Clipboard": f"by {choose_route(context.environ, '')}",
        "Profile": access.profile,
        "Endpoint": access.endpoint,
        "Token": f"from {access.source}" if access.source else "simulated" if context.demo else "none",
        "Network": _network(context.environ),
    }
    for name, value in values.items():
        context.write(_lines(name, value, context))
    context.write(_lines("Rate limit", await _rate_limit(context), context))
    return ExitCode.DONE


def _lines(name: str, value: str, context: CommandContext) -> Iterator[str]:
    return wrapped(sanitize(value), context.width, first=f"{name:{LABEL_CELLS}}")


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # 8 ms, and only needed here

    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _without_home(path: Path) -> str:
    """Return a path with ~ for the home directory, which has the user's name."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _terminal(environ: Mapping[str, str]) -> str:
    size = shutil.get_terminal_size()
    parts = [environ.get("TERM") or "TERM not set", f"{size.columns}×{size.lines}"]
    parts += [f"COLORTERM {environ['COLORTERM']}"] if environ.get("COLORTERM") else []
    names = {"TMUX": "in tmux", "STY": "in screen", "SSH_CONNECTION": "over SSH", "NO_COLOR": "NO_COLOR"}
    return ", ".join([*parts, *(description for name, description in names.items() if environ.get(name))])


def _network(environ: Mapping[str, str]) -> str:
    """Return the names of the set variables that change how the platform is reached."""
    names = [name for known in NETWORK for name in (known, known.lower()) if environ.get(name)]
    return f"{', '.join(names)} set" if names else "no proxy or certificate variable set"


async def _rate_limit(context: CommandContext) -> str:
    try:
        async with context.client() as client:
            limit = await client.rate_limit()
    except NoTokenError:
        return "unknown without a token"
    except CgcError as error:
        return error_message(error, context.display)
    is_known = limit.resets_at is not None and limit.resets_at > context.clock()
    until = f" until {full_time(limit.resets_at, context.display)}" if is_known else ""
    return f"{limit.remaining:,} of {limit.limit:,} requests left{until}"
