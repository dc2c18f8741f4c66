"""No text that users read has a word that `CONTRIBUTING.md` bans."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BANNED = re.compile(r"\b(mend\w*|anew|lest|whom|came|told|answer(?:s|ed|ing)?|asks? again)\b", re.IGNORECASE)
MANUALS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
CONTRACTS = {("failures.py", "mend")}
"""Keys of the commands' JSON."""


def texts(source: str) -> Iterator[str]:
    """Yield the string constants of a module that are no docstrings."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_no_message_has_a_banned_word() -> None:
    banned = {
        (path.name, text)
        for path in (ROOT / "cgc_tui").rglob("*.py")
        for text in texts(path.read_text(encoding="utf-8"))
        if BANNED.search(text)
    }
    assert banned == CONTRACTS


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.name)
def test_no_manual_has_a_banned_word(path: Path) -> None:
    assert BANNED.findall(path.read_text(encoding="utf-8")) == []


def test_a_banned_word_is_found() -> None:
    assert [text for text in texts('"""No answer."""\nsay(f"No answer from {host}")') if BANNED.search(text)]
