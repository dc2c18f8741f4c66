"""`python -m cgc_tui.demo` prints where it serves, serves, and ends cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

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


def first_lines(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout is not None
    return process.stdout.readline().strip(), process.stdout.readline().strip()


def test_the_doubled_host_of_the_documentation_is_a_switch(start: Start) -> None:
    url, token = first_lines(start("--doubled-host"))
    answer = httpx.get(f"{url}/storage/imports", headers={"X-SBG-Auth-Token": token}).json()
    assert answer["items"][0]["href"].startswith(
        "https://cgc-api.sbgenomics.com.sbgenomics.com/v2/storage/imports/"
    )


@pytest.mark.parametrize(("ended_by", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_prints_serves_and_ends(start: Start, ended_by: signal.Signals, code: int) -> None:
    process = start("--seed", "3", "--default-limit", "7")
    url, token = first_lines(process)
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/v2")
    answer = httpx.get(f"{url}/storage/imports", headers={"X-SBG-Auth-Token": token}).json()
    assert len(answer["items"]) == 7
    assert answer["href"].startswith(url)
    process.send_signal(ended_by)
    out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("", "", code)


def test_it_takes_a_token_and_switches(start: Start) -> None:
    process = start("--token", "mine", "--live", "--forbidden-projects", "rosalind/brca-pilot,x/y")
    url, token = first_lines(process)
    assert token == "mine"
    query = "project=rosalind/brca-pilot"
    answer = httpx.get(f"{url}/storage/imports?{query}", headers={"X-SBG-Auth-Token": token})
    assert answer.status_code == 403


def test_a_port_in_use_is_a_usage_error(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("--port", str(taken.getsockname()[1]))
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert "in use" in err
    assert "Traceback" not in err
