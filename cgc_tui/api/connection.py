"""The HTTP client for one endpoint: what it trusts, and the one place where the token is put on a request."""

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
"""What httpx is not let import, though it may be there: a command line of its own, with click and rich
(25 ms), and what tells asyncio from trio, looked for on the disk at each request where it is missing."""


class Connection:
    """Connections to the origin of one endpoint, made when they are first needed.

    The token goes to that origin and nowhere else, redirects are not followed, and plain HTTP, which is
    for loopback alone, passes no proxy.
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
        """Return the HTTP client; one that was closed with its token is not opened again."""
        async with self._building:
            if self._closed:
                raise ConnectionFailed(
                    SafeText("the connection was closed"), SafeText("Press r to ask again."), sent=False
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
        """The variable that names the proxy on the way, None where there is none."""
        from urllib.request import proxy_bypass

        if self._origin.scheme == "http" or proxy_bypass(self.host):
            return None
        names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        return next((name for name in names if os.environ.get(name)), None)

    def _build(self) -> httpx.AsyncClient:
        """Make the HTTP client, in a thread: loading its library and certificates takes tens of ms."""
        import_httpx()
        import ssl

        import httpx

        encrypted = self._origin.scheme == "https"
        try:
            return httpx.AsyncClient(
                # One that trusts nobody; the system's certificates take 25 ms to load.
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
        """Put the token on a request to the endpoint's own origin, and on no other."""
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
    """Import the HTTP library, which takes tens of ms."""
    for name in BLOCKED_IMPORTS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    import httpx  # noqa: F401


def _offending_variables(error: Exception) -> str:
    """Return the variables of the environment that are why no client can be made."""
    if isinstance(error, OSError) and error.filename is not None:  # only this file is opened by its name
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
    """Tell whether the proxy that a variable names can be used; SOCKS would need a further package."""
    import httpx

    value = os.environ.get(name, "")
    url = value if "://" in value else f"http://{value}"
    try:
        return not value or httpx.Proxy(url).url.scheme in ("http", "https")
    except (ValueError, httpx.InvalidURL):
        return False
