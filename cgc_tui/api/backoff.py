"""How long to wait before the next attempt after a failure, in seconds."""

from __future__ import annotations

BACKOFF = (0.3, 1.5)
"""Between the attempts of one call, with jitter."""

SERVER_WAIT = 5.0
"""Before the next refresh, after an error of the server or the network."""

MAINTENANCE_WAIT = 30.0
"""Before the next refresh, during maintenance."""
