"""Where the listed jobs come from: the platform, or a result set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from cgc_tui.domain.ordering import ListView
from cgc_tui.domain.paging import PageCache
from cgc_tui.domain.queries import JobPage, JobQuery, ResultOrigin

if TYPE_CHECKING:
    from cgc_tui.api.requester import RetryHook
    from cgc_tui.domain.jobs import ImportJob
    from cgc_tui.domain.result_set import ResultSet
    from cgc_tui.services.session import PlatformSession


class JobSource(Protocol):
    """A list of jobs that is read a page at a time.

    A page is in the order of the `view` if the source can sort; the platform cannot.
    """

    @property
    def origin(self) -> ResultOrigin | None:
        """The search that found the jobs, None if this is the platform's own list."""

    def cached(self, query: JobQuery, view: ListView) -> JobPage | None:
        """Return a page without a request, None if it is not known."""

    def known_jobs(self, query: JobQuery) -> tuple[ImportJob, ...] | None:
        """Return all matching jobs, ignoring the query's window; None if that takes requests."""

    async def page(self, query: JobQuery, view: ListView, *, on_retry: RetryHook | None = None) -> JobPage:
        """Request a page; raises CgcError."""

    def clear_cache(self) -> None:
        """Forget the pages, which another user may not see."""


class PlatformSource:
    """The platform's own list, with the last few pages of it."""

    origin = None

    def __init__(self, session: PlatformSession) -> None:
        self._session = session
        self._pages = PageCache()

    def cached(self, query: JobQuery, view: ListView) -> JobPage | None:  # noqa: ARG002
        """Return a page without a request, None if it is not known."""
        return self._pages.get(query)

    def known_jobs(self, query: JobQuery) -> None:
        """Return None: only the platform knows them."""

    async def page(
        self,
        query: JobQuery,
        view: ListView,  # noqa: ARG002
        *,
        on_retry: RetryHook | None = None,
    ) -> JobPage:
        """Request a page; raises CgcError."""
        page = await self._session.client.imports.page(query, on_retry=on_retry)
        self._pages.put(page)
        if page.limit != query.limit:  # the platform's own limit is lower
            self._pages.put(replace(page, query=replace(query, limit=page.limit)))
        return page

    def clear_cache(self) -> None:
        """Forget the pages, which another user may not see."""
        self._pages = PageCache()


class ResultSetSource:
    """A result set. A request reads the present state of its jobs."""

    def __init__(self, session: PlatformSession, results: ResultSet) -> None:
        self._session = session
        self._results = results

    @property
    def origin(self) -> ResultOrigin:
        """The search that found the jobs."""
        return self._results.origin

    def cached(self, query: JobQuery, view: ListView) -> JobPage:
        """Return a page without a request."""
        return self._results.page(query, view)

    def known_jobs(self, query: JobQuery) -> tuple[ImportJob, ...]:
        """Return all matching jobs, ignoring the query's window."""
        return self._results.filter(query)

    async def page(self, query: JobQuery, view: ListView, *, on_retry: RetryHook | None = None) -> JobPage:
        """Request the jobs of a page and the unfinished ones, and return the page; raises CgcError."""
        from cgc_tui.api.listing import fetch_many

        ids = self._results.ids_to_refresh(self._results.page(query, view))
        records = await fetch_many(self._session.client, ids, on_retry=on_retry)
        self._results.update(records, self._session.clock())
        return self._results.page(query, view)

    def clear_cache(self) -> None:
        """Keep the jobs: this user has found them."""
