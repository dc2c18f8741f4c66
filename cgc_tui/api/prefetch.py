"""The first page, asked for by a child of this process while this one loads what shows it.

Python runs one thread at a time: the HTTP library, which takes a quarter of a bare Textual start to load,
would hold up the first paint from whatever thread. A process on another core does not, and the answer
travels while the screen is built. It is forked before all else, while there is little to copy and no thread;
it reads the question from a socket, writes what came of it there, once, and ends when this process lets go
of that, and so with it.
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
"""Seconds until a child that tells nothing is given up; the request itself is, before that."""


class PrefetchRequest(NamedTuple):
    """Which page to ask for, where, and with which token, in plain text: it goes to the child alone."""

    endpoint: str
    secret: str
    advance_access: bool
    query: JobQuery


class PrefetchResult(NamedTuple):
    """What came of the question, with the requests that it took, oldest first."""

    page: JobPage | CgcError
    rate_limit: RateLimit | None
    records: tuple[RequestRecord, ...]


class Prefetch:
    """A page that is asked for already; it is told once, and then the child is gone."""

    def __init__(self, serve: Callable[[socket.socket], object]) -> None:
        """Fork, while there are no threads; `serve` reads a question in the child and tells.

        Where there can be no child, as with too many processes of the user's, nothing is told.
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
        """Ask for a page."""
        import pickle

        self._query = request.query
        with suppress(OSError):
            self._socket.sendall(pickle.dumps(request))

    async def result(self, query: JobQuery) -> PrefetchResult | None:
        """Return what came of the question; None where another page is wanted, or nothing was told."""
        import asyncio
        import pickle

        if query != self._query:
            self.close()
            return None
        answer = bytearray()
        self._socket.setblocking(False)
        try:
            async with asyncio.timeout(TIMEOUT):
                while chunk := await asyncio.get_running_loop().sock_recv(self._socket, CHUNK):
                    answer += chunk
            result: PrefetchResult = pickle.loads(answer)
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        finally:
            self.close()
        return result

    def close(self) -> None:
        """Let the child go."""
        self._socket.close()
        child, self._child = self._child, 0
        if child:
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _run(serve: Callable[[socket.socket], object], parent: socket.socket) -> None:
    """Be the child, without the terminal. What fails is not told: the parent asks in its turn."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        gc.disable()  # its passes over what is imported take a tenth of the time to the request
        null = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(null, standard)
        serve(parent)
    finally:
        os._exit(0)
