"""The commands by name, and what the module of a command provides.

No module of a command imports at its top what is slow to load: the parser loads them all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Coroutine

    from cgc_tui.cli.context import CommandContext

COMMANDS = ("list", "show", "watch", "failures", "compare", "retry", "auth", "info", "completion")
"""The commands, in the order of the help."""


class Command(Protocol):
    """The module of a command."""

    HELP: str
    """One line, for the list of commands."""
    OPERANDS: str
    """The operands in its usage line."""
    EPILOG: str
    """The text after the options in its help, with an example."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the command's own options and operands."""

    def run(self, options: Namespace, context: CommandContext) -> Coroutine[Any, Any, int]:
        """Run the command and return its exit code; raises CgcError and CredentialsError."""


def load_command(name: str) -> Command:
    """Return the command of this name."""
    return cast(Command, import_module(f"cgc_tui.cli.commands.{name}"))
