"""The command line: what to run, with which profile."""

from __future__ import annotations

import argparse
import locale
import os
import sys
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cgc_tui import __version__
from cgc_tui.crash import BUG, report, uncaught
from cgc_tui.credentials import Access, Credentials, CredentialsError, config_directory
from cgc_tui.event_log import EventLog, LogFile, LogFileError
from cgc_tui.models import MAX_LIMIT, JobQuery, JobState, Token
from cgc_tui.settings import Settings, load
from cgc_tui.text import clean
from cgc_tui.view import Look

if TYPE_CHECKING:
    from cgc_tui.api import Client
    from cgc_tui.app import Setup

DONE = 0
USAGE = 2

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

EPILOG = """\
The token comes from the store of --profile, else SB_AUTH_TOKEN, else the store,
else ~/.sevenbridges/credentials; where there is none, the app asks for it.

exit codes: 0 done, 2 wrong usage or no terminal, 70 a bug,
129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM

example: cgc-tui --state FAILED --project rosalind/brca-pilot
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="cgc-tui",
        description="See your import jobs on the Cancer Genomics Cloud and its sister platforms.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--demo", action="store_true", help="a simulated platform: no token, no network")
    made.add_argument("--profile", metavar="NAME", help="a platform and its token (default: cgc)")
    made.add_argument("--endpoint", metavar="URL", help="another API endpoint")
    made.add_argument(
        "--state", action="append", type=_state, metavar="S", help="start with this state; may be repeated"
    )
    made.add_argument("--project", type=_id, metavar="OWNER/NAME", help="start with this project")
    made.add_argument("--volume", type=_id, metavar="OWNER/NAME", help="start with this volume")
    made.add_argument(
        "--page-size", type=_page_size, metavar="N", help="jobs on a page, 1 to 100 (default: 50)"
    )
    made.add_argument(
        "--refresh", type=_refresh, metavar="SECONDS", help="time between refreshes, 0 for none (default: 15)"
    )
    made.add_argument(
        "--log-file", type=Path, metavar="PATH", help="write there what is asked and answered, without token"
    )
    made.add_argument(
        "--write", action="store_true", help="allow what changes the platform (default: read-only)"
    )
    made.add_argument("--version", action="version", version=f"cgc-tui {__version__}")
    return made


def _state(text: str) -> str:
    if text.upper() not in set(JobState):
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(JobState)}")
    return text.upper()


def _id(text: str) -> str:
    owner, slash, name = text.partition("/")
    if not (owner and slash and name) or "/" in name:
        raise argparse.ArgumentTypeError("must be owner/name")
    return text


def _page_size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_LIMIT:
        raise argparse.ArgumentTypeError(f"must be 1 to {MAX_LIMIT}")
    return int(text)


def _refresh(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not (seconds == 0 or 1 <= seconds <= 86400):
        raise argparse.ArgumentTypeError("must be 0, or 1 to 86400 seconds")
    return seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    sys.excepthook = uncaught
    options = parser().parse_args(arguments)
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        print("cgc-tui: needs a terminal on standard input and standard error.", file=sys.stderr)
        return USAGE
    _take_debugging_out(os.environ)
    from cgc_tui.app import CgcApp

    try:
        events = EventLog(LogFile(options.log_file) if options.log_file else None)
        app = CgcApp(_demo(options, events) if options.demo else _platform(options, events))
    except (CredentialsError, LogFileError) as error:
        print(f"cgc-tui: {clean(error)}", file=sys.stderr)
        return USAGE
    events.note(f"cgc-tui {__version__} begins")
    app.run(mouse="SSH_CONNECTION" not in os.environ)
    if app.bug is not None:
        events.note(f"cgc-tui ends because of a bug: {type(app.bug).__name__}")
        print(report(app.bug), file=sys.stderr)
        return BUG
    events.note(f"cgc-tui ends with {app.return_code or DONE}")
    return app.return_code or DONE


def _take_debugging_out(environ: MutableMapping[str, str]) -> None:
    """Remove what would have Textual write keys, a pasted token too, to files, or take other code."""
    for name in [name for name in environ if name.startswith("TEXTUAL") and name not in TEXTUALS]:
        del environ[name]


def _demo(options: argparse.Namespace, events: EventLog) -> Setup:
    """Return the app on the simulated platform, which keeps nothing."""
    from cgc_tui.api import Client, Wire
    from cgc_tui.demo import SimulatedPlatform

    nowhere = Path(os.devnull, "cgc-tui")
    platform = SimulatedPlatform(live=True)
    transport = platform.transport()
    return _setup(
        options,
        _settings(),
        Access(profile="demo", endpoint=platform.base_url, token=Token(platform.token), source=None),
        title="simulated CGC",
        credentials=Credentials(nowhere, environ={}, home=nowhere),
        connect=lambda endpoint, token: Client(Wire(endpoint, token, transport=transport, events=events)),
        events=events,
    )


def _platform(options: argparse.Namespace, events: EventLog) -> Setup:
    """Return the app with the platform and the token that options, environment and store name."""
    from cgc_tui.api import Client, Wire

    chosen = _settings()
    credentials = Credentials(config_directory(os.environ), environ=os.environ, home=Path.home())
    access = credentials.find(
        profile=options.profile, endpoint=options.endpoint, default_profile=chosen.profile
    )
    return _setup(
        options,
        chosen,
        access,
        title=access.title,
        credentials=credentials,
        connect=lambda endpoint, token: Client(
            Wire(endpoint, token, advance_access=credentials.advance_access(endpoint), events=events)
        ),
        events=events,
    )


def _settings() -> Settings:
    """Return what `config.toml` says, with what is wrong in it."""
    from cgc_tui.app import binding_ids, themes

    return load(_config(), binding_ids=binding_ids(), themes=themes())


def _config() -> Path:
    return config_directory(os.environ) / "config.toml"


def _setup(
    options: argparse.Namespace,
    chosen: Settings,
    access: Access,
    *,
    title: str,
    credentials: Credentials,
    connect: Callable[[str, Token], Client],
    events: EventLog,
) -> Setup:
    """Return what the app starts with: options first, then `config.toml`."""
    from cgc_tui.app import Setup

    page_size = options.page_size if options.page_size is not None else chosen.page_size
    return Setup(
        access=access,
        title=title,
        credentials=credentials,
        connect=connect,
        events=events,
        settings=chosen if options.refresh is None else replace(chosen, refresh=options.refresh),
        config=_config(),
        query=JobQuery(tuple(options.state or ()), options.project, options.volume, limit=page_size),
        look=Look(ascii=not _unicode()),
        environ=os.environ,
        write=options.write,
    )


def _unicode() -> bool:
    """Tell whether the locale's encoding has the glyphs."""
    return "utf" in locale.getencoding().lower()


if __name__ == "__main__":
    sys.exit(main())
