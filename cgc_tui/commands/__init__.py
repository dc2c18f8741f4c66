"""The commands for scripts: standard output is data, standard error is talk, the exit code is the outcome.

A command is a module with `HELP`, `EPILOG`, `add_arguments` and `run`, and a line in `COMMANDS`. Nothing that
is slow to import stands at its top: the command line loads them all.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from cgc_tui.commands import auth, completion, failures, info, retry, show, watch
from cgc_tui.commands import list as list_jobs
from cgc_tui.commands.session import Session


class Command(Protocol):
    """What the module of a command has."""

    HELP: str
    """One line, for the list of commands."""
    EPILOG: str
    """What follows the options in its help, with an example."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what it takes."""

    def run(self, options: Namespace, session: Session) -> Coroutine[Any, Any, int]:
        """Do it and return the exit code; raises CgcError and CredentialsError."""


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "list": list_jobs,
        "show": show,
        "watch": watch,
        "failures": failures,
        "retry": retry,
        "auth": auth,
        "info": info,
        "completion": completion,
    }
)
"""The commands by name, in the order in which the help has them."""
