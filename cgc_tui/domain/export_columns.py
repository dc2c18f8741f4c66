"""The columns of exported tables, and the form of their cells and lines.

Spreadsheets evaluate text that begins with `=`, `+`, `-` or `@` as a formula (OWASP, "CSV injection"). Such
text gets a leading apostrophe, and so does text that begins with an apostrophe: reading takes one off.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

COLUMNS = (
    "id",
    "state",
    "name",
    "project",
    "parent",
    "volume",
    "location",
    "started_on",
    "finished_on",
    "seconds",
    "error_code",
    "error_message",
    "overwrite",
    "autorename",
    "preserve_folder_structure",
    "file_id",
    "file_name",
    "file_size",
)
"""The column names. Names and order are a contract; new columns are added at the end."""

ESCAPE = "'"
ESCAPED_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", ESCAPE)


def escape_cell(text: str) -> str:
    """Return a text as a cell that is not a formula."""
    return ESCAPE + text if text.startswith(ESCAPED_STARTS) else text


def unescape_cell(cell: str) -> str:
    """Return the text of a cell."""
    return cell.removeprefix(ESCAPE)


def csv_line(cells: Iterable[str]) -> str:
    """Return a line of CSV, with its line end."""
    line = io.StringIO()
    import csv  # not needed for the first paint

    csv.writer(line).writerow(cells)  # with another line terminator it does not quote lone carriage returns
    return line.getvalue().removesuffix("\r\n") + "\n"
