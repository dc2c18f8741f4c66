"""Writes manifests as `read_manifest` reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from cgc_tui.domain.export_columns import csv_line, escape_cell
from cgc_tui.domain.manifest.files import MANIFEST_COLUMNS, TEXT_COLUMNS, ManifestProblem, WantedFile
from cgc_tui.domain.manifest.reading import text_problem
from cgc_tui.domain.text import sanitize

Delimiter = Literal["\t", ","]


class WrittenManifest(NamedTuple):
    """The text of a manifest, and the files that it cannot hold, which are not in the text.

    Problems have the line that the file has in the manifest that it is from.
    """

    text: str
    problems: tuple[ManifestProblem, ...]


def write_manifest(files: Iterable[WantedFile], delimiter: Delimiter = "\t") -> WrittenManifest:
    """Write a manifest; only CSV can hold tabs and line ends in texts."""
    lines, problems = [_line(MANIFEST_COLUMNS, delimiter)], []
    for file in files:
        problem = _problem(file, delimiter)
        if problem is None:
            lines.append(_line(map(_cell, file[: len(MANIFEST_COLUMNS)]), delimiter))
        else:
            problems.append(ManifestProblem(file.line, sanitize(problem)))
    return WrittenManifest("".join(lines), tuple(problems))


def _problem(file: WantedFile, delimiter: Delimiter) -> str | None:
    """Return the first reason why a manifest cannot hold the file."""
    for column, text in zip(TEXT_COLUMNS, file, strict=False):
        problem = text_problem(str(text or ""), one_line=delimiter == "\t")
        if problem:
            return f"{column} {problem}"
    return None


def _cell(value: str | bool | int | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
    return escape_cell(str(value))


def _line(cells: Iterable[str], delimiter: Delimiter) -> str:
    return csv_line(cells) if delimiter == "," else "\t".join(cells) + "\n"
