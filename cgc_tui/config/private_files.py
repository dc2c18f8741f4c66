"""Locates, reads, locks and writes files that only the user may read."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shlex
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TextIO

from platformdirs import user_config_path, user_state_path

from cgc_tui.config.platforms import CredentialsError

MAX_BYTES = 64 * 2**10
LOCK_TRIES = 100
LOCK_PAUSE = 0.05
NEW_PREFIX = ".credentials-new-"
OTHERS_MASK = stat.S_IRWXG | stat.S_IRWXO

_BINARY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")

Note = Callable[[str], None]
"""Called with a message for the user."""


def config_directory(environ: Mapping[str, str]) -> Path:
    """Return the directory of credentials and settings; a relative `XDG_CONFIG_HOME` is ignored."""
    chosen = environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(chosen):
        return Path(chosen) / "cgc-tui"
    usual = user_config_path("cgc-tui", appauthor=False)
    return usual if usual.is_absolute() else Path.home() / ".config" / "cgc-tui"


def state_directory(environ: Mapping[str, str]) -> Path:
    """Return the directory of the app's state; a relative `XDG_STATE_HOME` is ignored."""
    chosen = environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(chosen):
        return Path(chosen) / "cgc-tui"
    usual = user_state_path("cgc-tui", appauthor=False)
    return usual if usual.is_absolute() else Path.home() / ".local" / "state" / "cgc-tui"


class UnusableFile(Exception):
    """A file that is not used: the message continues a sentence that begins with its path."""

    def __init__(
        self, reason: str, remedy: str = "Move it away and log in again: mv {path} {path}.old"
    ) -> None:
        """`remedy` is a template with the fields `path` and `directory`."""
        super().__init__(reason)
        self.remedy = remedy


def read(path: Path, note: Note, *, restrict: bool) -> str:
    """Return the text of a private file, "" if there is none.

    If others can access the file, `restrict` removes their access; otherwise this is only reported.
    """
    try:
        with open(path, "rb", opener=_no_follow) as file:
            status = os.fstat(file.fileno())
            _check_owner(status)
            if status.st_mode & OTHERS_MASK and restrict:
                _restrict_mode(path, 0o600, partial(os.fchmod, file.fileno()), note)
            elif status.st_mode & OTHERS_MASK:
                note(f"{path} is accessible to other users: chmod 600 {shlex.quote(str(path))}")
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except PermissionError as error:
        raise UnusableFile("cannot be read", "Allow it: chmod 700 {directory}; chmod 600 {path}") from error
    except OSError as error:
        link = error.errno in (errno.ELOOP, errno.EMLINK)
        raise UnusableFile("is a symbolic link" if link else f"cannot be read ({error.strerror})") from error
    text = data.decode("utf-8-sig", "replace")
    if len(data) > MAX_BYTES or _BINARY.search(text):
        raise UnusableFile("is not a credentials file")
    return text


def _no_follow(path: str, flags: int) -> int:
    """Open a file, but not through a symbolic link, and without waiting for the writer of a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _check_owner(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnusableFile("is not a file")
    if status.st_uid != os.geteuid():
        raise UnusableFile("belongs to another user", 'Run as that user, or: sudo chown "$(id -un)" {path}')


def _restrict_mode(path: Path, mode: int, change: Callable[[int], None], note: Note) -> None:
    try:
        change(mode)
    except OSError:
        note(f"{path} is accessible to other users: chmod {mode:o} {shlex.quote(str(path))}")
    else:
        note(f"{path} was accessible to other users; its mode is now {mode:04o}.")


def restrict_directory(directory: Path, note: Note) -> None:
    """Remove other users' access to the user's own directory."""
    with suppress(OSError):
        status = directory.stat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and status.st_mode & OTHERS_MASK:
            _restrict_mode(directory, 0o700, directory.chmod, note)


def make_directory(directory: Path) -> None:
    """Create a directory and its missing parents, private under any umask."""
    missing = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    if directory.stat().st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "the directory belongs to another user")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; continue without it if the file system has no locks."""
    # A separate lock file, since `credentials` is replaced; open for writing, since NFS requires that.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE)
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP):
                raise
            return
        else:
            return
    raise CredentialsError("Another cgc-tui is changing the stored tokens: quit it, then try again.")


def write_private(path: Path, fill: Callable[[TextIO], None]) -> None:
    """Replace a file atomically with a private one whose content `fill` writes."""
    descriptor, name = tempfile.mkstemp(prefix=NEW_PREFIX, dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            fill(file)
            file.flush()
            os.fsync(descriptor)
        os.replace(name, path)
    finally:
        with suppress(OSError):
            os.unlink(name)
