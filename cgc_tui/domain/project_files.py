"""Files and folders of projects.

Strings are as the platform sent them; sanitize them before showing them.
"""

from __future__ import annotations

from typing import NamedTuple


class ProjectFile(NamedTuple):
    """A file or folder of a project; what the platform did not send is None.

    `volume` and `location` are the source of a file that was imported. `parent` is the id of its
    folder, which may be the root of the project.
    """

    id: str
    name: str | None = None
    is_folder: bool = False
    project: str | None = None
    parent: str | None = None
    size: int | None = None
    volume: str | None = None
    location: str | None = None


class FilePage(NamedTuple):
    """One page of the files in a project's root or in a folder.

    `total` is None if the platform did not send it, `end` the offset after the page; `more` is whether files
    follow. `unreadable` counts records that are not files.
    """

    files: tuple[ProjectFile, ...]
    total: int | None
    more: bool
    end: int
    unreadable: int = 0


class FileListing(NamedTuple):
    """All files and folders of a project; `unreadable` counts records that are not files."""

    files: tuple[ProjectFile, ...]
    unreadable: int = 0
