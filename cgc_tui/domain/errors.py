"""What can go wrong with the platform; all of it is raised by `cgc_tui.api`.

CgcError                 what went wrong and what to do about it, in words for the user
 ├ TokenRejected         401: the platform does not know this token
 ├ Forbidden           403: it knows who asks, and says no
 ├ NotFound              404: what was asked for is not there
 ├ RequestRejected       another 4xx: the request itself was not accepted
 ├ RateLimited           429: too many requests, `retry_after` says when to ask again
 ├ ServerError         5xx, or 408
 │  └ Maintenance        503 with code 0
 ├ ConnectionFailed      no answer: name, connection, TLS, proxy or a time-out
 ├ InvalidResponse       an answer that is not what this call returns
 ├ IncompleteList        the answers for a list do not add up to all of its jobs
 └ OutcomeUnknown        no readable answer to what may have changed something: look, do not repeat
"""

from __future__ import annotations

from cgc_tui.domain.text import SafeText


class CgcError(Exception):
    """An expected failure: `summary` happened and the `remedy`, both fit to show."""

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
        """`server_message` are the server's own; `retry_after` is in seconds, None where asking
        again is no use.
        """
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
    """The platform does not know this token (401)."""


class Forbidden(CgcError):
    """The platform knows who asks, and says no (403)."""


class NotFound(CgcError):
    """What was asked for is not there (404)."""


class RequestRejected(CgcError):
    """The request itself was not accepted (another 4xx, or a redirect)."""


class RateLimited(CgcError):
    """The rate limit is used up (429)."""


class ServerError(CgcError):
    """The platform, or a proxy before it, failed (5xx) or timed out (408)."""


class Maintenance(ServerError):
    """The platform is under maintenance (503 with code 0)."""


class ConnectionFailed(CgcError):
    """There was no answer: name, connection, TLS, proxy or a time-out."""

    def __init__(
        self, what: SafeText, remedy: SafeText, *, retry_after: float | None = None, sent: bool = True
    ) -> None:
        """`sent` is False where the request surely did not leave this machine."""
        super().__init__(what, remedy, retry_after=retry_after)
        self.sent = sent


class InvalidResponse(CgcError):
    """The answer is not what this call returns: not JSON, cut, too large, or of another shape."""


class IncompleteList(CgcError):
    """Not all jobs of a list could be read: it changed meanwhile, or its pages contradict each other.

    `read` is the number of different jobs that were read, `total` how many there should be.
    """

    def __init__(self, read: int, total: int) -> None:
        why = "the list changed while it was read"
        counts = f"{read:,} of {total:,} jobs could be read" if read < total else "some jobs may be missing"
        super().__init__(SafeText(f"{counts}; {why}"), SafeText(""), retry_after=5.0)
        self.read = read
        self.total = total


class OutcomeUnknown(CgcError):
    """No readable answer came to a request that may have changed something, so the outcome is unknown."""
