"""The copy menu: what of a job, of the marked jobs and of the list can be copied."""

from __future__ import annotations

from collections.abc import Mapping

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.marks import Marks
from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.export import ExportFormat, export_lines, source_keys
from cgc_tui.formatting.job_details import web_page_url
from cgc_tui.services.shell_commands import job_commands, list_commands
from cgc_tui.tui.context import JobsContext
from cgc_tui.tui.dialogs.choice import ChoiceDialog
from cgc_tui.tui.dialogs.text import pretty


async def choose_text(jobs: JobsContext, job: ImportJob | None) -> tuple[str, str] | None:
    """Let the user choose; return the name and the text, None where there is none."""
    texts = {**_of_marked(jobs.marks), **_of_job(job, jobs.session.web), **_commands(jobs, job)}
    if not texts:
        return None
    name = await jobs.ask(ChoiceDialog(SafeText("Copy"), texts))
    return None if name is None else (name, texts[name])


def _of_marked(marks: Marks) -> Mapping[str, str]:
    """Return the rows and the source keys of the marked jobs."""
    marked = tuple(marks.jobs.values())
    texts = {
        "marked rows": "".join(export_lines(marked, ExportFormat.TSV)).removesuffix("\n") if marked else "",
        "marked keys": "".join(source_keys(marked)).removesuffix("\n"),
    }
    return {name: text for name, text in texts.items() if text}


def _of_job(job: ImportJob | None, web: str | None) -> Mapping[str, str]:
    """Return the values of a job as the platform sent them."""
    if job is None:
        return {}
    texts = {
        "id": job.id,
        "name": job.name,
        "source key": job.source.location,
        "volume": job.source.volume,
        "project": job.destination.project,
        "error": job.error and job.error.message,
        "file id": job.result and job.result.id,
        "web page": web_page_url(job, web),
        "href": job.href,
        "JSON": pretty(job.raw),
    }
    return {name: text for name, text in texts.items() if text}


def _commands(jobs: JobsContext, job: ImportJob | None) -> Mapping[str, str]:
    """Return shell commands for the job and for the list; a result set is no list of the platform."""
    access = jobs.session.access
    of_job = job_commands(access, job.id) if job is not None else {}
    return {**of_job, **(list_commands(access, jobs.job_query) if jobs.origin is None else {})}
