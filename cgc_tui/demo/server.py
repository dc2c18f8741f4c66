"""The simulated platform behind a real socket, for other processes and for faults of connections."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import httpx

from cgc_tui.demo.platform import SimulatedPlatform
from cgc_tui.demo.responses import Delivery, body_of, delivery_of


class LoopbackServer:
    """A platform served on 127.0.0.1 while this context lasts; port 0 takes any that is free."""

    def __init__(self, platform: SimulatedPlatform, *, port: int = 0, latency_ms: int = 0) -> None:
        self._http = _Server(platform, port, latency_ms / 1000)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}{platform.prefix}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> LoopbackServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def forget(self) -> None:
        """Reset each connection that is open now at its next request, as after a sleep of the other side."""
        self._http.forget()

    def close(self) -> None:
        """End at once, with what hangs."""
        self._http.stopped.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self._http.hang_up()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, platform: SimulatedPlatform, port: int, latency_s: float) -> None:
        self.platform = platform
        self.latency_s = latency_s
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.forgotten: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
            self.forgotten.discard(request)
        # An orderly shutdown would come before the reset, and the peer would see that.
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def forget(self) -> None:
        """Know nothing of the connections of now."""
        with self._lock:
            self.forgotten |= self._open

    def hang_up(self) -> None:
        """Break all connections."""
        with self._lock:
            open_now = list(self._open)
        for connection in open_now:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve(self) -> None:
        """Answer one request, with the faults that its answer travels with."""
        try:
            request = self._request()
        except (ValueError, httpx.InvalidURL):
            self.send_error(400)
            return
        if self.connection in self.server.forgotten:
            self._reset()
            return
        platform, stopped = self.server.platform, self.server.stopped
        platform.record(request)
        for gate in platform.fault_script.gates_for(request):
            gate.block(stopped)
        response = platform.answer(request)
        delivery = delivery_of(response)
        stopped.wait(self.server.latency_s + delivery.slow_s)
        for piece in self._pieces(response, delivery):
            self.connection.sendall(piece)
            if stopped.wait(delivery.drip):
                break
        if delivery.drop:
            self._reset()
        if delivery != Delivery(slow_s=delivery.slow_s, drip=delivery.drip):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = serve

    def _reset(self) -> None:
        """Close, with unsent data thrown away: that is what makes the peer see a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _request(self) -> httpx.Request:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = f"http://{self.headers.get('host', '127.0.0.1')}{self.path}"
        return httpx.Request(self.command, url, headers=self.headers.items(), content=body)

    def _pieces(self, response: httpx.Response, delivery: Delivery) -> Iterator[bytes]:
        """Return what is sent, each piece in one go."""
        head = self._head(response)
        body = b"" if self.command == "HEAD" else body_of(response)
        if delivery.silent or delivery.timeout:
            self.server.stopped.wait()
        elif delivery.endless_headers:
            yield head[: -len(b"\r\n")]
            while not self.server.stopped.wait(0.01):
                yield b"x-more: and more\r\n"
        elif delivery.drop in ("connect", "before"):
            return
        elif delivery.drop == "headers":
            yield head[: len(head) // 2]
        elif delivery.cut or delivery.drop:
            yield head + body[: len(body) // 2]
        elif delivery.drip:
            yield head
            yield from (bytes((byte,)) for byte in body)
        else:
            yield head + body

    def _head(self, response: httpx.Response) -> bytes:
        status = response.status_code
        lines = [f"HTTP/1.1 {status} {response.reason_phrase}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: `SimulatedPlatform.requests` is the log."""
