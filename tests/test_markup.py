"""Data is never parsed as markup: checks the calls in the syntax trees of the package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cgc_tui

PACKAGE = Path(cgc_tui.__file__).parent

MANY = {"OptionList", "SelectionList"}
"""All arguments of these are displayed, not only the first."""

MARKUP_OFF = {"Static", "Label", "notify"}
"""Calls that parse a string as markup unless an argument disables it, like later calls of `update`."""

READS_MARKUP = {
    *("Button", "Checkbox", "RadioButton", "ToggleButton", "Option", "OptionList", "Select", "SelectionList"),
    *("add_option", "add_options", "set_options", "Tree", "TreeNode", "add_leaf", "Collapsible", "TabPane"),
    *("Tooltip", "Link"),
}
"""Calls that parse a string as markup and need `Text` or `Content`. Cells of tables are checked by mypy."""

TITLES = {"border_title", "border_subtitle", "tooltip"}
BANNED = {"escape", "from_markup", "render_markup", "render_str", "markup"}


def problems(source: str) -> Iterator[str]:
    """Yield the calls in a module that may parse data as markup."""
    tree = ast.parse(source)
    own = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id in READS_MARKUP for base in node.bases)
    }
    for node in ast.walk(tree):
        wrong = None
        if isinstance(node, ast.Call):
            wrong = _wrong_call(node, READS_MARKUP | own)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            titles = [one for one in targets if isinstance(one, ast.Attribute) and one.attr in TITLES]
            wrong = titles and node.value and _text(node.value) and "a title may be markup"
        elif isinstance(node, ast.ClassDef):
            bases = [base for base in map(ast.unparse, node.bases) if base.startswith("DataTable")]
            wrong = bases not in ([], ["DataTable[Text]"]) and "the cells of a table must be Text"
        elif isinstance(node, ast.FunctionDef) and node.name in {"render", "render_line"}:
            wrong = ast.unparse(node.returns or ast.Name("str")) == "str" and "render() returns a string"
        elif isinstance(node, ast.ImportFrom):
            banned = (node.module or "").endswith("markup") or BANNED & {one.name for one in node.names}
            wrong = banned and (node.module or "").startswith(("rich", "textual")) and "markup is imported"
        if wrong:
            yield f"line {node.lineno}: {wrong}"


def _wrong_call(call: ast.Call, reads_markup: set[str]) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    shown = call.args if name in MANY else call.args[:1]
    given = [*shown, *(value for key, value in keywords.items() if key in {"label", "prompt", "title"})]
    if name in {"from_markup", "render_markup", "render_str"} and not all(
        isinstance(one, ast.Constant) for one in call.args
    ):
        return f"{name}() of more than a constant"
    if name in MARKUP_OFF and not _is_false(keywords.get("markup")):
        empty = all(isinstance(one, ast.Constant) and not one.value for one in given)
        return f"{name}() without markup=False" if empty or any(map(_text, given)) else None
    if name == "DataTable":
        return "the cells of a table must be Text"
    if name in reads_markup and any(map(_text, given)):
        return f"{name}() of a string"
    return None


def _is_false(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _text(value: ast.expr) -> bool:
    """Return whether an expression may be a string that is not a constant."""
    if isinstance(value, ast.Constant):
        return False
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return name not in {"Text", "Content", "styled", "assemble", "_text", "compose"}
    if isinstance(value, ast.Starred):
        return not isinstance(value.value, ast.Name) and _text(value.value)
    if isinstance(value, ast.GeneratorExp | ast.ListComp):
        return _text(value.elt)
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and _text(value.elts[0])
    if isinstance(value, ast.List):
        return any(map(_text, value.elts))
    return isinstance(value, ast.JoinedStr | ast.BinOp | ast.Name | ast.Attribute | ast.Subscript | ast.IfExp)


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])
def test_no_data_is_parsed_as_markup(path: Path) -> None:
    assert not list(problems(path.read_text()))


@pytest.mark.parametrize(
    "code",
    [
        "Static(name)",
        "Static(f'{name}')",
        "Static('', id='later')",
        "Static()",
        "Label(job.name, classes='x')",
        "self.notify(words)",
        "self.notify(words, markup=True)",
        "self.app.notify('a' + name)",
        "Button(name)",
        "Button(label=name)",
        "class Box(Checkbox): ...\nBox(name)",
        "OptionList(*(clean(name) for name in names))",
        "options.add_options([clean(name)])",
        "Select([(clean(name), key) for name, key in names])",
        "table = DataTable()",
        "class Rows(DataTable): ...",
        "class Rows(DataTable[str]): ...",
        "self.border_title = name",
        "widget.tooltip = f'{name}'",
        "Content.from_markup(f'[b]{name}')",
        "Text.from_markup(name)",
        "from rich.markup import escape",
        "from textual.markup import to_content",
        "class A(Widget):\n def render(self) -> str: ...",
    ],
)
def test_each_kind_of_mistake_is_found(code: str) -> None:
    assert list(problems(code))


@pytest.mark.parametrize(
    "code",
    [
        "Static('Keys')",
        "Static(name, markup=False)",
        "Static(Content(name))",
        "Content.from_markup('a [b]$x', x=name)",
        "table = DataTable[Text]()",
        "class Rows(DataTable[Text]): ...",
        "self.border_title = Content(name)",
        "class A(Widget):\n def render(self) -> Content: ...",
    ],
)
def test_safe_calls_are_accepted(code: str) -> None:
    assert not list(problems(code))
