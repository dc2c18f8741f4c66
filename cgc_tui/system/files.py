"""Writes files atomically, and replaces existing files only on request."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cgc_tui.domain.text import SafeText, sanitize


class FileWriteError(Exception):
    """A file was not written; the message is for the user."""

    def __init__(self, message: SafeText) -> None:
        super().__init__(message)
        self.message = message


class FileAlreadyExists(FileWriteError):
    """The file exists already."""


def resolve_path(text: str) -> Path:
    """Return the absolute path for typed text, with `~` expanded; raise FileWriteError."""
    text = text.strip()
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise FileWriteError(sanitize(f"Invalid path {text}: no such user.")) from None
    try:
        if b"\0" not in os.fsencode(path):
            return Path(os.path.abspath(path))
    except UnicodeEncodeError:
        pass
    raise FileWriteError(sanitize(f"Invalid path {text}."))


def write_atomically(path: Path, lines: Iterable[str], *, encoding_errors: str, replace: bool) -> None:
    """Write lines to a new file in UTF-8 and rename it to `path`; raise FileWriteError.

    With `replace` a regular file at `path` is replaced and its mode kept; without, `FileAlreadyExists` is
    raised.
    """
    path = Path(os.path.realpath(path))
    check_writable(path, replace=replace)
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    except OSError as error:
        raise FileWriteError(_error_text(path.parent, error)) from None
    try:
        with open(descriptor, "w", encoding="utf-8", errors=encoding_errors, newline="") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(descriptor)
        _move_into_place(Path(temporary), path, replace=replace)
    except OSError as error:
        raise FileWriteError(_error_text(path, error)) from None
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def check_writable(path: Path, *, replace: bool) -> None:
    """Raise FileWriteError if the file cannot be written; to be called before work is done for it."""
    try:
        if not path.parent.is_dir():
            raise FileWriteError(sanitize(f"Folder {path.parent} does not exist."))
        if path.is_dir():
            raise FileWriteError(sanitize(f"Add a file name: {path} is a folder."))
        if not os.access(path.parent, os.W_OK):
            raise FileWriteError(sanitize(f"No permission to write to {path.parent}."))
        if not path.exists():
            return
    except OSError as error:
        raise FileWriteError(_error_text(path, error)) from None
    if not path.is_file():
        raise FileWriteError(sanitize(f"{path} is not a regular file."))
    if not replace:
        raise FileAlreadyExists(sanitize(f"{path} exists."))


def _move_into_place(new: Path, path: Path, *, replace: bool) -> None:
    """Rename a file; it gets the mode of the file it replaces, else the mode by the umask."""
    if not replace:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            raise FileAlreadyExists(sanitize(f"{path} exists.")) from None
    try:
        with suppress(FileNotFoundError):
            new.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(new, path)
    except OSError:
        if not replace:
            with suppress(OSError):
                os.unlink(path)  # the empty placeholder
        raise


def _error_text(path: Path, error: OSError) -> SafeText:
    if isinstance(error, PermissionError):
        return sanitize(f"No permission to write to {path}.")
    return sanitize(f"{path} cannot be written: {error.strerror or error}.")
