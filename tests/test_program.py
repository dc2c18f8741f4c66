"""The program: start and end, in a terminal and without one."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cgc_tui import __version__
from cgc_tui.cli.main import main
from cgc_tui.cli.registry import COMMANDS
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from tests.support.params import mostly_slow
from tests.support.terminal import APP, Terminal

pytestmark = pytest.mark.usefixtures("output")
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command without a terminal."""
    return subprocess.run(
        [*APP, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


@pytest.mark.parametrize(("columns", "rows"), mostly_slow([(80, 24), (120, 36)]))
def test_the_demo_shows_jobs_and_q_quits(tmp_path: Path, columns: int, rows: int) -> None:
    with Terminal([*APP, "--demo"], home=tmp_path, size=(columns, rows)) as terminal:
        screen = terminal.sees("page 1 of")
        assert "simulated CGC" in screen
        assert "TCGA-" in screen
        terminal.press("]")
        terminal.sees("page 2 of")
        terminal.press("4")
        terminal.sees("page 1 of 4 · newest first")
        terminal.press("q")
        assert terminal.ends() == 0
        assert all(sequence in terminal.raw for sequence in RESTORED)
    assert not list(tmp_path.rglob("*"))


def test_ctrl_c_quits_with_0(tmp_path: Path) -> None:
    with Terminal([*APP, "--demo"], home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        terminal.press("/", "x", "ctrl+c")
        assert terminal.ends() == 0


def test_many_resizes(tmp_path: Path) -> None:
    with Terminal([*APP, "--demo"], home=tmp_path, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        for size in ((20, 5), (1, 1), (200, 60), (80, 24), (59, 14), (20, 5)):
            terminal.resize(*size)
        terminal.sees("Too small")
        terminal.resize(120, 36)
        terminal.sees("page 1 of")
        terminal.press("q")
        assert terminal.ends() == 0


def test_the_size_is_that_of_the_terminal_regardless_of_the_environment(tmp_path: Path) -> None:
    environ = {"COLUMNS": "50", "LINES": "10"}
    with Terminal([*APP, "--demo"], home=tmp_path, size=(120, 36), environ=environ) as terminal:
        assert "Too small" not in terminal.sees("page 1 of")
        assert b"Too small" not in terminal.raw
        terminal.press("q")
        assert terminal.ends() == 0


def test_a_token_is_entered_once_and_stored_for_its_endpoint(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    environ = {"SB_API_ENDPOINT": server.url}
    with Terminal(APP, home=tmp_path, environ=environ, size=(120, 36)) as terminal:
        terminal.sees("Log in with your authentication token")
        terminal.press("wrong-token", "enter")
        terminal.sees("The platform refused this token")
        terminal.press(platform.token, "enter")
        terminal.sees("1–50 of 230")
        terminal.press("q")
        assert terminal.ends() == 0
        assert platform.token.encode() not in terminal.raw
    path = tmp_path / ".config" / "cgc-tui" / "credentials"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with Terminal(APP, home=tmp_path, environ=environ) as terminal:
        terminal.sees("1–50 of 230")
        terminal.press("q")
        assert terminal.ends() == 0
    other = SimulatedPlatform(jobs=1)
    with (
        LoopbackServer(other) as elsewhere,
        Terminal(APP, home=tmp_path, environ={"SB_API_ENDPOINT": elsewhere.url}) as terminal,
    ):
        terminal.sees("Log in with your authentication token")
        terminal.press("ctrl+c")
        assert terminal.ends() == 0
    assert not other.requests


def test_a_token_from_the_environment_is_used_and_not_stored(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    command = [*APP, "--state", "failed", "--page-size", "7", "--refresh", "0"]
    with Terminal(command, home=tmp_path, environ=environ) as terminal:
        screen = terminal.sees("1–7 of")
        assert "1–7 of 9 · page 1 of 2 · newest first" in screen
        assert "auto-refresh off" in screen
        terminal.press("q")
        assert terminal.ends() == 0
    assert not (tmp_path / ".config" / "cgc-tui").exists()


def test_settings_are_read_and_errors_reported(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    config = tmp_path / ".config" / "cgc-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('theme = "nord"\npage_size = 20\nrefresh = "often"\n\n[keys]\n"jobs.next" = "n"\n')
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    with Terminal(APP, home=tmp_path, environ=environ, size=(120, 36)) as terminal:
        screen = terminal.sees("1–20 of 230")
        assert "auto-refresh 15 s" in screen
        terminal.sees("config.toml line 3")
        terminal.press("n")
        terminal.sees("21–40 of 230")
        terminal.press("q")
        assert terminal.ends() == 0


def test_unreadable_settings_are_reported_and_the_screen_opens(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    config = tmp_path / ".config" / "cgc-tui" / "config.toml"
    config.mkdir(parents=True)
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    with Terminal(APP, home=tmp_path, environ=environ, size=(120, 36)) as terminal:
        terminal.sees("1–50 of 230")
        terminal.sees("config.toml cannot be read (Is a directory)")
        terminal.press("q")
        assert terminal.ends() == 0


@pytest.mark.parametrize("term", mostly_slow(["dumb", "screen", "linux", "vt100"]))
def test_plain_terminals_are_readable(tmp_path: Path, term: str) -> None:
    environ = {
        "TERM": term,
        "NO_COLOR": "1",
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    with Terminal([*APP, "--demo"], home=tmp_path, environ=environ) as terminal:
        terminal.sees("page 1 of")
        terminal.sees("CGC - rosalind")
        terminal.press("f")
        screen = terminal.sees("[ ] Failed")
        assert "\\u" not in screen
        assert "Filter jobs" in screen
        terminal.press("ctrl+c")
        assert terminal.ends() == 0
        assert terminal.raw.isascii()


def test_over_ssh_the_terminal_keeps_the_mouse(tmp_path: Path) -> None:
    with Terminal([*APP, "--demo"], home=tmp_path, environ={"SSH_CONNECTION": "1 2 3 4"}) as terminal:
        terminal.sees("page 1 of")
        assert b"\x1b[?1003h" not in terminal.raw
        terminal.press("M")
        terminal.sees("Mouse on:")
        assert b"\x1b[?1003h" in terminal.raw
        terminal.press("M")
        terminal.sees("Mouse off:")
        assert terminal.raw.rindex(b"\x1b[?1003l") > terminal.raw.rindex(b"\x1b[?1003h")
        terminal.press("q")
        assert terminal.ends() == 0


@pytest.mark.parametrize("closed", ["", "<&-", "<&- 2>&1", "2>&-", "<&- >&- 2>&-"])
def test_a_missing_terminal_is_reported(closed: str) -> None:
    """Textual is not imported: it would draw without a terminal, or wait for ever."""
    program = "import sys; sys.modules['textual'] = None; from cgc_tui.__main__ import main; sys.exit(main())"
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", program, "--demo"]
    ended = subprocess.run(shell, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert ended.returncode == 2
    if "2>&" not in closed:
        assert ended.stdout == ""
        assert len(ended.stderr.splitlines()) == 1
        assert "terminal" in ended.stderr


def test_debugging_of_textual_is_disabled(tmp_path: Path) -> None:
    """It would write keys and a pasted token to files that everybody can read."""
    environ = {
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL_DRIVER": "nowhere:Driver",
        "TEXTUAL_LOG": str(tmp_path / "textual.log"),
        "TEXTUAL_PRESS": "ctrl+c",
        "TEXTUAL_SCREENSHOT": "0",
        "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path),
        "TEXTUAL_SHOW_RETURN": "1",
        "SB_API_ENDPOINT": "http://127.0.0.1:9/v2",
    }
    with Terminal(APP, home=tmp_path, environ=environ) as terminal:
        terminal.sees("Log in with your authentication token")
        terminal.press("s3cret")
        terminal.sees("•••••")
        terminal.press("ctrl+c")
        assert terminal.ends() == 0
        assert b"returned" not in terminal.raw
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--state", "LOST"], "PENDING"),
        (["--project", "brca"], "owner/name"),
        (["--page-size", "101"], "1 to 100"),
        (["--refresh", "0.5"], "at least 1|0, or 1"),
        (["--token", "x"], "there is no --token"),
    ],
)
def test_usage_errors(arguments: list[str], text: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert any(word in ended.stderr for word in text.split("|"))


def test_version_and_help() -> None:
    assert run("--version").stdout.strip() == f"cgc-tui {__version__}"
    output = run("--help").stdout
    assert "--demo" in output
    assert all(len(line) <= 80 for line in output.splitlines())


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_fits_a_screen_and_has_an_example(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"], None)
    assert ended.value.code == 0
    reports = capsys.readouterr().out.splitlines()
    assert len(reports) <= 24
    assert all(len(line) <= 80 for line in reports)
    assert any(line.startswith("Example") and "cgc-tui" in line for line in reports)


def test_an_invalid_endpoint_is_reported(tmp_path: Path) -> None:
    with Terminal([*APP, "--endpoint", "http://example.org/v2"], home=tmp_path) as terminal:
        assert terminal.ends() == 2
        assert "https" in terminal.text
        assert "Traceback" not in terminal.text


def test_the_http_library_is_not_imported_before_the_first_paint() -> None:
    code = (
        "import sys, cgc_tui.cli.main, cgc_tui.tui.app\n"
        "from cgc_tui.api.client import PlatformClient\n"
        "from cgc_tui.api.requester import Requester\n"
        "from cgc_tui.domain.token import Token\n"
        "client = PlatformClient(Requester('https://127.0.0.1/v2', Token('x')))\n"
        "print([n for n in ('httpx', 'httpcore', 'anyio') if n in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_nothing_of_the_app_is_imported_for_the_version() -> None:
    code = (
        "import sys, cgc_tui.__main__ as m\n"
        "try: m.main(['--version'])\nexcept SystemExit: pass\n"
        "print([n for n in ('textual', 'httpx', 'rich') if n in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("number", mostly_slow([signal.SIGTERM, signal.SIGHUP, signal.SIGINT]))
def test_signals_end_it_and_restore_the_terminal(tmp_path: Path, number: signal.Signals) -> None:
    with Terminal([*APP, "--demo"], home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        terminal.process.send_signal(number)
        assert terminal.ends() == 128 + number
        assert all(sequence in terminal.raw for sequence in RESTORED)
        assert terminal.raw.rindex(b"\x1b[?1003l") > terminal.raw.rindex(b"\x1b[?1003h")


def test_bytes_that_are_not_utf_8_are_ignored(tmp_path: Path) -> None:
    with Terminal([*APP, "--demo"], home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        terminal.press("/")
        terminal.sees("Search all")
        terminal.write(b"ab\xff\xfe\x80c\x1b[1:2u\x1b[99999999999999999u\x1b[?62;22c")
        terminal.sees('on this page match "abc"')
        terminal.press("ctrl+c")
        assert terminal.ends() == 0


def test_keys_in_one_read_go_to_the_widget_that_the_first_focuses(tmp_path: Path) -> None:
    """As over a slow network, in one read: letters after `/` are text, not keys of the list."""
    with Terminal([*APP, "--demo"], home=tmp_path) as terminal:
        terminal.sees("page 1 of")
        terminal.write(b"/abc")
        terminal.sees('on this page match "abc"')
        terminal.write(b"\x1b[27u/4[q")
        terminal.sees('on this page match "4[q"')
        terminal.write(b"\x1b[27ufxy")
        terminal.sees("Filter jobs")
        terminal.sees(" xy ")
        terminal.write(b"\x1b[27u:last page\r")
        terminal.sees("page 80 of")
        terminal.write(b"/zz\x03")
        assert terminal.ends() == 0
