"""The command line: what to run, with which profile."""

from __future__ import annotations

import argparse
import gc
import locale
import os
import sys
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from io import TextIOWrapper
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from cgc_tui import __version__
from cgc_tui.api.prefetch import FirstPage, Question
from cgc_tui.api.request_log import EventLog, LogFile, LogFileError
from cgc_tui.commands import NAMES, loaded
from cgc_tui.commands.options import (
    Parser,
    Version,
    add_shared,
    add_shared_again,
    owner_name,
    page_size,
    seconds,
    state,
)
from cgc_tui.commands.output import Closed, Unwritable, write
from cgc_tui.config.credentials import Access, Credentials
from cgc_tui.config.platforms import CredentialsError
from cgc_tui.config.private_files import config_directory, state_directory
from cgc_tui.config.settings import Settings, load
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import Clean, clean
from cgc_tui.domain.token import Token
from cgc_tui.formatting.display import Look
from cgc_tui.services.session import Place
from cgc_tui.system.crash_report import BUG, report
from cgc_tui.system.process_limits import LIMITED, address_space_message, limit_message, startable_threads

if TYPE_CHECKING:
    from cgc_tui.api.client import Client

DONE = 0
NO = 1
USAGE = 2

THREADS = 4
"""How many threads the screen has at first: for keys, for output, for hang-ups, and for what would block."""

LEAST_ADDRESS_SPACE = 100_000 * 1024
"""Bytes without which the screen is not started: the program alone takes 85 MB, with the threads' stacks."""

TEXTUALS = {
    "TEXTUAL_ANIMATIONS",
    "TEXTUAL_COLOR_SYSTEM",
    "TEXTUAL_DIM_FACTOR",
    "TEXTUAL_DISABLE_KITTY_KEY",
    "TEXTUAL_FPS",
    "TEXTUAL_SMOOTH_SCROLL",
    "TEXTUAL_SPEEDUPS",
}
"""Textual's variables that change what is seen, and nothing else."""

DESCRIPTION = """\
See your import jobs on the Cancer Genomics Cloud and its sister platforms.
Without a command it opens the screen; each command has a --help of its own."""

SHARED = "also: --demo, --profile, --endpoint, --log-file; see cgc-tui --help"

EPILOG = """\
The token: that of --profile, else SB_AUTH_TOKEN, else the stored one, else
that of ~/.sevenbridges/credentials; the screen asks where there is none.
Exit codes: 0 done, 1 no, 2 wrong usage, no terminal or a limit of this machine,
3 network or server, 4 no token or privilege, 5 rate limit, 8 still pending at
the time-out, 70 a bug, 129 130 143 ended by SIGHUP, SIGINT, SIGTERM.
Example: cgc-tui --state FAILED --project rosalind/brca-pilot
"""


def parser(*, commands: bool = True) -> Parser:
    """Return the parser of the command line; without `commands`, that of the screen alone."""
    made = Parser(prog="cgc-tui", description=DESCRIPTION, epilog=EPILOG)
    add_shared(made)
    _add_screen(made)
    made.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
    made.set_defaults(command=None)
    if commands:
        _add_commands(made)
    return made


def _add_commands(made: argparse.ArgumentParser) -> None:
    """Add the commands for scripts."""
    commands = made.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    for name in NAMES:
        module = loaded(name)
        words = f"{module.HELP[0].upper()}{module.HELP[1:]}."
        usage = f"%(prog)s [option ...] {module.OPERANDS}\n{SHARED}"
        own = commands.add_parser(
            name, help=module.HELP, usage=usage, description=words, epilog=module.EPILOG
        )
        module.add_arguments(own)
        add_shared_again(own)


def _only_options(arguments: Sequence[str]) -> bool:
    """Tell whether there is no command among the arguments, nor a wish for help: only options and values."""
    if {"-h", "--help", *NAMES}.intersection(arguments):
        return False
    return all(this.startswith("-") or before.startswith("--") for before, this in pairwise(["", *arguments]))


def _add_screen(made: argparse.ArgumentParser) -> None:
    """Add what is for the screen alone."""
    screen = made.add_argument_group("for the screen")

    def add(name: str, **settings: object) -> None:
        screen.add_argument(f"--{name}", dest=f"screen {name}", **settings)  # type: ignore[arg-type]

    add("state", action="append", type=state, metavar="S", help="start with this state; may be repeated")
    add("project", type=owner_name, metavar="OWNER/NAME", help="start with this project")
    add("volume", type=owner_name, metavar="OWNER/NAME", help="start with this volume")
    add("page-size", type=page_size, metavar="N", help="jobs on a page, 1 to 100 (default: 50)")
    add(
        "refresh",
        type=seconds(1, off=True),
        metavar="SECONDS",
        help="time between refreshes, 0 for none (default: 15)",
    )
    add("write", action="store_true", default=None, help="allow what changes the platform (default: not)")
    add("plain-output", action="store_true", default=None, help="Textual's own output, not only what changed")


def main(arguments: Sequence[str], first: FirstPage | None) -> int:
    """Run the screen or a command, and return its exit code; `first` asks for the screen's first page."""
    made = parser(commands=not _only_options(arguments))
    try:
        options = made.parse_args(arguments)
    except Closed:
        return DONE
    except Unwritable as error:
        _say(clean(error))
        return NO
    given = [
        name for name, value in vars(options).items() if name.startswith("screen ") and value is not None
    ]
    if options.command is not None and given:
        made.error(f"--{given[0].removeprefix('screen ')} is the screen's; give it after {options.command}")
    try:
        events = EventLog(LogFile(options.log_file) if options.log_file else None)
        events.note(f"cgc-tui {__version__} begins")
        code = _command(made, options, events) if options.command else _screen(options, events, first)
    except (CredentialsError, LogFileError) as error:
        _say(clean(error))
        return USAGE
    events.note(f"cgc-tui ends with {code}")
    if options.command is None and events.trouble is not None:
        _say(events.trouble)  # what the screen said is gone with it
    return code


def _say(words: Clean) -> None:
    if sys.stderr is not None:
        with suppress(Closed, Unwritable):
            write(sys.stderr, [f"cgc-tui: {words}\n"])


def _command(made: argparse.ArgumentParser, options: argparse.Namespace, events: EventLog) -> int:
    from cgc_tui.commands.run import run
    from cgc_tui.commands.session import Session

    chosen = load(_config())
    if chosen.unread is not None:
        remedy = f"Fix or remove {_config()}: it may name the profile of another platform."
        _say(clean(f"{chosen.unread} {remedy}"))
        return USAGE
    place = _place(options, chosen, events)
    session = Session(
        place=place,
        parser=made,
        config=_config(),
        look=_look(),
        environ=os.environ,
        out=_stream(sys.stdout),
        err=_stream(sys.stderr),
        demo=options.demo,
    )
    screen_problems = chosen.screen_problems if options.command == "info" else ()
    for note in (*chosen.problems, *screen_problems, *place.credentials.notes):
        _say(clean(note))
    events.tell_trouble(_say)
    return run(loaded(options.command), options, session)


def _stream(stream: TextIO | None) -> TextIO:
    """Return a stream that takes any text, and UTF-8 where it is not a terminal; a closed one takes all."""
    if not isinstance(stream, TextIOWrapper):
        return stream or open(os.devnull, "w")
    from cgc_tui.formatting.export import ENCODING_ERRORS

    encoding = None if stream.isatty() else "utf-8"
    stream.reconfigure(encoding=encoding, errors=ENCODING_ERRORS)
    return stream


def _screen(options: argparse.Namespace, events: EventLog, first: FirstPage | None) -> int:
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        words = "needs a terminal on standard input and standard error; for scripts there is: cgc-tui list"
        _say(Clean(words))
        return USAGE
    if (limit := address_space_message(LEAST_ADDRESS_SPACE)) is not None:
        _say(Clean(limit))
        return LIMITED
    _take_out(os.environ)
    if os.environ.get("TERM") == "dumb":  # for which Textual would take the most colours
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "standard")
    chosen = load(_config())
    place = _place(options, chosen, events)
    query = _query(options, chosen)
    if first is not None and startable_threads(THREADS) < THREADS:
        first.close()
        first = None
    if first is not None:
        _ask(first, place, query)
    gc.disable()
    from cgc_tui.app import CgcApp, Setup
    from cgc_tui.driver import SparingTerminal, Terminal
    from cgc_tui.system.event_loop import run

    gc.freeze()  # what was imported stays: looking through it for what does not took 10 ms of the start
    gc.enable()
    refresh = getattr(options, "screen refresh")
    setup = Setup(
        access=place.access,
        title=place.title,
        credentials=place.credentials,
        connect=place.connect,
        state=place.state,
        events=events,
        settings=chosen if refresh is None else replace(chosen, refresh=refresh),
        config=_config(),
        query=query,
        look=_look(),
        environ=os.environ,
        write=bool(getattr(options, "screen write")),
        first=first,
    )
    plain = getattr(options, "screen plain-output") or chosen.plain_output
    app = CgcApp(setup, driver_class=Terminal if plain else SparingTerminal)
    run(app.run_async(mouse="SSH_CONNECTION" not in os.environ))
    if app.bug is not None and (limit := limit_message(app.bug)) is not None:
        _say(Clean(limit))
        return LIMITED
    if app.bug is not None:
        events.note(f"cgc-tui ends because of a bug: {type(app.bug).__name__}")
        print(report(app.bug), file=sys.stderr)
        return BUG
    return app.return_code or DONE


def _ask(first: FirstPage, place: Place, query: JobQuery) -> None:
    """Have the first page asked for, where there is a token for it."""
    endpoint, token = place.access.endpoint, place.access.token
    if token is None:
        first.close()
    else:
        first.ask(Question(endpoint, token.reveal(), place.credentials.advance_access(endpoint), query))


def _query(options: argparse.Namespace, chosen: Settings) -> JobQuery:
    """Return what is listed first."""
    states, project, volume, limit = (
        getattr(options, f"screen {name}") for name in ("state", "project", "volume", "page-size")
    )
    return JobQuery(tuple(states or ()), project, volume, limit=limit or chosen.page_size)


def _take_out(environ: MutableMapping[str, str]) -> None:
    """Remove what would have Textual write keys, a pasted token too, to files, or take other code.

    And what it would take for the terminal's size, which a resize makes false.
    """
    for name in [name for name in environ if name.startswith("TEXTUAL") and name not in TEXTUALS]:
        del environ[name]
    for name in ("COLUMNS", "LINES"):
        environ.pop(name, None)


def _place(options: argparse.Namespace, chosen: Settings, events: EventLog) -> Place:
    return _demo(events) if options.demo else _platform(options, chosen, events)


def _demo(events: EventLog) -> Place:
    """Return the simulated platform, which keeps nothing."""
    from cgc_tui.api.client import Client
    from cgc_tui.api.requester import Wire
    from cgc_tui.demo import SimulatedPlatform

    nowhere = Path(os.devnull, "cgc-tui")
    platform = SimulatedPlatform(live=True)
    transport = platform.transport()
    return Place(
        Access(profile="demo", endpoint=platform.base_url, token=Token(platform.token), source=None),
        title="simulated CGC",
        credentials=Credentials(nowhere, environ={}, home=nowhere),
        connect=lambda endpoint, token: Client(Wire(endpoint, token, transport=transport, events=events)),
        state=None,
    )


def _platform(options: argparse.Namespace, chosen: Settings, events: EventLog) -> Place:
    """Return the platform and the token that options, environment, settings and store name."""
    credentials = Credentials(config_directory(os.environ), environ=os.environ, home=Path.home())
    access = credentials.find(
        profile=options.profile, endpoint=options.endpoint, default_profile=chosen.profile
    )
    connect = partial(_client, credentials, events)
    return Place(access, access.title, credentials, connect, state_directory(os.environ))


def _client(credentials: Credentials, events: EventLog, endpoint: str, token: Token) -> Client:
    from cgc_tui.api.client import Client
    from cgc_tui.api.requester import Wire  # not before there is a token: it takes long

    advance = credentials.advance_access(endpoint)
    return Client(Wire(endpoint, token, advance_access=advance, events=events))


def _config() -> Path:
    return config_directory(os.environ) / "config.toml"


def _look() -> Look:
    """Return how things are said where the locale's encoding may lack the glyphs."""
    return Look(ascii="utf" not in locale.getencoding().lower())
