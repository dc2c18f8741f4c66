"""Starts failed jobs again: the marked ones, or all of the list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.lists import describe_query
from cgc_tui.tui.export.flow import Exporting

if TYPE_CHECKING:
    from cgc_tui.domain.retry import RetryRun

READ_ONLY = "Nothing is changed on the platform: cgc-tui runs read-only. Start it with --write to allow it."


class Retrying(Exporting):
    """The owner of the retries that were sent from here."""

    def __init__(self, *list_: Any, writer: str | None, state: Path | None, **more: Any) -> None:
        """`writer` is the profile that may change what is on the platform, None where none may.

        `state` is the directory of the lock for sending, None where there is none.
        """
        super().__init__(*list_, **more)
        self._writer = writer
        self._state_directory = state
        self._runs: list[RetryRun] = []

    def action_retry(self) -> None:
        """Plan to start the marked jobs again, or all failed ones of the list."""
        if self._writer is None:
            self.notify(READ_ONLY, severity="warning", markup=False)
        elif self.marks:
            self._retry(tuple(self.marks.jobs.values()), SafeText(f"{len(self.marks):,} marked jobs"))
        else:
            query = replace(self.job_query, states=(JobState.FAILED,), offset=0)
            title = sanitize(
                f"all failed jobs{self.display_options.separator}"
                f"{describe_query(replace(query, states=()), self.display_options)}"
            )
            self.all_jobs(query, SafeText("all failed jobs"), lambda page: self._retry(page.jobs, title))

    def _retry(self, jobs: tuple[ImportJob, ...], title: SafeText) -> None:
        from cgc_tui.tui.retry.screen import RetryScreen

        if self._writer is None:
            return
        screen = RetryScreen(
            self.client,
            jobs,
            self._runs,
            jobs_title=title,
            platform=self.platform,
            profile=self._writer,
            user=self.user,
            state=self._state_directory,
            interval=self.interval,
            display=self.display_options,
            clock=self.clock,
        )
        self.app.push_screen(screen, lambda _: self.reload())
