"""The login screen by keys: the first run, a rejected token, and a token that is rejected later."""

from __future__ import annotations

import stat
from pathlib import Path

from textual.widgets import Input, Select

from cgc_tui.config.credentials import TokenSource
from cgc_tui.config.settings import Settings
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.login.screen import TokenInput
from tests.support.app import Start, log_in_to, paste, shown, text_of
from tests.support.clock import Clock


def store(tmp_path: Path) -> Path:
    return tmp_path / "config" / "credentials"


async def test_the_first_run_validates_and_stores_the_token(
    start: Start, platform: SimulatedPlatform, server: LoopbackServer, tmp_path: Path
) -> None:
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        assert pilot.app.focused is pilot.app.screen.query_one(TokenInput)
        assert not platform.requests
        await pilot.press(*platform.token, "enter")
        await shown(pilot, "1–50 of 230")
        assert platform.token not in text_of(pilot.app)
    path = store(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert platform.token in path.read_text()
    assert server.url in path.read_text()
    assert platform.requests[0].path == "/v2/user"


async def test_a_rejected_token_is_not_stored(
    start: Start, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        await paste(pilot, "0123456789abcdef0123456789abcdef")
        await pilot.press("enter")
        screen = await shown(pilot, "The platform refused this token")
        assert "Nothing was saved." in screen
        assert pilot.app.screen.query_one(TokenInput).value == ""
        assert pilot.app.focused is pilot.app.screen.query_one(TokenInput)
        assert not store(tmp_path).exists()
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "1–50 of 230")


async def test_an_invalid_token_is_not_sent(start: Start, platform: SimulatedPlatform) -> None:
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        for text in ("", "two words", "ünïcode"):
            token_input = pilot.app.screen.query_one(TokenInput)
            token_input.value = text
            await pilot.press("enter")
            await pilot.pause()
        assert not platform.requests
        assert "ünïcode" not in text_of(pilot.app)


async def test_an_unreachable_platform_does_not_reject_the_token(
    start: Start, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    platform.fail("maintenance")
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "could not be verified: 503 maintenance")
        assert pilot.app.screen.query_one(TokenInput).value == platform.token
        assert not store(tmp_path).exists()
        platform.recover()
        await pilot.press("enter")
        await shown(pilot, "1–50 of 230")


async def test_the_platform_can_be_chosen(start: Start) -> None:
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        pilot.app.screen.query_one(Select).value = "https://cavatica-api.sbgenomics.com/v2"
        await shown(pilot, "https://cavatica.sbgenomics.com/developer")


async def test_a_token_that_is_rejected_later_can_be_replaced_in_place(
    start: Start, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("3")
        await shown(pilot, "of 205 · page 1 of 5 · newest first")
        await pilot.press("down", "down")
        table = pilot.app.screen.query_one(JobTable)
        job = table.job
        old, platform.token = platform.token, "n" * 32
        await shown(pilot, "The platform refused the token of the store")
        request_count = len(platform.requests)
        await pilot.pause(1.2)
        assert len(platform.requests) == request_count
        await paste(pilot, old)
        await pilot.press("enter")
        await shown(pilot, "The platform refused this token")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "of 205 · page 1 of 5 · newest first")
        assert table.job == job
        platform.add_jobs(1, "COMPLETED")
        await shown(pilot, "of 206")
    assert platform.token in store(tmp_path).read_text()


async def test_a_rejected_environment_token_is_reported_to_take_precedence(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(token="w" * 32, source=TokenSource.ENVIRONMENT) as pilot:
        await shown(pilot, "refused the token of SB_AUTH_TOKEN")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "SB_AUTH_TOKEN still holds the old token")
        await shown(pilot, "1–50 of 230")


async def test_esc_keeps_the_old_rows(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        old, platform.token = platform.token, "n" * 32
        await pilot.press("r")
        await shown(pilot, "The platform refused the token")
        await pilot.press("escape")
        await shown(pilot, "0 s old · the platform refused the token")
        platform.token = old
        await pilot.press("r")
        await shown(pilot, "1–50 of 230")


async def test_a_token_that_cannot_be_stored_is_used(
    start: Start, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    store(tmp_path).mkdir(parents=True)
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        await paste(pilot, platform.token)
        await pilot.press("enter")
        await shown(pilot, "used for this run only")
        await shown(pilot, "1–50 of 230")


async def test_another_platform_gets_its_own_list(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    other = SimulatedPlatform(jobs=70, seed=2, clock=clock.unix)
    with LoopbackServer(other) as second:
        async with start() as pilot:
            await shown(pilot, "1–50 of 230")
            platform.token = "n" * 32
            await pilot.press("r")
            await shown(pilot, "The platform refused the token")
            await log_in_to(pilot, second.url, other.token)
            await shown(pilot, "1–50 of 70")
    assert not any(other.token in request.headers.values() for request in platform.requests)


async def test_the_token_never_reaches_the_clipboard(start: Start, platform: SimulatedPlatform) -> None:
    async with start(token=None, source=None) as pilot:
        await shown(pilot, "Log in with your authentication token")
        await pilot.press(*platform.token)
        token_input = pilot.app.screen.query_one(TokenInput)
        token_input.action_select_all()
        await pilot.press("ctrl+x", "super+c")
        assert pilot.app.clipboard == ""
        assert isinstance(token_input, Input)
        assert token_input.value == platform.token
