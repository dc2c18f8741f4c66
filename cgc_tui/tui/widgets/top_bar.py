"""Shows the platform, the user, and the age of the list."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.reactive import reactive

from cgc_tui.domain.presence import Presence
from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.tui.widgets.split_line import SplitLine

FAST_SECONDS = 10.0
"""Below this interval the time of the list is shown with seconds."""


class TopBar(SplitLine):
    """The first line of a screen: `cgc-tui  CGC · rosalind … updated 12:03 · auto-refresh 15 s`."""

    COMPONENT_CLASSES = {"top-bar--platform", "top-bar--muted"}

    display_options: reactive[DisplayOptions] = reactive(DisplayOptions())
    user: reactive[SafeText | None] = reactive[SafeText | None](None)
    as_of: reactive[datetime | None] = reactive[datetime | None](None)
    refresh_status: reactive[RefreshStatus | None] = reactive[RefreshStatus | None](None)
    """None on a screen that is not refreshed."""

    def __init__(self, platform: str, last_user: SafeText | None = None) -> None:
        """`last_user` is shown until the user is known."""
        super().__init__()
        self.platform = sanitize(platform)
        self.last_user = last_user

    def sides(self) -> tuple[Content, Content]:
        """Return the platform and the user, and the list's age."""
        muted = self.get_visual_style("top-bar--muted")
        user = self.user or self.last_user
        who = self.display_options.separator + user if user else ""
        left = Content.assemble(
            ("cgc-tui  ", muted),
            (f"{self.platform}{who}", self.get_visual_style("top-bar--platform", partial=True)),
        )
        facts = []
        if self.as_of is not None:
            at = self.as_of.astimezone(self.display_options.timezone)
            facts.append(f"updated {at:{self._time_format()}}{self._zone_name()}")
        if self.refresh_status is not None:
            facts.append(_interval_label(self.refresh_status))
        return left, Content.styled(self.display_options.separator.join(facts), muted)

    def _time_format(self) -> str:
        """Return a time format, with seconds if the list is refreshed often."""
        status = self.refresh_status
        return "%H:%M:%S" if status is not None and 0 < status.interval < FAST_SECONDS else "%H:%M"

    def _zone_name(self) -> str:
        return " UTC" if self.display_options.timezone is not None else ""


def _interval_label(status: RefreshStatus) -> str:
    if status.paused:
        return "auto-refresh paused"
    if not status.interval:
        return "auto-refresh off"
    if status.presence is Presence.AWAY:
        return "refresh paused (idle), press any key"
    return f"auto-refresh {status.presence.refresh_interval(status.interval):g} s"
