"""Whole programs: each exit code, its message, and signals and closed pipes."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

import pytest
import sevenbridges

from cgc_tui.cli.main import main
from cgc_tui.cli.registry import COMMANDS
from cgc_tui.demo import LoopbackServer, SimulatedPlatform, list_call
from tests.support.calls import page_from
from tests.support.params import mostly_slow
from tests.support.terminal import APP

PATIENCE = 30.0

Ended = subprocess.CompletedProcess[str]
Run = Callable[..., Ended]


@pytest.fixture
def environ(platform: SimulatedPlatform, server: LoopbackServer, tmp_path: Path) -> dict[str, str]:
    return {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TMPDIR": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / ".config"),
        "SB_API_ENDPOINT": server.url,
        "SB_AUTH_TOKEN": platform.token,
    }


@pytest.fixture
def run(environ: dict[str, str], platform: SimulatedPlatform) -> Run:
    """Return a function that runs a command line to its end; the output must not have the token."""

    def go(*arguments: str, program: list[str] = APP, given: str = "", **more: str | None) -> Ended:
        record = {name: value for name, value in {**environ, **more}.items() if value is not None}
        ended = subprocess.run(
            [*program, *arguments], capture_output=True, text=True, input=given, env=record, timeout=PATIENCE
        )
        assert platform.token not in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        return ended

    return go


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(environ: dict[str, str]) -> Iterator[Start]:
    """Return a function that starts a command line, which is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def go(*arguments: str) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [*APP, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
        )
        started.append(program)
        return program

    yield go
    for program in started:
        program.kill()
        program.communicate()


def one_line(ended: Ended, text: str) -> bool:
    """Return whether the output is one message with this text."""
    return ended.stdout == "" and ended.stderr.count("\n") == 1 and text in ended.stderr


def test_0_with_the_same_jobs_as_the_vendors_client(
    run: Run, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    platform.switches.doubled_host = False  # the vendor's client follows hrefs to any host
    vendors = sevenbridges.Api(url=server.url, token=platform.token, debug=True)
    theirs = [job.id for job in vendors.imports.query(limit=100).all()]
    vendors.session.close()
    vendors.download_pool.shutdown()
    vendors.upload_pool.shutdown()
    ended = run("list", "--all", "--json")
    assert [record["id"] for record in json.loads(ended.stdout)] == theirs == platform.ids()
    assert (ended.returncode, ended.stderr) == (0, "")


def test_1_a_job_or_project_that_does_not_exist(run: Run) -> None:
    ended = run("show", "nothing")
    assert ended.returncode == 1
    assert one_line(ended, "nothing: Requested import job does not exist.")
    ended = run("list", "--project", "rosalind/none")
    assert ended.returncode == 1
    assert one_line(ended, "not found: project rosalind/none")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["list", "--state", "LOST"], "must be one of PENDING, RUNNING"),
        (["list", "--limit", "101"], "must be 1 to 100"),
        (["--state", "FAILED", "list"], "--state is for interactive mode here; put it after list"),
        (["list", "--endpoint", "http://example.org"], "must begin with https"),
        (["show"], "required: ID"),
    ],
)
def test_2_wrong_usage(run: Run, arguments: list[str], text: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert one_line(ended, text)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / ".config" / "cgc-tui" / "config.toml"
    path.parent.mkdir(0o700, parents=True)
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('profile = "cavatica"\n[keys\n', "config.toml line 2 is not TOML: "),
        ("profile = 5\n", "config.toml line 1: profile must be a name in quotes, not 5."),
    ],
)
@pytest.mark.parametrize("command", mostly_slow([["info"], ["list"], ["list", "--demo"]]), ids=" ".join)
def test_2_unreadable_settings(
    run: Run, platform: SimulatedPlatform, config: Path, command: list[str], text: str, expected: str
) -> None:
    config.write_text(text)
    ended = run(*command)
    assert ended.returncode == 2
    assert one_line(ended, expected)
    assert ended.stderr.endswith(f" Fix or remove {config}: it may name the profile of another platform.\n")
    assert not platform.requests


def test_only_info_reports_problems_in_the_settings_of_the_app(run: Run, config: Path) -> None:
    config.write_text('theme = "nrd"\npage_size = 0\n[keys]\n"jobs.next" = "ctrl+b"\n')
    page_size = "cgc-tui: config.toml line 2: page_size must be 1 to 100, not 0.\n"
    ended = run("list", "--keys", "--all")
    assert (ended.returncode, ended.stderr) == (0, page_size)
    ended = run("info")
    assert (ended.returncode, ended.stderr) == (
        0,
        f"{page_size}cgc-tui: config.toml line 1: theme 'nrd' is unknown; did you mean nord?\n"
        "cgc-tui: config.toml line 4: keys.jobs.next cannot be 'ctrl+b': it is reserved for the terminal, "
        "tmux or the line editor.\n",
    )


def test_3_network_and_server(run: Run, platform: SimulatedPlatform) -> None:
    platform.fail("maintenance")
    ended = run("list")
    assert ended.returncode == 3
    assert one_line(ended, "503 maintenance")
    platform.recover()
    platform.fail("items_null", where=page_from(100))
    ended = run("list", "--all", "--json")
    assert ended.returncode == 3
    assert one_line(ended, "could not be read")
    assert "Press" not in ended.stderr


def test_4_no_token_or_a_rejected_one_or_no_privilege(run: Run, platform: SimulatedPlatform) -> None:
    ended = run("list", SB_AUTH_TOKEN=None)
    assert ended.returncode == 4
    assert one_line(ended, "no token for 127.0.0.1")
    ended = run("list", SB_AUTH_TOKEN="0" * 32)
    assert ended.returncode == 4
    assert one_line(ended, "cgc-tui auth login")
    platform.switches.forbidden_projects = frozenset({"rosalind/brca-pilot"})
    ended = run("list", "--project", "rosalind/brca-pilot")
    assert ended.returncode == 4
    assert one_line(ended, "no permission: project rosalind/brca-pilot")


def test_5_rate_limit(run: Run, platform: SimulatedPlatform) -> None:
    platform.switches.rate_limit = 0
    ended = run("list")
    assert ended.returncode == 5
    assert one_line(ended, "Try again in 300 s.")


def test_8_pending_at_the_time_out(run: Run, platform: SimulatedPlatform) -> None:
    (job,) = platform.add_jobs(1)
    ended = run("watch", job, "--timeout", "0.1")
    assert ended.returncode == 8
    assert ended.stdout.startswith("1 job: 0 completed, 1 unfinished (1 pending)")


def test_70_a_bug_with_a_report(run: Run, platform: SimulatedPlatform, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom cgc_tui.__main__ import main\nfrom cgc_tui.cli.commands import info\n"
        f"async def run(*_): raise RuntimeError('on purpose, with {platform.token}')\n"
        "info.run = run\nsys.exit(main())"
    )
    ended = run("info", program=[sys.executable, "-c", code])
    assert ended.returncode == 70
    assert "because of a bug: RuntimeError: on purpose, with (token)" in ended.stderr
    (report,) = tmp_path.glob("cgc-tui-bug-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert platform.token not in report.read_text()


@pytest.mark.parametrize("number", mostly_slow([signal.SIGINT, signal.SIGHUP, signal.SIGTERM]))
def test_signals_end_a_command_silently(
    start: Start, platform: SimulatedPlatform, number: signal.Signals
) -> None:
    gate = platform.gate(list_call)
    program = start("list", "--all")
    assert gate.arrived.wait(PATIENCE)
    program.send_signal(number)
    assert program.wait(PATIENCE) == 128 + number
    assert program.communicate() == ("", "")
    gate.release()


def test_a_signal_before_an_await_ends_a_command_silently(run: Run) -> None:
    code = (
        "import asyncio, signal, sys\n"
        "from cgc_tui.__main__ import main\nfrom cgc_tui.cli.registry import load_command\n"
        "async def halfway(*_):\n    step = asyncio.sleep(1)\n    signal.raise_signal(signal.SIGTERM)\n"
        "    await step\n"
        "load_command('list').run = halfway\nsys.exit(main(['list']))"
    )
    ended = run(program=[sys.executable, "-c", code])
    assert (ended.returncode, ended.stderr) == (143, "")


def test_a_signal_ends_a_command_that_blocks_on_its_output(start: Start) -> None:
    program = start("list", "--all", "--json")
    assert program.stdout is not None
    first = program.stdout.read(1)
    program.send_signal(signal.SIGTERM)
    assert program.wait(PATIENCE) == 143
    assert first == "["


@pytest.mark.parametrize("form", mostly_slow(["--jsonl", "--json", "--csv"]))
def test_a_pipe_that_closes_ends_a_command_silently(start: Start, form: str) -> None:
    program = start("list", "--all", form)
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.readline()
    program.stdout.close()
    assert program.wait(PATIENCE) == 0
    assert program.stderr.read() == ""


HELPS = [["--help"], ["--version"], ["auth", "login", "--help"], *([name, "--help"] for name in COMMANDS)]
FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")


OUTPUTS = [
    (["list"], ""),
    (["--help"], "1"),
    (["list"], "1"),
    (["--help"], ""),
    (["list", "--help"], ""),
    (["list", "--help"], "1"),
]
"""Arguments and PYTHONUNBUFFERED."""


def run_into(
    output: int | TextIO, environ: Mapping[str, str], arguments: list[str], unbuffered: str
) -> subprocess.CompletedProcess[str]:
    """Run the program with this standard output."""
    return subprocess.run(
        [*APP, *arguments],
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        env={**environ, "PYTHONUNBUFFERED": unbuffered},
        timeout=PATIENCE,
    )


@FULL
@pytest.mark.parametrize(("arguments", "unbuffered"), mostly_slow(OUTPUTS, fast=2))
def test_a_full_disk_is_reported(environ: Mapping[str, str], arguments: list[str], unbuffered: str) -> None:
    with open("/dev/full", "w") as full:
        ended = run_into(full, environ, arguments, unbuffered)
    assert ended.returncode == 1
    assert ended.stderr == "cgc-tui: the output cannot be written (No space left on device).\n"


@pytest.mark.parametrize(("arguments", "unbuffered"), mostly_slow(OUTPUTS, fast=2))
def test_a_closed_pipe_ends_a_command_silently(
    environ: Mapping[str, str], arguments: list[str], unbuffered: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = run_into(writer, environ, arguments, unbuffered)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, "")


@FULL
@pytest.mark.parametrize("arguments", HELPS, ids=" ".join)
def test_each_help_on_a_full_disk_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    full = os.fdopen(os.open("/dev/full", os.O_WRONLY), "w")
    monkeypatch.setattr(sys, "stdout", full)
    assert main(arguments, None) == 1
    full.close()
    assert capsys.readouterr().err == "cgc-tui: the output cannot be written (No space left on device).\n"


@FULL
@pytest.mark.parametrize(
    ("arguments", "token", "code"),
    [
        (["list"], None, 1),  # the note that there are more jobs
        (["list"], "0" * 32, 4),  # the error
        (["list", "--endpoint", "https://127.0.0.1:9/v2"], None, 4),  # the note on the unused token
    ],
    ids=["in the middle", "at the end", "at the start"],
)
def test_messages_that_cannot_be_written_leave_the_exit_code(
    environ: Mapping[str, str], arguments: list[str], token: str | None, code: int
) -> None:
    surroundings = {**environ, **({"SB_AUTH_TOKEN": token} if token else {})}
    with open("/dev/full", "w") as full:
        command = [*APP, *arguments]
        ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=full, env=surroundings)
    assert ended.returncode == code


def test_log_in_use_the_token_and_log_out(run: Run, platform: SimulatedPlatform, tmp_path: Path) -> None:
    given = {"given": platform.token, "SB_AUTH_TOKEN": None}
    assert run("auth", "login", "--with-token", **given).returncode == 0  # type: ignore[arg-type]
    result = run("auth", "status", SB_AUTH_TOKEN=None)
    assert result.returncode == 0
    assert ", from the store" in result.stdout
    assert run("list", "--keys", SB_AUTH_TOKEN=None).returncode == 0
    assert run("auth", "logout", SB_AUTH_TOKEN=None).returncode == 0
    assert platform.token not in (tmp_path / ".config" / "cgc-tui" / "credentials").read_text()
    assert run("list", SB_AUTH_TOKEN=None).returncode == 4


def test_global_options_stand_before_or_after_the_command(run: Run) -> None:
    for arguments in (["--demo", "list"], ["list", "--demo"]):
        ended = run(*arguments, "--limit", "1", "--keys", SB_AUTH_TOKEN=None, SB_API_ENDPOINT=None)
        assert (ended.returncode, ended.stderr) == (0, "cgc-tui: showing 1 of 4,000; use --all\n")
        assert ended.stdout.startswith("runs/")


def test_the_demo_has_the_doubled_host_of_the_documentation(run: Run) -> None:
    (record,) = json.loads(run("list", "--demo", "--limit", "1", "--json").stdout)
    assert record["href"].startswith("https://cgc-api.sbgenomics.com.sbgenomics.com/v2/storage/imports/")


def test_a_command_does_not_load_the_http_librarys_own_command_line(run: Run) -> None:
    code = (
        "import sys\nfrom cgc_tui.__main__ import main\nassert main(['list', '--keys']) == 0\n"
        "assert not {'click', 'rich', 'pygments'} & set(sys.modules)"
    )
    assert run(program=[sys.executable, "-c", code]).returncode == 0


def test_a_command_loads_no_textual_and_little_beside_the_http_library(run: Run) -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nimport httpx\nhttp = set(sys.modules)\n"
        "from cgc_tui.__main__ import main\nassert main(['list', '--all', '--keys']) == 0\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - http} - set(sys.stdlib_module_names)\n"
        "print(sorted(new), file=sys.stderr)\n"
        "assert not {name for name in sys.modules if name.partition('.')[0] == 'textual'}"
    )
    ended = run(program=[sys.executable, "-c", code])
    assert ended.returncode == 0
    third_party = set(json.loads(ended.stderr.replace("'", '"')))
    http = {"anyio", "certifi", "h11", "httpcore", "idna", "sniffio", "typing_extensions"}
    assert third_party - http == {"cgc_tui", "platformdirs"}


@pytest.mark.slow
def test_a_rate_limit_between_pages_is_reported_and_waited_for(run: Run, platform: SimulatedPlatform) -> None:
    moving = SimulatedPlatform(jobs=430, clock=time.time, token=platform.token)
    moving.switches.rate_limit = 2
    moving.switches.rate_reset = "near"
    with LoopbackServer(moving) as other:
        ended = run("list", "--all", "--jsonl", SB_API_ENDPOINT=other.url)
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == moving.ids()
    assert ended.returncode == 0
    assert "rate limit; retrying in" in ended.stderr


@pytest.mark.slow
def test_a_page_that_fails_twice_is_retried_and_one_that_keeps_failing_is_an_error(
    run: Run, platform: SimulatedPlatform
) -> None:
    platform.next("gateway_html", 502, where=page_from(100), times=2)
    ended = run("list", "--all", "--json")
    assert [record["id"] for record in json.loads(ended.stdout)] == platform.ids()
    platform.fail("drop", "body", where=page_from(100))
    ended = run("list", "--all", "--json")
    assert ended.returncode == 3
    assert ended.stdout == ""


@pytest.mark.slow
def test_a_watched_job_that_no_longer_exists_exits_with_1(start: Start, platform: SimulatedPlatform) -> None:
    unfinished, removed = platform.add_jobs(2)
    program = start("watch", "--interval", "1", unfinished, removed)
    assert program.stderr is not None
    assert "watching 2 jobs" in program.stderr.readline()
    platform.remove_jobs([removed])
    platform.set_state(unfinished, "COMPLETED")
    assert program.wait(PATIENCE) == 1
    assert program.stdout is not None
    assert "1 completed, 1 gone" in program.stdout.read()


@pytest.mark.slow
def test_watch_outlasts_maintenance(start: Start, platform: SimulatedPlatform) -> None:
    (job,) = platform.add_jobs(1)
    program = start("watch", "--interval", "1", job)
    assert program.stderr is not None
    program.stderr.readline()
    platform.fail("maintenance")
    assert "503 maintenance" in program.stderr.readline()
    platform.recover()
    platform.set_state(job, "COMPLETED")
    assert program.wait(PATIENCE) == 0
