"""Searches the output and the files of a test run for its token, and fails the run if it is there."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

SENTINEL = "sentinel-7f2c94d1b6e80a35"
"""The token of the simulated platform in all tests."""

STORES = {"credentials"}
"""The files that may contain it."""

_STARTED_AT = time.time()
_found: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Search what a test printed and logged, and the report of its failure."""
    for title, text in (*report.sections, ("failure", report.longreprtext)):
        if SENTINEL in text:
            _found.add(f"{title} of {report.nodeid}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search the files, only in the main process: the workers of a parallel run share them."""
    if hasattr(session.config, "workerinput"):
        return
    for path in _files(session.config):
        if SENTINEL.encode() in path.read_bytes():
            _found.add(str(path))
    if _found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Report where the token is."""
    for location in sorted(_found):
        terminalreporter.write_line(f"The token is in: {location}", red=True)


def _files(config: pytest.Config) -> Iterator[Path]:
    """Yield the files in the directories of tests and snapshots, and crash reports since the start."""
    temporary = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    locations = [temporary, *(config.rootpath / name for name in ("tests/tui/__snapshots__", "screenshots"))]
    for location in locations:
        for path in location.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.name not in STORES:
                yield path
    yield from (path for path in config.rootpath.glob("*.html"))
    for path in Path(tempfile.gettempdir()).glob("cgc-tui-bug-*"):
        if path.stat().st_mtime >= _STARTED_AT:
            yield path
