"""The command line: runs a command or starts the app, and returns the exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from cgc_tui import __version__
from cgc_tui.api.prefetch import Prefetch
from cgc_tui.api.request_log import LogFile, LogFileError, RequestLog
from cgc_tui.cli.commands import loaded
from cgc_tui.cli.connect import _config, _place
from cgc_tui.cli.launch import DONE, USAGE, _look, _screen
from cgc_tui.cli.output import Closed, Unwritable, _say, _stream
from cgc_tui.cli.parser import _only_options, parser
from cgc_tui.config.platforms import CredentialsError
from cgc_tui.config.settings import load_settings
from cgc_tui.domain.text import sanitize

NO = 1


def main(arguments: Sequence[str], first: Prefetch | None) -> int:
    """Run the screen or a command, and return its exit code; `first` asks for the screen's first page."""
    made = parser(commands=not _only_options(arguments))
    try:
        options = made.parse_args(arguments)
    except Closed:
        return DONE
    except Unwritable as error:
        _say(sanitize(error))
        return NO
    given = [
        name for name, value in vars(options).items() if name.startswith("screen ") and value is not None
    ]
    if options.command is not None and given:
        made.error(f"--{given[0].removeprefix('screen ')} is the screen's; give it after {options.command}")
    try:
        events = RequestLog(LogFile(options.log_file) if options.log_file else None)
        events.note(f"cgc-tui {__version__} begins")
        code = _command(made, options, events) if options.command else _screen(options, events, first)
    except (CredentialsError, LogFileError) as error:
        _say(sanitize(error))
        return USAGE
    events.note(f"cgc-tui ends with {code}")
    if options.command is None and events.write_error is not None:
        _say(events.write_error)  # what the screen said is gone with it
    return code


def _command(made: argparse.ArgumentParser, options: argparse.Namespace, events: RequestLog) -> int:
    from cgc_tui.cli.context import Session
    from cgc_tui.cli.runner import run

    chosen = load_settings(_config())
    if chosen.unread is not None:
        remedy = f"Fix or remove {_config()}: it may name the profile of another platform."
        _say(sanitize(f"{chosen.unread} {remedy}"))
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
        _say(sanitize(note))
    events.on_write_error(_say)
    return run(loaded(options.command), options, session)
