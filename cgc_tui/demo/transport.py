"""The simulated platform as a transport of httpx, faults of the connection included."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx

from cgc_tui.demo.responses import Delivery, body_of, delivery_of

if TYPE_CHECKING:
    from cgc_tui.demo.platform import SimulatedPlatform

CUT_SHORT = "peer closed connection without sending complete message body"
RESET = "[Errno 104] Connection reset by peer"


class SimulatedTransport(httpx.AsyncBaseTransport):
    """Carries requests to a platform inside this process.

    Only the platform's own host answers: any other, such as the doubled host in hrefs, has no address.
    """

    def __init__(self, platform: SimulatedPlatform) -> None:
        self._platform = platform
        self._host = httpx.URL(platform.base_url).host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request and its answer."""
        await request.aread()
        self._platform.record(request)
        if request.url.host != self._host:
            raise httpx.ConnectError(f"[Errno -2] Name or service not known: {request.url.host}")
        for gate in self._platform.fault_script.gates_for(request):
            await gate.wait()
        response = self._platform.answer(request)
        delivery = delivery_of(response)
        patience = request.extensions.get("timeout", {}).get("read")
        await _before(delivery, patience)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Body(body_of(response), delivery, patience),
            request=request,
        )


async def _before(delivery: Delivery, patience: float | None) -> None:
    """Play what happens before the first byte of an answer; `patience` is the client's, in seconds."""
    if delivery.drop == "connect":
        raise httpx.ConnectError("[Errno 111] Connection refused")
    if delivery.timeout:
        raise httpx.ReadTimeout("")
    if delivery.endless_headers:
        await asyncio.Event().wait()
    if delivery.silent:
        await _pause(None, patience)
    if delivery.slow_s:
        await _pause(delivery.slow_s, patience)
    if delivery.drop in ("before", "headers"):
        raise httpx.ReadError(RESET)


async def _pause(seconds: float | None, patience: float | None) -> None:
    """Wait, None meaning for ever; time out when the client's patience ends before."""
    if seconds is not None and (patience is None or seconds <= patience):
        await asyncio.sleep(seconds)
        return
    if patience is None:
        await asyncio.Event().wait()
    await asyncio.sleep(patience or 0)
    raise httpx.ReadTimeout("")


class _Body(httpx.AsyncByteStream):
    """A body as it arrives: whole, byte by byte, or in part."""

    def __init__(self, body: bytes, delivery: Delivery, patience: float | None) -> None:
        self._body = body
        self._delivery = delivery
        self._patience = patience

    async def __aiter__(self) -> AsyncIterator[bytes]:
        broken = self._delivery.cut or self._delivery.drop == "body"
        body = self._body[: len(self._body) // 2] if broken else self._body
        if self._delivery.drip:
            for byte in body:
                await _pause(self._delivery.drip, self._patience)
                yield bytes((byte,))
        else:
            yield body
        if self._delivery.drop == "body":
            raise httpx.ReadError(RESET)
        if self._delivery.cut:
            raise httpx.RemoteProtocolError(CUT_SHORT)
