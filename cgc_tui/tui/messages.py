"""Messages from screens to the app, which owns the terminal."""

from __future__ import annotations

from textual.message import Message

from cgc_tui.domain.text import SafeText


class CopyRequested(Message):
    """Copy a text, as the platform sent it; `label` it is."""

    def __init__(self, text: str, label: SafeText) -> None:
        super().__init__()
        self.text = text
        self.label = label


class OpenLinkRequested(Message):
    """Open a web page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class TitleRequested(Message):
    """Tell somebody who looks elsewhere, in the terminal's title; no words give the old title back."""

    def __init__(self, title: SafeText, *, ring: bool = False) -> None:
        super().__init__()
        self.title = title
        self.ring = ring
