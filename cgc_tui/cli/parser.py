"""The parser of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise

from cgc_tui.cli.arguments import (
    Parser,
    Version,
    add_global_options,
    owner_name,
    page_size,
    repeat_global_options,
    seconds,
    state,
)
from cgc_tui.cli.registry import COMMANDS, load_command

DESCRIPTION = """\
See your import jobs on the Cancer Genomics Cloud and its sister platforms.
Without a command it starts interactive mode; each command has its own --help."""

APP_PREFIX = "tui_"
"""The values of the app's options have this prefix; those of the commands can have the same names."""

SHARED_OPTIONS = "also: --demo, --profile, --endpoint, --log-file; see cgc-tui --help"

EPILOG = """\
The token is the first of: the one stored for --profile, SB_AUTH_TOKEN, the
stored one, the one in ~/.sevenbridges/credentials. Without any, interactive
mode prompts for it.
Exit codes: 0 done, 1 failed or not found, 2 wrong usage, no terminal or a limit
of this machine, 3 network or server, 4 no token or privilege, 5 rate limit,
8 unfinished at the time-out, 70 a bug, 129 130 143 ended by SIGHUP, SIGINT,
SIGTERM.
Example: cgc-tui --state FAILED --project rosalind/brca-pilot
"""


def build_parser(*, commands: bool = True) -> Parser:
    """Return the parser of the command line; without `commands`, that of the app alone."""
    parser = Parser(prog="cgc-tui", description=DESCRIPTION, epilog=EPILOG)
    add_global_options(parser)
    _add_app_options(parser)
    parser.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
    parser.set_defaults(command=None)
    if commands:
        _add_commands(parser)
    return parser


def _add_commands(parser: argparse.ArgumentParser) -> None:
    """Add the commands for scripts."""
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    for name in COMMANDS:
        module = load_command(name)
        description = f"{module.HELP[0].upper()}{module.HELP[1:]}."
        usage = f"%(prog)s [option ...] {module.OPERANDS}\n{SHARED_OPTIONS}"
        command_parser = commands.add_parser(
            name, help=module.HELP, usage=usage, description=description, epilog=module.EPILOG
        )
        module.add_arguments(command_parser)
        repeat_global_options(command_parser)


def has_only_options(arguments: Sequence[str]) -> bool:
    """Return whether the arguments are options of the app alone: no command and no request for help."""
    if {"-h", "--help", *COMMANDS}.intersection(arguments):
        return False
    return all(this.startswith("-") or before.startswith("--") for before, this in pairwise(["", *arguments]))


def _add_app_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the app, which no command has."""
    screen = parser.add_argument_group("interactive mode")

    def add(name: str, **settings: object) -> None:
        screen.add_argument(f"--{name}", dest=f"{APP_PREFIX}{name.replace('-', '_')}", **settings)  # type: ignore[arg-type]

    add("state", action="append", type=state, metavar="S", help="start with this state; can be repeated")
    add("project", type=owner_name, metavar="OWNER/NAME", help="start with this project")
    add("volume", type=owner_name, metavar="OWNER/NAME", help="start with this volume")
    add("page-size", type=page_size, metavar="N", help="jobs per page, 1 to 100 (default: 50)")
    add(
        "refresh",
        type=seconds(1, off=True),
        metavar="SECONDS",
        help="auto-refresh interval, 0 = off (default: 15)",
    )
    add("write", action="store_true", default=None, help="allow changes (default: read-only)")
    add("plain-output", action="store_true", default=None, help="Textual's own output, not only what changed")
