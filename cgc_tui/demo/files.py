"""The files and folders of projects, and their routes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from cgc_tui.demo.buckets import object_size
from cgc_tui.demo.jobs import Job
from cgc_tui.demo.records import file_id, file_name, iso, result, select_fields
from cgc_tui.demo.responses import ApiError, json_response
from cgc_tui.demo.routes import Call, Routes, page
from cgc_tui.demo.state import PlatformState

BRIEF_FILE = ("href", "id", "name", "project", "parent", "type")
UPLOADED = ("analysis-notes.txt", "sample-sheet.csv")
"""Files of every project that no job has imported."""

Entry = tuple[str, Callable[[], dict[str, Any]]]
"""The name of a file or folder, and a function that returns its record."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of a project: its root (no job), or a folder that a job imported, or one below that."""

    id: str
    project: str
    job: Job | None = None
    path: str = ""
    parent: str = ""


def list_files(call: Call) -> httpx.Response:
    """Handle "List files": one level of a project or folder."""
    call.check_parameters("project", "parent", "name", "offset", "limit", "fields")
    project, parent = call.value("project"), call.value("parent")
    if project is not None and parent is not None:
        raise ApiError(5031)
    if project is not None:
        call.check_project(project)
        return _files_page(call, _root(project))
    if parent is not None:
        return _files_page(call, _folder(call, parent))
    raise ApiError(5029)


def list_folder(call: Call) -> httpx.Response:
    """Handle "List folder contents"."""
    call.check_parameters("offset", "limit", "fields")
    return _files_page(call, _folder(call, call.resource_id))


def get_file(call: Call) -> httpx.Response:
    """Handle "Get file details"."""
    call.check_parameters("fields")
    state = call.state
    job = state.store.job_for_file(call.resource_id)
    if job is not None and not job.removed:
        return json_response(select_fields(_record_of(job, call), call.value("fields"), default=None))
    for folder in _folders(state):
        for _, make in _content(call, folder):
            if (record := make())["id"] == call.resource_id:
                return json_response(select_fields(record, call.value("fields"), default=None))
    raise ApiError(5002)


def _files_page(call: Call, folder: Folder) -> httpx.Response:
    names, (offset, limit) = call.values("name"), call.window()
    entries = [make for name, make in _content(call, folder) if not names or name in names]
    shown = [
        select_fields(make(), call.value("fields"), default=BRIEF_FILE)
        for make in entries[offset : offset + limit]
    ]
    return page(call, shown, (offset, limit), len(entries), call.endpoint)


def _content(call: Call, folder: Folder) -> Iterator[Entry]:
    """Yield the files and folders in a folder, oldest first."""
    if folder.job is None:
        for name in UPLOADED:
            yield name, partial(_file, call, folder, name, {"type": "PLATFORM"}, 2000 + len(name))
    else:
        yield from _imported_content(call, folder, folder.job)
    jobs: dict[str, Job] = {}
    for job in reversed(call.state.store.newest_first()):
        if _imported_into(call.state, job, folder):
            name = file_name(job)
            jobs.pop(name, None)
            jobs[name] = job
    yield from ((name, partial(_record_of, job, call)) for name, job in jobs.items())


def _imported_content(call: Call, folder: Folder, job: Job) -> Iterator[Entry]:
    prefix = job.location + folder.path
    for entry in call.state.buckets.level(job.volume, prefix):
        name = entry[len(prefix) :].rstrip("/")
        if entry.endswith("/") and name:
            yield name, partial(_folder_record, call, _below(folder, f"{folder.path}{name}/"), name)
        elif name:
            storage = {"type": "VOLUME", "volume": job.volume, "location": entry}
            yield name, partial(_file, call, folder, name, storage, object_size(job.volume, entry))


def _imported_into(state: PlatformState, job: Job, folder: Folder) -> bool:
    if job.removed or job.state(state.store.now) != "COMPLETED":
        return False
    if job.parent is not None:
        return job.parent == folder.id
    return folder.job is None and job.project == folder.project


def _record_of(job: Job, call: Call) -> dict[str, Any]:
    """Return the record of the file or folder that a completed job created."""
    return {
        **result(job, call.endpoint),
        "type": "folder" if job.folder else "file",
        "parent": job.parent or _hashed_id(job.project or ""),
        "tags": [],
        "origin": {},
    }


def _file(call: Call, folder: Folder, name: str, storage: dict[str, str], size: int) -> dict[str, Any]:
    identifier = _hashed_id(f"{folder.id}/{name}")
    return {
        "href": f"{call.endpoint}/files/{identifier}",
        "id": identifier,
        "name": name,
        "type": "file",
        "project": folder.project,
        "parent": folder.id,
        "size": size,
        "storage": storage,
        "metadata": {},
        "tags": [],
        "origin": {},
        "created_on": iso(call.state.store.started_at),
        "modified_on": iso(call.state.store.started_at),
    }


def _folder_record(call: Call, folder: Folder, name: str) -> dict[str, Any]:
    return {
        "href": f"{call.endpoint}/files/{folder.id}",
        "id": folder.id,
        "name": name,
        "type": "folder",
        "project": folder.project,
        "parent": folder.parent,
        "created_on": iso(call.state.store.started_at),
        "modified_on": iso(call.state.store.started_at),
    }


def _folder(call: Call, folder_id: str) -> Folder:
    """Return a folder by its id; reject a file and an unknown id."""
    for project in call.state.projects:
        if _root(project).id == folder_id:
            call.check_project(project)
            return _root(project)
    for folder in _folders(call.state):
        if folder.id == folder_id:
            return folder
    raise ApiError(5002 if call.state.store.job_for_file(folder_id) is None else 5022)


def _folders(state: PlatformState) -> Iterator[Folder]:
    """Yield the folders that jobs have imported, and those below."""
    for job in state.store.newest_first():
        if job.folder and not job.removed and job.state(state.store.now) == "COMPLETED":
            pending = [Folder(file_id(job.id), job.project or "", job)]
            while pending:
                yield (folder := pending.pop())
                prefix = job.location + folder.path
                pending += [
                    _below(folder, entry[len(job.location) :])
                    for entry in state.buckets.level(job.volume, prefix)
                    if entry.endswith("/") and len(entry) > len(prefix) + 1
                ]


def _below(folder: Folder, path: str) -> Folder:
    return Folder(_hashed_id(f"{folder.id}/{path}"), folder.project, folder.job, path, folder.id)


def _root(project: str) -> Folder:
    return Folder(_hashed_id(project), project)


def _hashed_id(text: str) -> str:
    """Return an id as files have it: 24 hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:24]


FILE_ROUTES: Routes = (
    ("GET", r"/files", list_files),
    ("GET", r"/files/([^/]+)/list", list_folder),
    ("GET", r"/files/([^/]+)", get_file),
)
