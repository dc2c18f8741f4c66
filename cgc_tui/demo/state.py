"""The state of the simulated platform, which its routes read and change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cgc_tui.demo.buckets import Buckets
from cgc_tui.demo.catalog import Project, Volume
from cgc_tui.demo.job_store import JobStore
from cgc_tui.demo.rate_limit import RateLimit
from cgc_tui.demo.switches import Switches


@dataclass(slots=True)
class PlatformState:
    """Everything that a response depends on, except scripted faults.

    `base_url` has no trailing slash; `clock` returns Unix seconds. Hold `lock` to read or change jobs
    and objects.
    """

    base_url: str
    token: str
    username: str
    clock: Callable[[], float]
    switches: Switches
    volumes: dict[str, Volume]
    projects: dict[str, Project]
    store: JobStore
    buckets: Buckets
    rate_limit: RateLimit
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def path_prefix(self) -> str:
        """The path that all routes begin with."""
        return urlsplit(self.base_url).path.rstrip("/")

    @property
    def doubled_url(self) -> str:
        """The endpoint with the host name doubled, as in the documentation: a host that does not exist."""
        return f"https://{urlsplit(self.base_url).hostname}.sbgenomics.com{self.path_prefix}"
