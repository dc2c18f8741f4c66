"""Full disks, and read-only or failing homes: reported in a line, and nothing is lost."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cgc_tui.api.request_log import LogFile, RequestLog
from cgc_tui.config.credentials import Credentials
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.domain.token import Token
from cgc_tui.system.files import FileWriteError, write_atomically
from tests.support.app import MakeApp, Start, paste, shown
from tests.support.calls import event
from tests.support.params import mostly_slow
from tests.support.system_calls import refuse
from tests.support.terminal import APP, Terminal

OLD = "o" * 32
FAULTS = [
    ("fsync", errno.ENOSPC, "No space left on device"),
    ("fsync", errno.EDQUOT, "Disk quota exceeded"),
    ("replace", errno.ESTALE, "Stale file handle"),
    ("replace", errno.EROFS, "Read-only file system"),
    ("fchmod", errno.EIO, "Input/output error"),
]

FAULTY = """
import os, sys
from cgc_tui.__main__ import main

def fail(*_, **__):
    raise OSError({number}, os.strerror({number}))

os.{call} = fail
sys.exit(main())
"""


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Return a credentials file that contains an earlier token."""
    store = Credentials(tmp_path / "config", environ={}, home=tmp_path)
    store.save("bdc", "https://api.sb.biodatacatalyst.nhlbi.nih.gov/v2", Token(OLD), "rosalind")
    return store.path


def content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


@pytest.mark.parametrize(("call", "number", "text"), mostly_slow(FAULTS))
async def test_a_token_that_cannot_be_stored_is_used_and_the_store_is_unchanged(
    start: Start,
    platform: SimulatedPlatform,
    stored: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
    text: str,
) -> None:
    before = content(stored.parent)
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        monkeypatch.setattr(os, call, refuse(number))
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "The token is used for this run only.")
        assert any(f"cannot be written ({text})" in each.message for each in pilot.app._notifications)
        await shown(pilot, "1–50 of 230")
    assert content(stored.parent) == before


@pytest.mark.parametrize("number", mostly_slow([errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP]))
async def test_a_home_without_locks_stores_the_token_without_a_message(
    start: Start, platform: SimulatedPlatform, stored: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(fcntl, "flock", refuse(number))
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        screen = await shown(pilot, "1–50 of 230")
        assert "this run only" not in screen
    (text,) = (text for name, text in content(stored.parent).items() if name == "credentials")
    assert OLD.encode() in text
    assert platform.token.encode() in text


def test_the_program_runs_without_its_directory(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    (tmp_path / "file").write_text("in the way")
    environ = {"SB_API_ENDPOINT": server.url, "XDG_CONFIG_HOME": str(tmp_path / "file")}
    with Terminal(APP, home=tmp_path, environ=environ, size=(120, 36)) as terminal:
        terminal.sees("Log in with your authentication token")
        terminal.press(platform.token, "enter")
        terminal.sees("The token is used for this run only.")
        terminal.sees("1–50 of 230")
        terminal.press("]")
        terminal.sees("51–100 of 230")
        terminal.press("q")
        assert terminal.ends() == 0
    assert content(tmp_path) == {"file": b"in the way"}


@pytest.mark.parametrize(("call", "number", "text"), mostly_slow(FAULTS, fast=(FAULTS[0], FAULTS[3])))
def test_a_command_reports_it_in_a_line_and_the_store_is_unchanged(
    tmp_path: Path,
    platform: SimulatedPlatform,
    server: LoopbackServer,
    call: str,
    number: int,
    text: str,
) -> None:
    directory = tmp_path / "cgc-tui"
    Credentials(directory, environ={}, home=tmp_path).save("cgc", server.url, Token(OLD), "rosalind")
    before = content(directory)
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "SB_API_ENDPOINT": server.url}
    command = [sys.executable, "-c", FAULTY.format(call=call, number=number), "auth"]
    for action, given in ((["login", "--with-token"], platform.token), (["logout"], "")):
        ended = subprocess.run(
            [*command, *action], input=given, capture_output=True, text=True, env=environ, check=False
        )
        assert ended.returncode == 2
        (line,) = ended.stderr.splitlines()
        assert f"credentials cannot be written ({text}). Fix this, or set XDG_CONFIG_HOME" in line
        assert content(directory) == before


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize(
    ("call", "number", "text"), [*FAULTS[:4], ("chmod", errno.EPERM, "No permission to write to")]
)
def test_a_failed_export_leaves_the_old_file_and_no_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, text: str, replace: bool
) -> None:
    path = tmp_path / "jobs.csv"
    if replace:
        path.write_text("old")
    before = content(tmp_path)
    monkeypatch.setattr(os, call, refuse(number))
    with pytest.raises(FileWriteError, match=text):
        write_atomically(path, ["new\n"], encoding_errors="strict", replace=replace)
    assert content(tmp_path) == before


class Filling(LogFile):
    """A log file on a disk that is full after some lines."""

    def __init__(self, path: Path, lines: int) -> None:
        super().__init__(path)
        self._lines = lines

    def write(self, line: object) -> None:
        """Write a line, or fail as a full disk does."""
        self._lines -= 1
        if self._lines < 0:
            os.close(self._descriptor)
            self._descriptor = os.open("/dev/full", os.O_WRONLY)
        super().write(line)  # type: ignore[arg-type]


async def test_a_log_file_that_fills_the_disk_is_reported_once(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    app._app_config.request_log._file = Filling(tmp_path / "log", 2)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await shown(pilot, "1–50 of 230")
        app._app_config.request_log.add(event(1))
        await shown(pilot, "cannot be written: No space left")
        app._app_config.request_log.add(event(2))
        await pilot.press("r")
        await shown(pilot, "1–50 of 230")
        assert len([each for each in app._notifications if "log file" in each.message]) == 1
        await pilot.press("exclamation_mark")
        await shown(pilot, "newest first. The log file")
    assert len((tmp_path / "log").read_text().splitlines()) == 2


def test_a_log_failure_before_the_screen_opens_is_reported(tmp_path: Path) -> None:
    reports: list[str] = []
    log = RequestLog(Filling(tmp_path / "log", 0))
    log.note("begins")
    log.on_write_error(reports.append)
    log.add(event(1))
    assert len(reports) == 1


FULL = """
import resource, sys
from cgc_tui.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
sys.exit(main())
"""


@pytest.mark.parametrize("arguments", [["list"], []], ids=["command", "screen"])
def test_the_program_reports_that_its_log_is_incomplete(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer, arguments: list[str]
) -> None:
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", FULL, *arguments, "--log-file", str(tmp_path / "log")]
    with Terminal(command, home=tmp_path, environ=environ, size=(120, 36)) as terminal:
        if not arguments:
            terminal.sees("1–50 of 230")
            terminal.press("q")
        assert terminal.ends() == 0
        said = terminal.raw.decode().rpartition("\x1b[?1049l")[2]
        assert said.count(f"cgc-tui: The log file {tmp_path}/log cannot be written: File too large.") == 1
        assert "Traceback" not in said
    assert (tmp_path / "log").stat().st_size == 100
