"""Keys and pastes one after another, whatever holds one of them up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from cgc_tui.in_turn import InTurn
from cgc_tui.terminal_app import TerminalApp
from cgc_tui.widgets.job_table import JobTable
from tests.conftest import Start, shown
from tests.terminal import PATIENCE


class Pump:
    """What takes callbacks and calls them when a test says so."""

    def __init__(self, parent: Pump | None, *, closed: bool = False) -> None:
        self._parent = parent
        self._closed = closed
        self.is_running = True
        self.callbacks: list[Callable[[], Any]] = []

    def call_later(self, callback: Callable[..., Any], *arguments: object) -> bool:
        """Keep a callback; tell whether that could be done."""
        if not self._closed:
            self.callbacks.append(lambda: callback(*arguments))
        return not self._closed

    async def work(self) -> None:
        """Call one back."""
        found = self.callbacks.pop(0)()
        if asyncio.iscoroutine(found):
            await found


class App(Pump):
    """The top of all, with one thing that has the focus."""

    def __init__(self) -> None:
        super().__init__(None)
        self.focused = Pump(Pump(self))


async def begun() -> tuple[App, InTurn, list[str]]:
    """Return an app in which the first of two keys is on its way, and what came where it goes."""
    app, came = App(), []

    async def handle(event: Any) -> None:
        came.append(event.key)

    turns = InTurn(app, handle)  # type: ignore[arg-type]
    await turns.take(events.Key("a", "a"))
    await turns.take(events.Key("b", "b"))
    assert came == ["a"]
    return app, turns, came


async def test_a_key_waits_until_the_one_before_has_gone_all_the_way() -> None:
    app, turns, came = await begun()
    for pump in (app.focused, app.focused._parent, app, app):
        assert came == ["a"]
        assert turns.busy
        assert pump is not None
        await pump.work()
    assert came == ["a", "b"]


async def test_what_is_closed_on_the_way_is_passed_by() -> None:
    app, _, came = await begun()
    assert app.focused._parent is not None
    app.focused._parent._closed = True
    await app.focused.work()
    await app.work()
    await app.work()
    assert came == ["a", "b"]


async def test_what_is_gone_with_a_callback_holds_nothing_up() -> None:
    app, turns, came = await begun()
    app.focused.is_running = False
    assert not turns.busy
    await turns.take(events.Key("c", "c"))
    assert came == ["a", "b"]


async def test_the_way_out_is_open_while_a_key_is_held_up(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object) -> None:
        came.set()
        await released.wait()

    async def leave(_: object) -> None:
        left.set()

    came, left, released = asyncio.Event(), asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(JobTable, "key_x", hang, raising=False)
    monkeypatch.setattr(TerminalApp, "action_quit", leave)
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        for key in ("x", "y", "ctrl+c"):
            pilot.app.post_message(events.Key(key, None))
        try:
            await asyncio.wait_for(came.wait(), PATIENCE)
            await asyncio.wait_for(left.wait(), PATIENCE)
        finally:
            released.set()
