"""Options and value types that the commands and the app share."""

from __future__ import annotations

import math
import sys
from argparse import (
    SUPPRESS,
    Action,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from cgc_tui import __version__
from cgc_tui.cli.exit_codes import ExitCode
from cgc_tui.cli.output import write
from cgc_tui.domain.jobs import JobState
from cgc_tui.domain.queries import MAX_LIMIT, JobQuery
from cgc_tui.domain.text import sanitize

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class Parser(ArgumentParser):
    """An argument parser with hand-formatted help, whose errors are one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False, add_help=False, **settings
        )
        self.add_argument("-h", "--help", action="help", help=SUPPRESS)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help; raises OutputClosed and OutputError."""
        if file is None and sys.stdout is not None:
            write(sys.stdout, [self.format_help()])
        elif file is not None:
            super().print_help(file)

    def error(self, message: str) -> NoReturn:
        """Exit with a one-line error that names the help."""
        self.exit(ExitCode.USAGE, f"{self.prog}: {sanitize(message)}; see {self.prog} --help\n")


class Version(Action):
    """An option that prints the version and exits."""

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        if sys.stdout is not None:
            write(sys.stdout, [f"cgc-tui {__version__}\n"])
        parser.exit()


class _RejectTokenOption(Action):
    """Rejects `--token` and says why, without repeating the token."""

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        parser.error("there is no --token option, because arguments are public; use: cgc-tui auth login")


def add_global_options(parser: ArgumentParser, *, default: str | None = None, show_help: bool = True) -> None:
    """Add the options that may stand before or after a command: the platform and the log file.

    Without `show_help`, the help omits them.
    """

    def help_text(text: str) -> str:
        return text if show_help else SUPPRESS

    parser.add_argument("--token", action=_RejectTokenOption, nargs="?", help=SUPPRESS)
    parser.add_argument(
        "--demo",
        action="store_true",
        default=default or False,
        help=help_text("a simulated platform: no token, no network"),
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        default=default,
        help=help_text("a platform and its token (default: cgc)"),
    )
    parser.add_argument("--endpoint", metavar="URL", default=default, help=help_text("another API endpoint"))
    parser.add_argument(
        "--log-file",
        type=Path,
        metavar="PATH",
        default=default,
        help=help_text("log requests to this file, without the token"),
    )


def repeat_global_options(parser: ArgumentParser) -> None:
    """Add the global options to a command's parser; they override those before the command."""
    add_global_options(parser, default=SUPPRESS, show_help=False)


def add_filters(parser: ArgumentParser) -> None:
    """Add the platform's filters."""
    parser.add_argument(
        "--state", action="append", type=state, metavar="S", help="only jobs in this state; can be repeated"
    )
    add_location_filters(parser)


def add_location_filters(parser: ArgumentParser) -> None:
    """Add the filters by project and by volume."""
    parser.add_argument(
        "--project", type=owner_name, metavar="OWNER/NAME", help="only jobs into this project"
    )
    parser.add_argument("--volume", type=owner_name, metavar="OWNER/NAME", help="only jobs from this volume")


def query_of(options: Namespace) -> JobQuery:
    """Return the query for the filters that were given."""
    return JobQuery(tuple(dict.fromkeys(options.state or ())), options.project, options.volume)


def state(text: str) -> str:
    """Parse a state, in any case."""
    if text.upper() not in set(JobState):
        raise ArgumentTypeError(f"must be one of {', '.join(JobState)}")
    return text.upper()


def owner_name(text: str) -> str:
    """Parse the id of a project or volume."""
    owner, slash, name = text.partition("/")
    if not (owner and slash and name) or "/" in name:
        raise ArgumentTypeError("must be owner/name")
    return text


def page_size(text: str) -> int:
    """Parse a number of jobs per page."""
    if not text.isdecimal() or not 1 <= int(text) <= MAX_LIMIT:
        raise ArgumentTypeError(f"must be 1 to {MAX_LIMIT}")
    return int(text)


def count(text: str) -> int:
    """Parse a number of jobs."""
    if not text.isdecimal() or len(text) > 9:
        raise ArgumentTypeError("must be 0 or more")
    return int(text)


def seconds(minimum: float, maximum: float = 86400, *, off: bool = False) -> Callable[[str], float]:
    """Return a parser of a number of seconds; with `off` it may be 0."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (minimum <= value <= maximum or (off and value == 0)):
            raise ArgumentTypeError(f"must be {'0, or ' if off else ''}{minimum:g} to {maximum:g} seconds")
        return value

    return parse
