"""`cgc-tui compare`: which files of a manifest or a bucket were imported, in four formats."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import NotFound, TokenRejected
from cgc_tui.domain.manifest.reading import read_manifest
from cgc_tui.domain.text import cell_width
from tests.support.commands import Command, Stream

VOLUME = "rosalind/wgs-2024"
PROJECT = "rosalind/brca-pilot"
FOLDER = ("compare", "--volume", VOLUME, "--prefix", "flat")
KEYS = [f"flat/{number}.bam" for number in range(5)]


@pytest.fixture(autouse=True)
def flat(platform: SimulatedPlatform) -> None:
    """Add a folder of five objects: completed, failed twice, running, elsewhere, not sent."""
    platform.remove_jobs(platform.ids())
    platform.add_objects(VOLUME, KEYS)
    platform.add_jobs(1, "COMPLETED", volume=VOLUME, project=PROJECT, location=KEYS[0])
    platform.add_jobs(2, "FAILED", volume=VOLUME, project=PROJECT, location=KEYS[1], error=9105)
    platform.add_jobs(1, "RUNNING", volume=VOLUME, project=PROJECT, location=KEYS[2])
    platform.add_jobs(
        1, "COMPLETED", volume=VOLUME, project="rosalind/luad-rnaseq", location=KEYS[3], name="3.bam"
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a manifest."""

    def write(text: str) -> Path:
        path = tmp_path / "wanted.csv"
        path.write_text(text)
        return path

    return write


ONE = f"Volume,Location,Project\n{VOLUME},{KEYS[0]},{PROJECT}\n"


@pytest.fixture
def manifest(write: Callable[[str], Path]) -> Path:
    """Return the path of a manifest of one completed file."""
    return write(ONE)


async def test_text_has_the_counts_and_the_files_that_are_not_completed(command: Command) -> None:
    done = await command(*FOLDER, "--project", PROJECT)
    assert (done.code, done.err) == (1, "")
    heading, counts, note, files = done.out.split("\n\n")
    assert heading == (
        "1 of 5 files completed · flat/ on rosalind/wgs-2024 · for project rosalind/brca-pilot · "
        "compared with 5 of your jobs (volume rosalind/wgs-2024) · updated 2026-03-14 12:00:00 UTC"
    )
    statuses = ("completed", "failed", "unfinished", "elsewhere", "not sent by you")
    assert counts.splitlines() == [f"        1  20 %  {status}" for status in statuses]
    assert note.startswith("Only jobs that you started are listed")
    assert files.splitlines()[1:] == [
        "failed              2  flat/1.bam · 9105 Location on volume not found. · "
        "the key exists now: worth a retry",
        "unfinished          1  flat/2.bam · RUNNING",
        "elsewhere           1  flat/3.bam · COMPLETED, in rosalind/luad-rnaseq as 3.bam",
        "not sent by you     0  flat/4.bam",
    ]


async def test_exit_code_0_only_if_all_are_completed(
    command: Command, manifest: Path, write: Callable[[str], Path]
) -> None:
    done = await command("compare", str(manifest))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"1 of 1 files completed · {manifest} · compared with 5 of your jobs")
    assert "Status" not in done.out
    write(f"{ONE}{VOLUME},other.bam,{PROJECT}\n")
    assert (await command("compare", str(manifest))).code == 1


async def test_a_list_of_keys_on_standard_input(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO("\n".join(KEYS).encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    done = await command("compare", "-", "--volume", VOLUME, "--project", PROJECT)
    assert done.out.startswith("1 of 5 files completed · standard input · ")


async def test_missing_is_a_manifest_of_what_failed_or_was_not_sent(command: Command, tmp_path: Path) -> None:
    done = await command(*FOLDER, "--project", PROJECT, "--missing")
    assert done.code == 1
    assert done.err.startswith("cgc-tui: 1 of 5 files completed · flat/ on rosalind/wgs-2024")
    assert [each.location for each in read_manifest(done.out.encode()).files] == [KEYS[1], KEYS[4]]
    path = tmp_path / "missing.tsv"
    path.write_text(done.out)
    again = await command("compare", str(path), "--missing")
    assert (again.code, again.out) == (1, done.out)


async def test_a_key_that_no_tsv_can_hold_is_reported(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "wanted.csv"
    path.write_text(f'volume,location,project\n{VOLUME},"a\tb",{PROJECT}\n')
    done = await command("compare", str(path), "--missing")
    assert len(done.out.splitlines()) == 1
    assert "line 2: location has a tab, which only CSV can hold; the file is not in" in done.err


async def test_tsv_has_all_files_and_is_a_manifest_too(command: Command) -> None:
    done = await command(*FOLDER, "--project", PROJECT, "--tsv")
    names, *rows = (line.split("\t") for line in done.out.splitlines())
    assert [dict(zip(names, row, strict=True))["times_sent"] for row in rows] == ["1", "2", "1", "1", "0"]
    failed = dict(zip(names, rows[1], strict=True))
    assert (failed["status"], failed["error_code"]) == ("failed", "9105")
    assert [each.location for each in read_manifest(done.out.encode()).files] == KEYS
    assert "compared with 5 of your jobs" in done.err


async def test_json_has_counts_and_files(command: Command) -> None:
    reported = json.loads((await command(*FOLDER, "--project", PROJECT, "--json")).out)
    assert (reported["as_of"], reported["jobs"], reported["jobs_of_volume"]) == (
        "2026-03-14T12:00:00Z",
        5,
        VOLUME,
    )
    assert (reported["all_completed"], reported["only_own_jobs"]) == (False, True)
    assert reported["counts"]["completed"] == reported["counts"]["not sent by you"] == 1
    failed = reported["files"][1]
    assert (failed["status"], failed["times_sent"], failed["error_code"]) == ("failed", 2, 9105)
    assert failed["fix"] == 'Correct the key; folder keys end with "/".'


async def test_addresses_are_found_on_the_volumes(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"s3://franklin-wgs-2024/delivery/{KEYS[0]}\n")
    assert (await command("compare", str(path), "--project", PROJECT)).code == 0
    path.write_text("s3://no-such-bucket/a\n")
    done = await command("compare", str(path), "--project", PROJECT)
    assert done.code == 2
    assert "line 1: no volume of yours has the bucket no-such-bucket" in done.err


async def test_all_errors_of_a_manifest_are_listed_and_nothing_is_requested(
    command: Command, platform: SimulatedPlatform, manifest: Path, write: Callable[[str], Path]
) -> None:
    write(f"volume,location,project\n{VOLUME},,{PROJECT}\n{VOLUME},a,\n")
    done = await command("compare", str(manifest))
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        f"cgc-tui: {manifest}, line 2: no location",
        f"cgc-tui: {manifest}, line 3: no project or parent",
        f"cgc-tui: 2 problems in {manifest}; nothing was compared.",
    ]
    assert not platform.requests


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a MANIFEST, or a bucket with --volume and --prefix."),
        (("--volume", VOLUME), "name a MANIFEST, or a bucket with --volume and --prefix."),
        (("a.csv", "--prefix", "x"), "use either MANIFEST or --prefix, not both."),
        (("--volume", VOLUME, "--prefix", "flat", "--missing"), "--missing needs --project with --prefix"),
        (("--volume", VOLUME, "--prefix", "flat", "--check"), "--check is for a MANIFEST"),
        (("/nonexistent/a.csv",), "/nonexistent/a.csv cannot be read (No such file or directory)."),
        (("/",), "/ cannot be read (Is a directory)."),
    ],
)
async def test_wrong_usage(
    command: Command, platform: SimulatedPlatform, arguments: tuple[str, ...], message: str
) -> None:
    done = await command("compare", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"cgc-tui: {message}")
    assert not platform.requests


async def test_an_empty_folder_is_not_found(command: Command) -> None:
    done = await command("compare", "--volume", VOLUME, "--prefix", "nothing/here")
    assert (done.code, done.out) == (1, "")
    assert done.err == "cgc-tui: no objects: nothing/here/ on rosalind/wgs-2024\n"


async def test_an_unknown_volume_and_a_rejected_token_are_errors(command: Command) -> None:
    with pytest.raises(NotFound):
        await command("compare", "--volume", "rosalind/unknown", "--prefix", "")
    with pytest.raises(TokenRejected):
        await command(*FOLDER, token="0" * 32)


async def test_duplicates_are_reported_with_their_lines(
    command: Command, manifest: Path, write: Callable[[str], Path]
) -> None:
    write(f"{ONE}{VOLUME},{KEYS[0]},{PROJECT}\n")
    line = "lines 2, 3: same file, same destination: 0.bam\n"
    assert line in (await command("compare", str(manifest))).out
    assert line in (await command("compare", str(manifest), "--tsv")).err


async def test_what_could_not_be_read_is_reported_with_exit_code_3(
    command: Command, platform: SimulatedPlatform
) -> None:
    platform.switches.unreadable_items = True
    done = await command(*FOLDER)
    assert done.code == 3
    assert "records could not be read and are missing." in done.err


async def test_jobs_without_details_are_reported_with_exit_code_3(
    command: Command, platform: SimulatedPlatform, manifest: Path
) -> None:
    platform.switches.brief = True
    platform.fail("bulk_nulls")
    done = await command("compare", str(manifest))
    assert done.code == 3
    assert "details of 5 of 5 jobs could not be read; they were not compared." in done.err


async def test_a_terminal_gets_a_line_before_the_first_response(
    command: Command, platform: SimulatedPlatform
) -> None:
    gate = platform.gate()
    out, err = Stream(), Stream()
    running = asyncio.create_task(command(*FOLDER, out=out, err=err, terminal=True))  # type: ignore[arg-type]
    await gate.arrival()
    assert (err.getvalue(), out.getvalue()) == ("Loading objects and import jobs from CGC …\r", "")
    gate.release()
    await running
    assert "objects" in err.getvalue()


async def test_hostile_keys_are_sanitized_and_text_wraps(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    arguments = ("compare", "--volume", "lab-archive/slides", "--prefix", "odd")
    for form in ((), ("--json",), ("--tsv",)):
        done = await command(*arguments, *form, terminal=not form)
        assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in done.out) or form == ("--tsv",)
        done.out.encode()
    for line in (await command(*FOLDER, terminal=True)).out.splitlines():
        assert cell_width(line) <= 80


async def test_a_rate_limit_is_reported_and_waited_for(
    command: Command, platform: SimulatedPlatform, manifest: Path, waits: list[float]
) -> None:
    platform.next("limited")
    done = await command("compare", str(manifest))
    assert (done.code, done.err) == (0, "cgc-tui: rate limit; retrying in 300 s.\n")
    assert waits


async def test_check_says_which_missing_keys_exist(
    command: Command, platform: SimulatedPlatform, write: Callable[[str], Path]
) -> None:
    path = str(write("\n".join([*KEYS, "gone.bam"])))
    arguments = ("compare", path, "--volume", VOLUME, "--project", PROJECT)
    done = await command(*arguments, "--check")
    assert (done.code, done.err) == (1, "")
    assert "9105 Location on volume not found. · the key exists now: worth a retry\n" in done.out
    assert "flat/4.bam\n" in done.out
    assert "gone.bam · the key does not exist\n" in done.out
    files = json.loads((await command(*arguments, "--check", "--json")).out)["files"]
    assert [file["key_exists"] for file in files] == [None, True, True, True, True, False]
    table = (await command(*arguments, "--check=all", "--tsv")).out.splitlines()
    assert [line.rpartition("\t")[2] for line in table] == ["key_exists", "", *["true"] * 4, "false"]
    platform.fail("error", (403, 9100), where=lambda request: request.url.path.endswith("/object"))
    assert "gone.bam · the key could not be checked: " in (await command(*arguments, "--check")).out


async def test_check_says_how_many_keys_are_left(command: Command, write: Callable[[str], Path]) -> None:
    path = str(write("\n".join(f"{number}.bam" for number in range(203))))
    arguments = ("compare", path, "--volume", VOLUME, "--project", PROJECT)
    assert (await command(*arguments, "--check")).err == "cgc-tui: 3 keys are not checked; use --check=all\n"
    assert (await command(*arguments, "--check=all")).err == ""


async def test_check_does_not_take_the_manifest(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        await command("compare", "--check", "wanted.csv")
    assert "put MANIFEST before it" in capsys.readouterr().err
