"""Writes jobs as lines of CSV, TSV or JSON, for files, for pasting and for other programs.

CSV and TSV have a line a job under the headings `COLUMNS`; times are ISO 8601 in UTC. A spreadsheet takes
text that begins with `=`, `+`, `-` or `@` for a formula: such text gets an apostrophe before it (OWASP, "CSV
injection"). In TSV, tabs and line ends inside a value become a space. JSON has each record as the platform
sent it, and keeps everything.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum

from cgc_tui.domain.columns import COLUMNS
from cgc_tui.domain.jobs import ImportJob

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ENCODING_ERRORS = "backslashreplace"
"""How what UTF-8 lacks is encoded: a lone surrogate becomes `\\udc80`, in JSON its own escape."""

_ONE_LINE = str.maketrans("\t\n\r", "   ")


class ExportFormat(StrEnum):
    """How jobs can be written; the values are the ends of file names, too."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"


def export_lines(jobs: Iterable[ImportJob], export_format: ExportFormat) -> Iterator[str]:
    """Yield the jobs as lines, each with its end; none waits for a later job."""
    if export_format is ExportFormat.JSON:
        yield from _json(jobs)
        return
    yield _row(COLUMNS, export_format)
    for job in jobs:
        yield _row(tuple(map(_cell, _values(job))), export_format)


def source_keys(jobs: Iterable[ImportJob]) -> Iterator[str]:
    """Yield the bare source keys that are known, each with its line end."""
    for job in jobs:
        if job.source.location:
            yield job.source.location + "\n"


def _values(job: ImportJob) -> tuple[str | int | float | bool | datetime | None, ...]:
    """Return what stands under the headings, in their order."""
    source, destination, error, result = job.source, job.destination, job.error, job.result
    return (
        job.id,
        job.state,
        job.name,
        destination.project,
        destination.parent,
        source.volume,
        source.location,
        job.started_on,
        job.finished_on,
        job.seconds,
        error.code if error else None,
        error.message if error else None,
        job.overwrite,
        job.autorename,
        job.preserve_folder_structure,
        result.id if result else None,
        result.name if result else None,
        result.size if result else None,
    )


def _cell(value: str | int | float | bool | datetime | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case float():
            return f"{round(value, 3):g}" if value < 1000 else str(round(value))
        case str() if value.startswith(FORMULA_STARTS):
            return f"'{value}"
    return str(value)


def _row(cells: Iterable[str], export_format: ExportFormat) -> str:
    if export_format is ExportFormat.TSV:
        return "\t".join(cell.translate(_ONE_LINE) for cell in cells) + "\n"
    line = io.StringIO()
    import csv  # not for the first paint

    csv.writer(line).writerow(cells)  # only its own line end has it quote lone carriage returns, too
    return line.getvalue().removesuffix("\r\n") + "\n"


def _json(jobs: Iterable[ImportJob]) -> Iterator[str]:
    import json  # likewise

    encode, start = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode, "["
    for job in jobs:
        yield f"{start}\n{encode(job.raw)}"
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"
