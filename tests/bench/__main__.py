"""Runs all or some benchmarks, and reports exceeded budgets."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import textual

from cgc_tui import __version__
from tests.bench import compare, idle, keys, output, scripts, start
from tests.bench.figure import Figure, table

PAGE = Path(__file__).parent.parent.parent / "BENCHMARKS.md"
PARTS: dict[str, tuple[str, Callable[[], Iterator[Figure]]]] = {
    "start": ("Start", start.measure),
    "output": ("Bytes to the terminal", output.measure),
    "keys": ("Keys", keys.measure),
    "idle": ("Doing nothing", idle.measure),
    "scripts": ("Commands for scripts", scripts.measure),
    "compare": ("Comparing a manifest with jobs", compare.measure),
}


def main() -> int:
    """Measure and print; return 1 if `--check` is given and a budget is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--check", action="store_true", help="fail if a budget is exceeded")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    options = parser.parse_args()
    broken, sections = 0, []
    for name in options.parts or PARTS:
        title, measure = PARTS[name]
        figures = list(measure())
        broken += sum(figure.broken for figure in figures)
        sections.append(f"## {title}\n\n{table(figures)}")
        print(sections[-1], end="\n\n", flush=True)
    if options.write:
        PAGE.write_text(_head() + "\n\n".join(sections) + "\n")
    return 1 if options.check and broken else 0


def _head() -> str:
    """Return the head of the page: title, date, versions and machine."""
    return (
        "# Benchmarks\n\nMade by `make bench`; `make bench-check` fails where a budget is broken.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d} · cgc-tui {__version__} · Textual {textual.__version__} · "
        f"Python {platform.python_version()} · {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} processors\n\n"
    )


if __name__ == "__main__":
    sys.exit(main())
