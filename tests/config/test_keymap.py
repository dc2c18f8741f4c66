"""The key table: all bindings come from it, and it does not need Textual."""

from __future__ import annotations

import ast
import os
import pkgutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from textual.dom import DOMNode
from textual.theme import BUILTIN_THEMES
from textual.widgets import Checkbox

import cgc_tui
from cgc_tui.config.keymap import KEYS, Key, key_ids
from cgc_tui.config.settings import RESERVED_KEYS, Settings
from cgc_tui.config.theme_names import THEMES
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.tui.bindings import bindings
from tests.support.app import Start, shown
from tests.support.early import BY_A_COMMAND

ALL_KEYS = [key for keys in KEYS.values() for key in keys]
SOURCE = Path(cgc_tui.__file__).parent


def own_nodes() -> Iterator[type[DOMNode]]:
    """Yield the classes of the app, its screens and its widgets."""
    for module in pkgutil.walk_packages(cgc_tui.__path__, "cgc_tui."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    kinds: list[type[DOMNode]] = [DOMNode]
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.__module__.startswith("cgc_tui."):
            yield kind


def test_every_key_id_is_unique() -> None:
    assert {"app.quit", "jobs.next", "table.up", "detail.down", "dialog.back"} <= key_ids()
    assert Counter(key.id for key in ALL_KEYS).most_common(1)[0][1] == 1


@pytest.mark.parametrize("key", ALL_KEYS, ids=lambda key: key.id)
def test_no_key_is_reserved_for_the_terminal(key: Key) -> None:
    assert key.id
    assert key.description
    assert not set(key.keys.split(",")) & RESERVED_KEYS
    assert "alt+" not in key.keys


def test_every_binding_is_in_the_table() -> None:
    groups = {name: bindings(name) for name in KEYS}
    own = {kind: vars(kind)["BINDINGS"] for kind in own_nodes() if "BINDINGS" in vars(kind)}
    assert [kind for kind, its in own.items() if its not in groups.values()] == []
    assert [name for name, its in groups.items() if its not in own.values()] == []


def test_no_other_module_defines_bindings() -> None:
    makers = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="Binding") | ast.Attribute(attr="Binding")):
                    makers.add(path.relative_to(SOURCE).as_posix())
    assert makers == {"tui/bindings.py"}


def test_the_themes_are_those_of_textual() -> None:
    assert set(BUILTIN_THEMES) == THEMES


def test_settings_are_checked_without_textual(tmp_path: Path) -> None:
    directory = tmp_path / ".config" / "cgc-tui"
    directory.mkdir(parents=True)
    (directory / "config.toml").write_text('theme = "nrd"\n[keys]\njobs.nxt = "n"\njobs.next = "n"\n')
    ended = subprocess.run(
        [sys.executable, "-c", BY_A_COMMAND, "info"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(directory.parent)},
    )
    assert "config.toml line 1: theme 'nrd' is unknown; did you mean nord?" in ended.stderr
    assert "config.toml line 3: keys.jobs.nxt is not the id of a key; did you mean jobs.next?" in ended.stderr
    assert "keys.jobs.next" not in ended.stderr
    assert ended.stderr.endswith("[]\n")


async def test_the_key_that_applies_the_filter_can_be_configured(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.add_jobs(1, "FAILED")
    assert "filter.apply" in key_ids()
    async with start(settings=Settings(refresh=0, keys={"filter.apply": "f6"})) as pilot:
        await shown(pilot, "1–50 of 231")
        await pilot.press("f")
        await shown(pilot, "Filter jobs")
        pilot.app.screen.query_one("#failed", Checkbox).focus()
        await pilot.press("space", "f6")
        await shown(pilot, "of 10 · page 1 of 1 · newest first")
