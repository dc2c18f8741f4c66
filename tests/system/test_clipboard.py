"""The clipboard and the browser, with a real tmux if there is one."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgc_tui.system import browser as browser_module
from cgc_tui.system import clipboard
from cgc_tui.system.browser import open_link
from cgc_tui.system.clipboard import OSC52_MAX_BYTES, ClipboardRoute, choose_route, copy_to_tmux

PAGE = "https://cgc.example/u/a/b/?x=1&y=$(touch pwned)"


def have(_: str) -> str:
    return "/usr/bin/tmux"


def lack(_: str) -> None:
    return None


@pytest.mark.parametrize(
    ("environ", "which", "route"),
    [
        ({"TMUX": "/tmp/x,1,0", "TERM": "screen-256color"}, have, ClipboardRoute.TMUX),
        ({"TMUX": "/tmp/x,1,0", "TERM": "tmux-256color"}, lack, ClipboardRoute.OSC52),
        ({"TERM": "xterm-256color"}, have, ClipboardRoute.OSC52),
        ({"TERM": "screen"}, have, ClipboardRoute.NONE),
        ({"TERM": "xterm", "STY": "1.pts"}, have, ClipboardRoute.NONE),
        ({"TERM": "dumb"}, have, ClipboardRoute.NONE),
        ({"TERM": "linux"}, have, ClipboardRoute.NONE),
        ({}, have, ClipboardRoute.NONE),
    ],
)
def test_the_clipboard_route_depends_on_the_terminal(
    environ: dict[str, str], which, route: ClipboardRoute
) -> None:  # type: ignore[no-untyped-def]
    assert choose_route(environ, "text", which) is route


def test_text_too_long_for_osc52_is_shown() -> None:
    environ = {"TERM": "xterm"}
    assert choose_route(environ, "x" * OSC52_MAX_BYTES, have) is ClipboardRoute.OSC52
    assert choose_route(environ, "x" * (OSC52_MAX_BYTES + 1), have) is ClipboardRoute.NONE


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Start a tmux server, and set the environment of a session in it."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    socket = str(tmp_path / "tmux")
    subprocess.run(["tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "cat"], check=True)
    monkeypatch.setenv("TMUX", f"{socket},{os.getpid()},0")
    yield socket
    subprocess.run(["tmux", "-S", socket, "kill-server"], check=True)


@pytest.mark.parametrize("text", ["a job\n\x1b]0;title\x07 é", "x" * 100_000])
def test_tmux_gets_the_exact_text(tmux: str, text: str) -> None:
    assert asyncio.run(copy_to_tmux(text))
    buffer = subprocess.run(["tmux", "-S", tmux, "save-buffer", "-"], capture_output=True, check=True)
    assert buffer.stdout.decode() == text


async def test_a_missing_tmux_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMUX", f"{tmp_path}/gone,1,0")
    assert not await copy_to_tmux("text")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not await copy_to_tmux("text")


def old_tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a fake tmux command first on the PATH."""
    browser(tmp_path, "tmux", script)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


async def test_an_older_tmux_is_supported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_tmux(tmp_path, monkeypatch, f'[ "$*" = "load-buffer -" ] || exit 1\ncat > {tmp_path}/buffer')
    assert await copy_to_tmux("a job")
    assert (tmp_path / "buffer").read_text() == "a job"


async def test_a_hanging_tmux_is_abandoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_tmux(tmp_path, monkeypatch, "exec tail -f /dev/null")
    monkeypatch.setattr(clipboard, "SECONDS", 0.05)
    assert not await copy_to_tmux("a job")


def browser(tmp_path: Path, name: str, script: str) -> str:
    """Make a fake browser command."""
    path = tmp_path / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_the_browser_gets_the_url_as_one_argument(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    command = browser(tmp_path, "browser", f'printf "%s|" "$@" > {seen}')
    assert await open_link(PAGE, {"BROWSER": f"{command} --new %s --end"})
    assert seen.read_text() == f"--new|{PAGE}|--end|"
    assert await open_link(PAGE, {"BROWSER": command})
    assert seen.read_text() == f"{PAGE}|"
    assert not (tmp_path / "pwned").exists()


async def test_the_next_browser_is_tried(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    fails = browser(tmp_path, "fails", "exit 3")
    works = browser(tmp_path, "works", f"touch {seen}")
    assert await open_link(PAGE, {"BROWSER": f"{tmp_path}/missing:'open:{fails}:{works}"})
    assert seen.exists()
    assert not await open_link(PAGE, {"BROWSER": fails})


@pytest.mark.parametrize("empty", ["", " ", "&"])
async def test_an_empty_command_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: str
) -> None:
    (tmp_path / "https:" / "x").mkdir(parents=True)
    browser(tmp_path / "https:" / "x", "page", "exit 0")
    monkeypatch.chdir(tmp_path)
    assert not await open_link("https://x/page", {"BROWSER": empty})


async def test_a_browser_command_may_end_with_an_ampersand(tmp_path: Path) -> None:
    command = browser(tmp_path, "browser", f'printf "%s|" "$@" > {tmp_path}/seen')
    assert await open_link(PAGE, {"BROWSER": f"{command} &"})
    assert (tmp_path / "seen").read_text() == f"{PAGE}|"


def test_a_running_browser_outlives_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_module, "BROWSER_SECONDS", 0.3)
    started = tmp_path / "pid"
    launched: list[subprocess.Popen[bytes]] = []
    launch = browser_module._launch
    monkeypatch.setattr(browser_module, "_launch", lambda text: launched.append(launch(text)) or launched[0])
    command = browser(tmp_path, "browser", f"echo $$ > {started}\nexec tail -f /dev/null")
    assert asyncio.run(open_link(PAGE, {"BROWSER": command}))
    gc.collect()
    os.kill(int(started.read_text()), signal.SIGTERM)
    assert launched[0].wait() == -signal.SIGTERM


async def test_without_a_browser_or_a_web_address_nothing_is_opened(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    works = browser(tmp_path, "works", f"touch {seen}")
    assert not await open_link(PAGE, {})
    assert not await open_link("file:///etc/passwd", {"BROWSER": works})
    assert not seen.exists()
