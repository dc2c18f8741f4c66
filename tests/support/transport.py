"""A transport whose responses are streamed, as those of the network are."""

from __future__ import annotations

import httpx


class StreamTransport(httpx.MockTransport):
    """Calls a function for each request; httpx's own transport returns bodies that are read already."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        return httpx.Response(response.status_code, headers=response.headers, stream=response.stream)
