"""An HTTP server for the simulated platform, for other processes and for connection faults."""

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

NO_THREAD = "cannot start a thread; raise the limit of processes (ulimit -u) or quit other programs"


class LoopbackServer:
    """Serves a platform on 127.0.0.1 within a `with` block; port 0 chooses a free port.

    The constructor raises OSError if the port cannot be used.
    """

    def __init__(self, platform: SimulatedPlatform, *, port: int = 0, latency_ms: int = 0) -> None:
        self._http = _Server(platform, port, latency_ms / 1000)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}{platform.state.path_prefix}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> LoopbackServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Serve in a thread; raises RuntimeError if no thread can be started."""
        self._thread.start()

    def reset_open_connections(self) -> None:
        """Reset each connection that is open now when its next request arrives, as after a sleep."""
        self._http.reset_open_connections()

    def close(self) -> None:
        """Stop at once, without waiting for responses."""
        self._http.stopped.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self._http.shut_connections()


class _Server(ThreadingHTTPServer):
    """A server with one thread for each connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, platform: SimulatedPlatform, port: int, latency_s: float) -> None:
        self.gateway = platform.gateway
        self.latency_s = latency_s
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.to_reset: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
            self.to_reset.discard(request)
        # The peer would see an orderly shutdown instead of the reset.
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def reset_open_connections(self) -> None:
        """Reset each connection that is open now when its next request arrives."""
        with self._lock:
            self.to_reset |= self._open

    def shut_connections(self) -> None:
        """Shut all connections down."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
            print(f"A connection was dropped: {NO_THREAD}.", file=sys.stderr)
        elif not isinstance(error, OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve(self) -> None:
        """Answer one request, and deliver the response with its faults."""
        try:
            request = self._request()
        except (ValueError, httpx.InvalidURL):
            self.send_error(400)
            return
        if self.connection in self.server.to_reset:
            self._reset()
            return
        gateway, stopped = self.server.gateway, self.server.stopped
        gateway.record(request)
        for gate in gateway.gates_for(request):
            gate.block(stopped)
        response = gateway.respond(request)
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
        """Close the connection and discard unsent data, which resets it."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _request(self) -> httpx.Request:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = f"http://{self.headers.get('host', '127.0.0.1')}{self.path}"
        return httpx.Request(self.command, url, headers=self.headers.items(), content=body)

    def _pieces(self, response: httpx.Response, delivery: Delivery) -> Iterator[bytes]:
        """Yield the pieces of a response, each to be sent at once."""
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
        """Log nothing: `SimulatedPlatform.requests` has all requests."""
