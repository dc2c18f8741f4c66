"""The files of a manifest as frozen values, and the columns that they are read from and written to."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from cgc_tui.domain.jobs import Destination, Source
from cgc_tui.domain.text import SafeText

TEXT_COLUMNS = ("volume", "location", "project", "parent", "name")
FLAG_COLUMNS = ("overwrite", "autorename", "preserve_folder_structure")
MANIFEST_COLUMNS = (*TEXT_COLUMNS, *FLAG_COLUMNS)
"""The columns of a manifest, which are columns of an exported list, too."""


class WantedFile(NamedTuple):
    """A file or folder that is to be imported, as a row of a manifest names it.

    Without a name it gets the last segment of its location, without project and parent any place will do.
    `line` is its line in the manifest, 0 if it is from elsewhere.
    """

    volume: str
    location: str
    project: str | None = None
    parent: str | None = None
    name: str | None = None
    overwrite: bool | None = None
    autorename: bool | None = None
    preserve_folder_structure: bool | None = None
    line: int = 0

    @property
    def source(self) -> Source:
        """The key on the volume."""
        return Source(self.volume, self.location)

    @property
    def destination(self) -> Destination:
        """The project or folder, and the name if one is given."""
        return Destination(self.project, self.name, self.parent)

    @property
    def final_name(self) -> str:
        """The name in the project or folder."""
        return self.name or self.location.rstrip("/").rpartition("/")[2]


class ManifestProblem(NamedTuple):
    """Why a line of a manifest cannot be used; lines are counted from 1."""

    line: int
    text: SafeText


class DuplicateKind(StrEnum):
    """How rows of a manifest repeat each other; the values are shown on screen."""

    SAME_FILE = "same file, same destination"
    SAME_NAME = "other files, same destination and name"


class Duplicate(NamedTuple):
    """Rows of a manifest with the same destination and name, in their order."""

    kind: DuplicateKind
    files: tuple[WantedFile, ...]


def find_duplicates(files: Iterable[WantedFile]) -> tuple[Duplicate, ...]:
    """Return the rows that repeat an earlier row, and those whose files get the name of another file.

    Files that the platform renames (autorename) get a name of their own.
    """
    first: dict[tuple[str | None, str], WantedFile] = {}
    groups: dict[tuple[str | None, str], list[WantedFile]] = {}
    for file in files:
        target = (file.parent or file.project, file.final_name)
        earlier = first.setdefault(target, file)
        if earlier is not file:
            groups.setdefault(target, [earlier]).append(file)
    return tuple(duplicate for group in groups.values() for duplicate in _duplicates(group))


def _duplicates(group: Iterable[WantedFile]) -> Iterable[Duplicate]:
    """Yield the duplicates among files with the same destination and name."""
    by_source: dict[Source, list[WantedFile]] = {}
    for file in group:
        by_source.setdefault(file.source, []).append(file)
    for same in by_source.values():
        if len(same) > 1:
            yield Duplicate(DuplicateKind.SAME_FILE, tuple(same))
    named = [same[0] for same in by_source.values() if not same[0].autorename]
    if len(named) > 1:
        yield Duplicate(DuplicateKind.SAME_NAME, tuple(named))
