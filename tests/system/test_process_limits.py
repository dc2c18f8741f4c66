"""Limits on threads, processes and memory: the program works, or reports the limit in one line."""

from __future__ import annotations

import asyncio
import errno
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.system import event_loop
from cgc_tui.system.process_limits import limit_message, startable_threads
from tests.support.terminal import APP, Shell, Terminal, modes_left

LIMITED = pytest.mark.skipif(shutil.which("prlimit") is None, reason="there is no prlimit here")
ORDINARY = [
    # The number of processes is limited per user, but not for root.
    *("setpriv", "--clear-groups", f"--reuid={50_000 + os.getpid() % 10_000}", "--regid=50000"),
    # Python and these files may be in a home directory that only root can read.
    *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"),
]
PROCESSES = "your limit of processes and threads is {} (ulimit -u); raise it, or quit other programs."
MEMORY = "cgc-tui: out of memory: your limit is {:,} kB for each program (ulimit -v); raise it."

Limit = Callable[[int], list[str]]


@pytest.fixture
def processes() -> Limit:
    """Return a function that makes a command with a limit on processes and threads for an ordinary user."""
    if not (shutil.which("prlimit") and shutil.which(ORDINARY[0]) and os.getuid() == 0):
        pytest.skip("only root can become another user")
    if subprocess.run([*ORDINARY, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("root has no right to become another user here")
    return lambda most: [
        *map(str, map(shutil.which, ORDINARY[:1])),
        *ORDINARY[1:],
        "prlimit",
        f"--nproc={most}",
    ]


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a directory that any user can write to."""
    with TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield Path(name)


def address_space(kilobytes: int) -> list[str]:
    return [str(shutil.which("prlimit")), f"--as={kilobytes * 1024}"]


def run(*command: str, home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"}
    return subprocess.run(command, env=surroundings | environ, cwd=home, capture_output=True, text=True)


def final_output(terminal: Terminal) -> str:
    """Return the output after the app has restored the terminal."""
    return terminal.raw.decode().rpartition("\x1b[?1004l")[2]


@pytest.mark.parametrize("most", [1, 2])
def test_the_app_reports_a_process_limit_that_is_too_low(tmp_path: Path, processes: Limit, most: int) -> None:
    with Terminal([*processes(most), *APP, "--demo"], home=tmp_path) as terminal:
        before = terminal.attributes()
        assert terminal.ends() == 2
        assert final_output(terminal) == f"cgc-tui: cannot start another thread: {PROCESSES.format(most)}\r\n"
        assert not modes_left(terminal.raw)
        assert terminal.attributes() == before


@pytest.mark.parametrize("most", [3, *(pytest.param(most, marks=pytest.mark.slow) for most in (4, 5, 7))])
def test_the_app_runs_with_few_threads(
    home: Path, platform: SimulatedPlatform, server: LoopbackServer, processes: Limit, most: int
) -> None:
    environ = {
        "SB_API_ENDPOINT": server.url.replace("127.0.0.1", "localhost"),
        "SB_AUTH_TOKEN": platform.token,
    }
    with Terminal([*processes(most), *APP], home=home, environ=environ, size=(120, 36)) as terminal:
        terminal.sees("1–50 of 230")
        terminal.press("]")
        terminal.sees("51–100 of 230")
        terminal.press("E")
        terminal.sees("Export jobs")
        terminal.press("enter")
        terminal.sees("230 jobs to")
        terminal.press("q")
        assert terminal.ends() == 0
    assert len(list(home.glob("*.csv"))) == 1


@pytest.mark.slow
def test_a_signal_ends_it_without_a_thread_to_spare(tmp_path: Path, processes: Limit) -> None:
    with Terminal([*processes(3), *APP, "--demo"], home=tmp_path, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        terminal.press(*["ctrl+l", "]"] * 100)
        terminal.idles()
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ends_unread() == 143


@pytest.mark.slow
@pytest.mark.parametrize("most", [3, 2])
def test_it_resumes_with_few_threads_or_reports_that_they_are_too_few(
    home: Path, processes: Limit, most: int
) -> None:
    command = f"sh -c 'echo $$ > pid; exec {shlex.join([*processes(3), *APP])} --demo'"
    with Shell(home) as shell:
        shell.runs(command)
        before = len(shell.raw)
        program = (home / "pid").read_text().strip()
        os.kill(int(program), signal.SIGTSTP)
        shell.prompts(before)
        subprocess.run([*ORDINARY, "prlimit", f"--nproc={most}", f"--pid={program}"], check=True)
        if most == 3:
            shell.runs("fg")
            shell.finishes()
        else:
            shell.runs("fg", f"threads is {most} (")  # the line wraps after this text
            shell.runs("echo ended with $?", "ended with 2")
            shell.leaves()


@LIMITED
@pytest.mark.parametrize(
    "kilobytes",
    [200_000, *(pytest.param(limit, marks=pytest.mark.slow) for limit in (275_000, 350_000))],
)
def test_the_app_runs_with_little_memory(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer, kilobytes: int
) -> None:
    command = [*address_space(kilobytes), *APP]
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    with Terminal(command, home=tmp_path, environ=environ, size=(120, 36)) as terminal:
        terminal.sees("page 1 of")
        terminal.press("F")
        terminal.sees("Show completed")
        terminal.press("q")
        assert terminal.ends() == 0


USES = """
import threading
from pathlib import Path
from cgc_tui.system.process_limits import limit_message, prepare_for_limits

size = lambda: int(Path("/proc/self/statm").read_text().split()[0]) * 4
prepare_for_limits()
all_run = threading.Barrier(4)
before = size()
for _ in range(3):
    threading.Thread(target=lambda: (bytearray(1000), all_run.wait(), all_run.wait()), daemon=True).start()
all_run.wait()
threads = size() - before
limit_message(MemoryError())
print(threads, before + threads - size())
"""


@LIMITED
@pytest.mark.skipif(sys.platform != "linux", reason="this is of Linux and its C library")
def test_with_limited_memory_threads_reserve_none_and_a_reserve_is_kept(tmp_path: Path) -> None:
    program = ["prlimit", "--as=400000000", "--stack=1048576", sys.executable, "-c", USES]
    ended = run(*program, home=tmp_path, PYTHONPATH=str(Path(__file__).parent.parent.parent))
    threads, kept = map(int, ended.stdout.split())
    assert threads < 10_000
    assert kept >= 4096


@LIMITED
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is not kept elsewhere")
def test_the_app_reports_a_memory_limit_that_is_too_low(tmp_path: Path) -> None:
    with Terminal([*address_space(80_000), *APP, "--demo"], home=tmp_path) as terminal:
        assert terminal.ends() == 2
        assert terminal.raw.decode() == f"{MEMORY.format(80_000)}\r\n"


def test_commands_need_no_threads_and_processes(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer, processes: Limit
) -> None:
    (job,) = platform.add_jobs(1, "COMPLETED")
    environ = {
        "SB_API_ENDPOINT": server.url.replace("127.0.0.1", "localhost"),
        "SB_AUTH_TOKEN": platform.token,
    }
    ended = run(*processes(1), *APP, "watch", job, "--on-finish", "true", home=tmp_path, **environ)
    assert ended.stdout.startswith("1 job: 1 completed")
    assert ended.stderr.splitlines() == [
        "cgc-tui: watching 1 job: 1 completed",
        f"cgc-tui: the --on-finish command could not be started: {os.strerror(errno.EAGAIN)}.",
    ]
    assert ended.returncode == 0


FULL = """
import sys
from cgc_tui.cli import registry
from cgc_tui.__main__ import main

def loaded(_):
    held = None
    for size in (2**20, 2**15, 2**10, 2**8, 2**7, 2**6, 2**5):
        try:
            while True:
                held = [held, bytes(size), object()]
        except MemoryError:
            pass
    while True:
        held = [held]

registry.load_command = loaded
sys.exit(main(["info", "--demo"]))
"""


@LIMITED
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is not kept elsewhere")
@pytest.mark.parametrize(
    ("kilobytes", "command"),
    [
        (100_000, [sys.executable, "-c", FULL]),
        pytest.param(35_000, [*APP, "list", "--demo"], marks=pytest.mark.slow),
    ],
)
def test_a_command_reports_a_memory_limit_that_is_too_low(
    tmp_path: Path, kilobytes: int, command: list[str]
) -> None:
    environ = {"PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    ended = run(*address_space(kilobytes), *command, home=tmp_path, **environ)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{MEMORY.format(kilobytes)}\n")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)


@pytest.mark.usefixtures("no_threads")
def test_the_loop_runs_a_call_if_no_thread_can_be_started() -> None:
    async def main() -> list[object]:
        host, *_ = await asyncio.get_running_loop().getaddrinfo("localhost", 1, type=socket.SOCK_STREAM)
        assert host
        return [await asyncio.to_thread(threading.current_thread) for _ in range(2)]

    assert event_loop.run(main()) == [threading.main_thread()] * 2
    assert startable_threads(3) == 0

    async def failing() -> None:
        await asyncio.to_thread(int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        event_loop.run(failing())


def test_the_loop_runs_a_call_once_if_the_pool_has_queued_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    first_may_end, second_is_queued = threading.Event(), threading.Event()

    def note(call: str) -> str:
        calls.append(call)
        return call

    async def main() -> list[str]:
        first = asyncio.ensure_future(asyncio.to_thread(first_may_end.wait))
        await asyncio.sleep(0)

        def start(_: threading.Thread) -> None:
            if free_the_pool:
                first_may_end.set()
                assert second_is_queued.wait(20)
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", start)
        free_the_pool = False
        results = [await asyncio.to_thread(note, "by the loop")]
        free_the_pool = True
        results.append(await asyncio.to_thread(lambda: second_is_queued.set() or note("by the pool")))
        monkeypatch.undo()
        await first
        return results

    assert event_loop.run(main()) == calls == ["by the loop", "by the pool"]


def test_the_loop_stops_on_a_memory_error_in_a_transport() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": "Fatal read error", "exception": MemoryError("of the test")})
        await asyncio.Event().wait()

    with pytest.raises(MemoryError, match="of the test"):
        event_loop.run(main())


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RuntimeError("can't start new thread"), "cannot start another thread: "),
        (ImportError("_ssl.so: failed to map segment from shared object"), "out of memory: "),
        (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), "out of memory: "),
        (ExceptionGroup("", [ValueError(), MemoryError()]), "out of memory: "),
        (RuntimeError("cannot join thread before it is started"), None),
        (ImportError("No module named 'httpx'"), None),
        (BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)), None),
    ],
)
def test_only_limits_are_named(error: Exception, text: str | None) -> None:
    message = limit_message(error)
    assert message is None if text is None else (message or "").startswith(text)
