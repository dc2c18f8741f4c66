"""Formats jobs as CSV, TSV or JSON, for files, the clipboard and other programs.

CSV and TSV have a header line with `COLUMNS` and a line per job; times are ISO 8601 in UTC. No text is a
formula for spreadsheets (`escape_cell`). In TSV, a tab or line end inside a value becomes a space. JSON has
the records as the platform sent them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum

from cgc_tui.domain.export_columns import COLUMNS, csv_line, escape_cell
from cgc_tui.domain.jobs import ImportJob

ENCODING_ERRORS = "backslashreplace"
"""The error handler for characters that UTF-8 cannot encode: a lone surrogate becomes `\\udc80`."""

_ONE_LINE = str.maketrans("\t\n\r", "   ")


class ExportFormat(StrEnum):
    """The export formats; the values are also the file name extensions."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"


def export_lines(jobs: Iterable[ImportJob], export_format: ExportFormat) -> Iterator[str]:
    """Yield the lines of an export, with line ends; a job's line does not depend on later jobs."""
    if export_format is ExportFormat.JSON:
        yield from _json(jobs)
        return
    yield table_line(COLUMNS, export_format)
    for job in jobs:
        yield table_line(tuple(map(cell_text, _values(job))), export_format)


def source_keys(jobs: Iterable[ImportJob]) -> Iterator[str]:
    """Yield the source keys of the jobs that have one, with line ends."""
    for job in jobs:
        if job.source.location:
            yield job.source.location + "\n"


def _values(job: ImportJob) -> tuple[str | int | float | bool | datetime | None, ...]:
    """Return a job's values in the order of `COLUMNS`."""
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


def cell_text(value: str | int | float | bool | datetime | None) -> str:
    """Return a value as a cell of CSV or TSV."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case float():
            return f"{round(value, 3):g}" if value < 1000 else str(round(value))
        case str():
            return escape_cell(value)
    return str(value)


def table_line(cells: Iterable[str], export_format: ExportFormat) -> str:
    """Return a line of CSV or TSV, with its line end."""
    if export_format is ExportFormat.TSV:
        return "\t".join(cell.translate(_ONE_LINE) for cell in cells) + "\n"
    return csv_line(cells)


def _json(jobs: Iterable[ImportJob]) -> Iterator[str]:
    import json  # not needed for the first paint

    encode, start = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode, "["
    for job in jobs:
        yield f"{start}\n{encode(job.raw)}"
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"
