"""Serve the simulated platform on 127.0.0.1: prints its URL, then its token, and runs until it is ended."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import sys
from collections.abc import Sequence

from cgc_tui.demo.platform import SimulatedPlatform
from cgc_tui.demo.server import LoopbackServer
from cgc_tui.demo.switches import Switches

ENDS = (signal.SIGINT, signal.SIGTERM)


def _names(text: str) -> frozenset[str]:
    return frozenset(name for name in text.split(",") if name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cgc_tui.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--jobs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--live", action="store_true", help="jobs move and new ones arrive")
    parser.add_argument("--token", help="the token to accept, else one of the seed's")
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
    """Serve until SIGINT or SIGTERM; return 128 and the signal's number."""
    parser = _parser()
    given = parser.parse_args(arguments)
    switches = Switches(**{field.name: getattr(given, field.name) for field in dataclasses.fields(Switches)})
    platform = SimulatedPlatform(
        jobs=given.jobs, seed=given.seed, live=given.live, token=given.token, switches=switches
    )
    # Blocked before any thread starts, so that the signals reach nobody but `sigwait`.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        server = LoopbackServer(platform, port=given.port, latency_ms=given.latency_ms)
    except OSError as error:
        parser.error(f"port {given.port}: {error.strerror}")
    with server:
        print(server.url, platform.token, sep="\n", flush=True)
        return 128 + signal.sigwait(ENDS)


if __name__ == "__main__":
    sys.exit(main())
