"""The columns of the export."""

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
"""The headings; they keep their names and their order, and new ones come last."""
