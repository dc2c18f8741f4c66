"""The state that the app owns on all screens: time zone, user and refresh interval."""

from __future__ import annotations

from cgc_tui.config.settings import Settings
from cgc_tui.demo import LoopbackServer, SimulatedPlatform
from cgc_tui.tui.failures.screen import FailuresScreen
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.retry.screen import RetryScreen
from tests.support.app import Start, log_in_to, shown, text_of
from tests.support.clock import Clock

REFUSED = (401, 90001)


async def test_the_time_zone_is_shared_by_all_screens(start: Start) -> None:
    async with start(write=True) as pilot:
        await shown(pilot, "updated 12:00 ·")
        await pilot.press("F")
        await shown(pilot, "failed jobs by cause")
        await pilot.press("t")
        await shown(pilot, "updated 12:00 UTC")
        await pilot.press("escape")
        await shown(pilot, "1–50 of 230")
        assert "updated 12:00 UTC" in text_of(pilot.app)
        await pilot.press("T")
        await shown(pilot, "Nothing sent yet")
        assert "updated 12:00 UTC" in text_of(pilot.app)
        await pilot.press("escape", "t", "F")
        await shown(pilot, "failed jobs by cause")
        assert "UTC" not in text_of(pilot.app)


async def test_a_late_user_is_shown_on_the_active_screen(start: Start, platform: SimulatedPlatform) -> None:
    for key, screen, text in (("F", FailuresScreen, "by cause"), ("T", RetryScreen, "Nothing sent yet")):
        gate = platform.gate(where="/v2/user")
        async with start(write=True) as pilot:
            await shown(pilot, "1–50 of 230")
            await gate.arrival()
            await pilot.press(key)
            await shown(pilot, text)
            assert "CGC · rosalind" not in text_of(pilot.app)
            gate.release()
            await shown(pilot, "CGC · rosalind")
            assert isinstance(pilot.app.screen, screen)


async def test_the_time_zone_and_the_refresh_interval_are_kept_on_another_platform(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    other = SimulatedPlatform(jobs=70, seed=2, clock=clock.unix)
    other.state.username = "gregor"
    with LoopbackServer(other) as second:
        async with start(settings=Settings(refresh=0)) as pilot:
            await shown(pilot, "CGC · rosalind")
            await pilot.press("t", "minus", "plus", "plus")
            await shown(pilot, "updated 12:00:00 UTC · auto-refresh 5 s")
            platform.fail("error", REFUSED)
            await pilot.press("r")
            await shown(pilot, "The platform refused the token")
            await log_in_to(pilot, second.url, other.token)
            await shown(pilot, "1–50 of 70")
            await shown(pilot, "updated 12:00:00 UTC · auto-refresh 5 s")
            await shown(pilot, "· gregor")
            assert isinstance(pilot.app.screen, JobsScreen)
            assert "rosalind " not in text_of(pilot.app).splitlines()[0]
