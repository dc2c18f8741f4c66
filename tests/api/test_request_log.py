"""The request log: its records, its file and its screen."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import httpx
import pytest

from cgc_tui.api.request_log import MAX_RECORDS, LogFile, LogFileError, RequestLog
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.domain.errors import CgcError
from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.text import SafeText
from cgc_tui.tui.app import CgcApp
from cgc_tui.tui.request_log.dialog import RequestLogDialog
from cgc_tui.tui.request_log.request_list import RequestList
from tests.support.app import Connect, MakeApp, Start, paste, shown, text_of
from tests.support.calls import event, quiet
from tests.support.clock import NOON
from tests.support.terminal import APP, Terminal

LISTS = "/v2/storage/imports"


async def test_a_request_is_logged_with_its_outcome(connect: Connect) -> None:
    log = RequestLog()
    client = connect(request_log=log)
    await client.imports.page(JobQuery(limit=3))
    with pytest.raises(CgcError):
        await client.imports.get(ImportJob(id="nothing", state=""))
    missing, listed = log.records
    assert (listed.method, listed.status, listed.attempt, listed.at) == ("GET", 200, 1, NOON)
    assert listed.target == "/v2/storage/imports?offset=0&limit=3&fields=_all"
    assert listed.size > 1000
    assert listed.request_id
    assert (listed.error, listed.code, listed.server_message) == (None, None, None)
    assert (missing.status, missing.code, missing.error) == (404, 9008, "not found")
    assert missing.server_message == "Requested import job does not exist."


async def test_every_attempt_and_every_failure_is_logged(
    connect: Connect, platform: SimulatedPlatform
) -> None:
    log = RequestLog()
    client = connect(request_log=log)
    platform.fail("gateway_html", 502)
    with pytest.raises(CgcError):
        await client.user()
    assert [(each.attempt, each.status, each.error) for each in log.records] == [
        (attempt, 502, "502 bad gateway") for attempt in (3, 2, 1)
    ]
    platform.recover()
    for fault, value, status, expected in (
        ("portal", True, 200, "the response is a web page, not data"),
        ("items_null", True, 200, "the response could not be read: it has no list"),
        ("empty", 204, 204, "the response was empty"),
        ("cut", True, 200, "the connection to 127.0.0.1 was lost"),
    ):
        platform.fail(fault, value)
        with pytest.raises(CgcError):
            await client.imports.page(JobQuery())
        platform.recover()
        assert (log.records[0].status, log.records[0].error) == (status, expected)
    await client.user()
    platform.fail("silent")
    client._requester._deadline = 0.2
    with pytest.raises(CgcError):
        await client.user()
    assert (log.records[0].status, log.records[0].error) == (None, "stopped before the response was complete")


async def test_the_log_has_neither_token_nor_body(
    connect: Connect, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    log = RequestLog(LogFile(path))
    client = connect(request_log=log)
    await client.imports.page(JobQuery())
    name = platform.job(platform.ids()[0])["destination"]["name"]

    def echo(_: httpx.Request) -> httpx.Response:
        record = {"status": 400, "code": 1, "message": f"{platform.token} is no token\n\x1b[31m"}
        return httpx.Response(400, json=record, headers={"x-request-id": platform.token})

    platform.fail(echo)
    with pytest.raises(CgcError) as caught:
        await client.imports.page(JobQuery(project=f"rosalind/{platform.token}"))
    assert caught.value.server_message == "(token) is no token␊␛[31m"
    written = path.read_text()
    kept = "\n".join(each.text() for each in log.records) + repr(log.records)
    for text in (written, kept):
        assert platform.token not in text
        assert name not in text
        assert "(token) is no token" in text
        assert "project=rosalind%2F(token)" in text


def test_the_log_is_limited() -> None:
    log = RequestLog()
    for number in range(MAX_RECORDS + 20):
        log.add(event(number))
    assert (len(log.records), log.added) == (MAX_RECORDS, MAX_RECORDS + 20)
    assert log.records[0].milliseconds == MAX_RECORDS + 19


def test_the_file_is_private_appended_to_and_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("before\n")
    path.chmod(0o644)
    old = os.umask(0)
    try:
        log, other = RequestLog(LogFile(path)), RequestLog(LogFile(tmp_path / "new"))
    finally:
        os.umask(old)
    log.note("begins")
    log.add(event(1, server_message=SafeText("two\nlines"), error=SafeText("failed")))
    lines = path.read_text().splitlines()
    assert lines[0] == "before"
    assert lines[1].endswith("Z begins")
    assert lines[2].startswith(
        "2026-03-14T12:00:01.000Z; GET /v2/storage/imports/job-0001; 200, 0 bytes, 1 ms"
    )
    assert lines[2].endswith("failed; two␊lines")
    assert len(lines) == 3
    assert other.write_error is None
    for file in (path, tmp_path / "new"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_path_that_is_not_a_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    for name, reason in (
        ("link", "symbolic link"),
        ("fifo", "No such device"),
        ("folder", "directory"),
        ("nowhere/log", "No such file"),
        ("a\0b", "embedded null"),
    ):
        with pytest.raises(LogFileError, match=reason):
            LogFile(tmp_path / name)
    with pytest.raises(LogFileError, match="not a regular file"):
        LogFile(Path("/dev/null"))
    assert not (tmp_path / "elsewhere").exists()


def test_a_write_error_is_reported_and_ends_the_log_file() -> None:
    class Full(LogFile):
        def __init__(self) -> None:
            self._path, self._descriptor = Path("log"), os.open("/dev/full", os.O_WRONLY)

    log = RequestLog(Full())
    for number in range(3):
        log.add(event(number))
    assert log.write_error == "The log file log cannot be written: No space left on device."
    assert len(log.records) == 3


async def test_an_entry_is_shown_with_the_servers_message_and_copied_whole(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(size=(80, 24)) as pilot:
        await quiet(pilot)
        platform.fail("error", (403, 9005), where=LISTS)
        await pilot.press("r")
        await shown(pilot, "no permission")
        await pilot.press("exclamation_mark")
        screen = await shown(pilot, "code 9005 You do not have the privilege")
        assert "12:00:00  GET   403" in screen
        assert "12:00:00  GET   200" in screen
        assert "request id 0000" in screen
        assert "/v2/user" in screen
        await pilot.press("G")
        await shown(pilot, "code 9005", gone=True)
        await pilot.press("g", "enter")
        await shown(pilot, "code 9005 You do not have the privilege to access this import job.")
        await pilot.press("escape", "y")
        await shown(pilot, "Copied the entry to the clipboard")
        assert "code 9005" in pilot.app.clipboard
        await pilot.press("exclamation_mark")
        await shown(pilot, "Request log:", gone=True)


async def test_new_requests_do_not_move_the_selected_entry(make_app: MakeApp) -> None:
    app = make_app()
    log = app._app_config.request_log
    for number in range(100):
        log.add(event(number))
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("exclamation_mark")
        await shown(pilot, "newest first")
        lines = app.screen.query_one(RequestList)
        await pilot.press("pagedown", "pagedown", "j", "k", "k")
        await pilot.pause()
        before, selected = rows(app), lines.record
        for number in range(100, 107):
            log.add(event(number))
        await shown(pilot, f"Request log: {log.added}")
        await pilot.pause()
        assert lines.record is selected
        assert rows(app) == before
        await pilot.press("g")
        await shown(pilot, "job-0106")
        log.add(event(107))
        await shown(pilot, "job-0107")
        assert lines.record is not None
        assert lines.record.target.endswith("job-0106")


def rows(app: CgcApp) -> list[str]:
    """Return the text of the screen below the heading, without the scroll bar."""
    return [line[:-5] for line in text_of(app).splitlines()[2:]]


async def test_the_log_screen_follows_a_full_log(make_app: MakeApp) -> None:
    app = make_app()
    log = app._app_config.request_log
    async with app.run_test(size=(60, 15)) as pilot:
        await quiet(pilot)
        for number in range(MAX_RECORDS):
            log.add(event(number))
        await pilot.press("exclamation_mark")
        await shown(pilot, f"the last {MAX_RECORDS} of")
        await pilot.press("G")
        await shown(pilot, "job-0000")
        for number in range(MAX_RECORDS, 2 * MAX_RECORDS):
            log.add(event(number))
        await shown(pilot, f"job-{MAX_RECORDS:04}")
        await pilot.press("g")
        await shown(pilot, f"job-{2 * MAX_RECORDS - 1:04}")


async def test_an_idle_log_screen_draws_nothing(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("exclamation_mark")
        await shown(pilot, "newest first")
        assert isinstance(app.screen, RequestLogDialog)
        lines = app.screen.query_one(RequestList)
        shows: list[int] = []
        lines.show = lambda _, *, new: shows.append(new)  # type: ignore[method-assign]
        app.screen._update()
        assert not shows


async def test_the_log_survives_a_new_token(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await quiet(pilot)
        old, platform.token = platform.token, "n" * 32
        await pilot.press("r")
        await shown(pilot, "The platform refused the token")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "1–50 of 230")
        await quiet(pilot)
        await pilot.press("exclamation_mark")
        screen = await shown(pilot, "the platform refused the token:")
        assert old not in screen


def test_the_program_writes_a_log_file_with_its_start_and_end(
    tmp_path: Path, platform: SimulatedPlatform, server: LoopbackServer
) -> None:
    path = tmp_path / "log.txt"
    environ = {"SB_API_ENDPOINT": server.url, "SB_AUTH_TOKEN": platform.token}
    with Terminal([*APP, "--log-file", str(path)], home=tmp_path, environ=environ) as terminal:
        terminal.sees(" · rosalind")
        terminal.press("!")
        terminal.sees("Request log:")
        terminal.press("q")
        assert terminal.ends() == 0
    first, *between, last = path.read_text().splitlines()
    assert first.partition(" ")[2].startswith("cgc-tui ")
    assert first.endswith(" begins")
    assert last.endswith(" cgc-tui ends with 0")
    assert any("; GET /v2/user; 200, " in line for line in between)
    assert platform.token not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_unwritable_log_file_ends_the_program_with_a_message(tmp_path: Path) -> None:
    with Terminal([*APP, "--demo", "--log-file", "/nowhere/log"], home=tmp_path) as terminal:
        assert terminal.ends() == 2
        assert "The log file /nowhere/log cannot be written: No such file or directory." in terminal.text
        assert "Traceback" not in terminal.text
