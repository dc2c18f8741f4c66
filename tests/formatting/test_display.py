"""The text of rows, details and labels."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.domain.batches import Batch
from cgc_tui.domain.causes import Cause
from cgc_tui.domain.errors import Maintenance, RateLimited
from cgc_tui.domain.jobs import Destination, ImportedFile, ImportJob, JobError, Source
from cgc_tui.domain.ordering import ListView, SortKey
from cgc_tui.domain.queries import JobPage, JobQuery
from cgc_tui.domain.refresh_failure import RefreshFailure
from cgc_tui.domain.text import SafeText, cell_width
from cgc_tui.formatting.batches import route_label
from cgc_tui.formatting.causes import message_line
from cgc_tui.formatting.display import (
    DisplayOptions,
    duration,
    format_bytes,
    format_seconds,
    full_time,
    rounded_seconds,
    short_time,
    state_label,
)
from cgc_tui.formatting.job_columns import PADDING, Column, column_widths, label, row_cells
from cgc_tui.formatting.job_details import detail_rows, error_message, web_page_url
from cgc_tui.formatting.lists import page_position
from tests.domain.test_text import INVISIBLE

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
DISPLAY = DisplayOptions(timezone=UTC)
JOB = ImportJob(
    id="1KAWc6h1KENLNa702FqdGJhp0PIm9AZ3",
    state="FAILED",
    source=Source("rosalind/raw", "runs/日本語/[/]\x1b.bam"),
    destination=Destination("rosalind/brca-pilot"),
    error=JobError(404, 9105, "Location on volume not found."),
)


@given(st.integers(0, 400))
def test_columns_fit_and_keep_their_priority(width: int) -> None:
    widths = column_widths(width)
    assert list(widths) == [column for column in Column if column in widths]
    assert widths[Column.NAME] >= 24
    if width >= 80:
        assert sum(widths.values()) + PADDING * len(widths) == width
        assert {Column.STATE, Column.NAME, Column.STARTED, Column.DURATION} <= set(widths)
    if Column.SIZE in widths:
        assert set(widths) == set(Column)
    without_project = column_widths(width, hidden={Column.PROJECT})
    assert set(widths) - {Column.PROJECT} <= set(without_project)
    assert all(
        cell_width(cell) <= own
        for cell, own in zip(row_cells(JOB, widths, DISPLAY, NOW), widths.values(), strict=True)
    )


def test_80_columns_have_the_project() -> None:
    assert list(column_widths(79)) == [
        Column.STATE,
        Column.NAME,
        Column.PROJECT,
        Column.STARTED,
        Column.DURATION,
    ]


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (None, "–"),
        (NOW - timedelta(minutes=2), "today 11:58"),
        (NOW - timedelta(days=2), "12 Mar 12:00"),
        (NOW - timedelta(days=400), " 7 Feb 2025"),
        (datetime(2026, 3, 14, 1, 0, tzinfo=timezone(timedelta(hours=2))), "13 Mar 23:00"),
    ],
)
def test_short_times_depend_on_their_age(instant: datetime | None, text: str) -> None:
    assert short_time(instant, DISPLAY, NOW) == text


def test_other_zones() -> None:
    tokyo = DisplayOptions(timezone=timezone(timedelta(hours=9), "JST"))
    assert short_time(NOW, tokyo, NOW) == "today 21:00"
    assert full_time(NOW, tokyo) == "2026-03-14 21:00:00 JST"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1h00m"),
        (86399, "23h59m"),
        (86400, "1 d"),
    ],
)
def test_durations_are_formatted(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59, "59 s"), (100, "2 min"), (10_860, "3 h"), (10_000_000, "116 d")],
)
def test_a_rounded_duration_has_one_unit(seconds: float, text: str) -> None:
    assert rounded_seconds(seconds) == text


def test_a_duration_needs_both_times() -> None:
    running = replace(JOB, state="RUNNING", started_on=NOW)
    assert duration(running, DISPLAY) == "…"
    assert duration(replace(running, state="FAILED"), DISPLAY) == "–"
    assert duration(replace(running, state="ABORTED"), DISPLAY) == "–"
    assert duration(replace(JOB, started_on=NOW, finished_on=NOW + timedelta(seconds=3)), DISPLAY) == "3 s"
    assert duration(replace(JOB, started_on=NOW, finished_on=NOW - timedelta(seconds=3)), DISPLAY) == "–"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_300_000_000, "12.3 GB")]
)
def test_byte_counts_are_formatted(count: int, text: str) -> None:
    assert format_bytes(count) == text


def test_states_are_glyph_and_word_in_ascii_too() -> None:
    assert state_label("FAILED", DISPLAY) == "✗ FAILED"
    assert state_label("FAILED", DisplayOptions(ascii=True)) == "x FAILED"
    assert state_label("ABORTED", DISPLAY) == "? ABORTED"
    assert state_label("[/]\x1b", DISPLAY) == "? [/]␛"
    assert state_label("", DISPLAY) == "? –"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.bam", "a.bam"),
        ("   ", "␣␣␣ 1KAWc6h1…dGJhp0PIm9AZ3"),
        ("\u00a0\u3000", "␣␣ 1KAWc6h1K…dGJhp0PIm9AZ3"),
        ("\u200b\u202e", "�� 1KAWc6h1K…dGJhp0PIm9AZ3"),
        ("\u0301", "� 1KAWc6h1KE…dGJhp0PIm9AZ3"),
        (" " * 40 + "a" + " " * 40, " " * 12 + "…dGJhp0PIm9AZ3"),
        ("\u00a0" * 5000, "␣" * 12 + "…dGJhp0PIm9AZ3"),
        (None, "1KAWc6h1KENL…dGJhp0PIm9AZ3"),
    ],
    ids=["seen", "blanks", "wide", "zero-width", "mark", "cut", "long", "none"],
)
def test_a_name_without_a_visible_character_has_the_id_with_it(name: str | None, shown: str) -> None:
    job = replace(JOB, source=Source("rosalind/raw", "//"), destination=Destination("a/b", name))
    assert label(job, 26, DISPLAY) == shown
    assert row_cells(job, {Column.NAME: 26}, DISPLAY, NOW) == (shown,)
    assert label(job, 26, DisplayOptions(ascii=True)) == shown.replace("␣", "_")


@given(INVISIBLE, INVISIBLE, st.integers(24, 90))
def test_two_jobs_without_a_visible_name_are_distinguishable(one: str, other: str, width: int) -> None:
    jobs = [
        replace(JOB, id=f"1KAWc6h1KENLNa702FqdGJhp0PIm9AZ{number}", destination=Destination("a/b", name))
        for number, name in enumerate((one, other))
    ]
    shown = [row_cells(job, column_widths(width), DISPLAY, NOW) for job in jobs]
    index = list(column_widths(width)).index(Column.NAME)
    assert shown[0][index][-8:] != shown[1][index][-8:]
    assert all(
        cell_width(cell) <= own for cell, own in zip(shown[0], column_widths(width).values(), strict=True)
    )


@given(INVISIBLE)
def test_no_value_of_a_job_is_invisible(text: str) -> None:
    job = ImportJob(
        text,
        text,
        href=text,
        source=Source(f"rosalind/{text}", text),
        destination=Destination(text, text, text),
        error=JobError(None, None, text, text),
        result=ImportedFile(text, text, None, text),
    )
    for name, value in detail_rows(job, DISPLAY, None):
        assert set(value) - set(" \u3000"), name
    assert error_message(JobError(message=text)) == "The platform gave no error message."
    assert message_line(Cause(None, text, (job,))) == "The platform gave no error message."
    assert state_label(text, DISPLAY).strip("? ")
    batch = Batch(f"rosalind/{text}", text, (job,), None)
    assert all(end.strip() for end in route_label(batch, DISPLAY).split("→"))


def test_only_ascii_is_shown_with_the_ascii_option() -> None:
    display = DisplayOptions(ascii=True, timezone=UTC)
    page = JobPage(JobQuery(offset=50), (JOB,), 51, False, 50)
    cells_shown = row_cells(replace(JOB, source=Source("a/b", "x" * 99)), column_widths(200), display, NOW)
    assert page_position(page, display).isascii()
    assert [cell for cell in cells_shown if not cell.isascii()] == [
        cell for cell in cells_shown if "…" in cell
    ]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (JobPage(JobQuery(), (JOB,) * 50, 12380, True, 50), "1–50 of 12,380 · page 1 of 248"),
        (
            JobPage(JobQuery(offset=12350), (JOB,) * 30, 12380, False, 50),
            "12,351–12,380 of 12,380 · page 248 of 248",
        ),
        (JobPage(JobQuery(offset=50), (JOB,) * 50, None, True, 50), "51–100 of 101+ · page 2"),
        (JobPage(JobQuery(), (), 0, False, 50), "0 of 0"),
    ],
)
def test_the_position_in_the_list(page: JobPage, text: str) -> None:
    assert page_position(page, DISPLAY) == text


def test_web_pages_are_those_of_the_file_or_the_project() -> None:
    web = "https://cgc.sbgenomics.com"
    assert web_page_url(JOB, web) == f"{web}/u/rosalind/brca-pilot/"
    done = replace(JOB, result=ImportedFile(id="5f/../x", project="rosalind/brca-pilot"))
    assert web_page_url(done, web) == f"{web}/u/rosalind/brca-pilot/files/5f%2F..%2Fx/"
    assert web_page_url(JOB, None) is None
    assert web_page_url(replace(JOB, destination=Destination()), web) is None


def test_jobs_without_a_value_are_last_in_both_orders() -> None:
    jobs = [
        replace(JOB, id=str(n), started_on=start) for n, start in enumerate((None, NOW, NOW - timedelta(1)))
    ]
    assert [job.id for job in ListView(sort=SortKey.STARTED).apply(jobs)] == ["2", "1", "0"]
    assert [job.id for job in ListView(sort=SortKey.STARTED, reverse=True).apply(jobs)] == ["1", "2", "0"]
    assert [job.id for job in ListView(reverse=True).apply(jobs)] == ["2", "1", "0"]
    for key in SortKey:
        assert len(ListView(sort=key).apply([*jobs, ImportJob(id="x", state="")])) == 4


def test_waits_double_up_to_a_minute_and_a_rate_limit_has_its_own() -> None:
    down = Maintenance(SafeText("503 maintenance"), SafeText(""), retry_after=30)
    first = RefreshFailure.next(down, None, NOW, interval=15)
    assert (first.count, first.retry_at) == (1, NOW + timedelta(seconds=30))
    second = RefreshFailure.next(down, first, NOW, interval=15)
    assert (second.count, second.retry_at) == (2, NOW + timedelta(seconds=60))
    assert RefreshFailure.next(down, second, NOW, interval=15).retry_at == NOW + timedelta(seconds=60)
    limited = RateLimited(SafeText("rate limit"), SafeText(""), retry_after=300)
    assert RefreshFailure.next(
        limited, RefreshFailure(limited, 9), NOW, interval=15
    ).retry_at == NOW + timedelta(seconds=300)
    assert RefreshFailure.next(limited, second, NOW, interval=15).count == 1
