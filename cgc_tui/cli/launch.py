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
from cgc_tui.cli.connect import platform_session, settings_path
from cgc_tui.cli.exit_codes import ExitCode
from cgc_tui.cli.output import say
from cgc_tui.config.settings import Settings, load_settings
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.services.session import PlatformSession
from cgc_tui.system.crash_report import BUG, write_report
from cgc_tui.system.process_limits import LIMITED, address_space_message, limit_message, startable_threads

THREADS = 4
"""The threads that the app needs: for keys, for output, for hang-ups and for blocking calls."""

LEAST_ADDRESS_SPACE = 100_000 * 1024
"""Bytes of address space without which the app is not started: it takes 85 MB with its threads' stacks."""

ALLOWED_TEXTUAL_VARS = {
    "TEXTUAL_ANIMATIONS",
    "TEXTUAL_COLOR_SYSTEM",
    "TEXTUAL_DIM_FACTOR",
    "TEXTUAL_DISABLE_KITTY_KEY",
    "TEXTUAL_FPS",
    "TEXTUAL_SMOOTH_SCROLL",
    "TEXTUAL_SPEEDUPS",
}
"""Textual's variables that change the display and nothing else."""


def run_app(options: argparse.Namespace, request_log: RequestLog, prefetch: Prefetch | None) -> int:
    """Start the app, and return the exit code when it ends; raises CredentialsError."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        message = "needs a terminal on standard input and standard error; in scripts, use: cgc-tui list"
        say(SafeText(message))
        return ExitCode.USAGE
    if (limit := address_space_message(LEAST_ADDRESS_SPACE)) is not None:
        say(SafeText(limit))
        return LIMITED
    scrub_environment(os.environ)
    if os.environ.get("TERM") == "dumb":  # Textual would use all colours
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "standard")
    settings = load_settings(settings_path())
    session = platform_session(options, settings, request_log)
    session.writable = bool(options.tui_write)
    query = _first_query(options, settings)
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
        say(problem)
        return ExitCode.USAGE
    from cgc_tui.system.event_loop import run
    from cgc_tui.tui.app import AppConfig, CgcApp
    from cgc_tui.tui.terminal.driver import DiffDriver, TerminalDriver

    gc.freeze()  # saves 10 ms of the start: imported modules are never garbage
    gc.enable()
    refresh = options.tui_refresh
    setup = AppConfig(
        session=session,
        request_log=request_log,
        settings=settings if refresh is None else replace(settings, refresh=refresh),
        config_path=settings_path(),
        query=query,
        display=default_display(),
        environ=os.environ,
        prefetch=prefetch,
    )
    plain = options.tui_plain_output or settings.plain_output
    app = CgcApp(setup, driver_class=TerminalDriver if plain else DiffDriver)
    run(app.run_async(mouse="SSH_CONNECTION" not in os.environ))
    if app.crash is not None and (limit := limit_message(app.crash)) is not None:
        say(SafeText(limit))
        return LIMITED
    if app.crash is not None:
        request_log.note(f"cgc-tui ends because of a bug: {type(app.crash).__name__}")
        print(write_report(app.crash), file=sys.stderr)
        return BUG
    return app.return_code or ExitCode.DONE


def start_prefetch(prefetch: Prefetch, session: PlatformSession, query: JobQuery) -> None:
    """Start the request for the first page if there is a token."""
    endpoint, token = session.access.endpoint, session.access.token
    if token is None:
        prefetch.close()
    else:
        prefetch.start(
            PrefetchRequest(endpoint, token.reveal(), session.credentials.advance_access(endpoint), query)
        )


def _first_query(options: argparse.Namespace, settings: Settings) -> JobQuery:
    """Return the query of the first list."""
    return JobQuery(
        tuple(options.tui_state or ()),
        options.tui_project,
        options.tui_volume,
        limit=options.tui_page_size or settings.page_size,
    )


def scrub_environment(environ: MutableMapping[str, str]) -> None:
    """Remove the variables that make Textual write keys to files, even a pasted token, or load other code.

    Remove LINES and COLUMNS too: Textual would take them for the size, which is wrong after a resize.
    """
    for name in [name for name in environ if name.startswith("TEXTUAL") and name not in ALLOWED_TEXTUAL_VARS]:
        del environ[name]
    for name in ("COLUMNS", "LINES"):
        environ.pop(name, None)


def default_display() -> DisplayOptions:
    """Return display options, in ASCII if the locale's encoding may lack the glyphs."""
    return DisplayOptions(ascii="utf" not in locale.getencoding().lower())
