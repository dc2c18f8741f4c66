"""The commands of the palette: every action that has a key, and the themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from cgc_tui.tui.bindings import own_bindings

KEY_CELLS = 12
EXACT_SCORE = 1000.0
"""Above all scores of similar texts, so that Enter runs the command that was typed."""


class Command(NamedTuple):
    """An action with its shortest key and its exact names."""

    title: str
    key: str
    names: frozenset[str]
    run: IgnoreReturnCallbackType


class KeyCommands(Provider):
    """Every action that has a key on the screen; typing its key or its name, as in `:q`, puts it first."""

    async def discover(self) -> Hits:
        """Yield all commands by title."""
        for command in sorted(self._commands(), key=lambda command: command.title):
            yield DiscoveryHit(
                command_line(command.key, Content(command.title)), command.run, text=command.title
            )

    async def search(self, query: str) -> Hits:
        """Yield the commands with this key or name, then those with a similar title; all for a colon."""
        text = command_text(query)
        matcher = self.matcher(text)
        for command in self._commands():
            score = matcher.match(command.title) if text else 1.0
            if text in command.names:
                score = EXACT_SCORE
            if score > 0:
                line = command_line(command.key, matcher.highlight(command.title))
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


def command_text(query: str) -> str:
    """Return what was typed without the colon that opens commands elsewhere."""
    return query.strip().removeprefix(":").strip()


def command_line(key: str, title: Content) -> Content:
    """Return the line of a command, with its key before its title."""
    return Content(f"{key:<{KEY_CELLS}}") + title
