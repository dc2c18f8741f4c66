"""Gates hold matching requests until their release, in coroutines and threads."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform, list_call

IMPORTS = "/storage/imports"


def client_of(platform: SimulatedPlatform) -> httpx.AsyncClient:
    headers = {"X-SBG-Auth-Token": platform.token}
    return httpx.AsyncClient(transport=platform.transport(), base_url=platform.base_url, headers=headers)


async def test_a_gate_holds_matching_requests_without_blocking_the_event_loop(
    platform: SimulatedPlatform,
) -> None:
    gate = platform.gate(list_call)
    async with client_of(platform) as client:
        held = [asyncio.create_task(client.get(IMPORTS)) for _ in range(2)]
        await gate.arrival()
        assert gate.arrived.is_set()
        assert (await client.get("/user")).status_code == 200
        assert gate.count == 2
        assert not any(task.done() for task in held)
        assert [asked.path for asked in platform.requests] == ["/v2/storage/imports"] * 2 + ["/v2/user"]
        added = platform.add_jobs(1)
        gate.release()
        answers = await asyncio.gather(*held)
        assert [answer.json()["items"][0]["id"] for answer in answers] == added * 2
        assert (await client.get(IMPORTS)).status_code == 200
        assert gate.count == 2


async def test_a_gate_can_hold_a_limited_number_of_requests(platform: SimulatedPlatform) -> None:
    gate = platform.gate("/v2/storage", times=1)
    async with client_of(platform) as client:
        first = asyncio.create_task(client.get(IMPORTS))
        await gate.arrival()
        assert (await client.get(IMPORTS)).status_code == 200
        assert not first.done()
        gate.release()
        assert (await first).status_code == 200


async def test_a_held_request_can_be_cancelled(platform: SimulatedPlatform) -> None:
    gate = platform.gate()
    async with client_of(platform) as client:
        held = asyncio.create_task(client.get(IMPORTS))
        await gate.arrival()
        held.cancel()
        with pytest.raises(asyncio.CancelledError):
            await held
    gate.release()


async def test_a_gate_can_be_released_by_another_thread(platform: SimulatedPlatform) -> None:
    gate = platform.gate()
    async with client_of(platform) as client:
        held = asyncio.create_task(client.get(IMPORTS))
        await gate.arrival()
        thread = threading.Thread(target=gate.release)
        thread.start()
        assert (await held).status_code == 200
        thread.join()


def test_a_gate_holds_requests_of_a_server(platform: SimulatedPlatform) -> None:
    gate = platform.gate(list_call)
    headers = {"X-SBG-Auth-Token": platform.token}
    with LoopbackServer(platform) as server, ThreadPoolExecutor() as threads:
        held = threads.submit(httpx.get, server.url + IMPORTS, headers=headers)
        assert gate.arrived.wait(10)
        assert httpx.get(f"{server.url}/user", headers=headers).status_code == 200
        assert not held.done()
        gate.release()
        assert held.result().status_code == 200
