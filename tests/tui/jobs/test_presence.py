"""How the app asks less where nobody looks."""

from __future__ import annotations

import pytest
from textual import events

from cgc_tui.config.settings import Settings
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.presence import Presence
from tests.support.app import Start, shown
from tests.support.clock import Clock


@pytest.mark.parametrize(
    ("idle", "focused", "attention", "rhythm"),
    [
        (0, True, Presence.ACTIVE, 15.0),
        (599, True, Presence.ACTIVE, 15.0),
        (600, True, Presence.IDLE, 60.0),
        (0, False, Presence.IDLE, 60.0),
        (3600, True, Presence.AWAY, 0.0),
    ],
)
def test_attention_fades(idle: float, focused: bool, attention: Presence, rhythm: float) -> None:
    assert Presence.from_idle(idle, focused=focused) is attention
    assert attention.refresh_interval(15.0) == rhythm


def test_a_slow_rhythm_gets_no_faster_and_none_stays_none() -> None:
    assert Presence.IDLE.refresh_interval(300.0) == 300.0
    assert Presence.IDLE.refresh_interval(0.0) == 0.0


async def test_the_list_is_asked_for_seldom_where_the_terminal_is_out_of_focus(start: Start) -> None:
    async with start(settings=Settings(refresh=15)) as pilot:
        await shown(pilot, "every 15 s")
        pilot.app.post_message(events.AppBlur())
        await shown(pilot, "every 60 s")
        pilot.app.post_message(events.AppFocus())
        await shown(pilot, "every 15 s")


async def test_after_ten_minutes_it_asks_less_and_after_an_hour_no_more_until_a_key(
    start: Start, platform: SimulatedPlatform, clock: Clock
) -> None:
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "1–50 of 230")
        clock.seconds += 600
        await shown(pilot, "every 60 s")
        await pilot.press("down")
        await shown(pilot, "every 1 s")
        clock.seconds += 3600
        await shown(pilot, "asleep, any key wakes it")
        platform.add_jobs(1)
        await pilot.press("down")
        await shown(pilot, "1–50 of 231")
        await shown(pilot, "every 1 s")


async def test_it_sleeps_in_trouble_too(start: Start, platform: SimulatedPlatform, clock: Clock) -> None:
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.fail("maintenance")
        clock.seconds += 3600
        await shown(pilot, "503 maintenance · r asks again")
        platform.recover()
        await pilot.press("down")
        await shown(pilot, "STALE", gone=True)
