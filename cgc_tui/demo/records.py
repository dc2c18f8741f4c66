"""Records of jobs: full, reduced to selected fields, or malformed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cgc_tui.demo.jobs import FINAL, Job
from cgc_tui.demo.responses import envelope
from cgc_tui.demo.switches import Switches

Record = dict[str, Any]

BRIEF = ("href", "id", "state")

HOSTILE = (
    "two  words and a % 100%25 sign.bam",
    "[bold]not bold[/bold].bam",
    "[/]closed.bam",
    "[/never-opened].bam",
    "[@click=app.quit]press[/].bam",
    "[link=https://evil.example",
    "\x1b[31mred\x1b]0;title\x07\x1b[2J.bam",
    "\x9b31mC1\x9d52;c;ZXZpbA==\x9c.bam",
    "nul\x00del\x7fbell\x07back\x08.bam",
    "tab\tline\nreturn\rend.bam",
    "\u202egnp.exe\u202c \u200fעברית العربية.bam",
    "zero\u200bwidth\u200djoin\ufeffbom\u2028line.bam",
    "e" + "\u0301" * 40 + " 数据样本_サンプル 👩\u200d🔬🧬.bam",
    "lone \ud800 surrogate \udfff.bam",
    '\'; DROP TABLE jobs; -- $(reboot) `id` \\ "q".bam',
    '=HYPERLINK("https://evil.example").bam',
    "deep/" * 200 + "key.bam",
    "n" * 1024,
)
"""Names that can break screens, terminals, shells and spreadsheets."""


def iso(seconds: float) -> str:
    """Format Unix seconds as the platform does: UTC, whole seconds."""
    return f"{datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None).isoformat()}Z"


def file_id(job_id: str) -> str:
    """Return the id of the file or folder that a job creates: 24 hexadecimal digits."""
    return hashlib.sha256(job_id.encode()).hexdigest()[:24]


def shown_state(job: Job, now: float, switches: Switches) -> str:
    """Return the state in the record of a job."""
    state = job.state(now)
    return "ABORTED" if switches.unknown_states and state in FINAL and job.dice % 7 == 0 else state


def full_record(job: Job, now: float, base: str, switches: Switches) -> Record:
    """Return the full record of a job ("Get details of an import job"), with hrefs under `base`."""
    state = shown_state(job, now, switches)
    destination = {"project": job.project} if job.project else {"parent": job.parent}
    record: Record = {
        "href": f"{base}/storage/imports/{job.id}",
        "id": job.id,
        "state": state,
        "overwrite": job.overwrite,
        "autorename": job.autorename,
        "source": {"volume": job.volume, "location": job.location},
        "destination": {
            **destination,
            "name": file_name(job) if switches.autorenamed_destination else job.name,
        },
    }
    if job.preserve is not None:
        record["preserve_folder_structure"] = job.preserve
    if switches.started_on == "submission":
        record["started_on"] = iso(job.submitted)
    elif state != "PENDING":
        record["started_on"] = iso(job.starts)
    if state not in ("PENDING", "RUNNING"):
        record["finished_on"] = iso(job.ends)
    if state == "FAILED" and job.error is not None:
        record["error"] = envelope(job.error)
    elif state == "COMPLETED":
        record["result"] = result(job, base)
    return {**_malformed(record, job.dice, switches), **job.overrides}


def file_name(job: Job) -> str:
    """Return the name of the imported file in the project."""
    return f"_1_{job.name}" if job.autorename else job.name


def result(job: Job, base: str) -> Record:
    """Return the record of the file or folder that a completed job created ("Get file details")."""
    imported_id = file_id(job.id)
    case = "-".join(job.name.split("-")[:3])
    record: Record = {
        "href": f"{base}/files/{imported_id}",
        "id": imported_id,
        "name": file_name(job),
        "project": job.project,
        "created_on": iso(job.ends),
        "modified_on": iso(job.ends),
        "storage": {"type": "VOLUME", "volume": job.volume, "location": job.location},
        "metadata": {},
    }
    if not job.folder:
        record["size"] = job.size
        record["metadata"] = {
            "case_id": case,
            "sample_id": f"{case}-01A",
            "sample_type": "Primary Tumor",
            "experimental_strategy": job.strategy,
            "reference_genome": "GRCh38",
        }
    return record


def select_fields(record: Record, fields: str | None, *, default: tuple[str, ...] | None) -> Record:
    """Return the fields that the query parameter `fields` selects.

    It is a comma-separated list; `!x` excludes x, `_all` selects all. If it is absent, the `default` fields
    are returned, None meaning all.
    """
    if fields is None:
        return record if default is None else {name: record[name] for name in default if name in record}
    names = [name.strip() for name in fields.split(",")]
    included = {name for name in names if not name.startswith("!")}
    excluded = {name[1:] for name in names if name.startswith("!")}
    everything = "_all" in included or not included
    return {
        name: value
        for name, value in record.items()
        if (everything or name in included) and name not in excluded
    }


def _malformed(record: Record, dice: int, switches: Switches) -> Record:
    for name, change in DEFECTS.items():
        if getattr(switches, name):
            change(record, dice)
    return record


def _hostile(record: Record, dice: int) -> None:
    name = HOSTILE[dice % len(HOSTILE)]
    record["source"] = {**record["source"], "location": f"runs/{name}"}
    record["destination"] = {**record["destination"], "name": name}
    if "error" in record:
        record["error"] = {**record["error"], "message": f"No such key: {name}", "more_info": name}
    if "result" in record:
        record["result"] = {**record["result"], "name": name, "metadata": {name: name}}


def _odd_dates(record: Record, dice: int) -> None:
    odd = ("2024-03-01T12:00:00+02:00", "yesterday", "0001-01-01T00:00:00Z", "", "2024-02-30T25:61:00Z")
    for name in ("started_on", "finished_on"):
        if name in record and dice % 2 == 0:
            record[name] = (*odd, record[name].replace("Z", ".123Z"))[(dice // 2) % (len(odd) + 1)]


def _null(record: Record, dice: int) -> None:
    record.update(dict.fromkeys(_affected_fields(record, dice)))


def _absent(record: Record, dice: int) -> None:
    for name in _affected_fields(record, dice // 3):
        del record[name]


def _wrong_types(record: Record, dice: int) -> None:
    wrong: tuple[Any, ...] = (17, "text", ["a", {}], {"x": None}, True, -1.5)
    for name in _affected_fields(record, dice // 5):
        candidates = [value for value in wrong if type(value) is not type(record[name])]
        record[name] = candidates[dice % len(candidates)]


def _affected_fields(record: Record, dice: int) -> list[str]:
    """Return the field to change, in one of three records."""
    names = [name for name in record if name not in BRIEF]
    return [names[(dice // 3) % len(names)]] if dice % 3 == 0 else []


DEFECTS: dict[str, Callable[[Record, int], None]] = {
    "hostile_names": _hostile,
    "odd_dates": _odd_dates,
    "null_fields": _null,
    "absent_fields": _absent,
    "wrong_types": _wrong_types,
}
"""Switch → change to a record; the job's dice decide whether and how it applies."""
