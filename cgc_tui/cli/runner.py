"""Runs a command and returns its exit code: an error is one line, a signal or a closed pipe is silent."""

from __future__ import annotations

import os
import signal
import warnings
from argparse import Namespace
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from cgc_tui.cli.arguments import query_of
from cgc_tui.cli.context import NoTokenError
from cgc_tui.cli.exit_codes import ExitCode, error_message, exit_code_for
from cgc_tui.cli.output import OutputClosed, OutputError, drop
from cgc_tui.config.platforms import CredentialsError
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.lists import error_summary
from cgc_tui.system import event_loop

if TYPE_CHECKING:
    from types import FrameType

    from cgc_tui.cli.context import CommandContext
    from cgc_tui.cli.registry import Command

EXIT_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def run_command(command: Command, options: Namespace, context: CommandContext) -> int:
    """Run a command and return its exit code.

    A signal ends it at once by SystemExit with 128 plus its number; a signal that was ignored when the
    program started stays ignored.
    """
    for number in EXIT_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _exit_on_signal)
    try:
        return _run_reporting(command, options, context)
    except OutputClosed:
        return ExitCode.DONE
    except SystemExit:
        drop(context.out)
        raise


def _run_reporting(command: Command, options: Namespace, context: CommandContext) -> int:
    """Run a command; report expected errors."""
    try:
        return event_loop.run(command.run(options, context))
    except NoTokenError:
        where = context.session.title
        _report(context, f"no token for {where}; set SB_AUTH_TOKEN or run: cgc-tui auth login")
        return ExitCode.ACCESS
    except CgcError as error:
        _report(
            context, error_message(error, context.display, summary=_error_summary(error, options, context))
        )
        return exit_code_for(error)
    except CredentialsError as error:
        _report(context, str(error))
        return ExitCode.USAGE
    except OutputError as error:
        _report(context, str(error))
        return ExitCode.NO


def _report(context: CommandContext, text: str) -> None:
    """Say why a command ends, if that can be written."""
    with suppress(OutputClosed, OutputError):
        context.say(text)


def _error_summary(error: CgcError, options: Namespace, context: CommandContext) -> SafeText:
    """Return the summary of an error, with the list that it concerns."""
    return error_summary(error, query_of(options), context.display) if "project" in options else error.summary


def _exit_on_signal(number: int, _: FrameType | None) -> NoReturn:
    for other in EXIT_SIGNALS:
        signal.signal(other, _exit_now)
    warnings.simplefilter("ignore")  # an interrupted coroutine may never be awaited
    raise SystemExit(128 + number)


def _exit_now(number: int, _: FrameType | None) -> NoReturn:
    """Exit without clean-up, which may block on a name server."""
    os._exit(128 + number)
