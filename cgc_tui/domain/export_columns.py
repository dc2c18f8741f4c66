"""The columns of exported tables."""

from __future__ import annotations

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
