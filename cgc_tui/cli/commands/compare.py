"""`cgc-tui compare`: shows which files of a manifest or a bucket were imported."""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgc_tui.cli.arguments import owner_name
from cgc_tui.cli.context import CommandContext
from cgc_tui.cli.exit_codes import ExitCode
from cgc_tui.cli.output import wrapped
from cgc_tui.cli.progress import ProgressLine
from cgc_tui.domain.comparison import ComparedFile, FileStatus
from cgc_tui.domain.manifest.addresses import has_addresses
from cgc_tui.domain.manifest.reading import Manifest, read_manifest
from cgc_tui.domain.manifest.writing import write_manifest
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.volumes import Volume, folder_prefix
from cgc_tui.formatting.causes import percentage
from cgc_tui.formatting.compare import comparison_lines, duplicate_line, file_note, key_note, status_notes
from cgc_tui.formatting.display import DisplayOptions, full_time, or_missing
from cgc_tui.formatting.lists import describe_query, missing_details

if TYPE_CHECKING:
    from cgc_tui.services.compare import CompareReport

HELP = "show which files were imported"
OPERANDS = "[MANIFEST]"
EPILOG = """\
Compares the files of MANIFEST (- is standard input), or those of a bucket, with
your jobs. MANIFEST: CSV or TSV with the columns volume, location, project, also
parent and name; or keys or s3:// addresses, one per line, with --project.

Exit codes: 0 all files are completed, 1 some are not, 2 errors in MANIFEST,
3 not everything could be read.

Example: cgc-tui compare --volume rosalind/tcga-raw --prefix runs/000/ \\
           --project rosalind/brca-pilot --missing > missing.tsv
"""

COUNT_CELLS = 9
STATUS_CELLS = max(map(len, FileStatus))


def add_arguments(parser: ArgumentParser) -> None:
    """Add the manifest or the folder of a bucket, and the format."""
    parser.add_argument("manifest", nargs="?", metavar="MANIFEST", help=SUPPRESS)
    parser.add_argument(
        "--volume", type=owner_name, metavar="OWNER/NAME", help="the volume of the bucket, or of the keys"
    )
    parser.add_argument("--prefix", metavar="KEY", help="the folder of the bucket; '' is all of it")
    parser.add_argument(
        "--project", type=owner_name, metavar="OWNER/NAME", help="where the files are wanted (default: any)"
    )
    parser.set_defaults(state=None)
    parser.add_argument(
        "--check",
        nargs="?",
        const=False,
        type=_all,
        metavar="all",
        help="look up which missing keys exist now, at most 200; --check=all",
    )
    forms = parser.add_mutually_exclusive_group()
    for name, help_text in {
        "tsv": "tab-separated values, all files",
        "json": "an object with counts and all files",
        "missing": "a manifest of what failed or was not sent",
    }.items():
        forms.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=help_text)


def _all(text: str) -> bool:
    """Parse the value of `--check`, which is False without one."""
    if text != "all":
        raise ArgumentTypeError("must be --check or --check=all; put MANIFEST before it")
    return True


async def run(options: Namespace, context: CommandContext) -> int:
    """Compare the files with the jobs, print the result; say what could not be read."""
    problem = _usage_problem(options)
    if problem is not None:
        context.say(problem)
        return ExitCode.USAGE
    if options.manifest is None:
        return await _compare_folder(options, context)
    return await _compare_manifest(options, context)


def _usage_problem(options: Namespace) -> str | None:
    if options.manifest is not None:
        return "use either MANIFEST or --prefix, not both." if options.prefix is not None else None
    if options.volume is None or options.prefix is None:
        return "name a MANIFEST, or a bucket with --volume and --prefix."
    if options.check is not None:
        return "--check is for a MANIFEST: the objects of a bucket exist."
    if options.form == "missing" and options.project is None:
        return "--missing needs --project with --prefix: a manifest says where to import to."
    return None


async def _compare_folder(options: Namespace, context: CommandContext) -> int:
    from cgc_tui.services.compare import compare_folder

    prefix = folder_prefix(options.prefix)
    async with context.client() as client:
        with ProgressLine(context, "Loading objects and import jobs") as progress:
            report = await compare_folder(
                client,
                options.volume,
                prefix,
                options.project,
                on_progress=progress.show_comparison,
                on_retry=progress.retrying,
            )
    title = sanitize(f"{prefix or 'all objects'} on {options.volume}")
    if not report.comparison.files and report.is_whole:
        context.say(f"no objects: {title}")
        return ExitCode.NO
    return _print(report, title, options, context)


async def _compare_manifest(options: Namespace, context: CommandContext) -> int:
    from cgc_tui.services.compare import MAX_CHECKED, check_keys, compare_files

    title = sanitize("standard input" if options.manifest == "-" else options.manifest)
    try:
        data = _read(options.manifest)
    except OSError as error:
        context.say(f"{title} cannot be read ({error.strerror}).")
        return ExitCode.USAGE
    if not has_addresses(data):
        manifest = _parsed(data, (), options)
        if manifest.problems:
            return _report_problems(manifest, title, context)
    async with context.client() as client:
        if has_addresses(data):
            with ProgressLine(context, "Loading volumes") as progress:
                volumes = await client.bulk_volumes.all(on_retry=progress.retrying)
            manifest = _parsed(data, volumes.volumes, options)
            if not volumes.complete:
                context.say("not all of your volumes could be read, so some addresses may not be found.")
            if manifest.problems:
                return _report_problems(manifest, title, context, complete=volumes.complete)
        with ProgressLine(context) as progress:
            report = await compare_files(
                client,
                manifest.files,
                on_progress=progress.show_comparison,
                on_retry=progress.retrying,
            )
        if options.check is not None:
            with ProgressLine(context, "Checking keys") as progress:
                report = await check_keys(
                    client,
                    report,
                    limit=None if options.check else MAX_CHECKED,
                    on_checked=progress.show_checked,
                    on_retry=progress.retrying,
                )
    return _print(report, title, options, context)


def _read(path: str) -> bytes:
    if path != "-":
        return Path(path).read_bytes()
    return sys.stdin.buffer.read() if sys.stdin is not None else b""


def _parsed(data: bytes, volumes: Sequence[Volume], options: Namespace) -> Manifest:
    return read_manifest(data, volumes=volumes, volume=options.volume, project=options.project)


def _report_problems(
    manifest: Manifest, title: SafeText, context: CommandContext, *, complete: bool = True
) -> int:
    """Say all problems with their lines; nothing is compared."""
    for problem in manifest.problems:
        context.say(f"{title}, line {problem.line}: {problem.text}")
    count = len(manifest.problems)
    context.say(f"{count:,} {'problem' if count == 1 else 'problems'} in {title}; nothing was compared.")
    return ExitCode.USAGE if complete else ExitCode.UNAVAILABLE


def _print(report: CompareReport, title: SafeText, options: Namespace, context: CommandContext) -> int:
    """Print a report in the form of the options; return the exit code."""
    comparison, display = report.comparison, context.display
    heading = _heading(report, title, options, display)
    match options.form:
        case "json":
            context.write(_json(report, title, options))
        case "tsv":
            context.write(comparison_lines(comparison.files, report.key_exists))
            context.say(heading)
        case "missing":
            written = write_manifest(comparison.missing())
            context.write([written.text])
            context.say(heading)
            for problem in written.problems:
                line = f"line {problem.line}: " if problem.line else ""
                context.say(f"{line}{problem.text}; the file is not in the manifest.")
        case _:
            context.write(_text(report, heading, context))
    if options.form in ("tsv", "missing"):
        for note in (*status_notes(comparison), *map(duplicate_line, comparison.duplicates)):
            context.say(note)
    if report.unchecked:
        context.say(f"{report.unchecked:,} keys are not checked; use --check=all")
    if unreadable := report.unreadable_jobs + report.unreadable_objects:
        context.say(f"{unreadable:,} records could not be read and are missing.")
    if report.details_missing:
        context.say(f"{missing_details(report.details_missing, comparison.jobs)}; they were not compared.")
    if not report.is_whole:
        return ExitCode.UNAVAILABLE
    return ExitCode.DONE if comparison.all_completed else ExitCode.NO


def _heading(report: CompareReport, title: SafeText, options: Namespace, display: DisplayOptions) -> SafeText:
    """Return what was compared with what, when, and the number of completed files."""
    comparison = report.comparison
    completed, total = comparison.counts[FileStatus.COMPLETED], len(comparison.files)
    wanted = f"for project {options.project}" if options.project and options.manifest is None else ""
    jobs = f"compared with {comparison.jobs:,} of your jobs ({describe_query(report.query, display)})"
    parts = (
        f"{completed:,} of {total:,} files completed",
        title,
        wanted,
        jobs,
        f"updated {full_time(report.as_of, display)}",
    )
    return sanitize(display.separator.join(filter(None, parts)))


def _text(report: CompareReport, heading: SafeText, context: CommandContext) -> Iterator[str]:
    """Yield the counts, and the files that are not completed."""
    comparison, display, width = report.comparison, context.display, context.width
    yield from wrapped(heading, width)
    yield "\n"
    total = len(comparison.files)
    for status, count in comparison.counts.items():
        if count or status is FileStatus.COMPLETED:
            yield f"{count:>{COUNT_CELLS},} {percentage(count, total):>5}  {status}\n"
    notes = (*status_notes(comparison), *map(duplicate_line, comparison.duplicates))
    if notes:
        yield "\n"
    for note in notes:
        yield from wrapped(note, width)
    if comparison.all_completed:
        return
    yield f"\n{'Status':{STATUS_CELLS}}  {'Sent':>4}  File\n"
    for compared in sorted(comparison.files, key=lambda each: list(FileStatus).index(each.status)):
        if compared.status is not FileStatus.COMPLETED:
            first = f"{compared.status:{STATUS_CELLS}}  {compared.times_sent:>4,}  "
            yield from wrapped(_file_line(report, compared, display), width, first=first)


def _file_line(report: CompareReport, compared: ComparedFile, display: DisplayOptions) -> SafeText:
    """Return a file's key, its volume if there are several, and why it is not completed."""
    parts: list[str] = [or_missing(compared.file.location, display)]
    if report.query.volume is None:
        parts.append(or_missing(compared.file.volume, display))
    parts += [file_note(compared, display), key_note(compared, report.key_exists(compared))]
    error = report.check_error(compared)
    parts += [f"the key could not be checked: {error.summary}"] if error is not None else []
    return sanitize(display.separator.join(filter(None, parts)))


def _json(report: CompareReport, title: SafeText, options: Namespace) -> Iterator[str]:
    comparison = report.comparison
    yield (
        json.dumps(
            {
                "as_of": _iso(report.as_of),
                "compared": title,
                "volume": options.volume,
                "prefix": options.prefix,
                "project": options.project,
                "jobs": comparison.jobs,
                "jobs_of_volume": report.query.volume,
                "jobs_without_source": comparison.jobs_without_source,
                "only_own_jobs": True,
                "all_completed": comparison.all_completed,
                "counts": {status.value: count for status, count in comparison.counts.items()},
                "duplicates": [
                    {"kind": each.kind.value, "lines": [file.line for file in each.files]}
                    for each in comparison.duplicates
                ],
                "files": [_record(compared, report.key_exists(compared)) for compared in comparison.files],
            },
            indent=2,
            allow_nan=False,
        )
        + "\n"
    )


def _record(compared: ComparedFile, key_exists: bool | None) -> dict[str, Any]:
    """Return a file with the platform's raw texts, which JSON escapes."""
    job, error, hint, similar = compared.job, compared.error, compared.hint, compared.near_miss
    return {
        "status": compared.status.value,
        "times_sent": compared.times_sent,
        **compared.file._asdict(),
        "job": job and job.id,
        "job_state": job and job.state,
        "job_project": job and job.destination.project,
        "error_code": error and error.code,
        "error_message": error and error.message,
        "fix": hint and hint.fix,
        "completed_before": compared.completed_before,
        "key_exists": key_exists,
        "similar_location": similar and similar.source.location,
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
