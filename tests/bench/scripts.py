"""What `list --all` costs as a whole process, against the vendor's Python client."""

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
    """Measure whole processes with and without latency, run in turns, and the fetch alone."""
    options = ("--jobs", str(JOBS))
    for latency, least in (("50", 4.0), ("0", 1.0)):
        with serving(*options, "--latency-ms", latency) as environ:
            ratios = [_seconds(VENDORS, environ) / _seconds(OURS, environ) for _ in range(RUNS)]
        yield Figure(
            f"list --all, times as quick as the vendor's client at {latency} ms",
            median(ratios),
            "×",
            least=least,
            timed=True,
        )
    with serving(*options, "--latency-ms", "50") as environ:
        alone, asked = asyncio.run(_fetch(environ))
        imports = _seconds([sys.executable, "-c", "import sevenbridges"], environ)
        vendor = _seconds(VENDORS, environ) - imports
    yield Figure("the fetch alone at 50 ms, likewise", vendor / alone, "×", least=8, timed=True)
    yield Figure(f"requests for {PAGES} pages", asked, "", most=PAGES)


def _seconds(command: list[str], environ: Mapping[str, str]) -> float:
    """Return how long a command takes that must succeed."""
    with TemporaryDirectory() as home:
        surroundings = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", **environ}
        began = time.perf_counter()
        subprocess.run(command, env=surroundings, check=True, stdout=subprocess.DEVNULL, cwd=Path.cwd())
        return time.perf_counter() - began


async def _fetch(environ: Mapping[str, str]) -> tuple[float, int]:
    """Return how long all jobs take once the client is there, and how many requests."""
    client = PlatformClient(Requester(environ["SB_API_ENDPOINT"], Token(environ["SB_AUTH_TOKEN"])))
    try:
        await client.rate_limit()
        began = time.perf_counter()
        page = await fetch_all(client, JobQuery())
        took = time.perf_counter() - began
        assert len(page.jobs) == JOBS
        assert client.last_rate_limit is not None
        return took, client.last_rate_limit.limit - client.last_rate_limit.remaining
    finally:
        await client.close()
