"""What the platform demands of a submission, and the job that comes of it ("Start an import job")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cgc_tui.demo.jobs import CAUSES, Job, new_id
from cgc_tui.demo.responses import ApiError

if TYPE_CHECKING:
    from cgc_tui.demo.platform import SimulatedPlatform

ALLOWED = {
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


def _syntax(message: str) -> ApiError:
    return ApiError(9011, f"Invalid request syntax: {message}")


class Submission:
    """A request that submits imports, one or several."""

    def __init__(self, platform: SimulatedPlatform) -> None:
        self._platform = platform
        self._taken = platform.store.taken_names()

    def accept(self, item: object) -> Job:
        """Return the new job of a submitted item, or raise the `ApiError` that it gets."""
        fields = _part(item, "item")
        source = _part(fields.get("source"), "source")
        destination = _part(fields.get("destination"), "destination")
        _check_types(fields, source, destination)
        self._check_volume(source["volume"])
        folder = self._check_destination(destination)
        in_project = folder is not None and self._platform.switches.folder_as_project
        store = self._platform.store
        rng = store.new_rng()
        job = Job(
            id=new_id(rng),
            dice=rng.getrandbits(32),
            volume=source["volume"],
            location=source["location"],
            name=_name(source, destination),
            submitted=self._platform.clock(),
            project=folder.project if folder and in_project else destination.get("project"),
            parent=None if in_project else destination.get("parent"),
            overwrite=fields.get("overwrite", False),
            autorename=fields.get("autorename", False),
            preserve=_preserve(fields, source),
            size=rng.randint(10**6, 10**10),
        )
        taken = (job.project, job.name) in self._taken and not job.overwrite and not job.autorename
        job.error = 9108 if taken else rng.choice(CAUSES) if rng.random() < 0.05 else None
        store.schedule(job, rng)
        return job

    def _check_volume(self, volume_id: str) -> None:
        volume = self._platform.volumes.get(volume_id)
        if volume is None:
            raise ApiError(9104)
        if volume_id in self._platform.switches.forbidden_volumes:
            raise ApiError(9020)
        if not volume.active:
            raise ApiError(9069)

    def _check_destination(self, destination: dict[str, str]) -> Job | None:
        """Return the job that made the destination's folder, None for a project."""
        project = destination.get("project")
        if project is not None and project not in self._platform.projects:
            raise ApiError(9012)
        if project in self._platform.switches.forbidden_projects:
            raise ApiError(9102)
        parent = destination.get("parent")
        if parent is None:
            return None
        job = self._platform.store.job_for_file(parent)
        if job is None or not job.folder:
            raise ApiError(5026)
        return job


def _part(value: object, kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _syntax(f"{kind} must be an object.")
    if unknown := sorted(set(value) - ALLOWED[kind]):
        raise _syntax(f"{kind} has no field {unknown[0][:40]}.")
    return value


def _check_types(asked: dict[str, Any], source: dict[str, Any], destination: dict[str, Any]) -> None:
    for name in ("volume", "location"):
        if not isinstance(source.get(name), str) or not source[name]:
            raise _syntax(f"source.{name} must be a string that is not empty.")
    if ("project" in destination) == ("parent" in destination):
        raise _syntax("destination must have either project or parent.")
    for name, value in destination.items():
        if not isinstance(value, str) or not value:
            raise _syntax(f"destination.{name} must be a string that is not empty.")
    for name in FLAGS:
        if not isinstance(asked.get(name, False), bool):
            raise _syntax(f"{name} must be true or false.")
    if "preserve_folder_structure" in asked and not source["location"].endswith("/"):
        raise _syntax("preserve_folder_structure is for folders only.")


def _name(source: dict[str, str], destination: dict[str, str]) -> str:
    name = destination.get("name")
    if name is not None and name.endswith("/"):
        raise ApiError(9072)
    inferred = source["location"].rstrip("/").rpartition("/")[2]
    if not (name or inferred):
        raise ApiError(9018)
    return name or inferred


def _preserve(asked: dict[str, Any], source: dict[str, str]) -> bool | None:
    preserve: bool = asked.get("preserve_folder_structure", True)
    return preserve if source["location"].endswith("/") else None
