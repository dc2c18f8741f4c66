"""The loopback server: HTTP over a real socket, with connection faults."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from cgc_tui.demo import LoopbackServer, SimulatedPlatform

IMPORTS = "/storage/imports"


@pytest.fixture
def client(platform: SimulatedPlatform, server: LoopbackServer) -> Iterator[httpx.Client]:
    headers = {"X-SBG-Auth-Token": platform.token}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client


def test_responses_are_those_of_the_platform(client: httpx.Client, platform: SimulatedPlatform) -> None:
    answer = client.get(IMPORTS, params={"limit": 3, "state": ["FAILED", "COMPLETED"]})
    assert answer.http_version == "HTTP/1.1"
    assert len(answer.json()["items"]) == 3
    assert answer.headers.get_list("date") == [answer.headers["date"]]
    assert platform.requests[-1].query == [("limit", "3"), ("state", "FAILED"), ("state", "COMPLETED")]
    body = {"import_ids": platform.ids()[:2]}
    assert len(client.post("/bulk/storage/imports/get", json=body).json()["items"]) == 2
    assert client.delete(IMPORTS).status_code == 405
    assert client.head(IMPORTS).content == b""
    assert client.get("/user", headers={"X-SBG-Auth-Token": "x"}).status_code == 401


def test_hrefs_and_links_can_be_followed(
    client: httpx.Client, server: LoopbackServer, platform: SimulatedPlatform
) -> None:
    page = client.get(IMPORTS).json()
    href = page["items"][0]["href"]
    assert href == f"{server.url}/storage/imports/{platform.ids()[0]}"
    assert client.get(href).json()["id"] == platform.ids()[0]
    assert client.get(page["href"]).json() == page
    following = client.get(page["links"][0]["href"]).json()
    assert following["items"][0]["id"] == platform.ids()[50]
    by_name = page["links"][0]["href"].replace("127.0.0.1", "localhost")
    assert client.get(by_name).json()["links"][0]["href"].startswith("http://localhost:")


def test_one_connection_serves_many_requests(platform: SimulatedPlatform, server: LoopbackServer) -> None:
    request = f"GET /v2/user HTTP/1.1\r\nHost: x\r\nX-SBG-Auth-Token: {platform.token}\r\n\r\n".encode()
    port = httpx.URL(server.url).port or 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for _ in range(3):
            connection.sendall(request)
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert answer.endswith(b"}")
        connection.sendall(b"GET /v2/user HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n")
        assert b"400" in connection.recv(65536)


@pytest.mark.parametrize(
    ("fault", "value", "error"),
    [
        ("drop", "before", httpx.ReadError),
        ("drop", "headers", httpx.ReadError),
        ("drop", "body", httpx.ReadError),
        ("cut", True, httpx.RemoteProtocolError),
    ],
)
def test_broken_connections(
    client: httpx.Client, platform: SimulatedPlatform, fault: str, value: Any, error: type[Exception]
) -> None:
    platform.next(fault, value)
    with pytest.raises(error):
        client.get(IMPORTS)
    assert client.get(IMPORTS).status_code == 200


@pytest.mark.parametrize(("switch", "value"), [("silent", True), ("slow_s", 60.0), ("drip", 60.0)])
def test_slow_responses_cause_a_read_timeout(
    client: httpx.Client, platform: SimulatedPlatform, switch: str, value: Any
) -> None:
    setattr(platform.switches, switch, value)
    with pytest.raises(httpx.ReadTimeout):
        client.get(IMPORTS, timeout=0.2)


def test_a_dripping_body_arrives_completely_with_latency(platform: SimulatedPlatform) -> None:
    platform.switches.drip = 1e-6
    headers = {"X-SBG-Auth-Token": platform.token}
    with LoopbackServer(platform, latency_ms=1) as server:
        assert httpx.get(f"{server.url}/user", headers=headers).json()["username"] == "rosalind"


async def test_endless_headers(platform: SimulatedPlatform, server: LoopbackServer) -> None:
    platform.switches.endless_headers = True
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises((TimeoutError, httpx.RemoteProtocolError)):
            await asyncio.wait_for(client.get(server.url + IMPORTS), 0.2)


@pytest.fixture
def new_threads() -> Callable[[], list[threading.Thread]]:
    """Return a function that lists the threads started since the test began."""
    old = set(threading.enumerate())
    return lambda: [thread for thread in threading.enumerate() if thread not in old]


def test_closing_ends_hanging_requests(
    platform: SimulatedPlatform, new_threads: Callable[[], list[threading.Thread]]
) -> None:
    headers = {"X-SBG-Auth-Token": platform.token}
    platform.switches.silent = True
    gate = platform.gate("/v2/user")
    asked = threading.Event()
    platform.next(lambda _: asked.set() or httpx.Response(200))
    with ThreadPoolExecutor() as threads:
        with LoopbackServer(platform) as server:
            hanging = [
                threads.submit(httpx.get, server.url + path, headers=headers, timeout=None)
                for path in (IMPORTS, "/user")
            ]
            assert gate.arrived.wait(10)
            assert asked.wait(10)
        for each in hanging:
            assert isinstance(each.exception(), httpx.TransportError)
    for thread in new_threads():
        thread.join(10)
        assert not thread.is_alive()


def test_closing_ends_idle_connections(platform: SimulatedPlatform) -> None:
    headers = {"X-SBG-Auth-Token": platform.token}
    with LoopbackServer(platform) as server, httpx.Client(headers=headers, trust_env=False) as client:
        client.get(f"{server.url}/user")
        port = httpx.URL(server.url).port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=10) as idle:
            idle.sendall(b"GET /v2/user HTTP/1.1\r\nHost: x\r\n\r\n")
            assert idle.recv(65536)
            server.close()
            assert idle.recv(1) == b""


def test_a_disconnected_client_is_not_an_error(
    platform: SimulatedPlatform,
    new_threads: Callable[[], list[threading.Thread]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    platform.switches.endless_headers = True
    with LoopbackServer(platform) as server:
        serving = set(new_threads())
        port = httpx.URL(server.url).port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=10) as gone:
            gone.sendall(b"GET /v2/user HTTP/1.1\r\nHost: x\r\n\r\n")
            assert gone.recv(16)
        for thread in set(new_threads()) - serving:
            thread.join(10)
            assert not thread.is_alive()
    assert capsys.readouterr().err == ""


def test_a_connection_without_a_thread_is_dropped_with_a_line(
    client: httpx.Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", start)
        with pytest.raises(httpx.TransportError):
            client.get("/user")
    assert client.get("/user").status_code == 200
    err = capsys.readouterr().err
    assert err.startswith("A connection was dropped: cannot start a thread; ")
    assert err.count("\n") == 1


def test_a_server_that_was_not_started_closes() -> None:
    LoopbackServer(SimulatedPlatform(jobs=1)).close()
