"""Wanted files against jobs: each in exactly one class, by its latest job to where it is wanted."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.domain.compare import compare
from cgc_tui.domain.comparison import ComparedFile, FileStatus
from cgc_tui.domain.jobs import Destination, ImportedFile, ImportJob, JobError, Source
from cgc_tui.domain.manifest.files import WantedFile
from tests.support.clock import NOON

HOUR = timedelta(hours=1)
FILE = WantedFile("v/v", "runs/1.bam", "p/p", line=2)
NAMED = FILE._replace(name="1.bam")


def job(state: str = "COMPLETED", number: int = 0, hours: float | None = 0, **changes: Any) -> ImportJob:
    """Return a job for `FILE`, unless changed."""
    created = ImportJob(
        f"j{number}",
        state,
        source=Source("v/v", "runs/1.bam"),
        destination=Destination("p/p", "1.bam"),
        started_on=None if hours is None else NOON + hours * HOUR,
    )
    return replace(created, **changes)


def only(file: WantedFile, *jobs: ImportJob) -> ComparedFile:
    (compared,) = compare([file], jobs).files
    assert compare([file], jobs[::-1]).files == (compared,)
    return compared


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("COMPLETED", FileStatus.COMPLETED),
        ("FAILED", FileStatus.FAILED),
        ("PENDING", FileStatus.UNFINISHED),
        ("RUNNING", FileStatus.UNFINISHED),
        ("", FileStatus.UNFINISHED),
        ("ABORTED", FileStatus.ENDED_OTHERWISE),
    ],
)
def test_the_state_of_the_job_is_the_status(state: str, status: FileStatus) -> None:
    assert only(FILE, job(state)) == ComparedFile(FILE, status, job(state), 1)


def test_a_file_without_a_job_was_not_sent() -> None:
    others = (
        job(source=Source("v/v", "runs/1.BAM")),
        job(source=Source("v/v", "runs/1.bam.bai")),
        job(source=Source("v/other", "runs/1.bam")),
        job(source=Source("v/v", None)),
    )
    assert only(FILE, *others) == ComparedFile(FILE, FileStatus.NOT_SENT)
    assert compare([FILE], others).jobs_without_source == 1


@pytest.mark.parametrize(("one", "other"), [("a+b", "a b"), ("a%20b", "a b"), ("A", "a")])
def test_keys_are_compared_as_they_are(one: str, other: str) -> None:
    compared = only(FILE._replace(location=one), job(source=Source("v/v", other)))
    assert (compared.status, compared.near_miss) == (FileStatus.NOT_SENT, None)


def test_the_latest_job_counts_and_all_are_counted() -> None:
    failed = job("FAILED", 1, 2, error=JobError(409, 9108))
    compared = only(FILE, job("COMPLETED", 0, 1), failed)
    assert compared == ComparedFile(FILE, FileStatus.FAILED, failed, 2, completed_before=True)
    assert compared.error == JobError(409, 9108)
    assert compared.hint is not None
    later = only(FILE, failed, job("COMPLETED", 2, 3))
    assert (later.status, later.times_sent, later.completed_before) == (FileStatus.COMPLETED, 2, False)
    assert (later.error, later.hint) == (None, None)


def test_an_unfinished_job_without_a_start_is_the_latest() -> None:
    queued = job("PENDING", 1, None)
    assert only(FILE, job("COMPLETED", 0, 5), queued).job == queued
    ended = job("FAILED", 1, None)
    assert only(FILE, job("COMPLETED", 0, 5), ended).status is FileStatus.COMPLETED
    assert only(FILE, job("COMPLETED", 0, 5), replace(ended, finished_on=NOON + 6 * HOUR)).job != ended


def test_in_the_same_second_the_job_that_ended_last_is_the_latest() -> None:
    first, last = (
        job(state, 0, 0, finished_on=NOON + hours * HOUR) for state, hours in (("FAILED", 2), ("X", 1))
    )
    assert only(FILE, first, replace(last, id="j1")).status is FileStatus.FAILED


@pytest.mark.parametrize(
    ("wanted", "destination", "status"),
    [
        (Destination("p/p"), Destination("p/other"), FileStatus.ELSEWHERE),
        (Destination("p/p"), Destination("p/p", None, "5f"), FileStatus.ELSEWHERE),
        (Destination("p/p"), Destination(), FileStatus.COMPLETED),
        (Destination("p/p", None, "5f"), Destination("p/p", None, "5f"), FileStatus.COMPLETED),
        (Destination("p/p", None, "5f"), Destination("p/p"), FileStatus.COMPLETED),
        (Destination(None, None, "5f"), Destination(None, None, "60"), FileStatus.ELSEWHERE),
        (Destination(), Destination("p/other"), FileStatus.COMPLETED),
        (Destination("p/p", "1.bam"), Destination("p/p", "2.bam"), FileStatus.ELSEWHERE),
        (Destination("p/p", "1.bam"), Destination("p/p"), FileStatus.COMPLETED),
        (Destination("p/p"), Destination("p/p", "2.bam"), FileStatus.COMPLETED),
    ],
)
def test_only_jobs_to_where_a_file_is_wanted_count(
    wanted: Destination, destination: Destination, status: FileStatus
) -> None:
    file = WantedFile("v/v", "runs/1.bam", wanted.project, wanted.parent, wanted.name)
    assert only(file, job(destination=destination)).status is status


def test_a_job_that_the_platform_renamed_counts() -> None:
    renamed = job("COMPLETED", 1, 1, destination=Destination("p/p", "_1_1.bam"), autorename=True)
    assert only(NAMED, job("FAILED"), renamed) == ComparedFile(NAMED, FileStatus.COMPLETED, renamed, 2)


def test_a_job_into_the_folder_comes_before_later_ones_whose_folder_is_unknown() -> None:
    file = FILE._replace(parent="5f")
    certain = job("COMPLETED", 0, 0, destination=Destination("p/p", None, "5f"))
    assert only(file, certain, job("FAILED", 1, 1)) == ComparedFile(file, FileStatus.COMPLETED, certain, 1)


def test_a_job_elsewhere_does_not_count_beside_one_to_the_right_place() -> None:
    elsewhere = job("COMPLETED", 1, 1, destination=Destination("q/q"))
    assert only(FILE, job("FAILED"), elsewhere) == ComparedFile(FILE, FileStatus.FAILED, job("FAILED"), 1)
    assert only(FILE, elsewhere) == ComparedFile(FILE, FileStatus.ELSEWHERE, elsewhere, 1)


FOLDER = job(source=Source("v/v", "runs/"), destination=Destination("p/p", "runs"))


@pytest.mark.parametrize(
    "folder",
    [
        FOLDER,
        replace(FOLDER, state="FAILED"),
        replace(FOLDER, source=Source("v/v", "runs"), preserve_folder_structure=False),
    ],
)
def test_a_file_in_a_folder_that_is_imported_has_a_class_of_its_own(folder: ImportJob) -> None:
    deep = FILE._replace(location="runs/a/b/1.bam")
    assert only(deep, folder) == ComparedFile(deep, FileStatus.IN_FOLDER_JOB, folder, 1)
    assert only(deep._replace(location="runs2/1.bam"), folder).status is FileStatus.NOT_SENT
    assert only(deep._replace(volume="v/other"), folder).status is FileStatus.NOT_SENT
    elsewhere = replace(folder, destination=Destination("q/q"))
    assert only(deep, elsewhere) == ComparedFile(deep, FileStatus.ELSEWHERE, elsewhere, 1)


def test_a_job_for_the_file_itself_comes_before_its_folder() -> None:
    later = replace(FOLDER, id="j1", started_on=NOON + HOUR)
    assert only(FILE, job("FAILED"), later).status is FileStatus.FAILED
    elsewhere = job(destination=Destination("q/q"))
    assert only(FILE, elsewhere, later).status is FileStatus.IN_FOLDER_JOB


def test_a_file_is_not_a_folder() -> None:
    file = job(
        source=Source("v/v", "runs"), preserve_folder_structure=True, result=ImportedFile("f", "runs", 7)
    )
    assert only(FILE, file).status is FileStatus.NOT_SENT


def test_a_wanted_folder_is_known_without_its_slash() -> None:
    folder = FILE._replace(location="runs/7/")
    echoed = job(source=Source("v/v", "runs/7"), destination=Destination("p/p", "7"))
    assert only(folder, echoed).status is FileStatus.COMPLETED
    assert only(folder, FOLDER).status is FileStatus.IN_FOLDER_JOB


def test_a_key_that_differs_by_normalization_is_a_near_miss() -> None:
    composed, decomposed = (unicodedata.normalize(form, "proben/Köln.bam") for form in ("NFC", "NFD"))
    for wanted, sent in ((composed, decomposed), (decomposed, composed)):
        file, other = FILE._replace(location=wanted), job(source=Source("v/v", sent))
        assert only(file, other) == ComparedFile(file, FileStatus.NOT_SENT, near_miss=other)
    kelvin = job(source=Source("v/v", "\u212a"))
    assert only(FILE._replace(location="K"), kelvin).near_miss == kelvin
    assert only(FILE._replace(location=composed), job(source=Source("v/v", composed))).near_miss is None


def test_a_source_that_is_wanted_several_times_is_compared_by_destination_and_name() -> None:
    names = [NAMED._replace(name=name) for name in ("a", "b")]
    first, second = (
        job(state, number, number, destination=Destination("p/p", name), autorename=True)
        for number, (name, state) in enumerate((("a", "COMPLETED"), ("b", "FAILED")))
    )
    compared = compare([*names, names[1], FILE._replace(project="q/q")], [first, second]).files
    assert [(each.status, each.job, each.times_sent) for each in compared] == [
        (FileStatus.COMPLETED, first, 1),
        (FileStatus.FAILED, second, 1),
        (FileStatus.FAILED, second, 1),
        (FileStatus.ELSEWHERE, second, 2),
    ]
    anywhere = WantedFile("v/v", "runs/1.bam")
    assert compare([names[0], anywhere], [first, second]).files[1].times_sent == 2


def test_a_summary_counts_causes_missing_files_and_duplicates() -> None:
    missing, failed = FILE._replace(location="x", line=3), FILE._replace(location="y", line=4)
    error = JobError(404, 9105, "y not found")
    jobs = [
        job(),
        job("FAILED", 1, source=Source("v/v", "y"), error=error),
        job("FAILED", 2, source=Source("v/v", "z")),
    ]
    comparison = compare([FILE, missing, failed, failed._replace(line=5)], jobs)
    assert comparison.counts == dict.fromkeys(FileStatus, 0) | {
        FileStatus.COMPLETED: 1,
        FileStatus.FAILED: 2,
        FileStatus.NOT_SENT: 1,
    }
    assert (comparison.jobs, comparison.all_completed) == (3, False)
    assert [(cause.code, len(cause.jobs)) for cause in comparison.causes] == [(9105, 1)]
    assert [file.line for file in comparison.missing()] == [3, 4, 5]
    assert [[file.line for file in each.files] for each in comparison.duplicates] == [[4, 5]]
    assert compare([FILE], jobs).all_completed
    assert compare([], jobs).all_completed


VOLUMES, PLACES = st.sampled_from(["v/v", "v/w"]), st.sampled_from([None, "p/p", "q/q"])
LOCATIONS = st.sampled_from(["a", "a/", "a/b", "a/b/", "a/b/é", "a/b/e\u0301", "a/é", "A", "", "/", "a//b"])
NAMES, PARENTS = st.sampled_from([None, "b", "_1_b"]), st.sampled_from([None, "5f", "60"])
TIMES = st.none() | st.integers(0, 3).map(lambda hours: NOON + hours * HOUR)
FILES = st.lists(st.builds(WantedFile, VOLUMES, LOCATIONS.filter(bool), PLACES, PARENTS, NAMES), max_size=6)
JOBS = st.lists(
    st.builds(
        ImportJob,
        st.uuids().map(str),
        st.sampled_from(["PENDING", "RUNNING", "COMPLETED", "FAILED", "ABORTED", ""]),
        source=st.builds(Source, st.none() | VOLUMES, st.none() | LOCATIONS),
        destination=st.builds(Destination, PLACES, NAMES, PARENTS),
        autorename=st.none() | st.booleans(),
        preserve_folder_structure=st.none() | st.booleans(),
        started_on=TIMES,
        finished_on=TIMES,
    ),
    max_size=8,
    unique_by=lambda each: each.id,
)


@given(FILES, JOBS)
def test_each_file_is_in_exactly_one_class(files: list[WantedFile], jobs: list[ImportJob]) -> None:
    comparison = compare(files, jobs)
    assert [compared.file for compared in comparison.files] == files
    assert sum(comparison.counts.values()) == len(files)
    assert comparison.counts == {
        **dict.fromkeys(FileStatus, 0),
        **Counter(each.status for each in comparison.files),
    }
    for each in comparison.files:
        check(each, jobs)


def check(compared: ComparedFile, jobs: list[ImportJob]) -> None:
    """Check a status against the jobs with the same source, and those above it."""
    file = compared.file
    own = [each for each in jobs if each.source.location and each.source.key == file.source.key]
    certain = [
        each
        for each in own
        if file.destination.place in (None, each.destination.place)
        and file.name in (None, each.destination.name)
    ]
    assert (compared.job is None) == (compared.status is FileStatus.NOT_SENT) == (compared.times_sent == 0)
    if certain:
        assert compared.status not in (
            FileStatus.ELSEWHERE,
            FileStatus.IN_FOLDER_JOB,
            FileStatus.NOT_SENT,
        )
        assert compared.times_sent >= len(certain)
    if own:
        assert compared.status is not FileStatus.NOT_SENT
    match compared.status:
        case FileStatus.COMPLETED | FileStatus.FAILED:
            assert compared.job in own
            assert compared.job.state == compared.status.upper()
        case FileStatus.UNFINISHED:
            assert compared.job in own
            assert compared.job.state in ("PENDING", "RUNNING", "")
        case FileStatus.ENDED_OTHERWISE:
            assert compared.job in own
            assert compared.job.state == "ABORTED"
        case FileStatus.IN_FOLDER_JOB | FileStatus.ELSEWHERE:
            assert compared.job is not None
            key = compared.job.source.key[1]
            assert compared.job in own or file.location.startswith(f"{key}/")
        case FileStatus.NOT_SENT:
            assert not own


@given(FILES, JOBS, st.randoms(use_true_random=False))
def test_the_order_of_the_jobs_does_not_matter(
    files: list[WantedFile], jobs: list[ImportJob], random: Any
) -> None:
    comparison = compare(files, jobs)
    shuffled = random.sample(jobs, len(jobs))
    assert compare(files, shuffled) == comparison


@given(FILES, JOBS)
def test_the_other_files_do_not_matter_unless_they_have_the_same_source(
    files: list[WantedFile], jobs: list[ImportJob]
) -> None:
    together = compare(files, jobs).files
    for file, compared in zip(files, together, strict=True):
        if sum(other.source.key == file.source.key for other in files) == 1:
            assert compare([file], jobs).files == (compared,)
