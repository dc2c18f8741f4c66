"""Serve the simulated platform on 127.0.0.1 until a signal: print its URL, then its token."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import sys
from collections.abc import Sequence
from contextlib import closing

from cgc_tui.demo.platform import SimulatedPlatform
from cgc_tui.demo.server import NO_THREAD, LoopbackServer
from cgc_tui.demo.switches import Switches

PROGRAM = "python -m cgc_tui.demo"
CANNOT_SERVE = 2
END_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _names(text: str) -> frozenset[str]:
    return frozenset(name for name in text.split(",") if name)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("must be a number from 0 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("--port", type=_port, default=0, help="0: a free port")
    parser.add_argument("--jobs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--live", action="store_true", help="jobs change state, and new jobs arrive")
    parser.add_argument("--token", help="the token to accept (default: depends on the seed)")
    group = parser.add_argument_group("switches", "described in cgc_tui/demo/switches.py")
    for field in dataclasses.fields(Switches):
        option = f"--{field.name.replace('_', '-')}"
        if isinstance(field.default, bool):
            group.add_argument(option, action=argparse.BooleanOptionalAction, default=field.default)
        else:
            kind = _names if isinstance(field.default, frozenset) else type(field.default)
            group.add_argument(option, type=kind, default=field.default)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; return 128 plus the number of the signal."""
    options = _parser().parse_args(arguments)
    switches = Switches(
        **{field.name: getattr(options, field.name) for field in dataclasses.fields(Switches)}
    )
    platform = SimulatedPlatform(
        jobs=options.jobs, seed=options.seed, live=options.live, token=options.token, switches=switches
    )
    # Threads inherit the mask: blocked before any thread starts, the signals only reach `sigwait`.
    signal.pthread_sigmask(signal.SIG_BLOCK, END_SIGNALS)
    try:
        server = LoopbackServer(platform, port=options.port, latency_ms=options.latency_ms)
    except OSError as error:
        return _fail(f"port {options.port} cannot be used: {error.strerror}")
    with closing(server):
        try:
            server.start()
        except RuntimeError:
            return _fail(NO_THREAD)
        print(server.url, platform.token, sep="\n", flush=True)
        return 128 + signal.sigwait(END_SIGNALS)


def _fail(message: str) -> int:
    print(f"{PROGRAM}: {message}.", file=sys.stderr)
    return CANNOT_SERVE


if __name__ == "__main__":
    sys.exit(main())
