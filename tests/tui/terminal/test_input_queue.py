"""Keys and pastes one after another, whatever holds one of them up."""

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
    """What takes callbacks and calls them when a test says so."""

    def __init__(self, parent: Pump | None, *, closed: bool = False) -> None:
        self.parent = parent
        self._closed = closed
        self.is_running = True
        self.callbacks: list[Callable[[], Any]] = []

    def call_later(self, callback: Callable[..., Any], *arguments: object) -> bool:
        """Keep a callback; tell whether that could be done."""
        if not self._closed:
            self.callbacks.append(lambda: callback(*arguments))
        return not self._closed

    def check_consume_key(self, *_: object) -> bool:
        """Tell whether a key is text for it."""
        return False

    async def work(self) -> None:
        """Call one back."""
        result = self.callbacks.pop(0)()
        if asyncio.iscoroutine(result):
            await result


class App(Pump):
    """The top of all, with one thing that has the focus."""

    def __init__(self) -> None:
        super().__init__(None)
        self.focused: Any = Pump(Pump(self))
        self.screen = SimpleNamespace(stack_updates=1)


async def begun() -> tuple[App, InputQueue, list[str]]:
    """Return an app in which the first of two keys is on its way, and what came where it goes."""
    app, received = App(), []

    async def handle(event: Any) -> None:
        received.append(event.key)

    turns = InputQueue(app, handle)  # type: ignore[arg-type]
    await turns.put(events.Key("a", "a"))
    await turns.put(events.Key("b", "b"))
    assert received == ["a"]
    return app, turns, received


async def test_a_key_waits_until_the_one_before_has_gone_all_the_way() -> None:
    app, turns, received = await begun()
    for pump in (app.focused, app.focused.parent, app, app):
        assert received == ["a"]
        assert turns.busy
        await pump.work()
    assert received == ["a", "b"]


async def test_what_is_closed_on_the_way_is_passed_by() -> None:
    app, _, received = await begun()
    app.focused.parent._closed = True
    await app.focused.work()
    await app.work()
    await app.work()
    assert received == ["a", "b"]


async def test_what_is_gone_with_a_callback_holds_nothing_up() -> None:
    app, turns, received = await begun()
    app.focused.is_running = False
    assert not turns.busy
    await turns.put(events.Key("c", "c"))
    assert received == ["a", "b"]


async def test_a_key_waits_until_the_screen_that_the_one_before_opened_has_its_focus() -> None:
    app, _, received = await begun()
    app.screen.stack_updates = 0
    for pump in (app.focused, app.focused.parent, app, app, app):
        await pump.work()
    assert received == ["a"]
    app.screen.stack_updates = 1
    await app.work()
    assert received == ["a", "b"]


async def test_the_way_out_is_open_while_a_key_is_held_up(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object) -> None:
        arrived.set()
        await released.wait()

    async def leave(_: object) -> None:
        left.set()

    arrived, left, released = asyncio.Event(), asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(JobTable, "key_x", hang, raising=False)
    monkeypatch.setattr(TerminalApp, "action_quit", leave)
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        for key in ("x", "y", "ctrl+c"):
            pilot.app.post_message(events.Key(key, None))
        try:
            await asyncio.wait_for(arrived.wait(), PATIENCE)
            await asyncio.wait_for(left.wait(), PATIENCE)
        finally:
            released.set()


def post(pilot: Pilot[None], *keys: str) -> None:
    """Give the app keys all at once, as one read of the terminal does."""
    for key in keys:
        character = {"slash": "/"}.get(key, key)
        pilot.app.post_message(events.Key(key, character if len(character) == 1 else None))


@given(st.lists(st.tuples(st.sampled_from("jk"), st.integers(1, 3 * MAX_REPEATS)), max_size=4))
@settings(derandomize=True, deadline=None, max_examples=50)
def test_only_repeats_are_dropped_that_are_far_behind(runs: list[tuple[str, int]]) -> None:
    asyncio.run(_take(runs))


async def _take(runs: list[tuple[str, int]]) -> None:
    app, turns, received = await begun()
    pumps = (app.focused, app.focused.parent, app)
    typed = "".join(key * times for key, times in runs)
    for key in typed:
        await turns.put(events.Key(key, key))
    while any(pump.callbacks for pump in pumps):
        for pump in pumps:
            while pump.callbacks:
                await pump.work()
    kept = "".join("".join(run)[: MAX_REPEATS + 1] for _, run in groupby(typed))
    assert "".join(received) == "ab" + kept


async def test_a_flood_of_one_key_holds_up_nothing(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_queue, "MAX_REPEATS", 4)
    moves, lookups, left = [], [], []
    down, interrupts = JobTable.action_cursor_down, TerminalApp._interrupts

    def move(table: JobTable) -> None:
        moves.append(table.cursor_row)
        down(table)

    def look_up(app: TerminalApp, event: events.Event) -> bool:
        lookups.append(event)
        return interrupts(app, event)

    async def leave(_: TerminalApp) -> None:
        left.append(True)

    monkeypatch.setattr(JobTable, "action_cursor_down", move)
    monkeypatch.setattr(TerminalApp, "_interrupts", look_up)
    monkeypatch.setattr(TerminalApp, "action_quit", leave)
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        post(pilot, *["j"] * 5000, "q")
        for _ in range(400):
            if left:
                break
            await pilot.pause(0.01)
    assert left
    assert len(moves) < 10
    assert len(lookups) < 10, "the bindings are looked up for each key"


async def test_repeats_that_are_text_are_all_kept(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
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


async def test_pages_that_are_turned_at_once_are_all_turned(start: Start) -> None:
    async with start(query=JobQuery(limit=3)) as pilot:
        await shown(pilot, "page 1 of 77")
        post(pilot, *["right_square_bracket"] * 60)
        await shown(pilot, "page 61 of 77")
