"""Shell commands that request or show what the screen shows; the token is `$SB_AUTH_TOKEN` in them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode

from cgc_tui.api.imports import PATH as LIST_PATH
from cgc_tui.api.imports import job_path, list_params
from cgc_tui.config.credentials import Access, TokenSource
from cgc_tui.config.platforms import DEFAULT_PROFILE
from cgc_tui.domain.errors import NotFound
from cgc_tui.domain.queries import JobQuery

DEMO_PROFILE = "demo"


def job_commands(access: Access, job_id: str) -> Mapping[str, str]:
    """Return the request for a job ("Get details of an import job"), and the command that shows it."""
    commands = {"job: cgc-tui": _cgc_tui(access, "show", job_id)}
    if access.profile != DEMO_PROFILE:  # no request reaches the demo from outside
        with suppress(NotFound):
            commands["job: curl"] = _curl(f"{access.endpoint}{job_path(job_id)}")
    return commands


def list_commands(access: Access, query: JobQuery) -> Mapping[str, str]:
    """Return the request for a page of the list ("List import jobs"), and the command that shows it."""
    filters = [part for state in query.states for part in ("--state", state)]
    filters += ["--project", query.project] if query.project else []
    filters += ["--volume", query.volume] if query.volume else []
    page = ["--limit", str(query.limit), "--offset", str(query.offset)]
    commands = {"list: cgc-tui": _cgc_tui(access, "list", *filters, *page)}
    if access.profile != DEMO_PROFILE:
        commands["list: curl"] = _curl(f"{access.endpoint}{LIST_PATH}?{urlencode(list_params(query))}")
    return commands


def _curl(url: str) -> str:
    return f'curl --fail-with-body -H "X-SBG-Auth-Token: $SB_AUTH_TOKEN" {shlex.quote(url)}'


def _cgc_tui(access: Access, command: str, *arguments: str) -> str:
    """Return a command for the same platform; a token from the environment is found without a profile."""
    if access.profile == DEMO_PROFILE:
        platform = ["--demo"]
    elif access.profile == DEFAULT_PROFILE or access.source is TokenSource.ENVIRONMENT:
        platform = []
    else:
        platform = ["--profile", access.profile]
    # An id that begins with a dash is no option.
    arguments = ("--", *arguments) if command == "show" and arguments[0].startswith("-") else arguments
    return shlex.join(["cgc-tui", command, *platform, *arguments])
