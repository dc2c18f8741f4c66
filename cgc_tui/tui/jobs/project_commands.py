"""The commands of the palette that filter the list by a project."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.command import Hit, Hits, Provider
from textual.content import Content

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.text import SafeText, reveal, sanitize
from cgc_tui.tui.palette import EXACT_SCORE, command_line, command_text

if TYPE_CHECKING:
    from cgc_tui.tui.jobs.screen import JobsScreen

START_SCORE = 500.0
PARTIAL_SCORE = 0.1
MIN_CHARS = 3
"""Fewer characters rather mean a command."""


class ProjectCommands(Provider):
    """The user's projects, each of which filters the list, as in `:brca-pilot` or `:project brca-pilot`.

    Those of the loaded jobs are offered at once. Where none of them fits, all are requested, once.
    """

    _loading: asyncio.Task[tuple[str, ...]] | None = None

    async def shutdown(self) -> None:
        """Stop loading."""
        if self._loading is not None:
            self._loading.cancel()

    async def search(self, query: str) -> Hits:
        """Yield the projects whose ids contain the text, and a whole id even if it is not known."""
        word, _, rest = command_text(query).partition(" ")
        prefixed = word == "project"
        text = rest.strip() if prefixed else command_text(query)
        if not prefixed and len(text) < MIN_CHARS:
            return
        known = self._known_projects()
        if text.count("/") == 1 and all(text.split("/")):
            known.setdefault(text)
        if not any(text.lower() in project.lower() for project in known):
            self._loading = self._loading or asyncio.create_task(self._load())
            known |= dict.fromkeys(await asyncio.shield(self._loading))
        for hit in self._hits(known, text, prefixed=prefixed):
            yield hit

    @property
    def _jobs_screen(self) -> JobsScreen:
        from cgc_tui.tui.jobs.screen import JobsScreen

        if not isinstance(self.screen, JobsScreen):
            raise TypeError("projects are commands of the jobs screen")
        return self.screen

    def _known_projects(self) -> dict[str, None]:
        page = self._jobs_screen.page
        projects = (job.destination.project for job in (page.jobs if page is not None else ()))
        return dict.fromkeys(project for project in projects if project)

    async def _load(self) -> tuple[str, ...]:
        with suppress(CgcError):  # the known ones are offered all the same
            return (await self._jobs_screen.session.client.projects()).ids
        return ()

    def _hits(self, projects: Iterable[str], text: str, *, prefixed: bool) -> Iterator[Hit]:
        for project in projects:
            if text.lower() not in project.lower():
                continue
            name = project.rpartition("/")[2]
            exact = text in (project, name)
            title = SafeText(f"Project {reveal(sanitize(project))}")
            run = partial(self._jobs_screen.show_project, project)
            score = START_SCORE if name.startswith(text) else PARTIAL_SCORE
            if exact or prefixed:
                score = EXACT_SCORE + exact
            yield Hit(score, command_line("", Content(title)), run, text=title)
