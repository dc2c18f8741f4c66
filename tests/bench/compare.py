"""The time and memory of comparing a manifest with jobs, without the network, relative to reading both."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from collections.abc import Iterator
from statistics import median

from cgc_tui.domain import records
from cgc_tui.domain.compare import compare
from cgc_tui.domain.comparison import Comparison
from cgc_tui.domain.export_columns import csv_line
from cgc_tui.domain.jobs import ImportJob, pack_records
from cgc_tui.domain.manifest.reading import Manifest, read_manifest
from tests.bench.figure import Figure

ROWS = 100_000
RUNS = 3
PAGE = 100
MEGABYTE = 1_000_000


def measure() -> Iterator[Figure]:
    """Measure one manifest against the jobs of another run, half of which are for its files."""
    manifest, pages = _manifest(), _pages()
    ratios = [_ratio(manifest, pages) for _ in range(RUNS)]
    yield Figure(
        "100,000 rows against 100,000 jobs, against reading both", median(ratios), "×", maximum=2, timed=True
    )
    over_rows, over_jobs = _memory(manifest, pages)
    yield Figure("memory of that, over the rows' and the records' own", over_rows, "MB", maximum=40)
    yield Figure("the same with the rows", over_jobs, "MB")


def _ratio(manifest: bytes, pages: list[bytes]) -> float:
    """Return the seconds of reading and comparing, against those of reading."""
    gc.collect()
    start = time.perf_counter()
    files, jobs = read_manifest(manifest), _jobs(pages)
    read = time.perf_counter()
    _checked(compare(files.files, jobs), files)
    return (time.perf_counter() - start) / (read - start)


def _memory(manifest: bytes, pages: list[bytes]) -> tuple[float, float]:
    """Return the peak over rows and jobs, and over the jobs, in MB."""
    jobs = _jobs(pages)
    gc.collect()
    tracemalloc.start()
    try:
        files = read_manifest(manifest)
        rows = tracemalloc.get_traced_memory()[0]
        _checked(compare(files.files, jobs), files)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return (peak - rows) / MEGABYTE, peak / MEGABYTE


def _checked(comparison: Comparison, manifest: Manifest) -> None:
    assert not manifest.problems
    assert len(comparison.files) == ROWS
    assert comparison.all_completed is False


def _location(number: int) -> str:
    return f"runs/{number // 1000:03}/TCGA-{number:08}-01A-11R-A13Q-07.bam"


def _manifest() -> bytes:
    """Return a manifest with the columns that are needed."""
    lines = [csv_line(("volume", "location", "project"))]
    lines += [csv_line(("rosalind/tcga-raw", _location(number), "rosalind/brca")) for number in range(ROWS)]
    return "".join(lines).encode()


def _pages() -> list[bytes]:
    """Return responses of the list, with every second file of the manifest, each sent twice."""
    jobs = [_record(number) for number in range(ROWS)]
    return [json.dumps({"items": jobs[index : index + PAGE]}).encode() for index in range(0, ROWS, PAGE)]


def _record(number: int) -> dict[str, object]:
    location = _location(number // 2 * 2)
    name = location.rpartition("/")[2]
    started = f"2026-03-14T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    failed = number % 20 == 0
    return {
        "href": f"https://cgc-api.sbgenomics.com/v2/storage/imports/{number:032}",
        "id": f"{number:032}",
        "state": "FAILED" if failed else "COMPLETED",
        "source": {"volume": "rosalind/tcga-raw", "location": location},
        "destination": {"project": "rosalind/brca", "name": name},
        "overwrite": False,
        "autorename": False,
        "started_on": started,
        "finished_on": started,
        **(
            {"error": {"status": 404, "code": 9105, "message": f"{location} not found"}}
            if failed
            else {"result": {"id": f"{number:024}", "name": name, "size": 1000, "project": "rosalind/brca"}}
        ),
    }


def _jobs(pages: list[bytes]) -> list[ImportJob]:
    """Read the responses as `fetch_all` does."""
    jobs: list[ImportJob] = []
    for page in pages:
        parsed = (records.job(record) for record in json.loads(page)["items"])
        jobs += pack_records([job for job in parsed if job is not None])
    return jobs
