"""The documents for contributors name what exists."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cgc_tui.cli.parser import build_parser
from cgc_tui.config.keymap import key_ids

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("CONTRIBUTING.md", "docs/architecture.md", "SECURITY.md")
MANUALS = (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
OTHER_OPTIONS = {"--token", "--python", "--port", "--jobs"}
"""Options in the manuals that belong to other programs or do not exist on purpose."""

SEARCHED = ("cgc_tui", "tests")
"""Where the names of code are."""

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?:[\w.]+/)+[\w.]*|\w+\.(?:py|md|toml|tcss)")
_NAME = re.compile(r"[A-Z]\w*[a-z]\w*(?:\.\w+)*|\w+_\w+(?:\.\w+)*|\w+(?:\.\w+)+")
_LINK = re.compile(r"\[[^\]]*\]\(([^)]+)\)")


def quoted(text: str) -> list[str]:
    """Return what is in backticks, without the blocks of code."""
    return _QUOTED.findall(_FENCE.sub("", text))


def wrong_paths(text: str) -> list[str]:
    """Return the paths that exist neither in the repository nor in the package.

    In a path, NAME stands for any name.
    """
    paths = [part for part in quoted(text) if _PATH.fullmatch(part)]
    patterns = {path: path.rstrip("/").replace("NAME", "*") for path in paths}
    return [
        path
        for path, pattern in patterns.items()
        if not any(next(base.glob(pattern), None) for base in (ROOT, ROOT / "cgc_tui"))
    ]


@cache
def words_in_code() -> frozenset[str]:
    """Return all words of the code, of this file aside."""
    return frozenset(word for text in _sources() for word in re.findall(r"\w+", text))


def _sources() -> Iterator[str]:
    for folder in SEARCHED:
        for path in (ROOT / folder).rglob("*.py"):
            if path != Path(__file__):
                yield path.read_text(encoding="utf-8")


def wrong_names(text: str) -> list[str]:
    """Return the names of classes, functions and attributes that the code does not have."""
    names = [part for part in quoted(text) if _NAME.fullmatch(part) and not _PATH.fullmatch(part)]
    return [name for name in names if not {*re.findall(r"\w+", name)} - {"action_NAME"} <= words_in_code()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert [part for part in quoted(text) if _PATH.fullmatch(part)]
    assert wrong_paths(text) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_name_is_in_the_code(document: str) -> None:
    assert wrong_names((ROOT / document).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("document", sorted(path.relative_to(ROOT).as_posix() for path in MANUALS))
def test_every_link_leads_somewhere(document: str) -> None:
    """The target is a file, with a heading for the part after a `#`; pictures count."""
    path = ROOT / document
    links = [link for link in _LINK.findall(path.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not is_target(path, link)] == []


def is_target(document: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = document.parent / name if name else document
    return target.exists() and (not heading or heading in headings(target.read_text(encoding="utf-8")))


def headings(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("docs/settings.md#keys", True),
        ("docs/settings.md#gone", False),
        ("docs/gone.md", False),
        ("docs/troubleshooting.md#the-systems-python-is-too-old", True),
    ],
)
def test_a_wrong_link_is_found(link: str, leads: bool) -> None:
    assert is_target(ROOT / "README.md", link) is leads


def test_every_setting_key_and_option_of_the_manuals_exists() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in MANUALS if "architecture" not in path.name)
    ids = {
        *re.findall(r'^"([a-z_.]+)" = ', text, re.MULTILINE),
        *re.findall(r"`((?:jobs|state|table|app)\.\w+)`", text),
    }
    assert ids
    assert ids <= set(key_ids())
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    helps = "".join(parser.format_help() for parser in parsers(build_parser()))
    assert {option for option in options if option not in helps} <= OTHER_OPTIONS


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from parsers(command)


def test_a_wrong_path_and_a_wrong_name_are_found() -> None:
    text = "`tui/jobs/screen.py` `tui/jobs/gone.py` `domain/NAME.py` `gone/NAME.py` `tests/gone/` `gone.md`"
    assert wrong_paths(text) == ["tui/jobs/gone.py", "gone/NAME.py", "tests/gone/", "gone.md"]
    assert wrong_names("`JobList.turn` `JobList.goneAway` `GoneAway` `gone_away`") == [
        "JobList.goneAway",
        "GoneAway",
        "gone_away",
    ]
