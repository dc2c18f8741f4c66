"""Fetches a page in the child process of `cgc_tui.api.prefetch`."""

from __future__ import annotations

import asyncio
import os
import pickle
import socket

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.connection import import_httpx
from cgc_tui.api.prefetch import PrefetchRequest, PrefetchResult
from cgc_tui.api.request_log import RequestLog
from cgc_tui.api.requester import Requester
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.queries import JobPage
from cgc_tui.domain.token import Token


def serve(parent: socket.socket) -> None:
    """Import the HTTP library, then read a request from the parent and send the result back."""
    import_httpx()
    with parent.makefile("rb", buffering=0) as stream:
        request: PrefetchRequest = pickle.load(stream)
    asyncio.run(_send_result(parent, request))


async def _send_result(parent: socket.socket, request: PrefetchRequest) -> None:
    # The parent sends nothing more: the socket becomes readable when the parent closes it.
    asyncio.get_running_loop().add_reader(parent, os._exit, 0)
    request_log = RequestLog()
    token = Token(request.secret)
    client = PlatformClient(
        Requester(request.endpoint, token, advance_access=request.advance_access, request_log=request_log)
    )
    page: JobPage | CgcError
    try:
        page = await client.imports.page(request.query)
    except CgcError as error:
        page = error
    parent.sendall(pickle.dumps(PrefetchResult(page, client.last_rate_limit, request_log.records[::-1])))
    os._exit(0)  # skip the clean-up: nothing depends on it
