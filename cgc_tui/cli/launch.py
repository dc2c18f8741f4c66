"""Starts the app."""

from __future__ import annotations

import argparse
import gc
import locale
import os
import sys
from collections.abc import MutableMapping
from dataclasses import replace

from cgc_tui.api.prefetch import Prefetch, PrefetchRequest
from cgc_tui.api.request_log import RequestLog
from cgc_tui.cli.connect import _platform_session, _settings_path
from cgc_tui.cli.output import _say
from cgc_tui.config.settings import Settings, load_settings
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.session import PlatformSession
from cgc_tui.system.crash_report import BUG, write_report
from cgc_tui.system.process_limits import LIMITED, address_space_message, limit_message, startable_threads

DONE = 0
USAGE = 2

THREADS = 4
"""How many threads the screen has at first: for keys, for output, for hang-ups, and for what would block."""

LEAST_ADDRESS_SPACE = 100_000 * 1024
"""Bytes without which the screen is not started: the program alone takes 85 MB, with the threads' stacks."""

ALLOWED_TEXTUAL_VARS = {
    "TEXTUAL_ANIMATIONS",
    "TEXTUAL_COLOR_SYSTEM",
    "TEXTUAL_DIM_FACTOR",
    "TEXTUAL_DISABLE_KITTY_KEY",
    "TEXTUAL_FPS",
    "TEXTUAL_SMOOTH_SCROLL",
    "TEXTUAL_SPEEDUPS",
}
"""Textual's variables that change what is seen, and nothing else."""


def _run_screen(options: argparse.Namespace, request_log: RequestLog, prefetch: Prefetch | None) -> int:
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        message = "needs a terminal on standard input and standard error; for scripts there is: cgc-tui list"
        _say(SafeText(message))
        return USAGE
    if (limit := address_space_message(LEAST_ADDRESS_SPACE)) is not None:
        _say(SafeText(limit))
        return LIMITED
    scrub_environment(os.environ)
    if os.environ.get("TERM") == "dumb":  # for which Textual would take the most colours
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "standard")
    settings = load_settings(_settings_path())
    session = _platform_session(options, settings, request_log)
    query = _query(options, settings)
    if prefetch is not None and startable_threads(THREADS) < THREADS:
        prefetch.close()
        prefetch = None
    if prefetch is not None:
        start_prefetch(prefetch, session, query)
    gc.disable()
    from cgc_tui.tui.terminal.textual_support import unsupported_textual

    if (problem := unsupported_textual()) is not None:
        gc.enable()
        if prefetch is not None:
            prefetch.close()
        _say(problem)
        return USAGE
    from cgc_tui.system.event_loop import run
    from cgc_tui.tui.app import AppConfig, CgcApp
    from cgc_tui.tui.terminal.driver import DiffDriver, TerminalDriver

    gc.freeze()  # what was imported stays: looking through it for what does not took 10 ms of the start
    gc.enable()
    refresh = getattr(options, "screen refresh")
    setup = AppConfig(
        access=session.access,
        title=session.title,
        credentials=session.credentials,
        connect=session.connect,
        state=session.state_directory,
        request_log=request_log,
        settings=settings if refresh is None else replace(settings, refresh=refresh),
        config_path=_settings_path(),
        query=query,
        display=default_display(),
        environ=os.environ,
        writable=bool(getattr(options, "screen write")),
        prefetch=prefetch,
    )
    plain = getattr(options, "screen plain-output") or settings.plain_output
    app = CgcApp(setup, driver_class=TerminalDriver if plain else DiffDriver)
    run(app.run_async(mouse="SSH_CONNECTION" not in os.environ))
    if app.crash is not None and (limit := limit_message(app.crash)) is not None:
        _say(SafeText(limit))
        return LIMITED
    if app.crash is not None:
        request_log.note(f"cgc-tui ends because of a bug: {type(app.crash).__name__}")
        print(write_report(app.crash), file=sys.stderr)
        return BUG
    return app.return_code or DONE


def start_prefetch(prefetch: Prefetch, session: PlatformSession, query: JobQuery) -> None:
    """Have the first page asked for, where there is a token for it."""
    endpoint, token = session.access.endpoint, session.access.token
    if token is None:
        prefetch.close()
    else:
        prefetch.start(
            PrefetchRequest(endpoint, token.reveal(), session.credentials.advance_access(endpoint), query)
        )


def _query(options: argparse.Namespace, settings: Settings) -> JobQuery:
    """Return what is listed first."""
    states, project, volume, limit = (
        getattr(options, f"screen {name}") for name in ("state", "project", "volume", "page-size")
    )
    return JobQuery(tuple(states or ()), project, volume, limit=limit or settings.page_size)


def scrub_environment(environ: MutableMapping[str, str]) -> None:
    """Remove what would have Textual write keys, a pasted token too, to files, or take other code.

    And what it would take for the terminal's size, which a resize makes false.
    """
    for name in [name for name in environ if name.startswith("TEXTUAL") and name not in ALLOWED_TEXTUAL_VARS]:
        del environ[name]
    for name in ("COLUMNS", "LINES"):
        environ.pop(name, None)


def default_display() -> DisplayOptions:
    """Return how things are said where the locale's encoding may lack the glyphs."""
    return DisplayOptions(ascii="utf" not in locale.getencoding().lower())
