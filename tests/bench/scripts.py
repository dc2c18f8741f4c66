"""The time of `list --all` as a process, relative to the vendor's Python client."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.listing import fetch_all
from cgc_tui.api.requester import Requester
from cgc_tui.domain.queries import JobQuery
from cgc_tui.domain.token import Token
from tests.bench.figure import Figure
from tests.bench.session import serving

JOBS = 5_000
PAGES = JOBS // 100
RUNS = 5
OURS = [sys.executable, "-m", "cgc_tui", "list", "--all", "--json"]
VENDORS = [
    sys.executable,
    "-c",
    "import json, os, sevenbridges\n"
    "url, token = os.environ['SB_API_ENDPOINT'], os.environ['SB_AUTH_TOKEN']\n"
    "api = sevenbridges.Api(url=url, token=token, debug=True)\n"
    "print(json.dumps([job.id for job in api.imports.query(limit=100).all()]))\n",
]


def measure() -> Iterator[Figure]:
    """Measure processes with and without latency, alternating, and the fetch alone."""
    options = ("--jobs", str(JOBS))
    for latency, minimum in (("50", 4.0), ("0", 1.0)):
        with serving(*options, "--latency-ms", latency) as environ:
            ratios = [_seconds(VENDORS, environ) / _seconds(OURS, environ) for _ in range(RUNS)]
        yield Figure(
            f"list --all, times as quick as the vendor's client at {latency} ms",
            median(ratios),
            "×",
            minimum=minimum,
            timed=True,
        )
    with serving(*options, "--latency-ms", "50") as environ:
        alone, requests = asyncio.run(_fetch(environ))
        imports = _seconds([sys.executable, "-c", "import sevenbridges"], environ)
        vendor = _seconds(VENDORS, environ) - imports
    yield Figure("the fetch alone at 50 ms, likewise", vendor / alone, "×", minimum=8, timed=True)
    yield Figure(f"requests for {PAGES} pages", requests, "", maximum=PAGES)


def _seconds(command: list[str], environ: Mapping[str, str]) -> float:
    """Return the seconds that a command takes; it must succeed."""
    with TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", **environ}
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, cwd=Path.cwd())
        return time.perf_counter() - start


async def _fetch(environ: Mapping[str, str]) -> tuple[float, int]:
    """Return the seconds and the number of requests for all jobs, with a connected client."""
    client = PlatformClient(Requester(environ["SB_API_ENDPOINT"], Token(environ["SB_AUTH_TOKEN"])))
    try:
        await client.rate_limit()
        start = time.perf_counter()
        page = await fetch_all(client, JobQuery())
        seconds = time.perf_counter() - start
        assert len(page.jobs) == JOBS
        assert client.last_rate_limit is not None
        return seconds, client.last_rate_limit.limit - client.last_rate_limit.remaining
    finally:
        await client.close()
