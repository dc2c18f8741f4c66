"""The search for the token at the end of a test run finds it wherever a test can leave it."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support import leaks
from tests.support.app import Start, shown

OURS = ("cgc_tui", "textual.worker")
SIMULATOR = "cgc_tui.demo"


async def test_no_object_of_the_app_shows_the_token(start: Start) -> None:
    """As in a traceback with variables, in a debugger, in a log of objects."""
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("r", "j", "f")
        await shown(pilot, "Filter jobs")
        held = [one for one in gc.get_objects() if str(type(one).__module__).startswith(OURS)]
        held = [one for one in held if not str(type(one).__module__).startswith(SIMULATOR)]
        headers = [one.headers for one in gc.get_objects() if isinstance(one, httpx.AsyncClient)]
        kinds = {type(one).__name__ for one in held}
        assert {"CgcApp", "JobsScreen", "PlatformClient", "Requester", "Token", "Worker"} <= kinds
        assert headers
        assert not [type(one) for one in held + headers if leaks.SENTINEL in repr(one)]


CONFTEST = f"""
import sys
sys.path.insert(0, {str(Path(leaks.__file__).parents[2])!r})
from tests.support.leaks import pytest_runtest_logreport, pytest_sessionfinish, pytest_terminal_summary
"""

WAYS = {
    "print": ("print(TOKEN)", "Captured stdout call of"),
    "log": ("import logging; logging.getLogger('x').warning(TOKEN)", "Captured log call of"),
    "failure": ("seen = TOKEN; assert seen == ''", "failure of"),
    "file": ("(tmp_path / 'left.bin').write_bytes(b'\\xff' + TOKEN.encode())", "left.bin"),
    "store": ("(tmp_path / 'credentials').write_text(TOKEN)", ""),
    "nothing": ("pass", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "workers"), [*((kind, "0") for kind in WAYS), ("print", "2"), ("file", "2")]
)
def test_a_token_that_is_left_fails_the_run(tmp_path: Path, kind: str, workers: str) -> None:
    code, output = WAYS[kind]
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(
        f"from tests.support.leaks import SENTINEL as TOKEN\ndef test_it(tmp_path):\n    {code}\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    temporary = tmp_path / "temporary"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", workers]
    command += ["--basetemp", str(temporary), str(tmp_path)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == bool(output), ended.stdout
    lines = [line for line in ended.stdout.splitlines() if line.startswith("The token is in: ")]
    assert all(output in line for line in lines)
    assert bool(lines) == bool(output)
    for left in temporary.rglob("*"):
        left.unlink() if left.is_file() else None
