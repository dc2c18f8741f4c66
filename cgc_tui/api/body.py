"""Reads the body of a response, up to a limit on its decompressed size."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from cgc_tui.api.backoff import SERVER_WAIT
from cgc_tui.api.parse import TRY_AGAIN
from cgc_tui.domain.errors import InvalidResponse
from cgc_tui.domain.text import SafeText

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 16 * 2**20
ENCODING = "gzip"
"""The accepted compression; decompressing it here allows to stop at the limit."""

GZIP = 16 + zlib.MAX_WBITS


async def read_body(response: httpx.Response) -> bytes:
    """Return the body; raise `InvalidResponse` if it is too large or has another encoding."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in (ENCODING, "identity"):
        raise InvalidResponse(
            SafeText("the response could not be read: its compression is not supported"),
            SafeText("Check the proxy."),
        )
    decompressor = zlib.decompressobj(GZIP) if encoding == ENCODING else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        space = MAX_BYTES + 1 - len(body)
        body += _decompress(decompressor, chunk, space) if decompressor is not None else chunk
        if len(body) > MAX_BYTES:
            raise InvalidResponse(SafeText("the response is too large"), SafeText("Use a smaller page size."))
    return bytes(body)


def _decompress(decompressor: zlib._Decompress, chunk: bytes, space: int) -> bytes:
    try:
        return decompressor.decompress(chunk, space)
    except zlib.error:
        raise InvalidResponse(
            SafeText("the response could not be read: it cannot be decompressed"),
            TRY_AGAIN,
            retry_after=SERVER_WAIT,
        ) from None
