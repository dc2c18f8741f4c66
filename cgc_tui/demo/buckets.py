"""The objects in the volumes of the simulated platform; most are computed when they are listed."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from cgc_tui.demo.job_store import JobStore
from cgc_tui.demo.jobs import Job
from cgc_tui.demo.records import HOSTILE

FLAT_COUNT = 50_000

SLASH_SUCCESSOR = "0"
"""The character after the slash: `a0` follows all keys that start with `a/`."""

FOLDER_CONTENT = ("lane-1.fastq.gz", "lane-2.fastq.gz", "qc/report.html", "qc/stats.json", "sheet.csv")

ODD_KEYS = (
    "a+b.svs",
    "a b.svs",
    "a%20b.svs",
    "a%2Bb.svs",
    "Case.svs",
    "case.svs",
    "caf\u00e9.svs",
    "cafe\u0301.svs",
    "caf\u00e9/inner.svs",
    "cafe\u0301/inner.svs",
    "date=2024-01-01/part:0.svs",
    "double//slash.svs",
    "marker/",
    "marker/inside.svs",
    "same",
    "same/inside.svs",
    "same-beginning/other.svs",
    " leading and trailing .svs",
    "\U0001f9ec\uff5e.svs",
    *(
        name.replace("deep/" * 200, "deep/" * 20)
        for name in HOSTILE
        if not any("\ud800" <= letter <= "\udfff" for letter in name)
    ),
)
"""Keys that differ by case, encoding or normalization alone, or that can break paths, URLs and screens."""


class Keys(Protocol):
    """Keys in byte order."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> str: ...


class FlatKeys:
    """The keys of one flat folder, computed from their number."""

    def __init__(self, prefix: str, count: int, suffix: str) -> None:
        self._prefix = prefix
        self._count = count
        self._suffix = suffix

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int, /) -> str:
        return f"{self._prefix}{index:05}{self._suffix}"


class Buckets:
    """The objects of all volumes, by location: the key without the prefix of the volume.

    A volume has the objects that its jobs import, with two exceptions: half of the keys that a generated job
    did not find (9105) are still missing, and beside some files is one that no job has imported. A folder
    that a job imports has a few files. Some volumes have folders that no job imports from.
    """

    def __init__(self, store: JobStore, username: str) -> None:
        self._store = store
        self._fixed: dict[str, Sequence[Keys]] = {
            f"{username}/results": (FlatKeys("cohort/sample-", FLAT_COUNT, ".vcf.gz"),),
            f"{username}/rnaseq-gcs": (_nested_keys(),),
            "lab-archive/slides": (sorted(f"odd/{key}" for key in ODD_KEYS),),
        }
        self._added: dict[str, list[str]] = {}
        self._removed: set[tuple[str, str]] = set()
        self._of_jobs: dict[str, list[str]] = {}
        self._revision = -1

    def add(self, volume: str, locations: Iterable[str]) -> None:
        """Add objects to a volume."""
        locations = set(locations)
        self._removed -= {(volume, location) for location in locations}
        self._added[volume] = sorted(locations.union(self._added.get(volume, ())))

    def remove(self, volume: str, locations: Iterable[str]) -> None:
        """Remove objects from a volume; those that it does not have are ignored."""
        self._removed |= {(volume, location) for location in locations}

    def exists(self, volume: str, location: str) -> bool:
        """Return whether a volume has an object."""
        return self._first_from(volume, location) == location

    def level(self, volume: str, prefix: str, start: str = "") -> Iterator[str]:
        """Yield the objects below `prefix`, from the location `start` on, in byte order.

        Of locations with a further slash only the folder is yielded, once, with the slash at its end.
        """
        start = max(prefix, start)
        while (key := self._first_from(volume, start)) is not None and key.startswith(prefix):
            head, slash, _ = key[len(prefix) :].partition("/")
            yield prefix + head + slash
            start = next_start(prefix + head + slash) if slash else f"{key}\0"

    def locations(self, volume: str, prefix: str) -> Iterator[str]:
        """Yield all objects below `prefix`, in byte order."""
        start = prefix
        while (key := self._first_from(volume, start)) is not None and key.startswith(prefix):
            yield key
            start = f"{key}\0"

    def _first_from(self, volume: str, start: str) -> str | None:
        """Return the first location of a volume that is not before `start`."""
        sources = self._sources(volume)
        while True:
            following = [keys[index] for keys in sources if (index := bisect_left(keys, start)) < len(keys)]
            first = min(following, default=None)
            if first is None or (volume, first) not in self._removed:
                return first
            start = f"{first}\0"

    def _sources(self, volume: str) -> Sequence[Keys]:
        if self._revision != self._store.revision:
            self._of_jobs, self._revision = {}, self._store.revision
        if volume not in self._of_jobs:
            jobs = (job for job in self._store.newest_first() if job.volume == volume)
            self._of_jobs[volume] = sorted({key for job in jobs for key in _keys_of(job)})
        return (self._of_jobs[volume], self._added.get(volume, []), *self._fixed.get(volume, ()))


def next_start(entry: str) -> str:
    """Return the location after an entry of a level: an object, or all objects of a folder."""
    return entry[:-1] + SLASH_SUCCESSOR if entry.endswith("/") else f"{entry}\0"


def object_size(volume: str, location: str) -> int:
    """Return the size of an object in bytes."""
    if location.endswith("/"):
        return 0
    digest = hashlib.sha256(f"{volume} {location}".encode(errors="surrogatepass")).hexdigest()
    return int(digest[:8], 16)


def _keys_of(job: Job) -> Iterator[str]:
    """Yield the locations that exist because of a job."""
    if job.folder:
        yield from (job.location + name for name in FOLDER_CONTENT)
        return
    if not job.key_missing:
        yield job.location
    if job.dice % 12 == 5:
        stem, dot, suffix = job.location.rpartition("/")[2].partition(".")
        yield f"{job.location.rpartition('/')[0]}/{stem}_resequenced{dot}{suffix}".lstrip("/")


def _nested_keys() -> list[str]:
    return sorted(
        f"studies/site-{site}/date=2024-{month:02}-01/P{patient:03}/{name}"
        for site in "abcd"
        for month in (1, 2, 3)
        for patient in range(6)
        for name in ("reads_R1.fastq.gz", "reads_R2.fastq.gz", "logs/star.log")
    )
