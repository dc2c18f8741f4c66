"""`cgc-tui retry`: starts failed imports again, each once."""

from __future__ import annotations

import json
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cgc_tui.cli.arguments import owner_name, query_of, state
from cgc_tui.cli.commands.show import tell_missing
from cgc_tui.cli.commands.watch import Watch
from cgc_tui.cli.context import Session
from cgc_tui.cli.exit_codes import Exit, exit_of, words_of
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.domain.errors import CgcError, OutcomeUnknown
from cgc_tui.domain.jobs import ImportJob, JobState
from cgc_tui.domain.lock_holder import LockHolder
from cgc_tui.domain.queries import MAX_LIMIT
from cgc_tui.domain.retry import NameConflictPolicy, RetryPlan, RetryRun, SendStatus, plan_retry, request_body
from cgc_tui.formatting.retry import held_by, outcomes_tsv, plan_rows, run_summary, unprotected
from cgc_tui.system.send_lock import LockHeld, SendLock

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient

HELP = "start failed jobs again, each once"
OPERANDS = "[ID|HREF ...]"
EPILOG = """\
Without ids and filters it is all failed jobs. What was started again since is
left out. A dry run prints the requests; sending prints what became of each:
old_id new_id result location. No request is repeated; an outcome that stays
unknown is looked up before it is sent again. Only one run sends at a time.

Exit codes: 0 all started, 1 some were refused, or a watched one failed or
ended otherwise, 3 an outcome is unknown, the network or the server, or
another run is sending.

Example: cgc-tui retry --project rosalind/brca-pilot --write --yes
"""

INTERVAL = 10.0


def add_arguments(parser: ArgumentParser) -> None:
    """Take ids or filters, the options of the imports, and leave to send."""
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
            dest="options",
            action="store_const",
            const=option,
            default=NameConflictPolicy.AS_BEFORE,
            help=f"{option} where a name is taken (default: as before)",
        )
    leave = parser.add_mutually_exclusive_group()
    leave.add_argument("--dry-run", action="store_true", help="print the requests, send nothing (default)")
    leave.add_argument("--yes", action="store_true", help="send them, with --write")
    parser.add_argument("--write", action="store_true", help="allow what changes the platform")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for another run that is sending")
    parser.add_argument("--watch", action="store_true", help="follow the new jobs to their end")


def _failed(text: str) -> str:
    """Return the only state whose jobs can be retried."""
    if state(text) != JobState.FAILED:
        raise ArgumentTypeError("must be FAILED: only failed jobs can be retried")
    return JobState.FAILED


async def run(options: Namespace, session: Session) -> int:
    """Plan, and send where that is allowed and confirmed."""
    if options.jobs and (options.project or options.volume):
        session.say("give ids or filters, not both.")
        return Exit.USAGE
    if options.yes and not options.write:
        session.say("nothing is sent: --yes needs --write, which allows what changes the platform.")
        return Exit.USAGE
    from cgc_tui.services.retry import locked_run, related_jobs

    async with session.client() as client:
        jobs, missing = await _chosen(client, options, session)
        if missing is not Exit.DONE:
            return missing
        now = await related_jobs(client, jobs, on_retry=ProgressLine(session).retrying)
        made = plan_retry(jobs, listed=now)
        for label, value in plan_rows(made, len(jobs), session.look):
            session.say(f"{label.lower()}: {value}")
        if not options.yes or not made.jobs:
            session.write(_requests(made, options.options))
            session.say("nothing is sent; --write --yes sends." if made.jobs else "nothing to send.")
            return Exit.DONE
        hold = _lock(session, wait=not options.no_wait).hold
        known = [job.id for job in now]
        try:
            async with locked_run(client, made, options.options, known=known, hold=hold) as going:
                code = await _sent(client, going, session, planned=len(made.jobs))
        except LockHeld as error:
            session.say(f"nothing was sent: {held_by(error.holder, session.look)}")
            return Exit.TROUBLE
        return await _watched(client, going, session, code) if options.watch else code


def _lock(session: Session, *, wait: bool) -> SendLock:
    """Return the lock for sending, which says what it waits for."""

    def waiting(holder: LockHolder | None) -> None:
        if holder is not None:
            session.say(f"waiting: {held_by(holder, session.look)}")

    return SendLock(
        session.place.state,
        on_wait=waiting,
        on_unprotected=lambda reason: session.say(unprotected(reason)),
        wait=wait,
        clock=session.clock,
        sleep=session.sleep,
    )


async def _chosen(
    client: PlatformClient, options: Namespace, session: Session
) -> tuple[tuple[ImportJob, ...], Exit]:
    """Return the jobs that are meant; where one cannot be had, say so and return what that means."""
    from cgc_tui.api.listing import fetch_all, fetch_many
    from cgc_tui.domain.records import job_id

    with ProgressLine(session) as progress:
        if not options.jobs:
            page = await fetch_all(
                client, query_of(options), on_progress=progress.show, on_retry=progress.retrying
            )
            return page.jobs, Exit.DONE
        ids = list(dict.fromkeys(map(job_id, options.jobs)))
        found = await fetch_many(client, ids, on_retry=progress.retrying)
    jobs = [record for record in map(found.get, ids) if isinstance(record, ImportJob)]
    return tuple(jobs), tell_missing(ids, found, session)


def _requests(made: RetryPlan, options: NameConflictPolicy) -> Iterator[str]:
    """Yield the requests that would be sent, a line each."""
    for place in range(0, len(made.jobs), MAX_LIMIT):
        items = [request_body(job, options) for job in made.jobs[place : place + MAX_LIMIT]]
        yield json.dumps({"items": items}, ensure_ascii=False, allow_nan=False) + "\n"


async def _sent(client: PlatformClient, going: RetryRun, session: Session, *, planned: int) -> Exit:
    """Send, look where an answer was lost, and print what became of each, whatever comes between.

    So many were planned; those that were started since then are not sent.
    """
    from cgc_tui.services.retry import reconcile, send

    count = len(going.plan.jobs)
    if count < planned:
        session.say(f"{planned - count:,} of {planned:,} were started again meanwhile; they are not sent.")
    if not count:
        session.say("nothing to send.")
        return Exit.DONE
    try:
        ended = await send(client, going)
        await reconcile(client, going, sleep=session.sleep)
    except CgcError as error:
        session.say(words_of(error, session.look))
        ended = error
    finally:
        session.write([outcomes_tsv(going), "\n"])
        session.say(run_summary(going, session.look))
    if ended is not None and (going.counts[SendStatus.WAITING] or not isinstance(ended, OutcomeUnknown)):
        session.say(f"not all were started: {words_of(ended, session.look)}")
        return exit_of(ended)
    if going.unresolved:
        return Exit.TROUBLE
    return Exit.NO if going.counts[SendStatus.REFUSED] else Exit.DONE


async def _watched(client: PlatformClient, going: RetryRun, session: Session, code: Exit) -> Exit:
    """Follow the new jobs to their end."""
    new = [outcome.replacement.id for outcome in going.outcomes if outcome.replacement is not None]
    if not new:
        return code
    watch = Watch(client, session, compact=True)
    await watch.take(new)
    await watch.follow(INTERVAL)
    session.write(watch.summary())
    watch.say_missing()
    return code or watch.exit()
