"""Keys and pastes are handled one after another, and a blocked one does not block the app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.base_app import TerminalApp
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.terminal import input_queue
from cgc_tui.tui.terminal.input_queue import MAX_REPEATS, InputQueue
from tests.support.app import Start, shown
from tests.support.terminal import PATIENCE


class Pump:
    """A message pump whose callbacks are called by a test."""

    def __init__(self, parent: Pump | None, *, closed: bool = False) -> None:
        self.parent = parent
        self._closed = closed
        self.is_running = True
        self.callbacks: list[Callable[[], Any]] = []

    def call_later(self, callback: Callable[..., Any], *arguments: object) -> bool:
        """Queue a callback; return whether the pump accepts it."""
        if not self._closed:
            self.callbacks.append(lambda: callback(*arguments))
        return not self._closed

    def check_consume_key(self, *_: object) -> bool:
        """Return whether the pump consumes a key as text."""
        return False

    async def work(self) -> None:
        """Call the next callback."""
        result = self.callbacks.pop(0)()
        if asyncio.iscoroutine(result):
            await result


class App(Pump):
    """An app with a focused widget."""

    def __init__(self) -> None:
        super().__init__(None)
        self.focused: Any = Pump(Pump(self))
        self.screen = SimpleNamespace(stack_updates=1)


async def queued_keys() -> tuple[App, InputQueue, list[str]]:
    """Return an app that handles the first of two keys, its queue, and the received keys."""
    app, received = App(), []

    async def handle(event: Any) -> None:
        received.append(event.key)

    queue = InputQueue(app, handle)  # type: ignore[arg-type]
    await queue.put(events.Key("a", "a"))
    await queue.put(events.Key("b", "b"))
    assert received == ["a"]
    return app, queue, received


async def test_a_key_waits_until_the_previous_one_is_handled() -> None:
    app, queue, received = await queued_keys()
    for pump in (app.focused, app.focused.parent, app, app):
        assert received == ["a"]
        assert queue.busy
        await pump.work()
    assert received == ["a", "b"]


async def test_closed_pumps_are_skipped() -> None:
    app, _, received = await queued_keys()
    app.focused.parent._closed = True
    await app.focused.work()
    await app.work()
    await app.work()
    assert received == ["a", "b"]


async def test_a_removed_pump_blocks_nothing() -> None:
    app, queue, received = await queued_keys()
    app.focused.is_running = False
    assert not queue.busy
    await queue.put(events.Key("c", "c"))
    assert received == ["a", "b"]


async def test_a_key_waits_for_the_focus_of_the_screen_that_the_previous_one_opened() -> None:
    app, _, received = await queued_keys()
    app.screen.stack_updates = 0
    for pump in (app.focused, app.focused.parent, app, app, app):
        await pump.work()
    assert received == ["a"]
    app.screen.stack_updates = 1
    await app.work()
    assert received == ["a", "b"]


async def test_quitting_is_possible_while_a_key_is_blocked(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object) -> None:
        arrived.set()
        await released.wait()

    async def record_quit(_: object) -> None:
        quits.set()

    arrived, quits, released = asyncio.Event(), asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(JobTable, "key_x", hang, raising=False)
    monkeypatch.setattr(TerminalApp, "action_quit", record_quit)
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        for key in ("x", "y", "ctrl+c"):
            pilot.app.post_message(events.Key(key, None))
        try:
            await asyncio.wait_for(arrived.wait(), PATIENCE)
            await asyncio.wait_for(quits.wait(), PATIENCE)
        finally:
            released.set()


def post(pilot: Pilot[None], *keys: str) -> None:
    """Post keys at once, like one read of the terminal."""
    for key in keys:
        character = {"slash": "/"}.get(key, key)
        pilot.app.post_message(events.Key(key, character if len(character) == 1 else None))


@given(st.lists(st.tuples(st.sampled_from("jk"), st.integers(1, 3 * MAX_REPEATS)), max_size=4))
@settings(derandomize=True, deadline=None, max_examples=50)
def test_only_repeats_beyond_the_limit_are_dropped(runs: list[tuple[str, int]]) -> None:
    asyncio.run(_put_all(runs))


async def _put_all(runs: list[tuple[str, int]]) -> None:
    app, queue, received = await queued_keys()
    pumps = (app.focused, app.focused.parent, app)
    typed = "".join(key * times for key, times in runs)
    for key in typed:
        await queue.put(events.Key(key, key))
    while any(pump.callbacks for pump in pumps):
        for pump in pumps:
            while pump.callbacks:
                await pump.work()
    kept = "".join("".join(run)[: MAX_REPEATS + 1] for _, run in groupby(typed))
    assert "".join(received) == "ab" + kept


async def test_a_flood_of_one_key_does_not_delay_the_next(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_queue, "MAX_REPEATS", 4)
    moves, lookups, quits = [], [], []
    down, interrupts = JobTable.action_cursor_down, TerminalApp._interrupts

    def move(table: JobTable) -> None:
        moves.append(table.cursor_row)
        down(table)

    def look_up(app: TerminalApp, event: events.Event) -> bool:
        lookups.append(event)
        return interrupts(app, event)

    async def record_quit(_: TerminalApp) -> None:
        quits.append(True)

    monkeypatch.setattr(JobTable, "action_cursor_down", move)
    monkeypatch.setattr(TerminalApp, "_interrupts", look_up)
    monkeypatch.setattr(TerminalApp, "action_quit", record_quit)
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        post(pilot, *["j"] * 5000, "q")
        for _ in range(400):
            if quits:
                break
            await pilot.pause(0.01)
    assert quits
    assert len(moves) < 10
    assert len(lookups) < 10, "the bindings are looked up for each key"


async def test_repeated_text_is_kept(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_queue, "MAX_REPEATS", 4)
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        text = "a" * 15 + "b"
        post(pilot, "slash", *text)
        for _ in range(400):
            await pilot.pause(0.01)
            if pilot.app.screen.query_one("#find", Input).value.endswith("b"):
                break
        assert pilot.app.screen.query_one("#find", Input).value == text


async def test_all_page_turns_of_one_read_are_executed(start: Start) -> None:
    async with start(query=JobQuery(limit=3)) as pilot:
        await shown(pilot, "page 1 of 77")
        post(pilot, *["right_square_bracket"] * 60)
        await shown(pilot, "page 61 of 77")
