"""A list of jobs that changes between two requests, and whose answers can be wrong, as a script says."""

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
    """What happens before a request, or what is wrong with its answer."""

    kind: str
    count: int = 1
    place: int = 0


class ShiftingList:
    """Stands for a `Requester`: answers "List import jobs" from a list that shifts, at most `limit` jobs a
    page.

    Before each request but the first, one step of the script is made; `throughout` holds the ids that were
    listed at every request.
    """

    def __init__(self, count: int, limit: int, script: Sequence[Step], *, total: int | None = 0) -> None:
        """`total` is how much too high the total is in every answer; None: there is none."""
        self.ids = [f"job{number:04}" for number in range(count)]
        self.throughout = set(self.ids)
        self.requests = 0
        self.wrong_pages: dict[int, int] = {}
        """Offsets, and those of the pages whose jobs are answered for them."""
        self.always_next = False
        """Whether each page names a next one."""
        self._limit = limit
        self._script = list(reversed(script))
        self._total = total
        self._made = count

    last_rate_limit = None

    @staticmethod
    def now() -> datetime:
        """Return a time that stands still."""
        return datetime(2026, 3, 14, tzinfo=UTC)

    async def send(self, call: Call, _on_retry: RetryHook | None = None) -> ApiResponse:
        """Make the next step, and answer in the order of the requests."""
        await asyncio.sleep(0)
        asked = dict(call.params)
        step = self._script.pop() if self._script and self.requests else Step("nothing")
        self.requests += 1
        self._change(step)
        self.throughout &= set(self.ids)
        offset, count = int(asked["offset"]), len(self.ids)
        limit = min(int(asked["limit"]), self._limit)
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
            self.ids[at:at] = [f"job{self._made + number:04}" for number in range(step.count)]
            self._made += step.count
        elif step.kind == "remove":
            at = step.place % (len(self.ids) + 1)
            del self.ids[at : at + step.count]
        elif step.kind == "shuffle":
            random.Random(step.place).shuffle(self.ids)

    @staticmethod
    def _record(job_id: str) -> dict[str, Any]:
        return {"id": job_id, "state": "FAILED", "source": {"volume": "a/b", "location": job_id}}
