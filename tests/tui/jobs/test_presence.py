"""Fewer refreshes for an idle or absent user."""

from __future__ import annotations

import pytest
from textual import events

from cgc_tui.config.settings import Settings
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.presence import Presence
from tests.support.app import Start, shown
from tests.support.clock import Clock


@pytest.mark.parametrize(
    ("idle", "focused", "presence", "interval"),
    [
        (0, True, Presence.ACTIVE, 15.0),
        (599, True, Presence.ACTIVE, 15.0),
        (600, True, Presence.IDLE, 60.0),
        (0, False, Presence.IDLE, 60.0),
        (3600, True, Presence.AWAY, 0.0),
    ],
)
def test_the_interval_depends_on_the_idle_time(
    idle: float, focused: bool, presence: Presence, interval: float
) -> None:
    assert Presence.from_idle(idle, focused=focused) is presence
    assert presence.refresh_interval(15.0) == interval


def test_a_long_interval_is_not_shortened_and_none_stays_none() -> None:
    assert Presence.IDLE.refresh_interval(300.0) == 300.0
    assert Presence.IDLE.refresh_interval(0.0) == 0.0


async def test_refreshes_are_rare_while_the_terminal_has_no_focus(start: Start) -> None:
    async with start(settings=Settings(refresh=15)) as pilot:
        await shown(pilot, "auto-refresh 15 s")
        pilot.app.post_message(events.AppBlur())
        await shown(pilot, "auto-refresh 60 s")
        pilot.app.post_message(events.AppFocus())
        await shown(pilot, "auto-refresh 15 s")


async def test_refreshes_are_rare_when_idle_and_stop_when_away_until_a_key(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "1–50 of 230")
        clock.seconds += 600
        await shown(pilot, "auto-refresh 60 s")
        await pilot.press("down")
        await shown(pilot, "auto-refresh 1 s")
        clock.seconds += 3600
        await shown(pilot, "refresh paused (idle), press any key")
        platform.add_jobs(1)
        await pilot.press("down")
        await shown(pilot, "1–50 of 231")
        await shown(pilot, "auto-refresh 1 s")


async def test_retries_stop_while_the_user_is_away(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("maintenance")
        clock.seconds += 3600
        await shown(pilot, "503 maintenance · r: retry")
        platform.recover()
        await pilot.press("down")
        await shown(pilot, " old · ", gone=True)
