"""What the user sees after network failures: DNS, refused connections, certificates, proxies, sleep."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from textual.app import App

from cgc_tui.api import error_mapping
from cgc_tui.api.client import PlatformClient
from cgc_tui.api.request_log import RequestLog, RequestRecord
from cgc_tui.api.throttle import INTERACTIVE_SLOTS
from cgc_tui.config.settings import Settings
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.domain.errors import ConnectionFailed
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.app import CgcApp
from tests.support.app import Connect, Start, first_page, shown, text_of
from tests.support.calls import LISTS, quiet
from tests.support.clock import Clock
from tests.support.params import mostly_slow
from tests.support.terminal import APP, Terminal, modes_left
from tests.support.waiting import until

CERTIFICATE = Path(__file__).parent.parent / "data" / "self-signed.pem"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.lower, PROXIES), "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(error_mapping, "NETWORK_WAIT", 0.3)


@pytest.fixture
def secure(platform: SimulatedPlatform) -> Iterator[str]:
    """Serve the platform with a self-signed certificate; return its endpoint."""
    with LoopbackServer(platform) as server:
        yield over_tls(server)


def over_tls(server: LoopbackServer) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    listening = server._http.socket
    server._http.socket = context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
    return f"https://localhost:{port_of(server.url)}/v2"


def port_of(url: str) -> int:
    return int(url.split(":")[2].partition("/")[0])


class Proxy:
    """A proxy that supports CONNECT, or responds with `refusal`."""

    def __init__(self, port: int = 0) -> None:
        self.refusal = b""
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        self._open: list[socket.socket] = [self._socket]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(client)
            head = client.recv(65536)
            self.requests.append(head)
            if self.refusal:
                client.sendall(self.refusal)
                client.close()
                continue
            host, _, port = head.split()[1].decode().rpartition(":")
            upstream = socket.create_connection((host, int(port)))
            self._open.append(upstream)
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for ends in ((client, upstream), (upstream, client)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def events_of(app: App[None]) -> Sequence[RequestRecord]:
    """Return the request log of an app."""
    assert isinstance(app, CgcApp)
    return app._app_config.request_log.records


async def six_at_once(client: PlatformClient, platform: SimulatedPlatform) -> None:
    """Open six connections, which are kept."""
    gate = platform.gate()
    tasks = [asyncio.create_task(client.user()) for _ in range(INTERACTIVE_SLOTS)]
    await until(lambda: gate.count == INTERACTIVE_SLOTS)
    gate.release()
    await asyncio.gather(*tasks)


async def test_refused_connections_are_named_and_recover(
    start: Start, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    async with start(settings=Settings(refresh=1)) as pilot:
        await quiet(pilot)
        server.close()
        await shown(pilot, "0 s old · 127.0.0.1 refused the connection")
        await pilot.press("down")
        platform.add_jobs(1)
        with LoopbackServer(platform, port=port_of(server.url)):
            await shown(pilot, "1–50 of 231")
            await shown(pilot, " old · ", gone=True)


async def test_a_dns_failure_is_named_and_recovers(
    start: Start, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with start(endpoint=f"http://localhost:{port_of(server.url)}/v2") as pilot:
        await quiet(pilot)
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", unknown)
            server.reset_open_connections()
            await pilot.press("r")
            await shown(pilot, "cannot resolve the name of localhost")
            assert "1–50 of 230" not in text_of(pilot.app)
        await shown(pilot, "1–50 of 230")


async def test_a_self_signed_certificate_is_reported_with_a_remedy(start: Start, secure: str) -> None:
    async with start(endpoint=secure) as pilot:
        screen = await shown(pilot, "the certificate of localhost is not trusted (self-signed certificate)")
        assert "SSL_CERT_FILE" in screen


async def test_a_trusted_certificate_works_and_its_removal_is_reported(
    start: Start, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with LoopbackServer(platform) as server:
        endpoint = over_tls(server)
        async with start(endpoint=endpoint) as pilot:
            await quiet(pilot)
            server.close()
            with LoopbackServer(platform, port=port_of(server.url)):
                await pilot.press("r")
                await shown(pilot, "no secure connection to localhost")
            with LoopbackServer(platform, port=port_of(server.url)) as again:
                over_tls(again)
                await shown(pilot, "no secure connection", gone=True)


async def test_a_failing_proxy_is_named_by_its_variable(
    start: Start, secure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Proxy()
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with start(endpoint=secure) as pilot:
        await quiet(pilot)
        assert proxy.requests
        proxy.close()
        await pilot.press("r")
        screen = await shown(pilot, "the proxy of HTTPS_PROXY refused the connection")
        assert "Check HTTPS_PROXY" in screen
        proxy = Proxy(proxy.port)
        proxy.refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
        await pilot.press("r")
        screen = await shown(pilot, "the proxy rejected the request (407")
        assert "secret" not in screen
        proxy.refusal = b""
        await shown(pilot, "1–50 of 230")
        proxy.close()


async def test_a_loopback_endpoint_uses_no_proxy(
    start: Start, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = SimulatedPlatform(jobs=1, clock=clock.unix)
    with LoopbackServer(elsewhere) as other:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, other.url.removesuffix("/v2"))
        async with start() as pilot:
            await quiet(pilot)
    assert not elsewhere.requests


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "http://proxy:port"),
        ("https_proxy", "ftp://proxy"),
        ("ALL_PROXY", "socks5h://127.0.0.1:1080"),
        ("NO_PROXY", "localhost,[::1]"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem"),
        ("SSL_CERT_FILE", __file__),
        ("SSLKEYLOGFILE", "/nowhere/keys.log"),
        ("SSLKEYLOGFILE", str(Path(__file__).parent.parent)),
    ],
)
async def test_an_invalid_environment_variable_is_named(
    start: Start, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    async with start(endpoint="https://platform.invalid/v2") as pilot:
        screen = await shown(pilot, f"Check or unset {name}.")
        assert "the network settings cannot be used" in screen


async def test_connections_lost_during_a_sleep_are_replaced_silently(
    start: Start, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    async with start(backoff=()) as pilot:
        await quiet(pilot)
        platform.add_jobs(1)
        server.reset_open_connections()
        await pilot.press("r")
        screen = await shown(pilot, "1–50 of 231")
        assert " old · " not in screen
        broken = [event for event in events_of(pilot.app) if event.error]
        assert {(event.status, event.attempt) for event in broken} == {(None, 1)}


async def test_stale_connections_do_not_use_up_attempts(
    connect: Connect, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    log = RequestLog()
    client = connect(backoff=(), request_log=log)
    await six_at_once(client, platform)
    server.reset_open_connections()
    assert (await client.imports.page(JobQuery(limit=1))).jobs
    assert [(event.status, event.attempt) for event in log.records[:7]] == [(200, 1)] + [(None, 1)] * 6
    platform.fail("drop", "before")
    with pytest.raises(ConnectionFailed):
        await client.imports.page(JobQuery(limit=1))


@pytest.mark.parametrize(
    ("fault", "value"),
    mostly_slow([("silent", True), ("slow_s", 600.0), ("drip", 0.2), ("endless_headers", True)]),
)
async def test_esc_cancels_any_request(
    start: Start, platform: SimulatedPlatform, fault: str, value: object
) -> None:
    async with start() as pilot:
        await quiet(pilot)
        platform.fail(fault, value, where=LISTS)
        requests_before = len(platform.requests)
        await pilot.press("r")
        await until(lambda: len(platform.requests) > requests_before)
        await pilot.press("down", "escape")
        await shown(pilot, "stopped; r: retry")
        platform.recover()
        platform.add_jobs(1)
        await pilot.press("r")
        await shown(pilot, "1–50 of 231")


@pytest.mark.parametrize(
    ("fault", "value"), mostly_slow([("drip", 0.2), ("silent", True), ("endless_headers", True)])
)
async def test_a_timeout_is_reported(
    start: Start, platform: SimulatedPlatform, fault: str, value: object
) -> None:
    async with start(deadline=1.5) as pilot:
        await quiet(pilot)
        platform.fail(fault, value, where=first_page)
        await pilot.press("r")
        await shown(pilot, "0 s old · 127.0.0.1 did not respond in time")
        platform.recover()
        await shown(pilot, "1–50 of 230")


async def test_a_server_that_does_not_speak_http_is_reported(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_greet, args=(listening,), daemon=True).start()
        async with start(endpoint=f"http://127.0.0.1:{listening.getsockname()[1]}/v2") as pilot:
            await shown(pilot, "the response of 127.0.0.1 is not HTTP")
        listening.shutdown(socket.SHUT_RDWR)


def _greet(listening: socket.socket) -> None:
    while True:
        try:
            client, _ = listening.accept()
            with client:
                client.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
                client.recv(65536)
        except OSError:
            return


HANGS = """
import socket, sys, threading
from cgc_tui.__main__ import main

def hang(*where, **more):
    open("asked", "w").close()
    threading.Event().wait()

socket.getaddrinfo = hang
sys.exit(main())
"""


def test_quitting_does_not_wait_for_dns(tmp_path: Path, platform: SimulatedPlatform) -> None:
    environ = {"SB_API_ENDPOINT": "https://cgc.invalid/v2", "SB_AUTH_TOKEN": platform.token}
    with Terminal([sys.executable, "-c", HANGS], home=tmp_path, environ=environ) as terminal:
        terminal.sees("Loading your import jobs from https://cgc.invalid")
        while not (tmp_path / "asked").exists():
            terminal.read(0.05)
        terminal.press("q")
        assert terminal.ends() == 0
        assert not modes_left(terminal.raw)


def test_quitting_during_requests_is_not_a_failure(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    platform.fail("silent")
    with Terminal(APP, home=tmp_path, environ=environ) as terminal:
        terminal.sees("Loading your import jobs from http://127.0.0.1")
        while not platform.requests:
            terminal.read(0.05)
        terminal.press("q")
        assert terminal.ends() == 0
        assert not modes_left(terminal.raw)
