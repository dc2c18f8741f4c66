"""An input for an id `owner/name`, with the matching suggestions below it."""

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
    """An input that shows its matches below it while focused; `↓` moves into them."""

    names: reactive[IdList] = reactive(IdList((), complete=False))

    class Submitted(Message):
        """Enter was pressed in the input."""

    def __init__(self, label: str, value: str, *, every: str, id: str) -> None:
        """`every` is shown while nothing is typed, and says what that means."""
        super().__init__(id=id)
        self._label = label
        # Held here: suggestions can arrive while the form is being closed, and its nodes removed.
        self._input = Input(value, placeholder=every, compact=True, max_length=MAX_CHARS)
        self._options = OptionList(compact=True)
        self._shown_matches: list[str] = []

    def compose(self) -> ComposeResult:
        """Create the label, the input and the matches."""
        yield Label(self._label, markup=False)
        yield self._input
        yield self._options

    @property
    def value(self) -> str | None:
        """The id, None for any; text that only one suggestion contains means that suggestion."""
        typed = self._input.value.strip()
        matches = self._matches(typed)
        if typed and "/" not in typed and len(matches) == 1:
            return matches[0]
        return typed or None

    def watch_names(self) -> None:
        """Show the matches of the new suggestions."""
        self._show_matches()

    @on(Input.Changed)
    def _show_matches(self) -> None:
        """Show the ids that contain the typed text."""
        if not self.is_mounted:
            return
        options = self._options
        options.clear_options()
        typed = self._input.value.strip()
        self._shown_matches = self._matches(typed)[:MAX_SHOWN]
        options.add_options(Content(reveal(sanitize(name))) for name in self._shown_matches)
        options.set_class(not self._shown_matches or self._shown_matches == [typed], "-empty")

    def _matches(self, typed: str) -> list[str]:
        return [name for name in self.names.ids if typed.lower() in name.lower()]

    def on_key(self, event: events.Key) -> None:
        """Move between the input and the matches."""
        options, input_line = self._options, self._input
        if event.key == "down" and input_line.has_focus and options.option_count:
            options.focus()
            options.highlighted = 0
        elif event.key == "up" and options.has_focus and options.highlighted == 0:
            input_line.focus()
        else:
            return
        event.stop()
        event.prevent_default()

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())

    @on(OptionList.OptionSelected)
    def _use_match(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._input.value = self._shown_matches[event.option_index]
        self._input.focus()
