"""The log of requests and their outcomes, in memory and optionally in a file; without token and bodies."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cgc_tui.domain.text import SafeText, sanitize

MAX_RECORDS = 500
MAX_LINE = 8000
PRIVATE = 0o600


class RequestRecord(NamedTuple):
    """One request: `target` is its path and query; `status` is None if there was no response.

    `size` is in bytes, after decompression. `error` is this client's summary of a failure, `code` and
    `server_message` are the platform's.
    """

    at: datetime
    method: str
    target: SafeText
    attempt: int
    milliseconds: int
    status: int | None = None
    size: int = 0
    request_id: SafeText | None = None
    error: SafeText | None = None
    code: int | None = None
    server_message: SafeText | None = None

    def parts(self) -> list[str]:
        """Return the parts of an entry: time in UTC, request, outcome, request id, error."""
        attempt = f", attempt {self.attempt}" if self.attempt > 1 else ""
        outcome = "no response" if self.status is None else f"{self.status}, {self.size:,} bytes"
        code = "" if self.code is None else f"code {self.code}"
        parts = [
            utc_timestamp(self.at),
            f"{self.method} {self.target}",
            f"{outcome}, {self.milliseconds:,} ms{attempt}",
            f"request id {self.request_id}" if self.request_id else "",
            self.error,
            " ".join(filter(None, (code, self.server_message))),
        ]
        return [part for part in parts if part]

    def line(self) -> SafeText:
        """Return the entry on one line."""
        return sanitize("; ".join(self.parts()), max_chars=MAX_LINE)

    def text(self) -> str:
        """Return the entry on several lines."""
        return "\n".join(self.parts())


def utc_timestamp(instant: datetime) -> str:
    """Format an instant in UTC, to the millisecond."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class LogFileError(Exception):
    """The log file cannot be written; the message is for the user."""


class LogFile:
    """A log file that only the user can read; each line is written at once, without buffering."""

    def __init__(self, path: Path) -> None:
        """Open the file for appending; raise `LogFileError`."""
        self._path = path
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(path, flags, PRIVATE)
        except (OSError, ValueError) as error:
            raise LogFileError(self._message(error)) from None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(0, "it is not a regular file")
            os.fchmod(descriptor, PRIVATE)
        except OSError as error:
            os.close(descriptor)
            raise LogFileError(self._message(error)) from None
        self._descriptor = descriptor

    def write(self, line: SafeText) -> None:
        """Append a line; raise `LogFileError`."""
        try:
            os.write(self._descriptor, f"{line}\n".encode())
        except OSError as error:
            raise LogFileError(self._message(error)) from None

    def _message(self, error: Exception) -> str:
        reason = getattr(error, "strerror", None) or str(error)
        if self._path.is_symlink():
            reason = "it is a symbolic link"
        return f"The log file {sanitize(self._path)} cannot be written: {sanitize(reason)}."


class RequestLog:
    """The latest requests, newest first, and an optional file with all of them."""

    def __init__(self, file: LogFile | None = None) -> None:
        self.added = 0
        """The number of all records so far."""
        self.write_error: SafeText | None = None
        """Why writing to the file has stopped."""
        self._records: deque[RequestRecord] = deque(maxlen=MAX_RECORDS)
        self._file = file
        self._on_write_error: Callable[[SafeText], object] = lambda _: None

    @property
    def records(self) -> tuple[RequestRecord, ...]:
        """The records that are kept, newest first."""
        return tuple(self._records)

    def on_write_error(self, callback: Callable[[SafeText], object]) -> None:
        """Call `callback` with the reason when writing fails; call it at once if it has failed already."""
        self._on_write_error = callback
        if self.write_error is not None:
            callback(self.write_error)

    def add(self, record: RequestRecord) -> None:
        """Add a record, in memory and to the file."""
        self._records.appendleft(record)
        self.added += 1
        self._write(record.line())

    def note(self, text: str) -> None:
        """Write a line to the file that is not about a request."""
        self._write(sanitize(f"{utc_timestamp(datetime.now(UTC))} {text}"))

    def _write(self, line: SafeText) -> None:
        if self._file is None:
            return
        try:
            self._file.write(line)
        except LogFileError as error:
            self._file = None
            self.write_error = sanitize(error)
            self._on_write_error(self.write_error)
