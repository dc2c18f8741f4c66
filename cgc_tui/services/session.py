"""Where one is: a platform, and what is known of the user there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cgc_tui.config.credentials import Access, Credentials
from cgc_tui.domain.token import Token

if TYPE_CHECKING:
    from cgc_tui.api.client import PlatformClient


class PlatformSession(NamedTuple):
    """A platform, and what is known of the user there; `title` is its name for the user.

    `state` is the directory of what this machine remembers of it, None where that is nothing.
    """

    access: Access
    title: str
    credentials: Credentials
    connect: Callable[[str, Token], PlatformClient]
    state: Path | None
