"""Deliberate bugs wherever code runs: the terminal is restored and the report contains no token."""

from __future__ import annotations

import re
import stat
import sys
from pathlib import Path

import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from tests.support.terminal import Terminal, modes_left

pytestmark = pytest.mark.usefixtures("output")

PROGRAM = """
import asyncio, sys, threading
from functools import partial
from cgc_tui.__main__ import main
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.widgets.split_line import SplitLine

def fail(self, *_, **__):
    token = self.session.client._requester._token.reveal() if isinstance(self, JobsScreen) else {token!r}
    raise RuntimeError(f"on purpose, with {{token}} and [/] and \\x1b[31m")

async def fail_later(self, *_):
    fail(self)

class Thread(threading.Thread):
    def __init__(self, screen):
        super().__init__(daemon=True)
        self.screen = screen

    def run(self):
        fail(self.screen)

{bug}
sys.exit(main())
"""

BUGS = {
    "handler": "JobsScreen.action_reload = fail",
    "worker": "JobsScreen.action_reload = lambda self: self.run_worker(fail_later(self), exclusive=True)",
    "timer": "JobsScreen.action_reload = lambda self: self.set_timer(0.01, partial(fail, self))",
    "task": "JobsScreen.action_reload = lambda self: asyncio.create_task(fail_later(self)) and None",
    "thread": "JobsScreen.action_reload = lambda self: Thread(self).start()",
    "render": "SplitLine.render = fail",
    "compose": "JobsScreen.compose = fail",
    "mount": "JobsScreen.on_mount = fail",
    "message": "JobsScreen.action_reload = lambda self: self.call_later(fail, self)",
    "input": "from cgc_tui.tui.terminal.driver import TerminalDriver\nTerminalDriver.process_message = fail",
    "start": "import cgc_tui.tui.app\ncgc_tui.tui.app.CgcApp.__init__ = fail",
    "end": "import cgc_tui.tui.app\ncgc_tui.tui.app.CgcApp.on_unmount = fail\nJobsScreen.action_reload = "
    "lambda self: self.app.exit()",
    "take": "from cgc_tui.tui.terminal.driver import TerminalDriver\n"
    "TerminalDriver._enable_bracketed_paste = fail",
}
QUICK = {"handler"}


@pytest.mark.parametrize(
    "where", [where if where in QUICK else pytest.param(where, marks=pytest.mark.slow) for where in BUGS]
)
def test_a_bug_leaves_a_clean_terminal_and_a_report_without_the_token(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer, where: str
) -> None:
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token, "TMPDIR": str(tmp_path)}
    program = PROGRAM.format(bug=BUGS[where], token=platform.token)
    with Terminal(
        [sys.executable, "-c", program], home=tmp_path, environ=environ, size=(120, 36)
    ) as terminal:
        before = terminal.attributes()
        if "action_reload" in program:
            terminal.sees("1–50 of 230")
            terminal.press("r")
        elif "process_message" in program:
            terminal.press("r")
        assert terminal.ends() == 70
        assert not modes_left(terminal.raw)
        assert terminal.attributes() == before
        said = re.sub(r".*\x1b\[\?[0-9]+[lh]", "", terminal.raw.decode(), flags=re.DOTALL).splitlines()
        assert said[0].startswith("cgc-tui ended because of a bug: RuntimeError: on purpose, with (token)")
        assert said[1].startswith("Report, without your token: /")
        assert said[2].startswith("Please send it")
        assert not said[3:]
        assert platform.token.encode() not in terminal.raw
    (report,) = tmp_path.glob("cgc-tui-bug-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "in fail\n" in report.read_text()
    assert platform.token not in report.read_text()
