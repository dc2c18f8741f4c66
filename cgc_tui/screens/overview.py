"""Looks at many jobs at once, and makes lists of what is found there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.reactive import reactive

from cgc_tui.found import Found
from cgc_tui.models import JobQuery
from cgc_tui.screens.failures import FailuresScreen
from cgc_tui.screens.marking import Marking
from cgc_tui.view import Look

if TYPE_CHECKING:
    from cgc_tui.api import Client


class Overview(Marking):
    """The owner of the `look`, for this screen and for those that it opens."""

    look: reactive[Look] = reactive(Look())

    def __init__(
        self,
        client: Client,
        *,
        platform: str,
        web: str | None,
        query: JobQuery,
        every: float,
        look: Look,
        clock: Callable[[], datetime],
    ) -> None:
        """`platform` is its title, `web` its web address; `every` is in seconds, 0 for no refresh."""
        super().__init__(client, query=query, every=every, web=web, clock=clock)
        self.platform = platform
        self.set_reactive(Overview.look, look)

    def action_failures(self) -> None:
        """Show why jobs of this list failed; the jobs of one cause become a list of their own."""

        def chosen(found: Found | None) -> None:
            if found is not None:
                self.show_found(found)

        screen = FailuresScreen(
            self.client,
            self.wanted,
            self.found if self.wanted.among else None,
            platform=self.platform,
            user=self.user,
            look=self.look,
            clock=self.clock,
        )
        self.app.push_screen(screen, chosen)

    def action_zone(self) -> None:
        """Show times in UTC or in the local zone."""
        self.look = replace(self.look, zone=UTC if self.look.zone is None else None)
