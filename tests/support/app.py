"""Types of the fixtures that start the app, and helpers that read its screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

import httpx
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Select
from textual.worker import WorkerCancelled

from cgc_tui.api.client import PlatformClient
from cgc_tui.demo import list_call
from cgc_tui.tui.app import CgcApp
from cgc_tui.tui.context import FLOW
from tests.support.leaks import SENTINEL

Connect = Callable[..., PlatformClient]


def first_page(request: httpx.Request) -> bool:
    """Return whether a request is for the first page of the list, and not a count."""
    return list_call(request) and {b"offset=0", b"fields=_all"} <= set(request.url.query.split(b"&"))


def text_of(app: App[None]) -> str:
    """Return the text on the screen, without styles."""
    lines = app.screen._compositor.render_strips()
    text = "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)
    assert SENTINEL not in text
    return text


async def rest(pilot: Pilot[None]) -> None:
    """Wait until no worker is running, except flows, which may wait for the user.

    If a worker is cancelled, its successor is awaited as well.
    """
    while workers := [each for each in pilot.app.workers if not (each.is_finished or each.group == FLOW)]:
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete(workers)
        await pilot.pause()


async def paste(pilot: Pilot[None], text: str) -> None:
    """Paste a text as a terminal does, which takes less time than a press of each key."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


async def shown(pilot: Pilot[None], text: str, *, gone: bool = False) -> str:
    """Wait until the text is on the screen, or has gone; the error contains the screen."""
    for _ in range(400):
        await pilot.pause()
        if (text in text_of(pilot.app)) is not gone:
            return text_of(pilot.app)
        await asyncio.sleep(0.01)
    raise AssertionError(f"{'still' if gone else 'no'} {text!r} on the screen:\n{text_of(pilot.app)}")


async def log_in_to(pilot: Pilot[None], endpoint: str, token: str) -> None:
    """Choose another endpoint on the login screen, and enter a token."""
    select = pilot.app.screen.query_one(Select)
    select.set_options([("other", endpoint)])
    select.value = endpoint
    await paste(pilot, token)
    await pilot.press("enter")


MakeApp = Callable[..., CgcApp]
Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
