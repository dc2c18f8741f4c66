"""Creates the HTTP client for one endpoint; the only module that adds the token to a request."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cgc_tui.api.body import ENCODING
from cgc_tui.domain.errors import ConnectionFailed
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.token import Token

if TYPE_CHECKING:
    import httpx

TOKEN_HEADER = "X-SBG-Auth-Token"
TIMEOUT = 10.0
BLOCKED_IMPORTS = ("httpx._main", "sniffio")
"""Modules that httpx must not import: its command line, which takes 25 ms with click and rich, and a package
that tells asyncio from trio, which is searched on disk for each request if it is not installed."""


class Connection:
    """The HTTP client for the origin of one endpoint, created when it is first needed.

    The token is sent to that origin only, redirects are not followed, and plain HTTP, which is allowed for
    loopback only, uses no proxy.
    """

    def __init__(
        self,
        endpoint: str,
        token: Token,
        *,
        transport: httpx.AsyncBaseTransport | None,
        advance_access: bool,
    ) -> None:
        self._origin = urlsplit(endpoint)
        self._token = token
        self._transport = transport
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": ENCODING,
            "Content-Type": "application/json",
        }
        if advance_access:
            self._headers["X-SBG-advance-access"] = "advance"
        self._closed = False
        self._building = asyncio.Lock()
        self._http: httpx.AsyncClient | None = None

    async def http(self) -> httpx.AsyncClient:
        """Return the HTTP client; raise `ConnectionFailed` if it was closed."""
        async with self._building:
            if self._closed:
                raise ConnectionFailed(
                    SafeText("the connection was closed"), SafeText("Press r to retry."), sent=False
                )
            if self._http is None:
                self._http = await asyncio.to_thread(self._build)
            return self._http

    @property
    def host(self) -> str:
        """The endpoint's host."""
        return self._origin.hostname or ""

    @property
    def proxy(self) -> str | None:
        """The environment variable that names the proxy in use, None if there is no proxy."""
        from urllib.request import proxy_bypass

        if self._origin.scheme == "http" or proxy_bypass(self.host):
            return None
        names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        return next((name for name in names if os.environ.get(name)), None)

    def _build(self) -> httpx.AsyncClient:
        """Create the HTTP client; runs in a thread, since loading library and certificates takes long."""
        import_httpx()
        import ssl

        import httpx

        encrypted = self._origin.scheme == "https"
        try:
            return httpx.AsyncClient(
                # For plain HTTP, a context without certificates: loading those takes 25 ms.
                verify=True if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                transport=self._transport,
                headers=self._headers,
                timeout=httpx.Timeout(TIMEOUT, pool=None),
                follow_redirects=False,
                trust_env=encrypted,
                event_hooks={"request": [self._attach_token]},
            )
        except (ValueError, OSError, ImportError, httpx.InvalidURL) as error:
            raise ConnectionFailed(
                SafeText("the network settings cannot be used"),
                sanitize(f"Check or unset {_offending_variables(error)}."),
                sent=False,
            ) from None

    async def _attach_token(self, request: httpx.Request) -> None:
        """Add the token to a request to the endpoint's origin; remove it from all others."""
        request.headers.pop(TOKEN_HEADER, None)
        url = request.url
        own = type(url)(self._origin.geturl())
        if (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port):
            request.headers[TOKEN_HEADER] = self._token.reveal()

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()


def import_httpx() -> None:
    """Import the HTTP library without the parts that are not needed."""
    for name in BLOCKED_IMPORTS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    import httpx  # noqa: F401


def _offending_variables(error: Exception) -> str:
    """Return the environment variables that prevent the creation of a client."""
    if isinstance(error, OSError) and error.filename is not None:  # the only file that is opened by name
        names = ["SSLKEYLOGFILE"]
    elif isinstance(error, OSError):
        names = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
    else:
        proxies = _both_cases("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
        names = [name for name in proxies if not _is_usable_proxy(name)] or _both_cases("NO_PROXY")
    return " and ".join(name for name in names if os.environ.get(name)) or "the proxy of this system"


def _both_cases(*names: str) -> list[str]:
    return [cased for name in names for cased in (name, name.lower())]


def _is_usable_proxy(name: str) -> bool:
    """Return whether the proxy in an environment variable is supported; SOCKS needs another package."""
    import httpx

    value = os.environ.get(name, "")
    url = value if "://" in value else f"http://{value}"
    try:
        return not value or httpx.Proxy(url).url.scheme in ("http", "https")
    except (ValueError, httpx.InvalidURL):
        return False
