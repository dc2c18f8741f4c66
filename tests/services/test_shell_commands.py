"""The shell commands of the copy menu do what they say, and never have the token in them."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import httpx
import pytest

from cgc_tui.cli.parser import build_parser
from cgc_tui.config.credentials import Access, TokenSource
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.demo.server import LoopbackServer
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.token import Token
from cgc_tui.services.shell_commands import job_commands, list_commands

QUERY = JobQuery(("FAILED", "RUNNING"), "rosalind/brca-pilot", "rosalind/tcga-raw", offset=20, limit=10)


def access(
    endpoint: str, token: str, *, profile: str = "cgc", source: TokenSource = TokenSource.STORE
) -> Access:
    return Access(profile, endpoint, Token(token), source)


def run_with_fake_curl(command: str, tmp_path: Path, token: str) -> list[str]:
    """Return the arguments that curl gets from a shell."""
    curl = tmp_path / "curl"
    curl.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    curl.chmod(0o755)
    environ = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "SB_AUTH_TOKEN": token}
    done = subprocess.run(["sh", "-c", command], env=environ, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_curl_gets_the_same_jobs(platform: SimulatedPlatform, server: LoopbackServer, tmp_path: Path) -> None:
    job_id = platform.ids()[0]
    granted = access(server.url, platform.token)
    for commands, found in (
        (job_commands(granted, job_id), lambda body: body["id"] == job_id),
        (list_commands(granted, QUERY), lambda body: body["href"] and isinstance(body["items"], list)),
    ):
        command = next(text for name, text in commands.items() if name.endswith("curl"))
        assert platform.token not in command
        *_, header, url = run_with_fake_curl(command, tmp_path, platform.token)
        name, _, value = header.partition(": ")
        response = httpx.get(url, headers={name: value}, trust_env=False)
        assert response.status_code == 200
        assert found(response.json())


def test_hostile_ids_stay_one_argument(tmp_path: Path) -> None:
    granted = access("https://cgc-api.sbgenomics.com/v2", "t")
    for job_id in ("$(touch x)", "a'b c;`id`", "-n", ".."):
        commands = job_commands(granted, job_id)
        assert shlex.split(commands["job: cgc-tui"])[-1] == job_id
        if job_id != "..":
            url = run_with_fake_curl(commands["job: curl"], tmp_path, "t")[-1]
            assert url.startswith("https://cgc-api.sbgenomics.com/v2/storage/imports/")
        else:
            assert "job: curl" not in commands


@pytest.mark.parametrize(
    ("profile", "source", "options"),
    [
        ("cgc", TokenSource.STORE, []),
        ("cavatica", TokenSource.STORE, ["--profile", "cavatica"]),
        ("cavatica", TokenSource.ENVIRONMENT, []),
        ("demo", TokenSource.STORE, ["--demo"]),
    ],
)
def test_the_command_is_for_the_same_platform_and_page(
    profile: str, source: TokenSource, options: list[str]
) -> None:
    granted = access("https://cgc-api.sbgenomics.com/v2", "t", profile=profile, source=source)
    words = shlex.split(list_commands(granted, QUERY)["list: cgc-tui"])
    assert words[: 2 + len(options)] == ["cgc-tui", "list", *options]
    parsed = build_parser().parse_args(words[1:])
    filters = JobQuery(tuple(parsed.state), parsed.project, parsed.volume, parsed.offset, parsed.limit)
    assert filters == QUERY
    assert ("list: curl" in list_commands(granted, QUERY)) is (profile != "demo")
