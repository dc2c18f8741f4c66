"""A line for an id `owner/name`, with those that the platform knows below it."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Label, OptionList

from cgc_tui.domain.platform import IdList
from cgc_tui.domain.text import reveal, sanitize

MAX_SHOWN = 50
MAX_CHARS = 300


class IdInput(Vertical):
    """An input whose matches stand below it while it has the focus; `↓` goes into them."""

    names: reactive[IdList] = reactive(IdList((), complete=False))

    class Submitted(Message):
        """Enter was pressed in the line."""

    def __init__(self, label: str, value: str, *, id: str) -> None:
        super().__init__(id=id)
        self._label = label
        self._value = value
        self._shown_matches: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay out the label, the line and the matches."""
        yield Label(self._label, markup=False)
        yield Input(self._value, placeholder="any", compact=True, max_length=MAX_CHARS)
        yield OptionList(compact=True)

    @property
    def value(self) -> str | None:
        """The id, None for any; a part that only one known id has stands for that id."""
        typed = self.query_one(Input).value.strip()
        matches = self._matches(typed)
        if typed and "/" not in typed and len(matches) == 1:
            return matches[0]
        return typed or None

    def watch_names(self) -> None:
        """Offer the ids that came."""
        self._offer()

    @on(Input.Changed)
    def _offer(self) -> None:
        """Show the ids that have what was typed."""
        if not self.is_mounted:
            return
        options = self.query_one(OptionList)
        options.clear_options()
        typed = self.query_one(Input).value.strip()
        self._shown_matches = self._matches(typed)[:MAX_SHOWN]
        options.add_options(Content(reveal(sanitize(name))) for name in self._shown_matches)
        options.set_class(not self._shown_matches or self._shown_matches == [typed], "-empty")

    def _matches(self, typed: str) -> list[str]:
        return [name for name in self.names.ids if typed.lower() in name.lower()]

    def on_key(self, event: events.Key) -> None:
        """Go into the matches and back."""
        options, line = self.query_one(OptionList), self.query_one(Input)
        if event.key == "down" and line.has_focus and options.option_count:
            options.focus()
            options.highlighted = 0
        elif event.key == "up" and options.has_focus and options.highlighted == 0:
            line.focus()
        else:
            return
        event.stop()
        event.prevent_default()

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        line = self.query_one(Input)
        line.value = self._shown_matches[event.option_index]
        line.focus()
