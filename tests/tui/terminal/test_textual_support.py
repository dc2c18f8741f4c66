"""With an untested version of Textual, the app does not start, and reports it in one sentence."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

import cgc_tui
from cgc_tui.tui.terminal.textual_support import is_tested, textual_version, unsupported_textual
from tests.support.terminal import Terminal, modes_left

PYPROJECT = Path(cgc_tui.__file__).parent.parent / "pyproject.toml"

VERSIONS = {
    "8.2.8": True,
    "8.2.9": True,
    "8.2.10": True,
    "8.2.7": False,
    "8.3.0": False,
    "8.2": False,
    "8.20.8": False,
    "9.0.0": False,
    "8.3.0a1": False,
    "8.2.8.post1": False,
    "": False,
}

OTHER_TEXTUAL = """
import sys
import textual
textual.__path__.insert(0, {path!r} + "/textual")
sys.modules["textual._xterm_parser"] = None
from cgc_tui.__main__ import main
sys.exit(main())
"""
"""The app on a Textual of another version, in which a private module is missing."""


@pytest.mark.parametrize(("version", "tested"), VERSIONS.items())
def test_the_versions_that_are_tested(version: str, *, tested: bool) -> None:
    assert is_tested(version) is tested


def test_the_dependencies_allow_the_tested_versions() -> None:
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    requirements = [Requirement(line) for line in project["dependencies"]]
    (textual,) = (requirement for requirement in requirements if requirement.name == "textual")
    plain = [version for version in VERSIONS if version.replace(".", "").isdecimal()]
    assert [v for v in plain if textual.specifier.contains(v)] == [v for v in plain if is_tested(v)]


def test_this_textual_is_supported() -> None:
    assert unsupported_textual() is None


@pytest.mark.parametrize("name", ["textual-8.3.0.dist-info", "textual-9.0.dist-info"])
def test_the_version_is_that_of_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.setattr("textual.__path__", [str(tmp_path / "textual")])
    assert f"textual-{textual_version()}.dist-info" == name
    assert "and this is" in (unsupported_textual() or "")


def test_without_a_directory_the_version_is_that_of_the_metadata(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = textual_version()
    monkeypatch.setattr("textual.__path__", [str(tmp_path / "textual")])
    assert textual_version() == before


def test_an_input_thread_without_the_decoder_is_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LinuxDriver, "run_input_thread", lambda driver: driver.exit_event.wait())
    assert unsupported_textual() is not None


def test_a_traceback_that_cannot_be_suppressed_is_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(App, "_handle_exception", lambda app, error: app.panic(error))
    assert unsupported_textual() is not None


def test_the_app_does_not_start_on_another_textual(tmp_path: Path) -> None:
    (tmp_path / "textual-8.3.0.dist-info").mkdir()
    command = [sys.executable, "-c", OTHER_TEXTUAL.format(path=str(tmp_path)), "--demo"]
    with Terminal(command, home=tmp_path, size=(160, 24)) as terminal:
        assert terminal.ends() == 2
        assert "runs on Textual 8.2 from 8.2.8 on, and this is 8.3.0; install it: pip" in terminal.text
        assert "Traceback" not in terminal.text
        assert not modes_left(terminal.raw)
        assert b"\x1b[?1049h" not in terminal.raw
