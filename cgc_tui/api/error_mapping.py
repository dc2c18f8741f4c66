"""Maps error responses and exceptions of the HTTP library to `CgcError`.

Codes and statuses are those of the documentation pages "CGC-specific response codes" and "API rate limit".
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from cgc_tui.api.backoff import MAINTENANCE_WAIT, SERVER_WAIT
from cgc_tui.domain.errors import (
    CgcError,
    ConnectionFailed,
    Forbidden,
    InvalidResponse,
    Maintenance,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerError,
    TokenRejected,
)
from cgc_tui.domain.jobs import JobError
from cgc_tui.domain.records import job_error
from cgc_tui.domain.text import SafeText, sanitize

NETWORK_WAIT = 5.0
LIMIT_WAIT = 60.0
MAX_WAIT = 300.0
MIN_WAIT = 2.0
MILLISECONDS_FROM = 1e11
"""A larger time is in milliseconds; in seconds it would be in the year 5138."""
INACTIVE_VOLUME = 9069
DISCONNECT_TEXTS = ("disconnected", "closed connection")
"""Parts of the HTTP library's messages for a lost connection; other messages are about invalid HTTP."""


def error_from_response(
    status: int,
    headers: Mapping[str, str],
    body: Mapping[str, Any],
    *,
    now: datetime,
    names_resource: bool = True,
) -> CgcError:
    """Return the error for a response other than 2xx.

    `names_resource` is whether the request names something that can be missing; if not, a 404 means that the
    URL is wrong.
    """
    details = job_error(body) or JobError()
    kind, summary, remedy, wait = _classify(status, details.code, headers, now)
    if kind is NotFound and not names_resource:
        kind, summary, remedy, wait = (
            ServerError,
            "404 not found",
            "Check the endpoint and the proxy.",
            SERVER_WAIT,
        )
    return kind(
        sanitize(summary),
        sanitize(remedy),
        status=status,
        code=details.code,
        server_message=sanitize(details.message) if details.message else None,
        request_id=sanitize(headers["x-request-id"]) if "x-request-id" in headers else None,
        retry_after=wait,
    )


def _classify(
    status: int, code: int | None, headers: Mapping[str, str], now: datetime
) -> tuple[type[CgcError], str, str, float | None]:
    if status == 401:
        return TokenRejected, "the platform refused the token", "Press r to enter a new one.", None
    if status == 403:
        return Forbidden, "no permission", "Ask the project's or volume's owner for access.", None
    if status == 404:
        return (
            NotFound,
            "not found",
            "It may have been removed. If everything is missing, check the endpoint.",
            None,
        )
    if status == 429:
        return RateLimited, "rate limit", "Too many requests with this token.", _limit_wait(headers, now)
    if status == 503 and code == 0:
        return Maintenance, "503 maintenance", "Try again later.", MAINTENANCE_WAIT
    if status == 408:
        return ServerError, "408 request time-out", "Check the network and the proxy.", SERVER_WAIT
    if status >= 500:
        return (
            ServerError,
            f"{status} {_server_summary(status, code)}",
            "The platform has a problem.",
            SERVER_WAIT,
        )
    if 300 <= status < 400:
        return RequestRejected, f"{status} redirect, not followed", "Check the endpoint and the proxy.", None
    if status == 409 and code == INACTIVE_VOLUME:
        return RequestRejected, "the volume is inactive", "Ask the volume's owner to activate it.", None
    if status == 409:
        return RequestRejected, "409 conflict", "Check the endpoint and the proxy.", None
    return RequestRejected, f"{status} request rejected", "Change the filter or report a bug.", None


def _server_summary(status: int, code: int | None) -> str:
    if code == 9100:
        return "the cloud provider did not respond"
    return {502: "bad gateway", 503: "unavailable", 504: "gateway time-out"}.get(status, "server error")


def _limit_wait(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds until the rate limit's window ends, by the server's clock if it is known."""
    end = rate_limit_reset(headers, now)
    if end is None:
        return LIMIT_WAIT
    return min(max((end - now).total_seconds(), MIN_WAIT), MAX_WAIT)


def rate_limit_reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return the end of the rate limit's window by the local clock, None if the headers lack it."""
    return local_time_of(headers.get("x-ratelimit-reset"), headers, now)


def local_time_of(reset: object, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Convert the end of the rate limit's window to the local clock; return None if it is not a time.

    It is in Unix seconds or milliseconds: the page "Get rate limit status" has an example of each.
    """
    if isinstance(reset, bool) or not isinstance(reset, str | int | float):
        return None
    try:
        seconds = float(reset)
        if seconds > MILLISECONDS_FROM:
            seconds /= 1000
        return now + timedelta(seconds=seconds - server_time(headers, now).timestamp())
    except (ValueError, OverflowError):
        return None


def server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return the time of the `Date` header, `now` if it is missing or invalid."""
    from email.utils import parsedate_to_datetime  # loaded with httpx already

    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, IndexError, TypeError, OverflowError):
        return now


def error_from_exception(error: Exception, host: str, *, proxy: str | None = None) -> CgcError:
    """Return the error for a request without a response from `host`.

    `proxy` is the environment variable that names the proxy.
    """
    import httpx

    sent = not isinstance(error, _never_sent())
    causes = (_from_cause(cause, host, proxy, sent=sent) for cause in _exception_chain(error))
    if (known := next(filter(None, causes), None)) is not None:
        return known
    check = f"Check {proxy} and the network." if proxy else "Check the network."
    match error:
        case httpx.ProxyError():
            return _connection_failed(f"the proxy rejected the request ({error})", check, sent=sent)
        case TimeoutError() | httpx.TimeoutException():
            return _connection_failed(
                f"{host} did not respond in time", f"It or the network is slow. {check}", sent=sent
            )
        case httpx.RemoteProtocolError() if not any(text in str(error) for text in DISCONNECT_TEXTS):
            return InvalidResponse(
                sanitize(f"the response of {host} is not HTTP"),
                SafeText("Check the endpoint and the proxy."),
                retry_after=NETWORK_WAIT,
            )
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | UnicodeError():
            return ConnectionFailed(
                sanitize(f"this request cannot be sent to {host}"),
                SafeText("Check the filter and the endpoint."),
                sent=sent,
            )
    return _connection_failed(f"the connection to {host} was lost", check, sent=sent)


def _never_sent() -> tuple[type[Exception], ...]:
    """Return the exceptions that are raised before any part of a request is sent."""
    import httpx

    return (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
        UnicodeError,
    )


def _from_cause(cause: BaseException, host: str, proxy: str | None, *, sent: bool) -> ConnectionFailed | None:
    """Return the error for an exception that explains a failed connection, None for others."""
    peer = f"the proxy of {proxy}" if proxy else host
    check = f"Check {proxy} and the network." if proxy else "Check the network or the endpoint."
    match cause:
        case ssl.SSLCertVerificationError():
            reason = sanitize(cause.verify_message or "not trusted")
            return ConnectionFailed(
                sanitize(f"the certificate of {host} is not trusted ({reason})"),
                SafeText("Set SSL_CERT_FILE to your site's certificates."),
                sent=sent,
            )
        case ssl.SSLError():
            return _connection_failed(
                f"no secure connection to {host}", "Check the endpoint and the proxy.", sent=sent
            )
        case socket.gaierror():
            return _connection_failed(f"cannot resolve the name of {peer}", check, sent=sent)
        case ConnectionRefusedError():
            return _connection_failed(f"{peer} refused the connection", check, sent=sent)
    return None


def _connection_failed(summary: str, remedy: str, *, sent: bool) -> ConnectionFailed:
    return ConnectionFailed(sanitize(summary), sanitize(remedy), retry_after=NETWORK_WAIT, sent=sent)


def _exception_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, its causes and contexts, and group members (anyio tries several addresses)."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions
