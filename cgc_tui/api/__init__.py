"""The service layer: the platform over HTTP, frozen values out, every failure a `CgcError`.

The HTTP library takes as long to import as half of Textual: it is imported where it is first needed, in the
thread that makes the client, so that the first paint does not wait for it.
"""

from __future__ import annotations

from cgc_tui.api.client import Client
from cgc_tui.api.every import Progress, all_jobs, all_pages, jobs_by_ids
from cgc_tui.api.parse import job_id
from cgc_tui.api.resend import follow, listed, look, send
from cgc_tui.api.wire import Wire

__all__ = [
    "Client",
    "Progress",
    "Wire",
    "all_jobs",
    "all_pages",
    "follow",
    "job_id",
    "jobs_by_ids",
    "listed",
    "look",
    "send",
]
