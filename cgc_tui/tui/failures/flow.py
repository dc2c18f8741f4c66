"""Failures by cause: the jobs of the chosen cause become a list."""

from __future__ import annotations

from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.failures.screen import FailuresScreen


async def show_failures(jobs: JobsContext) -> None:
    """Show why jobs of the list failed, and list the jobs of the cause that the user chooses."""
    results = await jobs.ask(FailuresScreen(jobs))
    if results is not None:
        jobs.show_results(results)
