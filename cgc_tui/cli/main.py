"""The command line: runs a command or starts the app, and returns the exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from cgc_tui import __version__
from cgc_tui.api.prefetch import Prefetch
from cgc_tui.api.request_log import LogFile, LogFileError, RequestLog
from cgc_tui.cli.connect import platform_session, settings_path
from cgc_tui.cli.exit_codes import ExitCode
from cgc_tui.cli.launch import default_display, run_app
from cgc_tui.cli.output import OutputClosed, OutputError, say, text_stream
from cgc_tui.cli.parser import APP_PREFIX, build_parser, has_only_options
from cgc_tui.cli.registry import load_command
from cgc_tui.config.platforms import CredentialsError
from cgc_tui.config.settings import load_settings
from cgc_tui.domain.text import sanitize


def main(arguments: Sequence[str], prefetch: Prefetch | None) -> int:
    """Run the app or a command, and return its exit code; `prefetch` can request the app's first page."""
    parser = build_parser(commands=not has_only_options(arguments))
    try:
        options = parser.parse_args(arguments)
    except OutputClosed:
        return ExitCode.DONE
    except OutputError as error:
        say(sanitize(error))
        return ExitCode.NO
    app_options = [
        name.removeprefix(APP_PREFIX).replace("_", "-")
        for name, value in vars(options).items()
        if name.startswith(APP_PREFIX) and value is not None
    ]
    if options.command is not None and app_options:
        parser.error(f"--{app_options[0]} is for interactive mode here; put it after {options.command}")
    try:
        request_log = RequestLog(LogFile(options.log_file) if options.log_file else None)
        request_log.note(f"cgc-tui {__version__} begins")
        code = (
            _run_command(parser, options, request_log)
            if options.command
            else run_app(options, request_log, prefetch)
        )
    except (CredentialsError, LogFileError) as error:
        say(sanitize(error))
        return ExitCode.USAGE
    request_log.note(f"cgc-tui ends with {code}")
    if options.command is None and request_log.write_error is not None:
        say(request_log.write_error)  # the app's own warning is no longer visible
    return code


def _run_command(
    parser: argparse.ArgumentParser, options: argparse.Namespace, request_log: RequestLog
) -> int:
    from cgc_tui.cli.context import CommandContext
    from cgc_tui.cli.runner import run_command

    settings = load_settings(settings_path())
    if settings.unread is not None:
        remedy = f"Fix or remove {settings_path()}: it may name the profile of another platform."
        say(sanitize(f"{settings.unread} {remedy}"))
        return ExitCode.USAGE
    session = platform_session(options, settings, request_log)
    context = CommandContext(
        session=session,
        parser=parser,
        config=settings_path(),
        display=default_display(),
        environ=os.environ,
        out=text_stream(sys.stdout),
        err=text_stream(sys.stderr),
        demo=options.demo,
    )
    screen_problems = settings.screen_problems if options.command == "info" else ()
    for note in (*settings.problems, *screen_problems, *session.credentials.notes):
        say(sanitize(note))
    request_log.on_write_error(say)
    return run_command(load_command(options.command), options, context)
