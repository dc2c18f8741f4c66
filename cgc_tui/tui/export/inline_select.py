"""A line on which one of a few words is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from cgc_tui.domain.text import SafeText
from cgc_tui.tui.keys import bindings

GAP = 2


class InlineSelect(Widget, can_focus=True):
    """Words beside each other after a label; the chosen one stands in brackets."""

    COMPONENT_CLASSES = {"inline-select--label", "inline-select--chosen"}
    BINDINGS = bindings("pick")

    chosen: reactive[int] = reactive(0)

    @dataclass
    class Changed(Message):
        """Another word was chosen."""

        pick: InlineSelect

        @property
        def control(self) -> InlineSelect:
            """The line, for handlers that mean one of several."""
            return self.pick

    def __init__(self, label: str, options: Sequence[SafeText], *, id: str) -> None:
        """`label` has its blanks to the words with it."""
        super().__init__(id=id)
        self._label = label
        self._options = options

    def render(self) -> Content:
        """Return the label and the words."""
        label = self.get_visual_style("inline-select--label", partial=True)
        chosen = self.get_visual_style("inline-select--chosen", partial=True)
        parts = [Content.styled(self._label, label)]
        for index, option in enumerate(self._options):
            is_chosen = index == self.chosen
            parts.append(Content.styled(f"[{option}]", chosen) if is_chosen else Content(f" {option} "))
            parts.append(Content(" " * GAP))
        return Content("").join(parts)

    def watch_chosen(self) -> None:
        """Tell that another word was chosen."""
        self.post_message(self.Changed(self))

    def action_step(self, step: int) -> None:
        """Choose the word beside, going round."""
        self.chosen = (self.chosen + step) % len(self._options)

    def on_click(self, event: events.Click) -> None:
        """Choose the word under the pointer."""
        end = len(self._label)
        for index, option in enumerate(self._options):
            end += len(option) + 2 + GAP
            if event.x < end:
                self.chosen = index
                return
