"""The service layer: the platform over HTTP, frozen values out, every failure a `CgcError`."""

from __future__ import annotations

from cgc_tui.api.client import Client
from cgc_tui.api.wire import Wire

__all__ = ["Client", "Wire"]
