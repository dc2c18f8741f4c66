"""The calls for import jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from cgc_tui.api import parse
from cgc_tui.api.attempt import ApiResponse
from cgc_tui.api.requester import Call, Requester, RetryHook
from cgc_tui.api.throttle import Lane
from cgc_tui.domain import records as job_records
from cgc_tui.domain.errors import CgcError, InvalidResponse, NotFound, TokenRejected
from cgc_tui.domain.jobs import ImportJob, JobError, SubmitResult
from cgc_tui.domain.queries import MAX_LIMIT, JobPage, JobQuery
from cgc_tui.domain.text import SafeText, sanitize

if TYPE_CHECKING:
    from cgc_tui.api.prefetch import Prefetch, PrefetchResult
    from cgc_tui.api.submission import Body

PATH = "/storage/imports"


class ImportsApi:
    """The import jobs of the platform; all calls use one lane."""

    def __init__(self, requester: Requester, lane: Lane = Lane.INTERACTIVE) -> None:
        self._requester = requester
        self._lane = lane
        self.prefetched: Prefetch | None = None
        """A request for a page that another process has sent, to be used by the next call of `page`."""

    async def page(self, query: JobQuery, *, on_retry: RetryHook | None = None) -> JobPage:
        """Return a page of jobs ("List import jobs"); partial records are completed by a bulk get.

        If the bulk get fails, `JobPage.incomplete` is its error. A job without a record in its response stays
        partial (`JobPage.details_missing`).
        """
        prefetch, self.prefetched = self.prefetched, None
        if prefetch is not None and (prefetched := await prefetch.result(query)) is not None:
            return self._use_prefetched(prefetched)
        response = await self._requester.send(self._list_call(query), on_retry)
        records = parse.items(response.json)
        jobs, unreadable = parse.jobs(records)
        total = parse.total(response.headers)
        end = query.offset + len(records)
        next_link, full = parse.has_next(response.json), len(records) >= query.limit
        # A total that is too low must not hide the jobs after it, nor a wrong link change the page size.
        more = end < total or (next_link and full) if total is not None else next_link or full
        page = JobPage(
            query=query,
            jobs=jobs,
            total=total,
            more=more and bool(records),
            limit=len(records) if more and records else query.limit,
            unreadable=unreadable,
            next_link=next_link,
            received_at=self._requester.now(),
        )
        return await self._complete_partial_jobs(page, on_retry)

    async def count(self, query: JobQuery) -> int | None:
        """Return the number of matching jobs, None if the platform does not send it."""
        response = await self._requester.send(self._list_call(replace(query, offset=0, limit=1), "id"))
        return parse.total(response.headers)

    async def get(self, job: ImportJob, *, on_retry: RetryHook | None = None) -> ImportJob:
        """Return a job's full record; only the path of its href is used, at this endpoint."""
        job_id = job_records.id_from_href(job.href) or job.id
        call = Call("GET", job_path(job_id), accept=_is_job, lane=self._lane)
        response = await self._requester.send(call, on_retry)
        fetched = job_records.job(response.json)
        if fetched is None:
            raise InvalidResponse(SafeText("the response is not a job"), parse.TRY_AGAIN)
        return fetched

    async def get_many(
        self, ids: Sequence[str], *, on_retry: RetryHook | None = None
    ) -> dict[str, ImportJob | JobError]:
        """Return the records or errors of at most 100 jobs, by id, in one request.

        An error in the response has no id: if the response has an entry for each id, entries are matched by
        position.
        """
        # The documented fields lack the times; `fields`, a parameter of all calls, may add them.
        call = Call(
            "POST",
            f"/bulk{PATH}/get",
            params=[("fields", "_all")],
            body={"import_ids": list(ids)},
            check=parse.items,
            lane=self._lane,
            names_resource=False,
        )
        response = await self._requester.send(call, on_retry)
        records = parse.items(response.json)
        jobs_by_id: dict[str, ImportJob | JobError] = {}
        for index, record in enumerate(records):
            entry = record if isinstance(record, dict) else {}
            if (job := job_records.job(entry.get("resource"))) is not None:
                jobs_by_id[job.id] = job
            elif (
                len(records) == len(ids) and (error := job_records.job_error(entry.get("error"))) is not None
            ):
                jobs_by_id.setdefault(ids[index], error)
        return jobs_by_id

    async def create_many(self, bodies: Sequence[Body]) -> tuple[SubmitResult, ...]:
        """Start at most 100 different imports in one request, which is never repeated."""
        from cgc_tui.api.submission import submit  # loaded when the first import is started

        return await submit(self._requester, bodies)

    def _use_prefetched(self, result: PrefetchResult) -> JobPage:
        """Return the page that the prefetch child has fetched, or raise its error."""
        self._requester.adopt(result.rate_limit, result.records)
        if isinstance(result.page, TokenRejected):
            self._requester.on_token_rejected(result.page)
        if isinstance(result.page, CgcError):
            raise result.page
        return result.page

    async def _complete_partial_jobs(self, page: JobPage, on_retry: RetryHook | None) -> JobPage:
        partial_ids = [job.id for job in page.jobs if job.is_partial]
        records: dict[str, ImportJob | JobError] = {}
        try:
            for start in range(0, len(partial_ids), MAX_LIMIT):
                records |= await self.get_many(partial_ids[start : start + MAX_LIMIT], on_retry=on_retry)
        except TokenRejected:
            raise
        except CgcError as error:
            return replace(page, incomplete=error)
        jobs = tuple(
            full.merged_with(job) if isinstance(full := records.get(job.id), ImportJob) else job
            for job in page.jobs
        )
        return replace(page, jobs=jobs) if records else page

    def _list_call(self, query: JobQuery, fields: str = "_all") -> Call:
        return Call(
            "GET",
            PATH,
            list_params(query, fields),
            check=parse.items,
            lane=self._lane,
            names_resource=bool(query.project or query.volume),
        )


def list_params(query: JobQuery, fields: str = "_all") -> list[tuple[str, str]]:
    """Return the query parameters of "List import jobs"."""
    params = [("offset", str(query.offset)), ("limit", str(query.limit)), ("fields", fields)]
    params += [("state", state) for state in query.states]
    params += [("project", query.project)] if query.project else []
    params += [("volume", query.volume)] if query.volume else []
    return params


def job_path(job_id: str) -> str:
    """Return the path of a job, quoted; raises NotFound for a dot segment, which would leave the path."""
    if job_id in (".", ".."):
        raise NotFound(sanitize(f"no job has the id {job_id}"), SafeText(""))
    return f"{PATH}/{quote(job_id, safe='', errors='replace')}"


def _is_job(response: ApiResponse) -> bool:
    """Return whether the body is a job despite the status (a FAILED job was returned with a 404)."""
    return "id" in response.json and "state" in response.json
