"""Validates submissions and creates their jobs ("Start an import job")."""

from __future__ import annotations

from typing import Any

from cgc_tui.demo.jobs import CAUSES, Job, new_id
from cgc_tui.demo.responses import ApiError
from cgc_tui.demo.state import PlatformState

ALLOWED_FIELDS = {
    "item": {
        "source",
        "destination",
        "overwrite",
        "autorename",
        "preserve_folder_structure",
        "properties",
    },
    "source": {"volume", "location"},
    "destination": {"project", "parent", "name"},
}
FLAGS = ("overwrite", "autorename", "preserve_folder_structure")


def _syntax_error(message: str) -> ApiError:
    return ApiError(9011, f"Invalid request syntax: {message}")


class Submission:
    """A request that submits one or several imports."""

    def __init__(self, state: PlatformState) -> None:
        self._state = state
        self._taken_names = state.store.taken_names()

    def accept(self, item: object) -> Job:
        """Return the new job of a submitted item; raises ApiError if the item is rejected."""
        fields = _checked_object(item, "item")
        source = _checked_object(fields.get("source"), "source")
        destination = _checked_object(fields.get("destination"), "destination")
        _check_types(fields, source, destination)
        self._check_volume(source["volume"])
        folder = self._check_destination(destination)
        in_project = folder is not None and self._state.switches.folder_as_project
        store = self._state.store
        rng = store.new_rng()
        job = Job(
            id=new_id(rng),
            dice=rng.getrandbits(32),
            volume=source["volume"],
            location=source["location"],
            name=_name(source, destination),
            submitted=self._state.clock(),
            project=folder.project if folder and in_project else destination.get("project"),
            parent=None if in_project else destination.get("parent"),
            overwrite=fields.get("overwrite", False),
            autorename=fields.get("autorename", False),
            preserve=_preserve(fields, source),
            size=rng.randint(10**6, 10**10),
        )
        name_taken = (job.project, job.name) in self._taken_names
        conflict = name_taken and not job.overwrite and not job.autorename
        job.error = 9108 if conflict else rng.choice(CAUSES) if rng.random() < 0.05 else None
        store.schedule(job, rng)
        return job

    def _check_volume(self, volume_id: str) -> None:
        volume = self._state.volumes.get(volume_id)
        if volume is None:
            raise ApiError(9104)
        if volume_id in self._state.switches.forbidden_volumes:
            raise ApiError(9020)
        if not volume.active:
            raise ApiError(9069)

    def _check_destination(self, destination: dict[str, str]) -> Job | None:
        """Return the job that created the destination folder, None for a project."""
        project = destination.get("project")
        if project is not None and project not in self._state.projects:
            raise ApiError(9012)
        if project in self._state.switches.forbidden_projects:
            raise ApiError(9102)
        parent = destination.get("parent")
        if parent is None:
            return None
        job = self._state.store.job_for_file(parent)
        if job is None or not job.folder:
            raise ApiError(5026)
        return job


def _checked_object(value: object, kind: str) -> dict[str, Any]:
    """Return `value`; reject anything but an object with known fields."""
    if not isinstance(value, dict):
        raise _syntax_error(f"{kind} must be an object.")
    if unknown := sorted(set(value) - ALLOWED_FIELDS[kind]):
        raise _syntax_error(f"{kind} has no field {unknown[0][:40]}.")
    return value


def _check_types(fields: dict[str, Any], source: dict[str, Any], destination: dict[str, Any]) -> None:
    for name in ("volume", "location"):
        if not isinstance(source.get(name), str) or not source[name]:
            raise _syntax_error(f"source.{name} must be a string that is not empty.")
    if ("project" in destination) == ("parent" in destination):
        raise _syntax_error("destination must have either project or parent.")
    for name, value in destination.items():
        if not isinstance(value, str) or not value:
            raise _syntax_error(f"destination.{name} must be a string that is not empty.")
    for name in FLAGS:
        if not isinstance(fields.get(name, False), bool):
            raise _syntax_error(f"{name} must be true or false.")
    if "preserve_folder_structure" in fields and not source["location"].endswith("/"):
        raise _syntax_error("preserve_folder_structure is for folders only.")


def _name(source: dict[str, str], destination: dict[str, str]) -> str:
    name = destination.get("name")
    if name is not None and name.endswith("/"):
        raise ApiError(9072)
    inferred = source["location"].rstrip("/").rpartition("/")[2]
    if not (name or inferred):
        raise ApiError(9018)
    return name or inferred


def _preserve(fields: dict[str, Any], source: dict[str, str]) -> bool | None:
    preserve: bool = fields.get("preserve_folder_structure", True)
    return preserve if source["location"].endswith("/") else None
