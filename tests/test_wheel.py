"""The wheel contains what the app needs and nothing of the tests, and it runs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_an_installed_wheel_shows_and_lists_the_demo(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    styles = {f"cgc_tui/styles/{path.name}" for path in (ROOT / "styles").iterdir()}
    assert styles | {"cgc_tui/py.typed"} <= names
    assert not [name for name in names if "test" in name or "screenshot" in name]
    command = [sys.executable, "-m", "cgc_tui", "--demo"]
    environ = {"PYTHONPATH": str(tmp_path / "installed"), "PYTHONSAFEPATH": "1"}
    with Terminal(command, home=tmp_path, environ=environ) as terminal:
        terminal.sees("page 1 of 80")
        terminal.press("q")
        assert terminal.ends() == 0
    listing = [sys.executable, "-m", "cgc_tui", "list", "--demo", "--limit", "3", "--keys"]
    listed = subprocess.run(
        listing, env={**environ, "HOME": str(tmp_path)}, cwd=tmp_path, capture_output=True
    )
    assert listed.returncode == 0
    assert len(listed.stdout.splitlines()) == 3
