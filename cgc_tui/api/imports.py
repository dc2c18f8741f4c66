"""The import jobs of the platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from cgc_tui.api import parse
from cgc_tui.api.attempt import ApiResponse
from cgc_tui.api.requester import Params, Requester, RetryHook
from cgc_tui.domain import records as job_records
from cgc_tui.domain.errors import CgcError, InvalidResponse, NotFound, TokenRejected
from cgc_tui.domain.jobs import ImportJob, JobError, SubmitResult
from cgc_tui.domain.queries import MAX_LIMIT, JobPage, JobQuery
from cgc_tui.domain.text import SafeText, sanitize

if TYPE_CHECKING:
    from cgc_tui.api.prefetch import Prefetch, PrefetchResult
    from cgc_tui.api.submission import Body


class ImportsApi:
    """The calls for import jobs."""

    def __init__(self, requester: Requester) -> None:
        self._requester = requester
        self.prefetched: Prefetch | None = None
        """A request for a page that another process has sent; the first call of `page` uses it."""

    async def page(
        self, query: JobQuery, *, on_retry: RetryHook | None = None, queued: bool = True
    ) -> JobPage:
        """Return a page of import jobs ("List import jobs"); brief items are filled by one bulk get."""
        prefetch, self.prefetched = self.prefetched, None
        if prefetch is not None and (prefetched := await prefetch.result(query)) is not None:
            return self._use_prefetched(prefetched)
        response = await self._requester.send(
            "GET",
            "/storage/imports",
            params=_params(query),
            on_retry=on_retry,
            check=parse.items,
            queued=queued,
            specific=_specific(query),
        )
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
        return await self.fill_partial_jobs(page, queued=queued)

    def _use_prefetched(self, result: PrefetchResult) -> JobPage:
        """Return the page that another process asked for, or raise its error."""
        self._requester.adopt(result.rate_limit, result.records)
        if isinstance(result.page, TokenRejected):
            self._requester.on_token_rejected(result.page)
        if isinstance(result.page, CgcError):
            raise result.page
        return result.page

    async def count(self, query: JobQuery) -> int | None:
        """Return how many jobs match, None where the platform does not say."""
        first_item = replace(query, offset=0, limit=1)
        response = await self._requester.send(
            "GET",
            "/storage/imports",
            params=_params(first_item, "id"),
            check=parse.items,
            specific=_specific(query),
        )
        return parse.total(response.headers)

    async def get(self, job: ImportJob, *, on_retry: RetryHook | None = None) -> ImportJob:
        """Return the whole record from the job's href: its path, asked at this endpoint."""
        job_id = job_records.id_from_href(job.href) or job.id
        path = f"/storage/imports/{_segment(job_id)}"
        response = await self._requester.send("GET", path, on_retry=on_retry, accept=_is_job)
        fetched = job_records.job(response.json)
        if fetched is None:
            raise InvalidResponse(SafeText("the answer is not a job"), parse.TRY_AGAIN)
        return fetched

    async def fill_partial_jobs(self, page: JobPage, *, queued: bool = True) -> JobPage:
        """Fill in the brief jobs of a page; where that fails the page says why and keeps what is known.

        A job that the platform does not answer for stays brief (`JobPage.details_missing`).
        """
        partial_ids = [job.id for job in page.jobs if job.is_partial]
        records: dict[str, ImportJob | JobError] = {}
        try:
            for start in range(0, len(partial_ids), MAX_LIMIT):
                records |= await self.get_many(partial_ids[start : start + MAX_LIMIT], queued=queued)
        except TokenRejected:
            raise
        except CgcError as error:
            return replace(page, incomplete=error)
        if not records:
            return replace(page, incomplete=None)
        jobs = tuple(
            full.merged_with(job) if isinstance(full := records.get(job.id), ImportJob) else job
            for job in page.jobs
        )
        return replace(page, jobs=jobs, incomplete=None)

    async def get_many(
        self, ids: Sequence[str], *, on_retry: RetryHook | None = None, queued: bool = True
    ) -> dict[str, ImportJob | JobError]:
        """Return what the platform tells of at most 100 jobs, by id, in one request.

        An error carries no id: it is taken for the id at its place where the answer is as long as asked.
        """
        # The documented fields lack the times; `fields` is a parameter of all calls, so it may bring them.
        response = await self._requester.send(
            "POST",
            "/bulk/storage/imports/get",
            params=[("fields", "_all")],
            body={"import_ids": list(ids)},
            on_retry=on_retry,
            check=parse.items,
            queued=queued,
            specific=False,
        )
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
        """Start at most 100 different imports in one request, never repeated (`cgc_tui.api.submission`)."""
        from cgc_tui.api.submission import submit  # rarely needed

        return await submit(self._requester, bodies)


def _params(query: JobQuery, fields: str = "_all") -> Params:
    params: list[tuple[str, str]] = [
        ("offset", str(query.offset)),
        ("limit", str(query.limit)),
        ("fields", fields),
    ]
    params += [("state", state) for state in query.states]
    params += [("project", query.project)] if query.project else []
    params += [("volume", query.volume)] if query.volume else []
    return params


def _specific(query: JobQuery) -> bool:
    """Return whether the query names a project or volume, which may be missing."""
    return bool(query.project or query.volume)


def _segment(job_id: str) -> str:
    """Quote an id for a URL's path; a dot segment would leave the path, so it is no id."""
    if job_id in (".", ".."):
        raise NotFound(sanitize(f"no job has the id {job_id}"), SafeText(""))
    return quote(job_id, safe="", errors="replace")


def _is_job(response: ApiResponse) -> bool:
    """Tell whether the body is a job in spite of its status (a FAILED job came under 404)."""
    return "id" in response.json and "state" in response.json
