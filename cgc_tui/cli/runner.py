"""Runs a command to one of the exit codes: an error is one line, a signal and a closed pipe are no word."""

from __future__ import annotations

import os
import signal
import warnings
from argparse import Namespace
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from cgc_tui.cli.arguments import query_of
from cgc_tui.cli.context import NoToken
from cgc_tui.cli.exit_codes import Exit, exit_of, words_of
from cgc_tui.cli.output import Closed, Unwritable, drop
from cgc_tui.config.platforms import CredentialsError
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.lists import error_summary
from cgc_tui.system import event_loop

if TYPE_CHECKING:
    from types import FrameType

    from cgc_tui.cli.commands import Command
    from cgc_tui.cli.context import Session

ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def run(command: Command, options: Namespace, session: Session) -> int:
    """Run a command and return its exit code.

    A signal ends it wherever it is, by SystemExit with 128 plus its number; one that the program was
    started to ignore stays ignored.
    """
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _ended)
    try:
        return _told(command, options, session)
    except Closed:
        return Exit.DONE
    except SystemExit:
        drop(session.out)
        raise


def _told(command: Command, options: Namespace, session: Session) -> int:
    """Run a command; say what went wrong."""
    try:
        return event_loop.run(command.run(options, session))
    except NoToken:
        where = session.place.title
        _report(session, f"there is no token for {where}; set SB_AUTH_TOKEN, or: cgc-tui auth login")
        return Exit.ACCESS
    except CgcError as error:
        _report(session, words_of(error, session.look, what=_what(error, options, session)))
        return exit_of(error)
    except CredentialsError as error:
        _report(session, str(error))
        return Exit.USAGE
    except Unwritable as error:
        _report(session, str(error))
        return Exit.NO


def _report(session: Session, words: str) -> None:
    """Say why a command ends; where nobody can be told, its exit code says it."""
    with suppress(Closed, Unwritable):
        session.say(words)


def _what(error: CgcError, options: Namespace, session: Session) -> SafeText:
    """Return what happened, and to which list."""
    return error_summary(error, query_of(options), session.look) if "project" in options else error.summary


def _ended(number: int, _: FrameType | None) -> NoReturn:
    for other in ENDING:
        signal.signal(other, _ended_again)
    warnings.simplefilter("ignore")  # where it was interrupted, a coroutine may be left that nobody awaits
    raise SystemExit(128 + number)


def _ended_again(number: int, _: FrameType | None) -> NoReturn:
    """End without any clean-up, which may wait for a name server."""
    os._exit(128 + number)
