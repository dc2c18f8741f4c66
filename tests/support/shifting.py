"""A list of jobs that changes between requests and gives wrong responses, as a script defines."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx

from cgc_tui.api.attempt import ApiResponse
from cgc_tui.api.requester import Call, RetryHook


class Step(NamedTuple):
    """A change before a request, or an error in its response."""

    kind: str
    count: int = 1
    place: int = 0


class ShiftingList:
    """A `Requester` for "List import jobs" of a list that shifts, with at most `limit` jobs on a page.

    Before each request but the first, one step of the script is taken; `throughout` contains the ids that
    were listed at every request.
    """

    def __init__(self, count: int, limit: int, script: Sequence[Step], *, total: int | None = 0) -> None:
        """`total` is the error of the total in every response; None: responses have no total."""
        self.ids = [f"job{number:04}" for number in range(count)]
        self.throughout = set(self.ids)
        self.requests = 0
        self.wrong_pages: dict[int, int] = {}
        """Offset → offset of the page that is returned instead."""
        self.always_next = False
        """Whether each page has a link to a next page."""
        self._limit = limit
        self._script = list(reversed(script))
        self._total = total
        self._created = count

    last_rate_limit = None

    @staticmethod
    def now() -> datetime:
        """Return a constant time."""
        return datetime(2026, 3, 14, tzinfo=UTC)

    async def send(self, call: Call, _on_retry: RetryHook | None = None) -> ApiResponse:
        """Take the next step, and respond in the order of the requests."""
        await asyncio.sleep(0)
        parameters = dict(call.params)
        step = self._script.pop() if self._script and self.requests else Step("nothing")
        self.requests += 1
        self._change(step)
        self.throughout &= set(self.ids)
        offset, count = int(parameters["offset"]), len(self.ids)
        limit = min(int(parameters["limit"]), self._limit)
        shown = self.wrong_pages.get(offset, offset)
        if step.kind == "other page":
            shown = step.place % max(1, -(-count // limit)) * limit
        more = offset + limit < count or self.always_next
        if step.kind == "wrong link":
            more = not more
        links = [{"rel": "next", "href": "https://elsewhere.example/"}] if more else []
        total = None if self._total is None else count + self._total
        if step.kind == "wrong total":
            total = max(0, count + step.place - 30)
        if step.kind == "no total":
            total = None
        headers = httpx.Headers({} if total is None else {"x-total-matching-query": str(max(0, total))})
        items = [self._record(job_id) for job_id in self.ids[shown : shown + limit]]
        return ApiResponse(200, headers, {"items": items, "links": links})

    def _change(self, step: Step) -> None:
        if step.kind in ("insert", "insert first"):
            at = 0 if step.kind == "insert first" else step.place % (len(self.ids) + 1)
            self.ids[at:at] = [f"job{self._created + number:04}" for number in range(step.count)]
            self._created += step.count
        elif step.kind == "remove":
            at = step.place % (len(self.ids) + 1)
            del self.ids[at : at + step.count]
        elif step.kind == "shuffle":
            random.Random(step.place).shuffle(self.ids)

    @staticmethod
    def _record(job_id: str) -> dict[str, Any]:
        return {"id": job_id, "state": "FAILED", "source": {"volume": "a/b", "location": job_id}}
