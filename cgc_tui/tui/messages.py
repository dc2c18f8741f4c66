"""Messages from screens to the app, which owns the terminal."""

from __future__ import annotations

from textual.message import Message

from cgc_tui.domain.text import SafeText


class CopyRequested(Message):
    """Copy a text as the platform sent it; `label` describes it in the notification."""

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
    """Set the title of the terminal; an empty title restores the original one. With `ring`, ring the bell."""

    def __init__(self, title: SafeText, *, ring: bool = False) -> None:
        super().__init__()
        self.title = title
        self.ring = ring
