"""The faults that the platform can play, by name: each a small function around an answer."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import httpx

from cgc_tui.demo.responses import (
    ApiError,
    body_of,
    envelope,
    json_answer,
    no_route,
    raw_answer,
    with_delivery,
)

Answer = Callable[[], httpx.Response]

GATEWAY = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"
PORTAL = "<!DOCTYPE html><html><head><title>Guest Wi-Fi</title></head><body><form>Log in</form></body></html>"


class Layer(IntEnum):
    """Where a fault happens, from the platform outwards."""

    INSIDE = 0
    """Behind the token check, where answers carry rate headers."""
    FRONT = 1
    """Before the platform: nothing is checked, nothing counted."""
    TRANSPORT = 2
    """On the way back to the client."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: `play` gets the answer that was due and the value of its switch."""

    play: Callable[[Answer, Any], httpx.Response]
    layer: Layer


def _cloud_error(_answer: Answer, _value: object) -> httpx.Response:
    return ApiError(9100).answer()


def _internal_error(_answer: Answer, _value: object) -> httpx.Response:
    return ApiError(90004).answer()


def _error(_answer: Answer, value: tuple[int, int]) -> httpx.Response:
    status, code = value
    return json_answer(envelope(code, status=status), status)


def _limited(_answer: Answer, _value: object) -> httpx.Response:
    response = ApiError(1000).answer()
    response.headers["x-ratelimit-remaining"] = "0"
    return response


def _items(answer: Answer, change: Callable[[dict[str, Any]], object]) -> httpx.Response:
    """Change the body of a list, leaving other answers alone."""
    response = answer()
    body = json.loads(body_of(response))
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        return response
    change(body)
    total = response.headers.get("x-total-matching-query")
    return json_answer(body, headers={"x-total-matching-query": total} if total else None)


def _items_missing(answer: Answer, _value: object) -> httpx.Response:
    return _items(answer, lambda body: body.pop("items"))


def _items_null(answer: Answer, _value: object) -> httpx.Response:
    return _items(answer, lambda body: body.update(items=None))


def _bulk_short(answer: Answer, _value: object) -> httpx.Response:
    return _items(answer, lambda body: "links" in body or body["items"].pop())


def _bulk_long(answer: Answer, _value: object) -> httpx.Response:
    extra = {"error": envelope(9008)}
    return _items(answer, lambda body: "links" in body or body["items"].append(extra))


def _bulk_empty(answer: Answer, _value: object) -> httpx.Response:
    return _items(answer, lambda body: "links" in body or body["items"].clear())


def _bulk_nulls(answer: Answer, _value: object) -> httpx.Response:
    return _items(answer, lambda body: "links" in body or body.update(items=[None] * len(body["items"])))


def _bulk_other_ids(answer: Answer, _value: object) -> httpx.Response:
    def change(body: dict[str, Any]) -> None:
        for item in body["items"]:
            if isinstance(item, dict) and "resource" in item:
                item["resource"]["id"] = f"other-{item['resource']['id']}"

    return _items(answer, change)


def _list_body(_answer: Answer, _value: object) -> httpx.Response:
    return json_answer([{"id": "x"}, None])


def _deep_nesting(_answer: Answer, _value: object) -> httpx.Response:
    return raw_answer(b"[" * 200_000)


def _huge_integer(_answer: Answer, _value: object) -> httpx.Response:
    return raw_answer(b'{"items": [], "links": [], "size": ' + b"9" * 5000 + b"}")


def _maintenance(_answer: Answer, _value: object) -> httpx.Response:
    return ApiError(0).answer()


def _gateway_html(_answer: Answer, value: int) -> httpx.Response:
    status = value if value > 1 else 502
    title = {502: "502 Bad Gateway", 504: "504 Gateway Time-out"}.get(status, f"{status} Error")
    return raw_answer(GATEWAY.format(title).encode(), status, "text/html")


def _answer_replaced(answer: Answer, value: tuple[int, int | None]) -> httpx.Response:
    """Do what the request wants, then answer with an error: the platform's, or a proxy's without a code."""
    answer()
    status, code = value
    return _gateway_html(answer, status) if code is None else _error(answer, (status, code))


def _unmatched(_answer: Answer, _value: object) -> httpx.Response:
    return no_route(404)


def _portal(_answer: Answer, _value: object) -> httpx.Response:
    return raw_answer(PORTAL.encode(), 200, "text/html; charset=utf-8")


def _empty(_answer: Answer, value: int) -> httpx.Response:
    status = value if value > 1 else 200
    if status == 204:
        return httpx.Response(204, stream=httpx.ByteStream(b""))
    return raw_answer(b"", status)


def _not_json(_answer: Answer, _value: object) -> httpx.Response:
    return raw_answer(b"{'items': [<snip>\xff\xfe")


def _redirect_to(_answer: Answer, value: str) -> httpx.Response:
    return raw_answer(b"", 302, "text/html", {"location": value})


def _big_body(_answer: Answer, value: int) -> httpx.Response:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(value)) + packer.flush()
    return raw_answer(packed, headers={"content-encoding": "gzip"})


def _slow_s(answer: Answer, value: float) -> httpx.Response:
    return with_delivery(answer(), slow_s=float(value))


def _drip(answer: Answer, value: float) -> httpx.Response:
    return with_delivery(answer(), drip=float(value))


def _cut(answer: Answer, _value: object) -> httpx.Response:
    return with_delivery(answer(), cut=True)


def _silent(answer: Answer, _value: object) -> httpx.Response:
    return with_delivery(answer(), silent=True)


def _endless_headers(answer: Answer, _value: object) -> httpx.Response:
    return with_delivery(answer(), endless_headers=True)


def _timeout(answer: Answer, _value: object) -> httpx.Response:
    return with_delivery(answer(), timeout=True)


def _drop(answer: Answer, value: str) -> httpx.Response:
    return with_delivery(answer(), drop=value if isinstance(value, str) else "before")


FAULTS: dict[str, Fault] = {
    "cloud_error": Fault(_cloud_error, Layer.INSIDE),
    "internal_error": Fault(_internal_error, Layer.INSIDE),
    "error": Fault(_error, Layer.INSIDE),
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
"""Name → fault; most are switches of the same name."""

AT_RANDOM = (
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
"""What `random_faults` chooses from."""
