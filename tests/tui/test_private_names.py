"""No class uses a private name of its Textual base classes unintentionally."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from textual.dom import DOMNode
from textual.widget import Widget

import cgc_tui

DELIBERATE = {
    "KeyParser": {"_sequence_to_key_events"},
    "TerminalDriver": {
        "_disable_mouse_support",
        "_get_terminal_size",
        "_key_thread",
        "_mouse",
        "_query_in_band_window_resize",
        "_request_terminal_sync_mode_support",
        "_run_input_thread",
        "_sigcont_application",
        "_sigtstp_application",
        "_writer_thread",
    },
    "SafeApp": {"_fatal_error", "_set_pointer_shape", "_shutdown"},
}
"""Intentional overrides, by class."""


@cache
def definitions(module: str) -> dict[str, ast.ClassDef]:
    """Return the class statements of a module, by name."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


@cache
def names(kind: type) -> frozenset[str]:
    """Return the names that a class statement defines, including attributes set on `self`."""
    node = definitions(kind.__module__).get(kind.__name__)
    return frozenset(_names(node)) if node is not None else frozenset()


def _names(node: ast.ClassDef) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name
    for part in node.body:
        match part:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))


def shadowed(kind: type) -> set[str]:
    """Return the private names of a class that one of its Textual bases defines as well."""
    bases = [base for base in kind.__mro__[1:] if _is_in(base, "textual")]
    taken = frozenset[str]().union(*map(names, bases))
    return {name for name in names(kind) & taken if name.startswith("_") and not name.startswith("__")}


def own_classes() -> set[type]:
    """Return all classes of the package that have a Textual base."""
    for module in pkgutil.walk_packages(cgc_tui.__path__, "cgc_tui."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    kinds = set[type]()
    further = [object]
    while further:
        kinds.update(further)
        further = [one for kind in further for one in type.__subclasses__(kind) if one not in kinds]
    ours = {kind for kind in kinds if _is_in(kind, "cgc_tui")}
    return {kind for kind in ours if any(_is_in(base, "textual") for base in kind.__mro__)}


def _is_in(kind: type, package: str) -> bool:
    """Return whether a package defines a class; `__module__` is a descriptor in some classes written in C."""
    return str(kind.__module__).startswith(f"{package}.")


def test_no_private_name_of_textual_is_used_unintentionally() -> None:
    kinds = own_classes()
    assert len(kinds) > 50
    matches = {(kind.__name__, name) for kind in kinds for name in shadowed(kind)}
    assert matches == {(kind, name) for kind, taken in DELIBERATE.items() for name in taken}


def test_a_conflicting_name_is_detected() -> None:
    assert {"_name", "_classes", "_inherit_css"} <= names(DOMNode)

    class Named(Widget):
        _classes = "x"

        def __init__(self) -> None:
            super().__init__()
            self._name = "y"
            self._own_name = "z"

        def _render(self) -> None:  # type: ignore[override]
            pass

    assert shadowed(Named) == {"_classes", "_name", "_render"}
