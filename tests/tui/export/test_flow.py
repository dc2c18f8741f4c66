"""The flow of the export without an app: the files and the notifications."""

from __future__ import annotations

from pathlib import Path

import pytest

from cgc_tui.domain.errors import TokenRejected
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.export import ExportFormat
from cgc_tui.tui.export.dialog import ExportRequest
from cgc_tui.tui.export.flow import export_jobs
from tests.support.clock import Clock
from tests.support.host import FakeContext, fake_session

JOBS = tuple(ImportJob(str(number), "RUNNING" if number == 1 else "COMPLETED") for number in range(4))


@pytest.fixture
def context(clock: Clock) -> FakeContext:
    session, _ = fake_session(list(JOBS), clock)
    return FakeContext(session, JOBS)


def request(path: Path, scope: int) -> ExportRequest:
    return ExportRequest(scope, ExportFormat.TSV, path, overwrite=False)


async def test_nothing_is_read_or_written_if_the_dialog_is_cancelled(context: FakeContext) -> None:
    context.answers = [None]
    await export_jobs(context)
    assert (context.notices, context.requested) == ([], [])


async def test_the_shown_jobs_are_written(context: FakeContext, tmp_path: Path) -> None:
    path = tmp_path / "shown"
    context.answers = [request(path, 1)]
    await export_jobs(context)
    assert len(path.read_text().splitlines()) == 1 + 2
    assert context.requested == []
    assert context.notices == [(f"Exported 2 jobs to {path}.", "information")]


async def test_all_jobs_are_loaded_and_unreadable_ones_counted(context: FakeContext, tmp_path: Path) -> None:
    path = tmp_path / "all"
    context.answers, context.unreadable = [request(path, 0)], 3
    await export_jobs(context)
    assert len(path.read_text().splitlines()) == 1 + 4
    assert [heading for _, heading in context.requested] == ["Reading all jobs to export"]
    assert context.notices[0][0] == f"Exported 4 jobs to {path}. 3 could not be read and are missing from it."


async def test_nothing_is_written_if_the_user_stops_the_load(context: FakeContext, tmp_path: Path) -> None:
    path = tmp_path / "all"
    context.answers = [request(path, 0), "stop"]
    await export_jobs(context)
    assert (context.notices, path.exists()) == ([], False)


async def test_marked_unfinished_jobs_are_requested_again(
    context: FakeContext, tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "marked"
    context.session, imports = fake_session([ImportJob("1", "FAILED")], clock)
    context.marks = Marks().added(JOBS[:2])
    context.answers = [request(path, 1)]
    await export_jobs(context)
    assert imports.requests == [("get_many", ("1",))]
    assert "FAILED" in path.read_text()


async def test_an_error_writes_nothing_and_is_shown(
    context: FakeContext, tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "marked"
    context.session, imports = fake_session([], clock)
    imports.errors = [TokenRejected(SafeText("the platform refused the token"), SafeText("Press r."))]
    context.marks = Marks().added(JOBS[:2])
    context.answers = [request(path, 1)]
    await export_jobs(context)
    ((message, severity),) = context.notices
    assert (severity, path.exists()) == ("error", False)
    assert message.startswith("Nothing was exported. the platform refused the token")


async def test_a_file_that_exists_is_not_replaced(context: FakeContext, tmp_path: Path) -> None:
    path = tmp_path / "shown"
    path.write_text("mine")
    context.answers = [request(path, 1)]
    await export_jobs(context)
    assert path.read_text() == "mine"
    assert context.notices[0][1] == "error"
