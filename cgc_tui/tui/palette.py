"""The commands of the palette: every action that has a key, themes, and the projects of the jobs screen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.text import SafeText, reveal, sanitize
from cgc_tui.tui.base_app import own_bindings

if TYPE_CHECKING:
    from cgc_tui.tui.jobs.screen import JobsScreen

KEY_CELLS = 12
EXACT_SCORE = 1000.0
"""Above all scores of similar texts, so that Enter runs the command that was typed."""
START_SCORE = 500.0
PARTIAL_SCORE = 0.1
MIN_PROJECT_CHARS = 3
"""Fewer characters rather mean a command."""


class Command(NamedTuple):
    """An action with its shortest key, and the names that mean exactly this action."""

    title: str
    key: str
    names: frozenset[str]
    run: IgnoreReturnCallbackType


class KeyCommands(Provider):
    """Every action that has a key on the screen; typing its key or its name, as in `:q`, puts it first."""

    async def discover(self) -> Hits:
        """Yield all commands by title."""
        for command in sorted(self._commands(), key=lambda command: command.title):
            yield DiscoveryHit(_line(command.key, Content(command.title)), command.run, text=command.title)

    async def search(self, query: str) -> Hits:
        """Yield the commands that are meant or have a similar title."""
        text = _command_text(query)
        matcher = self.matcher(text)
        for command in self._commands():
            score = EXACT_SCORE if text in command.names else matcher.match(command.title)
            if score > 0:
                line = _line(command.key, matcher.highlight(command.title))
                yield Hit(score, line, command.run, text=command.title)

    def _commands(self) -> Iterator[Command]:
        app = self.app
        actions: dict[str, Command] = {}
        for node, binding in own_bindings(self.screen):
            key = app.get_key_display(replace(binding, key_display=None))
            title, run = binding.tooltip or binding.description, partial(app.run_action, binding.action, node)
            command = actions.get(binding.action) or Command(title, key, frozenset(), run)
            names = {binding.key, key, (binding.id or "").rpartition(".")[2]}
            actions[binding.action] = command._replace(
                key=min(command.key, key, key=len), names=command.names | names
            )
        yield from actions.values()
        yield Command("Choose theme", "", frozenset({"theme"}), app.action_change_theme)


class ProjectCommands(Provider):
    """The user's projects, each of which filters the list, as in `:brca-pilot` or `:project brca-pilot`.

    Those of the loaded jobs are offered at once; where none of them fits, the search waits for the others.
    """

    async def startup(self) -> None:
        """Start to load the projects."""
        self._loading = asyncio.create_task(self._load())

    async def shutdown(self) -> None:
        """Stop loading."""
        self._loading.cancel()

    async def search(self, query: str) -> Hits:
        """Yield the projects whose ids contain the text, and a whole id even if it is not known."""
        word, _, rest = _command_text(query).partition(" ")
        prefixed = word == "project"
        text = rest.strip() if prefixed else _command_text(query)
        if not prefixed and len(text) < MIN_PROJECT_CHARS:
            return
        known = self._known_projects()
        if text.count("/") == 1 and all(text.split("/")):
            known.setdefault(text)
        if self._loading.done() or not any(text.lower() in project.lower() for project in known):
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
            yield Hit(score, _line("", Content(title)), run, text=title)


def _command_text(query: str) -> str:
    """Return what was typed without the colon that opens commands elsewhere."""
    return query.strip().removeprefix(":").strip()


def _line(key: str, title: Content) -> Content:
    return Content(f"{key:<{KEY_CELLS}}") + title
