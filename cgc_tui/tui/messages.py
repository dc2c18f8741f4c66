"""What screens ask of the app, since the terminal and the token are its matter."""

from __future__ import annotations

from textual.message import Message

from cgc_tui.domain.errors import TokenRejected
from cgc_tui.domain.text import SafeText


class TokenRefused(Message):
    """The platform does not take the token any more."""

    def __init__(self, error: TokenRejected) -> None:
        super().__init__()
        self.error = error


class CopyAsked(Message):
    """Copy a text, as the platform sent it; `what` it is."""

    def __init__(self, text: str, what: SafeText) -> None:
        super().__init__()
        self.text = text
        self.what = what


class OpenAsked(Message):
    """Open a web page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class TellAsked(Message):
    """Tell somebody who looks elsewhere, in the terminal's title; no words give the old title back."""

    def __init__(self, words: SafeText, *, ring: bool = False) -> None:
        super().__init__()
        self.words = words
        self.ring = ring
