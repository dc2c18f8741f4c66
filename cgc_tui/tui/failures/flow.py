"""The flow for failures by cause: lists the jobs of the chosen cause."""

from __future__ import annotations

from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.failures.screen import FailuresScreen


async def show_failures(jobs: JobsContext) -> None:
    """Show the causes of the failures in the list, and list the jobs of the chosen cause."""
    results = await jobs.ask(FailuresScreen(jobs))
    if results is not None:
        jobs.show_results(results)
