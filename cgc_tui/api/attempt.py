"""One attempt of a request: its response, and its entry in the request log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from cgc_tui.api.request_log import RequestLog, RequestRecord
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.token import Token

if TYPE_CHECKING:
    import httpx

CONNECT_EVENT = "connection.connect_tcp.started"
SEND_EVENT = "http11.send_request_headers.started"
"""The HTTP library's names of trace events; a request on a kept connection has no connect event."""

MAX_NAME = 100


class ApiResponse(NamedTuple):
    """A complete response with a JSON object as its body."""

    status: int
    headers: httpx.Headers
    json: dict[str, Any]


class RequestAttempt:
    """A request in progress, which adds a record to the request log however it ends."""

    def __init__(self, request_log: RequestLog, token: Token, attempt: int) -> None:
        self.stale_connection = False
        """Whether it failed because the server had closed a kept connection."""
        self.status: int | None = None
        self.size = 0
        self.request_id: str | None = None
        self._request_log = request_log
        self._token = token
        self._attempt = attempt
        self._connected = self._sent = False

    @contextmanager
    def logged(self, request: httpx.Request, at: datetime) -> Iterator[None]:
        """Add the outcome of the `with` block to the request log."""
        request.extensions["trace"] = self._trace
        started = time.monotonic()
        record = partial(
            RequestRecord,
            at,
            request.method,
            sanitize(self._token.redact(request.url.raw_path.decode("ascii"))),
        )
        error: CgcError | None = None
        summary: SafeText | None = None
        try:
            yield
        except CgcError as caught:
            error, summary = caught, caught.summary
            raise
        except asyncio.CancelledError:
            summary = SafeText("stopped before the response was complete")
            raise
        finally:
            self._request_log.add(
                record(
                    attempt=self._attempt,
                    milliseconds=round((time.monotonic() - started) * 1000),
                    status=self.status,
                    size=self.size,
                    request_id=self._request_id_text(),
                    error=summary,
                    code=error.code if error else None,
                    server_message=error.server_message if error else None,
                )
            )

    def mark_connection_reused(self) -> None:
        """Set `stale_connection` after the connection was lost without a response."""
        self.stale_connection = self._sent and not self._connected

    def _request_id_text(self) -> SafeText | None:
        return sanitize(self._token.redact(self.request_id), max_chars=MAX_NAME) if self.request_id else None

    async def _trace(self, name: str, _info: dict[str, Any]) -> None:
        self._connected |= name == CONNECT_EVENT
        self._sent |= name == SEND_EVENT
