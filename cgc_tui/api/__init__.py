"""The service layer: the platform over HTTP, frozen values out, every failure a `CgcError`.

The HTTP library takes as long to import as half of Textual: it is imported where it is first needed, in the
thread that makes the client, so that the first paint does not wait for it.
"""

from __future__ import annotations

from cgc_tui.api.client import Client
from cgc_tui.api.wire import Wire

__all__ = ["Client", "Wire"]
