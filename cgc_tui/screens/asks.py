"""What screens ask of the app, since the terminal and the token are its matter."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from cgc_tui.models import Refused
from cgc_tui.text import Clean


@dataclass
class TokenRefused(Message):
    """The platform does not take the token any more."""

    error: Refused


@dataclass
class CopyAsked(Message):
    """Copy a text, as the platform sent it; `what` it is."""

    text: str
    what: Clean


@dataclass
class OpenAsked(Message):
    """Open a web page."""

    url: str


@dataclass
class TellAsked(Message):
    """Tell somebody who looks elsewhere, in the terminal's title; no words give the old title back."""

    words: Clean
    ring: bool = False
