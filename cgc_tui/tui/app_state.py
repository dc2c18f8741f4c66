"""State that the app owns for all screens, and how a screen follows it."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.message import Message
from textual.screen import Screen

from cgc_tui.domain.text import SafeText


class UserIdentified(Message):
    """The user of the token is known."""

    def __init__(self, user: SafeText) -> None:
        super().__init__()
        self.user = user


def follow_app(screen: Screen[Any], **names: str) -> None:
    """Keep reactives of a screen equal to reactives of the app, as in `interval="refresh_interval"`.

    The screen does not set them itself: an action of the app or a message to it does.
    """
    for name, name_in_app in names.items():
        screen.watch(screen.app, name_in_app, partial(setattr, screen, name))
