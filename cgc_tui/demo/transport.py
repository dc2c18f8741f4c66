"""An httpx transport to the simulated platform, including connection faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx

from cgc_tui.demo.gateway import Gateway
from cgc_tui.demo.responses import Delivery, body_of, delivery_of

INCOMPLETE = "peer closed connection without sending complete message body"
RESET = "[Errno 104] Connection reset by peer"


class SimulatedTransport(httpx.AsyncBaseTransport):
    """Carries requests to a platform within this process.

    Only the platform's host can be reached: any other, such as the doubled host in hrefs, has no address.
    """

    def __init__(self, gateway: Gateway, host: str) -> None:
        self._gateway = gateway
        self._host = host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, and return the response."""
        await request.aread()
        self._gateway.record(request)
        if request.url.host != self._host:
            raise httpx.ConnectError(f"[Errno -2] Name or service not known: {request.url.host}")
        for gate in self._gateway.gates_for(request):
            await gate.wait()
        response = self._gateway.respond(request)
        delivery = delivery_of(response)
        read_timeout = request.extensions.get("timeout", {}).get("read")
        await _play_start(delivery, read_timeout)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Body(body_of(response), delivery, read_timeout),
            request=request,
        )


async def _play_start(delivery: Delivery, read_timeout: float | None) -> None:
    """Play what happens before the first byte of a response; `read_timeout` is the client's, in seconds."""
    if delivery.drop == "connect":
        raise httpx.ConnectError("[Errno 111] Connection refused")
    if delivery.timeout:
        raise httpx.ReadTimeout("")
    if delivery.endless_headers:
        await asyncio.Event().wait()
    if delivery.silent:
        await _pause(None, read_timeout)
    if delivery.slow_s:
        await _pause(delivery.slow_s, read_timeout)
    if delivery.drop in ("before", "headers"):
        raise httpx.ReadError(RESET)


async def _pause(seconds: float | None, read_timeout: float | None) -> None:
    """Wait, None meaning for ever; raise a time-out if the client's is shorter."""
    if seconds is not None and (read_timeout is None or seconds <= read_timeout):
        await asyncio.sleep(seconds)
        return
    if read_timeout is None:
        await asyncio.Event().wait()
    await asyncio.sleep(read_timeout or 0)
    raise httpx.ReadTimeout("")


class _Body(httpx.AsyncByteStream):
    """A body that arrives at once, byte by byte, or in part."""

    def __init__(self, body: bytes, delivery: Delivery, read_timeout: float | None) -> None:
        self._body = body
        self._delivery = delivery
        self._read_timeout = read_timeout

    async def __aiter__(self) -> AsyncIterator[bytes]:
        incomplete = self._delivery.cut or self._delivery.drop == "body"
        body = self._body[: len(self._body) // 2] if incomplete else self._body
        if self._delivery.drip:
            for byte in body:
                await _pause(self._delivery.drip, self._read_timeout)
                yield bytes((byte,))
        else:
            yield body
        if self._delivery.drop == "body":
            raise httpx.ReadError(RESET)
        if self._delivery.cut:
            raise httpx.RemoteProtocolError(INCOMPLETE)
