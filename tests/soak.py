"""Runs the program for minutes on a platform with random faults, and checks its state at the end.

    python -m tests.soak --seconds 600 --seed 1

Jobs are added and removed, one call in ten fails, and random keys are pressed. At the end the program must
run, its memory be constant, its rows be those of the platform, its request log be limited, and its output
and files be free of the token.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from cgc_tui.api.request_log import MAX_RECORDS
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from tests.support.terminal import PATIENCE, Terminal

SIZE = (120, 36)
KEYS_PRESSED = (
    *("j", "k", "down", "up", "g", "G", "]", "[", "{", "}", "0", "1", "2", "3", "4"),
    *("r", "r", "enter", "d", "p", "J", "y", "Y", "o", "s", "S", "a", "+", "-", "t", "M", "?", "!"),
    *("f", "/", "b", "r", "c", "tab", " ", "*", "escape", "escape", "escape", "ctrl+l", "f5"),
)
"""Without `q` and the command palette, which can quit."""

SLOWEST_KEYS = 0.3
"""The longest pause between two keys, in seconds."""

CHANGES_EVERY = 7.0
"""Seconds between two changes of the jobs."""

SAMPLES_EVERY = 1.0
MAX_GROWTH = 5_000
"""Allowed growth of memory from the second third of the run to the last, in kB."""


class Clock:
    """The clock of the platform, which can be stopped."""

    def __init__(self) -> None:
        self.stopped_at: float | None = None

    def __call__(self) -> float:
        return time.time() if self.stopped_at is None else self.stopped_at


class Soak:
    """A run: the platform, the program in its terminal, and samples of its memory."""

    def __init__(self, terminal: Terminal, platform: SimulatedPlatform, seed: int) -> None:
        self.terminal = terminal
        self.platform = platform
        self.memory: list[int] = []
        self._rng = Random(seed)

    def run(self, seconds: float) -> None:
        """Press keys while jobs change; record the memory of the program each second."""
        deadline = time.monotonic() + seconds
        sample = change = time.monotonic()
        while (now := time.monotonic()) < deadline:
            self.terminal.press(self._rng.choice(KEYS_PRESSED))
            pause = now + self._rng.uniform(0.0, SLOWEST_KEYS)
            while (left := pause - time.monotonic()) > 0:
                self.terminal.read(left)
            assert self.terminal.process.poll() is None, f"it has ended:\n{self.terminal.text}"
            if now >= change:
                change = now + CHANGES_EVERY
                self._change()
            if now >= sample:
                sample = now + SAMPLES_EVERY
                self.memory.append(resident(self.terminal.process.pid))

    def _change(self) -> None:
        """Add and remove jobs."""
        ids = self.platform.ids()
        self.platform.remove_jobs(self._rng.sample(ids, min(len(ids), self._rng.randint(0, 9))))
        self.platform.add_jobs(self._rng.randint(0, 9), self._rng.choice(("PENDING", "FAILED")))

    def check_alive(self) -> None:
        """Open the first page of the whole list, with keys that lead there from every screen."""
        for _ in range(8):
            self._press("escape")
        assert self.terminal.process.poll() is None, self.terminal.raw[-4000:]
        self._press("f")
        self.terminal.sees("Filter jobs")
        self._press("\x18", "enter", "0", "{")
        self._press("s")
        self.terminal.sees("Sort this page by")
        self._press("home", "enter")
        self._press("g", "r")
        total = f"of {len(self.platform.ids()):,} · page 1 of "
        self.terminal.sees(total)
        self.terminal.sees(" old · ", gone=True)

    def check_rows(self) -> None:
        """Wait until the rows are those of the platform, whose clock is stopped."""
        deadline = time.monotonic() + PATIENCE
        while wrong := self._wrong_row():
            assert time.monotonic() < deadline, f"{wrong}\n{self.terminal.text}"
            self._press("g")

    def _wrong_row(self) -> str:
        """Describe the first row that differs from its job."""
        lines = self.terminal.text.splitlines()
        first = next(number for number, line in enumerate(lines) if " Name " in line) + 1
        for line, job_id in zip(lines[first : first + 25], self.platform.ids(), strict=False):
            job = self.platform.job(job_id)
            name = job["destination"].get("name") or job["source"]["location"].rstrip("/").rpartition("/")[2]
            state = str(job["error"]["code"]) if job["state"] == "FAILED" else job["state"]
            reported = (state, name[:8], name[-8:])
            if not all(text in line for text in reported):
                return f"{reported} is not in {line!r}"
        return ""

    def check_memory(self) -> int:
        """Compare the last third of the run with the second; return the growth in kB."""
        third = len(self.memory) // 3
        growth = round(statistics.median(self.memory[-third:]) - statistics.median(self.memory[third:-third]))
        assert growth < MAX_GROWTH, f"it grew by {growth} kB: {self.memory}"
        return growth

    def check_request_log(self) -> int:
        """Return the number of requests; the program keeps the latest."""
        self._press("!")
        screen = self.terminal.sees("newest first")
        match = re.search(r"Request log: (?:the last ([\d,]+) of )?([\d,]+)", screen)
        assert match is not None
        kept, total = (int((number or "0").replace(",", "")) for number in match.groups())
        assert (kept == MAX_RECORDS) is (total > MAX_RECORDS)
        self._press("escape")
        return total

    def check_token(self, home: Path) -> None:
        """Search the output and the files of the program for the token."""
        token = self.platform.token.encode()
        assert token not in self.terminal.raw
        for path in home.rglob("*"):
            assert not path.is_file() or token not in path.read_bytes(), path

    def _press(self, *keys: str) -> None:
        """Press keys one by one, and wait for the output of each."""
        for key in keys:
            self.terminal.press(key)
            while self.terminal.read(0.4):
                pass


def resident(pid: int) -> int:
    """Return the memory of a process, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0])


def soak(seconds: float, seed: int) -> str:
    """Run and check; return a summary in a line."""
    clock = Clock()
    platform = SimulatedPlatform(jobs=400, seed=seed, live=True, clock=clock)
    platform.switches.rate_limit = 1_000_000
    with tempfile.TemporaryDirectory() as folder, LoopbackServer(platform) as server:
        home = Path(folder)
        environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
        command = [sys.executable, "-m", "cgc_tui", "--refresh", "1", "--log-file", str(home / "log")]
        with Terminal(command, home=home, size=SIZE, environ=environ) as terminal:
            terminal.sees("page 1 of")
            run = Soak(terminal, platform, seed)
            platform.switches.random_faults = 0.1
            run.run(seconds)
            platform.switches.random_faults = 0.0
            clock.stopped_at = time.time()
            run.check_alive()
            run.check_rows()
            requests = run.check_request_log()
            growth = run.check_memory()
            terminal.press("q")
            assert terminal.ends() == 0
            run.check_token(home)
            failed = len(re.findall(r"; (?!200)(?:\d{3}|no response), ", (home / "log").read_text()))
    return (
        f"{seconds:g} s, seed {seed}: {requests} requests, {failed} of them without a 200; "
        f"{run.memory[-1]} kB at the end, {growth:+} kB in its last third"
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(soak(options.seconds, options.seed))


if __name__ == "__main__":
    main()
