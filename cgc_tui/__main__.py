"""The entry point: starts the prefetch, then runs the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from socket import socket

from cgc_tui.api.prefetch import Prefetch
from cgc_tui.cli.registry import COMMANDS

NO_PREFETCH_ARGUMENTS = {"-h", "--help", "--version", "--demo", *COMMANDS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the app or a command, and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    starts_app = (
        not NO_PREFETCH_ARGUMENTS.intersection(arguments) and sys.stderr is not None and sys.stderr.isatty()
    )
    prefetch = Prefetch(_serve_prefetch) if starts_app else None
    try:
        from cgc_tui.system.crash_report import excepthook
        from cgc_tui.system.process_limits import prepare_for_limits

        sys.excepthook = excepthook
        prepare_for_limits()
        from cgc_tui.cli import main as command_line

        return command_line.main(arguments, prefetch)
    finally:
        if prefetch is not None:
            prefetch.close()


def _serve_prefetch(parent: socket) -> None:
    from cgc_tui.api.prefetch_child import serve

    serve(parent)


if __name__ == "__main__":
    sys.exit(main())
