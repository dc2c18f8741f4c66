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


class Pick(Widget, can_focus=True):
    """Words beside each other after a label; the chosen one stands in brackets."""

    COMPONENT_CLASSES = {"pick--label", "pick--chosen"}
    BINDINGS = bindings("pick")

    chosen: reactive[int] = reactive(0)

    @dataclass
    class Changed(Message):
        """Another word was chosen."""

        pick: Pick

        @property
        def control(self) -> Pick:
            """The line, for handlers that mean one of several."""
            return self.pick

    def __init__(self, label: str, words: Sequence[SafeText], *, id: str) -> None:
        """`label` has its blanks to the words with it."""
        super().__init__(id=id)
        self._label = label
        self._words = words

    def render(self) -> Content:
        """Return the label and the words."""
        label = self.get_visual_style("pick--label", partial=True)
        chosen = self.get_visual_style("pick--chosen", partial=True)
        parts = [Content.styled(self._label, label)]
        for place, word in enumerate(self._words):
            here = place == self.chosen
            parts.append(Content.styled(f"[{word}]", chosen) if here else Content(f" {word} "))
            parts.append(Content(" " * GAP))
        return Content("").join(parts)

    def watch_chosen(self) -> None:
        """Tell that another word was chosen."""
        self.post_message(self.Changed(self))

    def action_step(self, step: int) -> None:
        """Choose the word beside, going round."""
        self.chosen = (self.chosen + step) % len(self._words)

    def on_click(self, event: events.Click) -> None:
        """Choose the word under the pointer."""
        end = len(self._label)
        for place, word in enumerate(self._words):
            end += len(word) + 2 + GAP
            if event.x < end:
                self.chosen = place
                return
