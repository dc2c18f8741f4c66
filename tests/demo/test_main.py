"""`python -m cgc_tui.demo` prints its URL and token, serves until a signal, and reports errors in a line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from cgc_tui.demo.__main__ import main

ROOT = Path(__file__).parents[2]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "cgc_tui.demo", "--jobs", "20", *options]
        pipe = subprocess.PIPE
        buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
        process = subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, env=buffered)
        started.append(process)
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def url_and_token(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout is not None
    return process.stdout.readline().strip(), process.stdout.readline().strip()


def test_it_serves_with_the_given_token_and_switches(start: Start) -> None:
    process = start(
        *("--token", "mine", "--live", "--doubled-host", "--default-limit", "7"),
        *("--forbidden-projects", "rosalind/brca-pilot,x/y"),
    )
    url, token = url_and_token(process)
    assert token == "mine"
    headers = {"X-SBG-Auth-Token": token}
    items = httpx.get(f"{url}/storage/imports", headers=headers).json()["items"]
    assert len(items) == 7
    doubled = "https://cgc-api.sbgenomics.com.sbgenomics.com/v2/storage/imports/"
    assert items[0]["href"].startswith(doubled)
    query = "project=rosalind/brca-pilot"
    assert httpx.get(f"{url}/storage/imports?{query}", headers=headers).status_code == 403


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_serves_until_a_signal(start: Start, number: signal.Signals, code: int) -> None:
    process = start("--seed", "3")
    url, token = url_and_token(process)
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/v2")
    page = httpx.get(f"{url}/storage/imports", headers={"X-SBG-Auth-Token": token}).json()
    assert page["href"].startswith(url)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("", "", code)


@pytest.fixture
def unmasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the signal mask of the test process alone."""
    monkeypatch.setattr(signal, "pthread_sigmask", lambda *_: set())


@pytest.mark.usefixtures("unmasked")
def test_a_port_in_use_is_reported_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--jobs", "1", "--port", str(port)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"python -m cgc_tui.demo: port {port} cannot be used: Address already in use.\n"


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_an_invalid_port_is_a_usage_error(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--port", port])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("error: argument --port: must be a number from 0 to 65535\n")


@pytest.mark.usefixtures("unmasked")
def test_a_limit_of_threads_is_reported_in_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `ulimit -u 1` has it for any user but root."""

    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert main(["--jobs", "1"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("python -m cgc_tui.demo: cannot start a thread; ")
    assert err.count("\n") == 1
