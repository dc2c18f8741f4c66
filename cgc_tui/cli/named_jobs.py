"""Reads the jobs that are named on the command line by id or href."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.domain.jobs import ImportJob, JobError
from cgc_tui.domain.records import job_id
from cgc_tui.domain.text import sanitize

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


def distinct_ids(ids_or_hrefs: Iterable[str]) -> list[str]:
    """Return the ids, each once."""
    return list(dict.fromkeys(map(job_id, ids_or_hrefs)))


async def fetch_named(
    client: PlatformClient, ids_or_hrefs: Iterable[str], context: CommandContext
) -> tuple[tuple[ImportJob, ...], ExitCode]:
    """Return the jobs in the order in which they are named; say which cannot be read, and return its code."""
    from cgc_tui.api.listing import fetch_many

    ids = distinct_ids(ids_or_hrefs)
    with ProgressLine(context) as progress:
        records = await fetch_many(client, ids, on_retry=progress.retrying)
    jobs = tuple(record for record in map(records.get, ids) if isinstance(record, ImportJob))
    return jobs, report_missing(ids, records, context)


def report_missing(
    ids: Sequence[str], records: Mapping[str, ImportJob | JobError], context: CommandContext
) -> ExitCode:
    """Say for each job without a record why, and return the exit code for that."""
    code = ExitCode.DONE
    for each in ids:
        record = records.get(each)
        if isinstance(record, ImportJob):
            continue
        reason = (record.message if record is not None else None) or "the platform returned nothing about it"
        context.say(f"{sanitize(each)}: {sanitize(reason)}")
        forbidden = record is not None and record.status == 403
        code = ExitCode.ACCESS if forbidden or code is ExitCode.ACCESS else ExitCode.NO
    return code
