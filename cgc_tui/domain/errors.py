"""The expected failures of the platform; `cgc_tui.api` raises no others.

CgcError                 what went wrong, and a remedy
 ├ TokenRejected         401: the platform does not accept the token
 ├ Forbidden             403: the user has no permission
 ├ NotFound              404: the resource does not exist
 ├ RequestRejected       another 4xx, or a redirect
 ├ RateLimited           429: too many requests; `retry_after` is the time until the limit resets
 ├ ServerError           5xx, or 408
 │  └ Maintenance        503 with code 0
 ├ ConnectionFailed      no response: DNS, connection, TLS, proxy or time-out
 ├ InvalidResponse       a response that cannot be read
 ├ IncompleteList        the pages of a list do not add up to all of it
 └ OutcomeUnknown        no readable response to a request that may have changed something: do not repeat
"""

from __future__ import annotations

from cgc_tui.domain.text import SafeText


class CgcError(Exception):
    """An expected failure: a `summary` of what went wrong and a `remedy`, both for the user."""

    def __init__(
        self,
        summary: SafeText,
        remedy: SafeText,
        *,
        status: int | None = None,
        code: int | None = None,
        server_message: SafeText | None = None,
        request_id: SafeText | None = None,
        retry_after: float | None = None,
    ) -> None:
        """`retry_after` is in seconds, None if a retry cannot help."""
        super().__init__(summary, remedy)
        self.summary = summary
        self.remedy = remedy
        self.status = status
        self.code = code
        self.server_message = server_message
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.summary} {self.remedy}".strip()


class TokenRejected(CgcError):
    """The platform does not accept the token (401)."""


class Forbidden(CgcError):
    """The user has no permission (403)."""


class NotFound(CgcError):
    """The resource does not exist (404)."""


class RequestRejected(CgcError):
    """The platform rejected the request (another 4xx, or a redirect)."""


class RateLimited(CgcError):
    """The rate limit is used up (429)."""


class ServerError(CgcError):
    """The platform, or a proxy before it, failed (5xx) or timed out (408)."""


class Maintenance(ServerError):
    """The platform is under maintenance (503 with code 0)."""


class ConnectionFailed(CgcError):
    """There was no response: DNS, connection, TLS, proxy or time-out."""

    def __init__(
        self, summary: SafeText, remedy: SafeText, *, retry_after: float | None = None, sent: bool = True
    ) -> None:
        """`sent` is False if the request certainly did not leave this machine."""
        super().__init__(summary, remedy, retry_after=retry_after)
        self.sent = sent


class InvalidResponse(CgcError):
    """The response cannot be read: not JSON, truncated, too large, or of an unexpected shape."""


class IncompleteList(CgcError):
    """Not all of a list could be read: it changed meanwhile, or its pages contradict each other.

    `read` is the number of distinct jobs (or other `items`) that were read, `total` the number expected.
    """

    def __init__(self, read: int, total: int, items: str = "jobs") -> None:
        missing = f"some {items} may be missing"
        counts = f"{read:,} of {total:,} {items} could be read" if read < total else missing
        summary = SafeText(f"{counts}; the list changed while it was read")
        super().__init__(summary, SafeText(""), retry_after=5.0)
        self.read = read
        self.total = total


class OutcomeUnknown(CgcError):
    """There was no readable response to a request that may have changed something."""
