"""Every private name of Textual that the app uses exists and is used by Textual as expected."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType

import pytest
from textual._parser import Parser
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message_pump import MessagePump
from textual.screen import Screen

import cgc_tui
from cgc_tui.tui.terminal import driver, textual_patches

PACKAGE = Path(cgc_tui.__file__).parent
ALLOWED = PACKAGE / "tui" / "terminal"
"""The package that may use private names of Textual."""

HOOKS: list[tuple[type, str, str, Callable[..., object]]] = [
    (App, "_fatal_error", "(self)", App._handle_exception),
    (App, "_shutdown", "(self)", App.run_async),
    (App, "_set_pointer_shape", "(self, shape)", Screen._watch__pointer_shape),
    (LinuxDriver, "_sigtstp_application", "(self, *_)", LinuxDriver.__init__),
    (LinuxDriver, "_sigcont_application", "(self, *_)", LinuxDriver.__init__),
    (LinuxDriver, "_run_input_thread", "(self)", LinuxDriver.start_application_mode),
    (LinuxDriver, "_get_terminal_size", "(self)", LinuxDriver.start_application_mode),
    (LinuxDriver, "_request_terminal_sync_mode_support", "(self)", LinuxDriver.start_application_mode),
    (LinuxDriver, "_query_in_band_window_resize", "(self)", LinuxDriver.start_application_mode),
    (LinuxDriver, "_disable_mouse_support", "(self)", LinuxDriver.disable_input),
    (LinuxDriver, "disable_input", "(self)", LinuxDriver.stop_application_mode),
    (LinuxDriver, "process_message", "(self, message)", LinuxDriver.run_input_thread),
    (LinuxDriver, "write", "(self, data)", LinuxDriver.start_application_mode),
    (XTermParser, "_sequence_to_key_events", "(self, sequence, alt=False)", XTermParser.parse),
    (XTermParser, "parse_mouse_code", "(self, code)", XTermParser.parse),
    (XTermParser, "feed", "(self, data)", LinuxDriver.run_input_thread),
]
"""Methods that the app overrides, with the code of Textual that calls them."""

CALLED: list[tuple[type, str, str]] = [
    (App, "_close_messages_no_wait", "(self)"),
    (App, "_handle_exception", "(self, error)"),
    (LinuxDriver, "run_input_thread", "(self)"),
    (LinuxDriver, "_enable_mouse_support", "(self)"),
]
"""Methods that the app calls."""

ATTRIBUTES: list[tuple[str, Callable[..., object]]] = [
    ("_exception", App._handle_exception),
    ("_exit", App.exit),
    ("_driver", App._shutdown),
    ("_is_mounted", App._process_messages),
    ("_notifications", App.clear_notifications),
    ("_app", Driver.__init__),
    ("_loop", Driver.__init__),
    ("_mouse", Driver.__init__),
    ("_file", LinuxDriver.__init__),
    ("fileno", LinuxDriver.__init__),
    ("_mouse_pixels", LinuxDriver._enable_mouse_pixels),
    ("_in_band_window_resize", LinuxDriver.process_message),
    ("_key_thread", LinuxDriver.start_application_mode),
    ("_writer_thread", LinuxDriver.start_application_mode),
    ("mouse_pixels", XTermParser.parse_mouse_code),
    ("terminal_pixel_size", XTermParser.parse_mouse_code),
]
"""Attributes that the app reads or sets, with the code of Textual that does so."""


def names_used(code: CodeType) -> Iterator[str]:
    """Yield the globals and attributes that a function uses, including those of its inner functions."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_used(constant)


def uses(function: Callable[..., object], name: str) -> bool:
    return name in names_used(inspect.unwrap(function).__code__)


def signature(function: Callable[..., object]) -> str:
    """Return the parameters of a function, without annotations."""
    bare = inspect.signature(function)
    parameters = [one.replace(annotation=inspect.Parameter.empty) for one in bare.parameters.values()]
    return str(bare.replace(parameters=parameters, return_annotation=inspect.Signature.empty))


@pytest.mark.parametrize(("kind", "name", "parameters", "caller"), HOOKS, ids=[name for _, name, *_ in HOOKS])
def test_textual_calls_the_overridden_methods(
    kind: type, name: str, parameters: str, caller: Callable[..., object]
) -> None:
    assert signature(getattr(kind, name)) == parameters
    assert uses(caller, name)


@pytest.mark.parametrize(("kind", "name", "parameters"), CALLED, ids=[name for _, name, _ in CALLED])
def test_the_called_methods_exist(kind: type, name: str, parameters: str) -> None:
    assert signature(getattr(kind, name)) == parameters


@pytest.mark.parametrize(("name", "user"), ATTRIBUTES, ids=[name for name, _ in ATTRIBUTES])
def test_textual_uses_the_attributes(name: str, user: Callable[..., object]) -> None:
    assert uses(user, name)


@pytest.mark.parametrize("name", ["getincrementaldecoder", "XTermParser"])
def test_the_input_thread_uses_the_module_globals_that_are_replaced(name: str) -> None:
    assert hasattr(linux_driver, name)
    assert name in LinuxDriver.run_input_thread.__code__.co_names


def test_the_decoder_is_the_sanitizer() -> None:
    assert linux_driver.getincrementaldecoder("utf-8") is driver.InputSanitizer


def test_screens_use_the_patched_layout() -> None:
    assert Screen._screen_resized.__module__ == textual_patches.__name__
    assert uses(Screen._on_resize, "_screen_resized") or uses(App._on_resize, "_screen_resized")
    assert uses(Screen._screen_resized.__closure__[0].cell_contents, "_refresh_layout")  # type: ignore[attr-defined]


def test_borders_use_the_patched_cache() -> None:
    assert isinstance(vars(StylesCache)["get_inner_outer"], staticmethod)
    assert uses(StylesCache.render_line, "get_inner_outer")


def private_attributes(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each private attribute that a file uses, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            yield node.lineno, node.attr


def private_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each import of a private module or name from Textual, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                imported = [f"{module}.{alias.name}" for alias in names]
            case ast.Import(names=names):
                imported = [alias.name for alias in names]
            case _:
                continue
        for name in imported:
            first, *rest = name.split(".")
            if first in ("textual", "rich") and any(part.startswith("_") for part in rest):
                yield node.lineno, name


def own_names(path: Path) -> Iterator[str]:
    """Yield the names that a file defines: functions, classes, variables, and attributes that it sets."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()) | ast.Name(id=name, ctx=ast.Store()):
                yield name


def is_allowed(path: Path) -> bool:
    return path.is_relative_to(ALLOWED)


def test_private_names_of_textual_are_used_in_the_terminal_package_only() -> None:
    """Names that the package defines itself are not Textual's, which another test checks."""
    paths = [path for path in (PACKAGE / "tui").rglob("*.py") if not is_allowed(path)]
    assert len(paths) > 40
    own = {"_replace"}  # a method of named tuples
    own |= {name for path in PACKAGE.rglob("*.py") if not is_allowed(path) for name in own_names(path)}
    foreign = [
        f"{path.relative_to(PACKAGE)}:{line}: {name}"
        for path in paths
        for line, name in (*private_attributes(path), *private_imports(path))
        if name not in own
    ]
    assert foreign == []


def test_every_private_name_of_textual_is_in_this_contract() -> None:
    kinds = (App, DOMNode, MessagePump, Screen, Driver, LinuxDriver, XTermParser, Parser, StylesCache)
    of_textual = {
        name
        for kind in kinds
        for name in (*own_names(Path(inspect.getfile(kind))), *vars(kind))
        if name.startswith("_")
    }
    used = {
        name
        for path in ALLOWED.rglob("*.py")
        if "diff" not in path.parts  # it parses Textual's output and uses no names
        for _, name in private_attributes(path)
    }
    known = (
        {name for _, name, *_ in (*HOOKS, *CALLED)} | {name for name, _ in ATTRIBUTES} | {"_screen_resized"}
    )
    assert (used & of_textual) - known == set()
