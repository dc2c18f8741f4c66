"""Reads manifests: tables as CSV or TSV, and lists of keys.

A table has a header with names of `MANIFEST_COLUMNS`, in any case and order; other columns are ignored. The
columns that `cgc-tui list` writes are such a header. In place of `location` it may have `aws_s3_path`, and
`file_name` with it. A cell that begins with an apostrophe loses it (`escape_cell`). CSV is separated by
commas or semicolons and may be quoted; in TSV quotes are part of the text. Any other file is a list of keys
or addresses, one per line, all of which are text as it is.
"""

from __future__ import annotations

import codecs
import csv
import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO, TextIOWrapper
from typing import NamedTuple

from cgc_tui.domain.export_columns import COLUMNS, unescape_cell
from cgc_tui.domain.jobs import Source
from cgc_tui.domain.manifest.addresses import AddressError, VolumeFinder, is_address
from cgc_tui.domain.manifest.files import FLAG_COLUMNS, TEXT_COLUMNS, ManifestProblem, WantedFile
from cgc_tui.domain.text import sanitize
from cgc_tui.domain.volumes import Volume

MAX_ROWS = 100_000

PATH, FILE_NAME = "aws_s3_path", "file_name"
"""Columns of other tools: the address of a folder and the name of a file in it, or the file's address."""

NOT_UTF_8 = "is not valid UTF-8"

_LOCATION_COLUMNS = frozenset(("location", PATH))
_CELL_COLUMNS = (*TEXT_COLUMNS, PATH, FILE_NAME)
_READ_COLUMNS = frozenset((*_CELL_COLUMNS, *FLAG_COLUMNS))
_KNOWN_COLUMNS = frozenset((*COLUMNS, *_READ_COLUMNS))
_FLAGS = {"": None, "true": True, "false": False}
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ONLY_QUOTED = {"\t": "tab", "\r": "carriage return", "\n": "line end"}
_UNSUPPORTED = re.compile("[\0\t\r\n\ud800-\udfff]|\\\\ud[89a-f][0-9a-f]{2}")


class Manifest(NamedTuple):
    """The files of a manifest, and all problems in the order of their lines; a line with one has no file."""

    files: tuple[WantedFile, ...]
    problems: tuple[ManifestProblem, ...]


class _Row(NamedTuple):
    """The cells of a row, or why they cannot be read."""

    line: int
    cells: Sequence[str]
    problem: str | None = None


def read_manifest(
    data: bytes, *, volumes: Sequence[Volume] = (), volume: str | None = None, project: str | None = None
) -> Manifest:
    """Read a manifest.

    `volumes` are the user's, for addresses (`has_addresses`). `volume` and `project` are for rows that have
    none, and `volume` for addresses which several volumes fit.
    """
    reader = _Reader(VolumeFinder(volumes), volume, project)
    try:
        reader.read(data)
    except UnicodeDecodeError as error:
        reader.report(reader.line + 1, f"not valid {error.encoding}; save the file as UTF-8")
    return Manifest(tuple(reader.files), tuple(reader.problems))


def text_problem(text: str, *, one_line: bool) -> str | None:
    """Return why a manifest cannot hold a text; `one_line` is for formats in which nothing is quoted."""
    for match in _UNSUPPORTED.finditer(text):
        found = match[0]
        if found in _ONLY_QUOTED:
            if one_line:
                return f"has a {_ONLY_QUOTED[found]}, which only CSV can hold"
        elif found == "\0":
            return "has a NUL character"
        elif len(found) > 1:
            return f"has {found} in place of a character that UTF-8 cannot hold"
        else:
            return NOT_UTF_8
    return None


class _Reader:
    """Collects the files and problems of a manifest; `line` is where the last row begins."""

    def __init__(self, finder: VolumeFinder, volume: str | None, project: str | None) -> None:
        self.files: list[WantedFile] = []
        self.problems: list[ManifestProblem] = []
        self.line = 0
        self._finder = finder
        self._volume = volume
        self._project = project
        self._one_line = True

    def report(self, line: int, text: str) -> None:
        self.problems.append(ManifestProblem(line, sanitize(text)))

    def read(self, data: bytes) -> None:
        encoding = next((name for mark, name in _ENCODINGS if data.startswith(mark)), "utf-8")
        if encoding == "utf-8" and b"\0" in data[:2]:
            self.report(1, "not UTF-8, perhaps UTF-16; save the file as UTF-8")
            return
        head = next((line for line in _lines(data, encoding, newline="") if line.strip()), "")
        delimiter = _delimiter(head)
        if not head:
            self.report(1, "the file is empty")
        elif delimiter is None:
            self._read_keys(_plain_rows(data, encoding))
        elif delimiter == "\t":
            self._read_table(_plain_rows(data, encoding, delimiter))
        else:
            self._one_line = False
            self._read_table(_quoted_rows(data, encoding, delimiter))

    def _read_keys(self, rows: Iterator[_Row]) -> None:
        """Read a list of keys; what it lacks as a whole is reported once."""
        for row in self._limited(rows):
            text = row.cells[0]
            if not self._project:
                self.report(row.line, "a list of keys needs a project")
                return
            if not self._volume and not is_address(text):
                self.report(row.line, "a list of keys needs a volume")
                return
            if "\t" in text:
                self.report(row.line, "has a tab; a table needs a header with the column location")
            else:
                self._add(row.line, ("", text, "", "", "", "", ""), ("", "", ""))

    def _read_table(self, rows: Iterator[_Row]) -> None:
        """Read a table; its first row is the header."""
        header = next(rows)
        names = [cell.strip().lower() for cell in header.cells]
        repeated = sorted(name for name in _READ_COLUMNS if names.count(name) > 1)
        if header.problem or repeated or not _LOCATION_COLUMNS & set(names):
            self.report(
                header.line,
                header.problem
                or (f"several columns {', '.join(repeated)}" if repeated else "no column location"),
            )
            return
        texts = tuple(names.index(name) if name in names else -1 for name in _CELL_COLUMNS)
        flags = tuple(names.index(name) if name in names else -1 for name in FLAG_COLUMNS)
        for line, cells, problem in self._limited(rows):
            if problem is None and (len(cells) < len(names) or any(cells[len(names) :])):
                problem = f"has {len(cells)} columns, not {len(names)}"
            if problem is not None:
                self.report(line, problem)
                continue
            padded = [*cells[: len(names)], ""]
            self._add(
                line, [unescape_cell(padded[index]) for index in texts], [padded[index] for index in flags]
            )
        if not self.files and not self.problems:
            self.report(header.line, "no rows below the header")

    def _limited(self, rows: Iterator[_Row]) -> Iterator[_Row]:
        """Yield at most `MAX_ROWS` rows."""
        for count, row in enumerate(rows):
            self.line = row.line
            if count == MAX_ROWS:
                self.report(row.line, f"more than {MAX_ROWS:,} rows; split the file")
                return
            yield row

    def _add(self, line: int, texts: Sequence[str], flags: Sequence[str]) -> None:
        """Add the file of a row, or all of its problems."""
        volume, location, project, parent, name, path, file_name = texts
        problems = []
        if _UNSUPPORTED.search("\v".join(texts)):
            for column, text in zip(_CELL_COLUMNS, texts, strict=True):
                problem = text_problem(text, one_line=self._one_line)
                if problem:
                    advice = "; save the file as UTF-8" if problem == NOT_UTF_8 else ""
                    problems.append(f"{column} {problem}{advice}")
        problems += [
            f"{column} is neither true nor false: {flag}"
            for column, flag in zip(FLAG_COLUMNS, flags, strict=True)
            if flag and flag.strip().lower() not in _FLAGS
        ]
        if not project and not parent:
            project = self._project or ""
            if not project:
                problems.append("no project or parent")
        source = Source(volume, location)
        if not (volume and location):
            try:
                source = self._source(volume, location or _joined(path, file_name))
            except AddressError as error:
                problems.append(str(error))
        for problem in problems:
            self.report(line, problem)
        if not problems:
            overwrite, autorename, preserve = map(_flag, flags)
            self.files.append(
                WantedFile(
                    sys.intern(source.volume or ""),
                    source.location or "",
                    sys.intern(project) if project else None,
                    sys.intern(parent) if parent else None,
                    name or None,
                    overwrite,
                    autorename,
                    preserve,
                    line,
                )
            )

    def _source(self, volume: str, location: str) -> Source:
        """Return the volume and location of a row that has no volume or no location."""
        if not location:
            raise AddressError("no location")
        if is_address(location):
            return self._finder.find(location, volume or self._volume)
        if not volume and not self._volume:
            raise AddressError("no volume")
        return Source(volume or self._volume, location)


def _flag(cell: str) -> bool | None:
    return _FLAGS[cell.strip().lower()] if cell else None


def _joined(path: str, file_name: str) -> str:
    """Return the address of a file from the address of its folder."""
    return f"{path.removesuffix('/')}/{file_name}" if path and file_name else path


def _delimiter(head: str) -> str | None:
    """Return the delimiter of a table by its first line, None for a list of keys."""
    best, most = None, 0
    for delimiter in ("\t", ",", ";"):
        names = {cell.strip(' "\r\n').lower() for cell in head.split(delimiter)}
        known = len(names & _KNOWN_COLUMNS)
        if known > most and (known > 1 or names & _LOCATION_COLUMNS):
            best, most = delimiter, known
    return best


def _lines(data: bytes, encoding: str, newline: str) -> TextIOWrapper:
    """Return the lines of a file; bytes that are not UTF-8 become lone surrogates."""
    return TextIOWrapper(BytesIO(data), encoding, errors="surrogateescape", newline=newline)


def _plain_rows(data: bytes, encoding: str, delimiter: str | None = None) -> Iterator[_Row]:
    """Yield the rows of a file without quotes; blank lines are skipped."""
    for line, text in enumerate(_lines(data, encoding, newline="\n"), start=1):
        text = text.removesuffix("\n").removesuffix("\r")
        if text:
            yield _Row(line, text.split(delimiter) if delimiter else [text])


def _quoted_rows(data: bytes, encoding: str, delimiter: str) -> Iterator[_Row]:
    """Yield the rows of CSV; blank lines are skipped."""
    reader = csv.reader(_lines(data, encoding, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Row(line, [], f"not valid CSV: {error}")
        else:
            if any(cells):
                yield _Row(line, cells)
