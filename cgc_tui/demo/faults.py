"""Faults of the platform by name, each a small function around a response."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import httpx

from cgc_tui.demo.responses import (
    EXPIRED_TOKEN,
    ApiError,
    body_of,
    envelope,
    json_response,
    no_route,
    raw_response,
    with_delivery,
)

Responder = Callable[[], httpx.Response]
"""Computes the response to a request."""

GATEWAY = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"
PORTAL = "<!DOCTYPE html><html><head><title>Guest Wi-Fi</title></head><body><form>Log in</form></body></html>"


class Layer(IntEnum):
    """Where a fault happens, from the innermost layer outwards."""

    INSIDE = 0
    """After the token check; responses have rate limit headers."""
    FRONT = 1
    """Before the token check and the rate limit."""
    TRANSPORT = 2
    """While the response is delivered."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault; `play` receives the responder that it replaces or wraps, and the value of its switch."""

    play: Callable[[Responder, Any], httpx.Response]
    layer: Layer


def _cloud_error(_responder: Responder, _value: object) -> httpx.Response:
    return ApiError(9100).response()


def _internal_error(_responder: Responder, _value: object) -> httpx.Response:
    return ApiError(90004).response()


def _error(_responder: Responder, value: tuple[int, int]) -> httpx.Response:
    status, code = value
    return json_response(envelope(code, status=status), status)


def _expired_token(_responder: Responder, _value: object) -> httpx.Response:
    return ApiError(9011, EXPIRED_TOKEN).response()


def _limited(_responder: Responder, _value: object) -> httpx.Response:
    response = ApiError(1000).response()
    response.headers["x-ratelimit-remaining"] = "0"
    return response


def _change_items(responder: Responder, change: Callable[[dict[str, Any]], object]) -> httpx.Response:
    """Change the body of a list; return other responses unchanged."""
    response = responder()
    body = json.loads(body_of(response))
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        return response
    change(body)
    total = response.headers.get("x-total-matching-query")
    return json_response(body, headers={"x-total-matching-query": total} if total else None)


def _items_missing(responder: Responder, _value: object) -> httpx.Response:
    return _change_items(responder, lambda body: body.pop("items"))


def _items_null(responder: Responder, _value: object) -> httpx.Response:
    return _change_items(responder, lambda body: body.update(items=None))


def _bulk_short(responder: Responder, _value: object) -> httpx.Response:
    return _change_items(responder, lambda body: "links" in body or body["items"].pop())


def _bulk_long(responder: Responder, _value: object) -> httpx.Response:
    extra = {"error": envelope(9008)}
    return _change_items(responder, lambda body: "links" in body or body["items"].append(extra))


def _bulk_empty(responder: Responder, _value: object) -> httpx.Response:
    return _change_items(responder, lambda body: "links" in body or body["items"].clear())


def _bulk_nulls(responder: Responder, _value: object) -> httpx.Response:
    return _change_items(
        responder, lambda body: "links" in body or body.update(items=[None] * len(body["items"]))
    )


def _bulk_other_ids(responder: Responder, _value: object) -> httpx.Response:
    def change(body: dict[str, Any]) -> None:
        for item in body["items"]:
            if isinstance(item, dict) and "resource" in item:
                item["resource"]["id"] = f"other-{item['resource']['id']}"

    return _change_items(responder, change)


def _list_body(_responder: Responder, _value: object) -> httpx.Response:
    return json_response([{"id": "x"}, None])


def _deep_nesting(_responder: Responder, _value: object) -> httpx.Response:
    return raw_response(b"[" * 200_000)


def _huge_integer(_responder: Responder, _value: object) -> httpx.Response:
    return raw_response(b'{"items": [], "links": [], "size": ' + b"9" * 5000 + b"}")


def _maintenance(_responder: Responder, _value: object) -> httpx.Response:
    return ApiError(0).response()


def _gateway_html(_responder: Responder, value: int) -> httpx.Response:
    status = value if value > 1 else 502
    title = {502: "502 Bad Gateway", 504: "504 Gateway Time-out"}.get(status, f"{status} Error")
    return raw_response(GATEWAY.format(title).encode(), status, "text/html")


def _answer_replaced(responder: Responder, value: tuple[int, int | None]) -> httpx.Response:
    """Carry out the request, then respond with an error: of the platform, or of a proxy if code is None."""
    responder()
    status, code = value
    return _gateway_html(responder, status) if code is None else _error(responder, (status, code))


def _unmatched(_responder: Responder, _value: object) -> httpx.Response:
    return no_route(404)


def _portal(_responder: Responder, _value: object) -> httpx.Response:
    return raw_response(PORTAL.encode(), 200, "text/html; charset=utf-8")


def _empty(_responder: Responder, value: int) -> httpx.Response:
    status = value if value > 1 else 200
    if status == 204:
        return httpx.Response(204, stream=httpx.ByteStream(b""))
    return raw_response(b"", status)


def _not_json(_responder: Responder, _value: object) -> httpx.Response:
    return raw_response(b"{'items': [<snip>\xff\xfe")


def _redirect_to(_responder: Responder, value: str) -> httpx.Response:
    return raw_response(b"", 302, "text/html", {"location": value})


def _big_body(_responder: Responder, value: int) -> httpx.Response:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    compressed = b"".join(compressor.compress(b" " * 2**20) for _ in range(value)) + compressor.flush()
    return raw_response(compressed, headers={"content-encoding": "gzip"})


def _slow_s(responder: Responder, value: float) -> httpx.Response:
    return with_delivery(responder(), slow_s=float(value))


def _drip(responder: Responder, value: float) -> httpx.Response:
    return with_delivery(responder(), drip=float(value))


def _cut(responder: Responder, _value: object) -> httpx.Response:
    return with_delivery(responder(), cut=True)


def _silent(responder: Responder, _value: object) -> httpx.Response:
    return with_delivery(responder(), silent=True)


def _endless_headers(responder: Responder, _value: object) -> httpx.Response:
    return with_delivery(responder(), endless_headers=True)


def _timeout(responder: Responder, _value: object) -> httpx.Response:
    return with_delivery(responder(), timeout=True)


def _drop(responder: Responder, value: str) -> httpx.Response:
    return with_delivery(responder(), drop=value if isinstance(value, str) else "before")


FAULTS: dict[str, Fault] = {
    "cloud_error": Fault(_cloud_error, Layer.INSIDE),
    "internal_error": Fault(_internal_error, Layer.INSIDE),
    "error": Fault(_error, Layer.INSIDE),
    "expired_token": Fault(_expired_token, Layer.INSIDE),
    "limited": Fault(_limited, Layer.INSIDE),
    "items_missing": Fault(_items_missing, Layer.INSIDE),
    "items_null": Fault(_items_null, Layer.INSIDE),
    "bulk_short": Fault(_bulk_short, Layer.INSIDE),
    "bulk_long": Fault(_bulk_long, Layer.INSIDE),
    "bulk_empty": Fault(_bulk_empty, Layer.INSIDE),
    "bulk_nulls": Fault(_bulk_nulls, Layer.INSIDE),
    "bulk_other_ids": Fault(_bulk_other_ids, Layer.INSIDE),
    "list_body": Fault(_list_body, Layer.INSIDE),
    "deep_nesting": Fault(_deep_nesting, Layer.INSIDE),
    "huge_integer": Fault(_huge_integer, Layer.INSIDE),
    "unmatched": Fault(_unmatched, Layer.FRONT),
    "maintenance": Fault(_maintenance, Layer.FRONT),
    "gateway_html": Fault(_gateway_html, Layer.FRONT),
    "portal": Fault(_portal, Layer.FRONT),
    "empty": Fault(_empty, Layer.FRONT),
    "not_json": Fault(_not_json, Layer.FRONT),
    "redirect_to": Fault(_redirect_to, Layer.FRONT),
    "big_body": Fault(_big_body, Layer.FRONT),
    "answer_replaced": Fault(_answer_replaced, Layer.TRANSPORT),
    "slow_s": Fault(_slow_s, Layer.TRANSPORT),
    "drip": Fault(_drip, Layer.TRANSPORT),
    "cut": Fault(_cut, Layer.TRANSPORT),
    "silent": Fault(_silent, Layer.TRANSPORT),
    "endless_headers": Fault(_endless_headers, Layer.TRANSPORT),
    "timeout": Fault(_timeout, Layer.TRANSPORT),
    "drop": Fault(_drop, Layer.TRANSPORT),
}
"""Name → fault; for most of them there is a switch of the same name."""

RANDOM_FAULTS = (
    ("cloud_error", True),
    ("internal_error", True),
    ("limited", True),
    ("items_missing", True),
    ("list_body", True),
    ("maintenance", True),
    ("gateway_html", 502),
    ("gateway_html", 504),
    ("portal", True),
    ("empty", 200),
    ("empty", 204),
    ("not_json", True),
    ("slow_s", 0.2),
    ("cut", True),
    ("timeout", True),
    ("drop", "connect"),
    ("drop", "before"),
    ("drop", "body"),
)
"""The faults and values of the switch `random_faults`."""
