"""`cgc-tui retry`: starts failed imports again, each once."""

from __future__ import annotations

import json
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cgc_tui.cli.arguments import owner_name, query_of, state
from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode, error_message, exit_code_for
from cgc_tui.cli.named_jobs import fetch_named
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.cli.watch_printer import WatchPrinter
from cgc_tui.domain.errors import CgcError, OutcomeUnknown
from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.retry.plan import RetryPlan, plan_retry
from cgc_tui.domain.retry.request import NameConflictPolicy, request_body
from cgc_tui.domain.retry.run import RetryRun, SendStatus
from cgc_tui.formatting.retry import lock_holder_text, no_lock_warning, outcomes_tsv, plan_rows, run_summary
from cgc_tui.system.send_lock import LockHeld, SendLock

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

HELP = "retry failed jobs, each once"
OPERANDS = "[ID|HREF ...]"
EPILOG = """\
Default: all failed jobs, without those that were retried since. If a name
exists: as in the original job. A dry run prints the requests; sending prints
old_id new_id result location. Only one run sends at a time, each import once.

Exit codes: 0 all started, 1 some were refused, or a watched job failed or ended
otherwise, 3 unknown outcome, network, server, or another run is sending.

Example: cgc-tui retry --project rosalind/brca-pilot --write --yes
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add ids or filters, the import options, and the options that allow sending."""
    parser.set_defaults(state=[JobState.FAILED.value])
    parser.add_argument("jobs", nargs="*", metavar="ID", help=SUPPRESS)
    parser.add_argument("--state", type=_failed, action="append", help=SUPPRESS)
    parser.add_argument(
        "--project", type=owner_name, metavar="OWNER/NAME", help="only jobs into this project"
    )
    parser.add_argument("--volume", type=owner_name, metavar="OWNER/NAME", help="only jobs from this volume")
    names = parser.add_mutually_exclusive_group()
    for option in (NameConflictPolicy.OVERWRITE, NameConflictPolicy.AUTORENAME):
        names.add_argument(
            f"--{option}",
            dest="policy",
            action="store_const",
            const=option,
            default=NameConflictPolicy.AS_BEFORE,
            help=f"{option} if the name exists",
        )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--dry-run", action="store_true", help="print the requests, do not send them (default)")
    mode.add_argument("--yes", action="store_true", help="send the requests; needs --write")
    parser.add_argument("--write", action="store_true", help="allow changes (default: read-only)")
    parser.add_argument("--no-wait", action="store_true", help="exit if another run is sending, do not wait")
    parser.add_argument("--watch", action="store_true", help="watch the new jobs until they finish")


def _failed(text: str) -> str:
    """Parse the only state whose jobs can be retried."""
    if state(text) != JobState.FAILED:
        raise ArgumentTypeError("must be FAILED: only failed jobs can be retried")
    return JobState.FAILED


async def run(options: Namespace, context: CommandContext) -> int:
    """Plan the retry, and send it if that is allowed and confirmed."""
    if options.jobs and (options.project or options.volume):
        context.say("use either ids or filters, not both.")
        return ExitCode.USAGE
    if options.yes and not options.write:
        context.say("nothing sent: --yes needs --write, which allows changes.")
        return ExitCode.USAGE
    from cgc_tui.services.retry import locked_run, related_jobs

    async with context.client() as client:
        jobs, missing = await _select_jobs(client, options, context)
        if missing is not ExitCode.DONE:
            return missing
        with ProgressLine(context, "Loading earlier retries") as progress:
            listed = await related_jobs(client, jobs, on_retry=progress.retrying)
        plan = plan_retry(jobs, listed=listed)
        for label, value in plan_rows(plan, len(jobs), options.policy, context.display):
            context.say(f"{label.lower()}: {value}")
        if not options.yes or not plan.jobs:
            context.write(_requests(plan, options.policy))
            context.say("nothing sent; use --write --yes to send." if plan.jobs else "nothing to send.")
            return ExitCode.DONE
        hold = _lock(context, wait=not options.no_wait).hold
        known = [job.id for job in listed]
        try:
            async with locked_run(client, plan, options.policy, known=known, hold=hold) as retry_run:
                code = await _send_and_report(client, retry_run, context, planned=len(plan.jobs))
        except LockHeld as error:
            context.say(f"nothing was sent: {lock_holder_text(error.holder, context.display)}")
            return ExitCode.UNAVAILABLE
        return await _watch_new_jobs(client, retry_run, context, code) if options.watch else code


def _lock(context: CommandContext, *, wait: bool) -> SendLock:
    """Return the lock for sending, which reports what it waits for."""

    def waiting(holder: LockHolder | None) -> None:
        if holder is not None:
            context.say(f"waiting: {lock_holder_text(holder, context.display)}")

    return SendLock(
        context.session.state_directory,
        on_wait=waiting,
        on_unprotected=lambda reason: context.say(no_lock_warning(reason)),
        wait=wait,
        clock=context.clock,
        sleep=context.sleep,
    )


async def _select_jobs(
    client: PlatformClient, options: Namespace, context: CommandContext
) -> tuple[tuple[ImportJob, ...], ExitCode]:
    """Return the selected jobs, and the exit code if the command ends because some cannot be read."""
    from cgc_tui.api.listing import fetch_all

    if options.jobs:
        return await fetch_named(client, options.jobs, context)
    with ProgressLine(context) as progress:
        page = await fetch_all(
            client, query_of(options), on_progress=progress.show, on_retry=progress.retrying
        )
    return page.jobs, ExitCode.DONE


def _requests(plan: RetryPlan, policy: NameConflictPolicy) -> Iterator[str]:
    """Yield the requests that would be sent, each on a line."""
    for start in range(0, len(plan.jobs), MAX_LIMIT):
        items = [request_body(job, policy) for job in plan.jobs[start : start + MAX_LIMIT]]
        yield json.dumps({"items": items}, ensure_ascii=False, allow_nan=False) + "\n"


async def _send_and_report(
    client: PlatformClient, retry_run: RetryRun, context: CommandContext, *, planned: int
) -> ExitCode:
    """Send the imports, find those whose response was lost, and print each outcome, also after an error.

    `planned` is how many were to be sent before the lock was held; some may have been started since.
    """
    from cgc_tui.services.retry import reconcile, send

    count = len(retry_run.plan.jobs)
    if count < planned:
        context.say(f"{planned - count:,} of {planned:,} were retried in the meantime and are not sent.")
    if not count:
        context.say("nothing to send.")
        return ExitCode.DONE
    try:
        ended = await send(client, retry_run)
        await reconcile(client, retry_run, sleep=context.sleep)
    except CgcError as error:
        context.say(error_message(error, context.display))
        ended = error
    finally:
        context.write([outcomes_tsv(retry_run), "\n"])
        context.say(run_summary(retry_run, context.display))
    if ended is not None and (retry_run.counts[SendStatus.WAITING] or not isinstance(ended, OutcomeUnknown)):
        context.say(f"not all were started: {error_message(ended, context.display)}")
        return exit_code_for(ended)
    if retry_run.unresolved:
        return ExitCode.UNAVAILABLE
    return ExitCode.NO if retry_run.counts[SendStatus.REFUSED] else ExitCode.DONE


async def _watch_new_jobs(
    client: PlatformClient, retry_run: RetryRun, context: CommandContext, code: ExitCode
) -> ExitCode:
    """Watch the new jobs until all have finished."""
    from cgc_tui.services.watcher import JobWatcher

    new = [outcome.replacement for outcome in retry_run.outcomes if outcome.replacement is not None]
    if not new:
        return code
    printer = WatchPrinter(context, compact=True)
    watcher = JobWatcher(
        client,
        new,
        changed=printer.show,
        on_retry=ProgressLine(context).retrying,
        sleep=context.sleep,
    )
    printer.begin(watcher.watched)
    await watcher.run()
    printer.print_summary()
    return code or printer.exit_code()
