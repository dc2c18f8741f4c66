"""The export as CSV, TSV and JSON; no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.domain.export_columns import COLUMNS
from cgc_tui.domain.jobs import Destination, ImportedFile, ImportJob, JobError, Source
from cgc_tui.formatting.export import ENCODING_ERRORS, ExportFormat, export_lines, source_keys

STARTED = datetime(2026, 3, 14, 13, 58, tzinfo=timezone(timedelta(hours=2)))

FAILED = ImportJob(
    "a1",
    "FAILED",
    source=Source("rosalind/raw", "runs/1.bam"),
    destination=Destination("rosalind/brca", "one.bam"),
    overwrite=False,
    autorename=True,
    started_on=STARTED,
    finished_on=STARTED + timedelta(seconds=1.5),
    error=JobError(404, 9105, 'Location "x", not found'),
    record={"id": "a1", "state": "FAILED", "extra": {"ä": 1}},
)
DONE = ImportJob("b2", "COMPLETED", result=ImportedFile("f1", "one.bam", 1_234_567_890), record={"id": "b2"})


def job(text: str) -> ImportJob:
    return ImportJob("i", "FAILED", source=Source(text, text), record={"location": text})


def csv_rows(*jobs: ImportJob) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(export_lines(jobs, ExportFormat.CSV)), newline="")))


def test_csv_has_a_line_per_job() -> None:
    first, second = csv_rows(FAILED, DONE)
    assert first == {
        "id": "a1",
        "state": "FAILED",
        "name": "one.bam",
        "project": "rosalind/brca",
        "parent": "",
        "volume": "rosalind/raw",
        "location": "runs/1.bam",
        "started_on": "2026-03-14T11:58:00Z",
        "finished_on": "2026-03-14T11:58:01.500000Z",
        "seconds": "1.5",
        "error_code": "9105",
        "error_message": 'Location "x", not found',
        "overwrite": "false",
        "autorename": "true",
        "preserve_folder_structure": "",
        "file_id": "",
        "file_name": "",
        "file_size": "",
    }
    assert (second["file_id"], second["file_size"], second["name"]) == ("f1", "1234567890", "")


def test_tsv_has_the_same_number_of_tabs_in_every_line() -> None:
    text = "".join(export_lines([FAILED, job("a\tb\nc\r"), DONE], ExportFormat.TSV))
    rows = [line.split("\t") for line in text.split("\n")]
    assert rows[0] == list(COLUMNS)
    assert [len(row) for row in rows] == [len(COLUMNS)] * 4 + [1]
    assert rows[2][COLUMNS.index("location")] == "a b c "


def test_json_is_what_the_platform_sent() -> None:
    assert json.loads("".join(export_lines([FAILED, DONE], ExportFormat.JSON))) == [FAILED.raw, DONE.raw]
    assert json.loads("".join(export_lines([], ExportFormat.JSON))) == []


def test_long_times_are_whole_seconds() -> None:
    long = ImportJob("x", "FAILED", started_on=STARTED, finished_on=STARTED + timedelta(seconds=1_234_567.5))
    assert csv_rows(long)[0]["seconds"] == "1234568"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    formula = start + 'cmd|" /C calc"!A0'
    for form, delimiter in ((ExportFormat.CSV, ","), (ExportFormat.TSV, "\t")):
        text = "".join(export_lines([job(formula)], form))
        row = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1]
        assert row[COLUMNS.index("location")].startswith("'")
    assert json.loads("".join(export_lines([job(formula)], ExportFormat.JSON)))[0]["location"] == formula


def test_source_keys_are_exact_and_unknown_ones_are_skipped() -> None:
    assert list(source_keys([FAILED, DONE, job("=1")])) == ["runs/1.bam\n", "=1\n"]


def test_text_that_begins_with_an_apostrophe_gets_one_more() -> None:
    assert [row["location"] for row in csv_rows(job("'=1"), job("=1"), job("a'"))] == ["''=1", "'=1", "a'"]


@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_text_survives_an_export(text: str) -> None:
    reported = "".join(export_lines([job(text)], ExportFormat.JSON)).encode("utf-8", ENCODING_ERRORS)
    assert json.loads(reported)[0]["location"] == text
    row = csv_rows(job(text))[0]["location"]
    assert row in (text, f"'{text}")
