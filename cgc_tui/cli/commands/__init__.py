"""The commands for scripts: standard output is data, standard error is talk, the exit code is the outcome.

A command is a module with `HELP`, `OPERANDS`, `EPILOG`, `add_arguments` and `run`, and its name in
`COMMANDS`. Nothing that is slow to import stands at its top: the command line loads them all, unless the
screen is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Coroutine

    from cgc_tui.cli.context import CommandContext

COMMANDS = ("list", "show", "watch", "failures", "retry", "auth", "info", "completion")
"""The commands, in the order in which the help has them."""


class Command(Protocol):
    """What the module of a command has."""

    HELP: str
    """One line, for the list of commands."""
    OPERANDS: str
    """What stands behind its options, in its usage."""
    EPILOG: str
    """What follows the options in its help, with an example."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what it takes."""

    def run(self, options: Namespace, context: CommandContext) -> Coroutine[Any, Any, int]:
        """Do it and return the exit code; raises CgcError and CredentialsError."""


def load_command(name: str) -> Command:
    """Return the command of this name."""
    return cast(Command, import_module(f"{__name__}.{name}"))
