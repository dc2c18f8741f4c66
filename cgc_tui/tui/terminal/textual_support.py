"""Decides whether the installed Textual is one that the app was tested with.

The driver and the patches use private names of Textual. With another version, input could reach the app
unsanitized, or a traceback could show the token, without any error. The app does not start then.
"""

from __future__ import annotations

from pathlib import Path

import textual

from cgc_tui.domain.text import SafeText, sanitize

MINOR = "8.2"
FIRST_PATCH = 8
"""The tested versions are 8.2.8 and later patches of 8.2, as in the dependencies of the package."""


def unsupported_textual() -> SafeText | None:
    """Return why the app cannot run on the installed Textual, None where it can."""
    version = textual_version()
    if is_tested(version) and has_safety_hooks():
        return None
    return sanitize(
        f"runs on Textual {MINOR} from {MINOR}.{FIRST_PATCH} on, and this is {version or 'another one'}; "
        f"install it: pip install 'textual~={MINOR}.{FIRST_PATCH}'"
    )


def is_tested(version: str) -> bool:
    """Return whether the app was tested with a version of Textual."""
    minor, _, patch = version.rpartition(".")
    return minor == MINOR and patch.isascii() and patch.isdecimal() and int(patch) >= FIRST_PATCH


def has_safety_hooks() -> bool:
    """Return whether Textual uses what the app replaces for safety.

    These are the decoder and the key parser of the input thread, and the method that prints a traceback
    with the variables of every frame.
    """
    from textual.app import App
    from textual.drivers.linux_driver import LinuxDriver

    input_thread = getattr(LinuxDriver, "run_input_thread", None)
    handler = getattr(App, "_handle_exception", None)
    return {"getincrementaldecoder", "XTermParser"} <= _global_names(input_thread) and (
        "_fatal_error" in _global_names(handler)
    )


def textual_version() -> str:
    """Return the version of the installed Textual, "" if it is not known.

    The name of the metadata directory is enough: importing importlib.metadata delays the first paint by
    10 ms.
    """
    names = [path.name for path in Path(textual.__path__[0]).parent.glob("textual-*.dist-info")]
    if len(names) == 1:
        return names[0].removeprefix("textual-").removesuffix(".dist-info")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("textual")
    except PackageNotFoundError:
        return ""


def _global_names(function: object) -> frozenset[str]:
    """Return the globals and attributes that a function uses, none for anything else."""
    code = getattr(function, "__code__", None)
    return frozenset(code.co_names) if code is not None else frozenset()
