"""Says which platform one looks at, as whom, and how old the list is."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.reactive import reactive

from cgc_tui.attention import Attention
from cgc_tui.text import Clean, clean
from cgc_tui.view import Look
from cgc_tui.widgets.bar import Bar


class TopBar(Bar):
    """The first line of a screen: `cgc-tui  CGC · rosalind … as of 12:03 · every 15 s`."""

    COMPONENT_CLASSES = {"top-bar--platform", "top-bar--muted"}

    look: reactive[Look] = reactive(Look())
    user: reactive[Clean | None] = reactive[Clean | None](None)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    every: reactive[float] = reactive(0.0)
    """Seconds between refreshes; 0 is off."""
    paused: reactive[bool] = reactive(False)
    attention: reactive[Attention] = reactive(Attention.FULL)

    def __init__(self, platform: str) -> None:
        super().__init__()
        self.platform = clean(platform)

    def parts(self) -> tuple[Content, Content]:
        """Return the platform and the user, and the list's age."""
        muted = self.get_visual_style("top-bar--muted", partial=True)
        who = self.look.dot + self.user if self.user else ""
        left = Content.assemble(
            ("cgc-tui  ", muted),
            (f"{self.platform}{who}", self.get_visual_style("top-bar--platform", partial=True)),
        )
        facts = []
        if self.as_of is not None:
            facts.append(f"as of {self.as_of.astimezone(self.look.zone):%H:%M}{self._zone_name()}")
        facts.append(self._rhythm())
        return left, Content.styled(self.look.dot.join(facts), muted)

    def _zone_name(self) -> str:
        return " UTC" if self.look.zone is not None else ""

    def _rhythm(self) -> str:
        if self.paused:
            return "paused"
        if not self.every:
            return "refresh off"
        if self.attention is Attention.NONE:
            return "asleep, any key wakes it"
        return f"every {self.attention.rhythm(self.every):g} s"
