"""Search patterns: plain text, and regular expressions that cannot hang."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.domain.jobs import Destination, ImportJob, JobError, Source
from cgc_tui.domain.search import SearchPattern
from tests.support.params import mostly_slow

JOB = ImportJob(
    "job1d",
    "FAILED",
    source=Source("rosalind/Raw", "runs/2024/TCGA-01.bam"),
    destination=Destination("rosalind/brca", "renamed.bam", "5f0a"),
    error=JobError(404, 9105, "Location not found"),
)


def has_match(text: str, job: ImportJob = JOB) -> bool:
    return SearchPattern(text).filter([job]) == [job]


@pytest.mark.parametrize(
    "text",
    [
        *("", "~", "tcga-01", "TCGA", "renamed", "rosalind/raw", "brca", "5f0a", "9105", "location not"),
        *("job1d", "FAILED", "~tcga-\\d+", "~^runs/", "~Raw$", "~\\Suns", "~(?i)RENAMED"),
    ],
)
def test_patterns_with_a_match(text: str) -> None:
    assert has_match(text)


@pytest.mark.parametrize("text", ["Tcga", "tcga-02", "~^2024", "~Tcga", "~^$"])
def test_patterns_without_a_match(text: str) -> None:
    assert not has_match(text)


@pytest.mark.parametrize("text", ["~[", "~(", "~*", "~(?P<x", "~\\", "~" + "(" * 150, "~" + "a" * 300])
def test_an_invalid_pattern_has_an_error_and_matches_nothing(text: str) -> None:
    search = SearchPattern(text)
    assert search.filter([JOB]) == []
    assert search.error is not None
    assert "regular expression" in search.error


@pytest.mark.parametrize(
    "pattern", mostly_slow(["~(a+)+$", "~(.*a){25}x", "~(a|aa)+$", "~^(([a-z])+.)+[A-Z]([a-z])+$"], fast=2)
)
def test_a_pattern_that_takes_too_long_is_stopped(pattern: str) -> None:
    slow_job = ImportJob("x", "FAILED", source=Source("v/v", "a" * 1000 + "!"))
    search = SearchPattern(pattern)
    begun = time.thread_time()
    assert search.filter([slow_job] * 1000 + [JOB]) == []
    assert search.error is not None
    assert "too slow" in search.error
    assert time.thread_time() - begun < 20
    assert search.filter([JOB]) == []


def test_a_pattern_that_is_slow_in_total_is_stopped() -> None:
    slow = ImportJob("x", "FAILED", source=Source("v/v", "ab" * 250))
    search = SearchPattern("~(?:a.*?){3}c")
    search._spent = 1000.0
    assert search.filter([slow, slow]) == []
    assert search.error is not None


@given(st.text(max_size=30))
def test_any_pattern_terminates(text: str) -> None:
    search = SearchPattern("~" + text)
    search.filter([JOB])
