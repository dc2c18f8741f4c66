"""Responses of the platform, and how a response is delivered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import httpx

MORE_INFO = "https://docs.cancergenomicscloud.org/docs/api-status-codes#{code}"

EXPIRED_TOKEN = "Invalid request syntax: continuation_token is invalid or has expired."

ERRORS: dict[int, tuple[int, str]] = {
    0: (503, "The platform is currently under maintenance. Please try again later."),
    1000: (429, "Rate limit exceeded. Please wait until the limit is reset."),
    3002: (404, "Requested project does not exist."),
    5002: (404, "Requested file does not exist."),
    5022: (400, "Parent is not a folder."),
    5026: (404, "Destination folder does not exist."),
    5029: (400, "Either project or parent is required."),
    5031: (400, "Project and parent exclude each other."),
    9003: (403, "You do not have the required privilege on the project."),
    9005: (403, "You do not have the privilege to access this import job."),
    9007: (404, "Requested volume does not exist."),
    9008: (404, "Requested import job does not exist."),
    9011: (400, "Invalid request syntax."),
    9012: (400, "Project does not exist."),
    9018: (400, "File name cannot be inferred from the location."),
    9020: (403, "You do not have the required privilege on the volume."),
    9069: (409, "Volume is not active."),
    9072: (400, "File path must not end with a slash."),
    9100: (503, "An error occurred while communicating with the cloud storage provider."),
    9102: (403, "You do not have the privilege to write to the destination project."),
    9103: (403, "Location on volume is not accessible as configured."),
    9104: (404, "Volume does not exist."),
    9105: (404, "Location on volume not found."),
    9108: (409, "File with the specified name already exists in the project."),
    9205: (403, "IAM user does not have the s3:GetObject permission on the bucket."),
    90001: (401, "Unauthorized."),
    90004: (500, "An unexpected error occurred."),
}
"""Code → HTTP status and message ("API status codes")."""


def envelope(code: int, message: str | None = None, status: int | None = None) -> dict[str, Any]:
    """Return the error body for `code`, by default with the documented message and status."""
    known_status, known_message = ERRORS.get(code, (500, "Unexpected error."))
    return {
        "status": status or known_status,
        "code": code,
        "message": message or known_message,
        "more_info": MORE_INFO.format(code=code),
    }


class ApiError(Exception):
    """The platform rejects a request, or one item of a bulk request."""

    def __init__(self, code: int, message: str | None = None) -> None:
        super().__init__(code, message)
        self.body = envelope(code, message)

    def response(self) -> httpx.Response:
        """Return the error as a response."""
        return json_response(self.body, self.body["status"])


def json_response(
    payload: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """Return `payload` as JSON, in ASCII with escapes, so that lone surrogates pass."""
    return raw_response(json.dumps(payload).encode(), status, headers=headers)


def raw_response(
    body: bytes,
    status: int = 200,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Return `body` unchanged; httpx does not decompress it here."""
    head = {"content-type": content_type, "content-length": str(len(body)), **(headers or {})}
    return httpx.Response(status, headers=head, stream=httpx.ByteStream(body))


def no_route(status: int) -> httpx.Response:
    """Return the response to a request without a route; its `status` field is a string."""
    name, phrase = HTTPStatus(status).name, HTTPStatus(status).phrase
    return json_response({"status": name, "message": f"HTTP {status} {phrase}"}, status)


def body_of(response: httpx.Response) -> bytes:
    """Return the body as sent over the network."""
    assert isinstance(response.stream, httpx.ByteStream)
    return b"".join(response.stream)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a transport or a server delivers a response.

    `drop` is the point where the connection is reset: "connect", "before", "headers" or "body". `timeout`
    raises a time-out at once. Times are in seconds.
    """

    slow_s: float = 0.0
    drip: float = 0.0
    cut: bool = False
    silent: bool = False
    endless_headers: bool = False
    timeout: bool = False
    drop: str = ""


def with_delivery(response: httpx.Response, **changes: Any) -> httpx.Response:
    """Change how `response` is delivered, and return it."""
    response.extensions["delivery"] = replace(delivery_of(response), **changes)
    return response


def delivery_of(response: httpx.Response) -> Delivery:
    """Return how `response` is delivered."""
    delivery: Delivery = response.extensions.get("delivery", Delivery())
    return delivery
