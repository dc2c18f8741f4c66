"""Prefetches the first page in a child process while this process builds the screen.

Python runs one thread at a time, so that loading the HTTP library, which takes a quarter of a bare Textual
start, would delay the first paint from any thread. A child process on another core does not. It is forked
first, while the process is small and has no threads. It reads the request from a socket, writes the result to
it, and ends when this process closes the socket or ends.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cgc_tui.api.request_log import RequestRecord
    from cgc_tui.domain.errors import CgcError
    from cgc_tui.domain.platform import RateLimit
    from cgc_tui.domain.queries import JobPage, JobQuery

CHUNK = 1 << 16
TIMEOUT = 32.0
"""Seconds to wait for the child; longer than the deadline of its request."""


class PrefetchRequest(NamedTuple):
    """The page to fetch, with endpoint and token; the token is in plain text, for the child only."""

    endpoint: str
    secret: str
    advance_access: bool
    query: JobQuery


class PrefetchResult(NamedTuple):
    """The page or the error, with the rate limit and the requests that were sent, oldest first."""

    page: JobPage | CgcError
    rate_limit: RateLimit | None
    records: tuple[RequestRecord, ...]


class Prefetch:
    """A page that a child process fetches; its result can be read once."""

    def __init__(self, serve: Callable[[socket.socket], object]) -> None:
        """Fork; `serve` handles one request in the child. There must be no threads yet.

        If the fork fails, for example because of a process limit, there is no result.
        """
        self._query: JobQuery | None = None
        self._child = 0
        self._socket, other = socket.socketpair()
        with other, suppress(OSError):
            self._child = os.fork()
            if not self._child:
                self._socket.close()
                _run(serve, other)

    def start(self, request: PrefetchRequest) -> None:
        """Send the request to the child."""
        import pickle

        self._query = request.query
        with suppress(OSError):
            self._socket.sendall(pickle.dumps(request))

    async def result(self, query: JobQuery) -> PrefetchResult | None:
        """Return the result for this query; None if the request was another, or if the child failed."""
        import asyncio
        import pickle

        if query != self._query:
            self.close()
            return None
        data = bytearray()
        self._socket.setblocking(False)
        try:
            async with asyncio.timeout(TIMEOUT):
                while chunk := await asyncio.get_running_loop().sock_recv(self._socket, CHUNK):
                    data += chunk
            result: PrefetchResult = pickle.loads(data)
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        finally:
            self.close()
        return result

    def close(self) -> None:
        """End the child."""
        self._socket.close()
        child, self._child = self._child, 0
        if child:
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _run(serve: Callable[[socket.socket], object], parent: socket.socket) -> None:
    """Run the child, detached from the terminal.

    Failures are not reported: without a result, the parent sends the request itself.
    """
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        gc.disable()  # collections during the imports take a tenth of the time to the request
        null = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(null, standard)
        serve(parent)
    finally:
        os._exit(0)
