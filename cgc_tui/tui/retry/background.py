"""Shows the progress of the session's retries in the list, and announces that all new jobs have finished."""

from __future__ import annotations

from collections.abc import Callable

from cgc_tui.domain.refresh_status import RefreshStatus
from cgc_tui.domain.retry.run import RetryProgress
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.formatting.retry import watch_line
from cgc_tui.services.host import BackgroundHost
from cgc_tui.services.retries import Retries
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.messages import TitleRequested

Show = Callable[[SafeText, frozenset[str]], object]
"""Shows the status text, and marks the retried jobs by their ids."""


def watched_retries(
    host: BackgroundHost, jobs: JobsContext, *, refresh_status: Callable[[], RefreshStatus], changed: Show
) -> Retries:
    """Return the retries of a list, whose progress goes to `changed`, the window title and the bell."""
    return Retries(
        host, jobs.session, refresh_status=refresh_status, changed=_RetryStatusLine(jobs, changed).update
    )


class _RetryStatusLine:
    """The text for the retries whose end the user has not seen."""

    def __init__(self, jobs: JobsContext, show: Show) -> None:
        self._jobs = jobs
        self._show = show
        self._text = SafeText("")
        self._watching = False

    def update(self, retries: Retries) -> None:
        """Show the text, also as the window title; ring the bell when the last new job has finished."""
        unseen = retries.unseen
        progress = RetryProgress(
            *map(sum, zip(*(retry.run.progress for retry in unseen if retry.run), strict=True))
        )
        text = self._line(retries, progress)
        self._show(text, retries.sent_ids)
        active = any(retry.runner.status.is_active for retry in unseen)
        ended = self._watching and bool(unseen) and not active
        self._watching = active and bool(progress.running)
        if text != self._text or ended:
            self._text = text
            self._jobs.post_message(TitleRequested(text, ring=ended))
        if ended and retries.on_change is None:
            self._announce(text, progress)

    def _line(self, retries: Retries, progress: RetryProgress) -> SafeText:
        unseen = retries.unseen
        if not unseen:
            return SafeText("")
        runner = unseen[-1].runner
        if runner.status.refresh_error is not None:
            return sanitize(f"retried {progress.started:,}: {runner.status.refresh_error.summary}")
        if progress.running and runner.paused:
            return SafeText("watch paused")
        if not progress.running and runner.status.is_active:
            return SafeText("retrying...")
        return watch_line(progress, self._jobs.display_options)

    def _announce(self, text: SafeText, progress: RetryProgress) -> None:
        bad = progress.failed or progress.ended_otherwise or progress.unknown
        self._jobs.notify(
            f"All retried jobs have finished: {text}. T shows the result.",
            markup=False,
            severity="warning" if bad else "information",
        )
