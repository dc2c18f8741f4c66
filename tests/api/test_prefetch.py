"""The prefetch of the first page by a child process, which is never left behind."""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.domain.errors import Maintenance, RateLimited
from cgc_tui.domain.text import SafeText
from tests.support.app import first_page
from tests.support.early import BEFORE_THE_PAINT, FEATURES_AT_THE_START, START
from tests.support.terminal import APP, PATIENCE, Terminal

Open = Callable[..., Terminal]

FORKLESS = """\
import os, sys
from cgc_tui.__main__ import main

def fork():
    raise BlockingIOError(11, "Resource temporarily unavailable")

os.fork = fork
sys.exit(main([]))
"""

LOST = """\
import os, sys
import cgc_tui.__main__ as program

program._serve_prefetch = lambda parent: os._exit(3)
sys.exit(program.main([]))
"""
"""The program, with a child that dies before it has sent a result."""

STUCK = """\
import sys, time
import cgc_tui.__main__ as program
import cgc_tui.api.prefetch

program._serve_prefetch = lambda parent: time.sleep(1000)
cgc_tui.api.prefetch.TIMEOUT = 0.5
sys.exit(program.main([]))
"""
"""The program, with a child that never sends a result."""


@pytest.fixture
def opened(tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer) -> Open:
    """Return a function that runs the program, or other code, on the served platform."""

    def run(code: str | None = None, *options: str) -> Terminal:
        command = APP if code is None else [sys.executable, "-c", code]
        environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
        return Terminal([*command, *options], home=tmp_path, environ=environ)

    return run


def first_page_requests(platform: SimulatedPlatform) -> list[str]:
    """Return the requests for the first page of the list, without counts and further pages."""
    targets = [request.target for request in platform.requests]
    return [
        target for target in targets if "/storage/imports?offset=0&" in target and "fields=_all" in target
    ]


def child_of(pid: int) -> int | None:
    """Return the child of a process, if there is one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None


def has_ended(pid: int) -> bool:
    """Wait until a process has ended; return whether it has."""
    ends = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists() and time.monotonic() < ends:
        time.sleep(0.01)
    return not Path(f"/proc/{pid}").exists()


@contextmanager
def held_request(opened: Open, platform: SimulatedPlatform) -> Iterator[tuple[Terminal, int]]:
    """Yield the program and its child, whose request is held at a gate."""
    gate = platform.gate(where=first_page, times=1)
    with opened() as terminal:
        terminal.sees("loading…")
        assert gate.arrived.wait(PATIENCE)
        child = child_of(terminal.process.pid)
        assert child is not None
        yield terminal, child
        gate.release()


def test_the_first_page_is_requested_once(opened: Open, platform: SimulatedPlatform) -> None:
    with opened() as terminal:
        terminal.sees("page 1 of")
        terminal.sees(" · rosalind")
        assert len(first_page_requests(platform)) == 1
        assert child_of(terminal.process.pid) is None
        terminal.press("!")
        terminal.sees("limit=50&fields=_all")


def test_only_what_is_needed_is_loaded_before_the_first_paint(opened: Open, tmp_path: Path) -> None:
    """The HTTP library, dialogs and further features are not loaded."""
    with opened(BEFORE_THE_PAINT) as terminal:
        terminal.sees(" · rosalind")
    assert not (tmp_path / "early").exists(), (tmp_path / "early").read_text()
    loaded = set((tmp_path / "at-first-paint").read_text().split())
    assert "cgc_tui.tui.app" in loaded
    assert loaded - {*START.split(), *FEATURES_AT_THE_START.split()} == set()


@pytest.mark.parametrize("code", [FORKLESS, LOST])
def test_without_the_child_the_list_is_loaded_normally(
    opened: Open, platform: SimulatedPlatform, code: str
) -> None:
    with opened(code) as terminal:
        terminal.sees("page 1 of")
        assert len(first_page_requests(platform)) == 1
        terminal.press("q")
        assert terminal.ends() == 0


def test_a_failed_prefetch_is_reported_like_any_request(opened: Open, platform: SimulatedPlatform) -> None:
    platform.fail("maintenance")
    with opened() as terminal:
        terminal.sees("maintenance")
        assert len(first_page_requests(platform)) == 1
        platform.recover()
        terminal.press("r")
        terminal.sees("page 1 of")


def test_a_rejected_token_opens_the_login_screen(opened: Open, platform: SimulatedPlatform) -> None:
    platform.switches.refuse_token = True
    with opened() as terminal:
        terminal.sees("The platform refused the token")


def test_without_a_token_there_is_no_child(tmp_path: Path) -> None:
    with Terminal(APP, home=tmp_path) as terminal:
        terminal.sees("Get a token at")
        assert child_of(terminal.process.pid) is None


def test_quitting_does_not_wait_and_leaves_no_process(opened: Open, platform: SimulatedPlatform) -> None:
    with held_request(opened, platform) as (terminal, child):
        terminal.press("q")
        assert terminal.ends() == 0
        assert has_ended(child)


def test_the_child_ends_with_a_program_that_was_killed(opened: Open, platform: SimulatedPlatform) -> None:
    with held_request(opened, platform) as (terminal, child):
        terminal.process.kill()
        assert has_ended(child)


def test_another_query_does_not_wait_for_the_child(opened: Open, platform: SimulatedPlatform) -> None:
    with held_request(opened, platform) as (terminal, child):
        terminal.press("4")
        terminal.sees("of 9 · page 1 of 1 · newest first")
        assert has_ended(child)


def test_the_filters_of_the_command_line_are_prefetched(opened: Open, platform: SimulatedPlatform) -> None:
    with opened(None, "--state", "FAILED", "--page-size", "7") as terminal:
        terminal.sees("1–7 of ")
        (target,) = first_page_requests(platform)
        assert "limit=7" in target
        assert "state=FAILED" in target


@pytest.mark.parametrize("arguments", [["--demo"], ["--version"]])
def test_no_child_is_started_without_a_page_to_fetch(tmp_path: Path, arguments: list[str]) -> None:
    code = (
        "import os, sys\n"
        "from cgc_tui.__main__ import main\n"
        "os.fork = lambda: print('a child') or 1\n"
        f"sys.exit(main({arguments}))"
    )
    with Terminal([sys.executable, "-c", code], home=tmp_path) as terminal:
        terminal.sees("page 1 of" if arguments == ["--demo"] else "cgc-tui ")
        assert b"a child" not in terminal.raw


def test_the_child_is_detached_from_the_terminal(opened: Open, platform: SimulatedPlatform) -> None:
    with held_request(opened, platform) as (_, child):
        files = {os.readlink(f"/proc/{child}/fd/{number}") for number in range(3)}
        assert files == {os.devnull}


def test_errors_survive_pickling() -> None:
    error = RateLimited(
        SafeText("too many requests"),
        SafeText("Wait."),
        status=429,
        code=7,
        server_message=SafeText("no"),
        retry_after=3.5,
    )
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is RateLimited
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    assert isinstance(pickle.loads(pickle.dumps(Maintenance(SafeText("a"), SafeText("b")))), Maintenance)
