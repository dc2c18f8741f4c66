"""The flow for failures by cause: lists the jobs of the chosen cause, and returns to the causes."""

from __future__ import annotations

from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.failures.screen import CauseFeature, FailureReport, FailuresScreen


async def show_failures(jobs: JobsContext, *, retry: CauseFeature, export: CauseFeature) -> None:
    """Show the causes of the failures in the list, and list the jobs of the chosen cause.

    When the user goes back from these jobs, the causes are shown as they were, without a request. `retry` and
    `export` are the features for the jobs of a cause.
    """
    report: FailureReport | None = None
    while chosen := await jobs.ask(FailuresScreen(jobs, report, retry=retry, export=export)):
        report = chosen.report
        await jobs.show_results(chosen.results)
