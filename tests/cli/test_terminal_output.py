"""Commands on a terminal: they wrap at its width, and say what they do before the platform responds."""

from __future__ import annotations

import asyncio

import pytest

from cgc_tui.cli.output import wrapped
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.text import cell_width
from tests.support.commands import Command, Outcome, Stream

LOADING = "Loading import jobs from CGC …"
LONG = "s" * 70


def is_long_word(line: str, width: int) -> bool:
    """Return whether a line has, after its label, one word that is too long for the width, such as a URL."""
    label, _, word = line.rpartition(" ")
    return len(word) > width - len(label) - 1 and len(label.split()) <= 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("list", "--all", "--csv"),
        ("list", "--all", "--jsonl"),
        ("failures",),
        ("watch",),
        ("watch", "--last-batch"),
        ("retry",),
        ("show", "ID"),
        ("show", "ID", "OTHER"),
        ("watch", "ID"),
        ("retry", "ID"),
    ],
    ids=" ".join,
)
async def test_a_terminal_gets_a_line_before_the_first_response(
    command: Command, platform: SimulatedPlatform, arguments: tuple[str, ...]
) -> None:
    gate = platform.gate()
    ids = dict(zip(("ID", "OTHER"), platform.add_jobs(2, "FAILED", error=9105), strict=True))
    out, err = Stream(), Stream()
    named = [ids.get(argument, argument) for argument in arguments]
    running: asyncio.Task[Outcome] = asyncio.create_task(
        command(*named, "--timeout=0", out=out, err=err, terminal=True)  # type: ignore[arg-type]
        if arguments[0] == "watch"
        else command(*named, out=out, err=err, terminal=True)  # type: ignore[arg-type]
    )
    await gate.arrival()
    assert (err.getvalue(), out.getvalue()) == (f"{LOADING}\r", "")
    gate.release()
    await running
    cleared = " " * len(LOADING)
    assert err.getvalue().startswith(f"{LOADING}\r{cleared}\r")


async def test_only_a_terminal_gets_that_line(command: Command) -> None:
    assert (await command("list")).err == "cgc-tui: showing 50 of 230; use --all\n"
    assert (await command("failures")).err == ""


async def test_auth_and_info_print_what_is_known_before_the_first_response(
    command: Command, platform: SimulatedPlatform
) -> None:
    for arguments, last in ((("auth", "status"), "\nToken  "), (("info",), "\nNetwork  ")):
        gate = platform.gate()
        out = Stream()
        running = asyncio.create_task(command(*arguments, out=out))  # type: ignore[arg-type]
        await gate.arrival()
        assert last in out.getvalue()
        gate.release()
        assert (await running).code == 0


@pytest.mark.parametrize("width", [60, 80])
async def test_commands_wrap_at_the_width_of_the_terminal(
    command: Command, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ids = platform.add_jobs(2, "FAILED", error=9105)
    platform.add_jobs(1, "FAILED", error=9205)
    for arguments in (
        ("list",),
        ("show", *ids),
        ("failures",),
        ("compare", "--volume", "lab-archive/slides", "--prefix", "odd/caf\u00e9"),
        ("watch", *ids),
        ("retry", *ids, "--write", "--yes", "--no-wait"),
        ("auth", "status"),
        ("info",),
    ):
        done = await command(*arguments, terminal=True)
        data = [] if arguments[0] == "retry" else done.out.splitlines()
        for line in [*data, *done.err.replace("\r", "\n").splitlines()]:
            assert cell_width(line) <= width or is_long_word(line, width), line


async def test_wrapped_text_is_whole_and_aligned(
    command: Command, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    platform.add_jobs(1, "FAILED", error=9105)
    (job, *_) = platform.ids()
    piped, wide = await command("show", job), await command("show", job, terminal=True)
    assert piped.out.split() == wide.out.split()
    lines = wide.out.splitlines()
    assert all(cell_width(line) <= 50 or is_long_word(line, 50) for line in lines)
    start = next(index for index, line in enumerate(lines) if line.startswith("Compare"))
    assert lines[start] == "Compare spelling and case with the bucket; keys"
    assert lines[start + 1] == "are relative to the volume's prefix."
    failures = (await command("failures", terminal=True)).out
    label = next(line for line in failures.splitlines() if "Meaning" in line)
    after = failures.splitlines()[failures.splitlines().index(label) + 1]
    assert after.startswith(" " * 28)
    assert not after.startswith(" " * 29)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("a b c", None, ["L: a b c"]),
        ("a b c", 6, ["L: a b", "   c"]),
        (f"a {LONG} b", 20, ["L: a", f"   {LONG}", "   b"]),
        ("a\n\nb", 20, ["L: a", "", "   b"]),
        ("", 20, ["L:"]),
    ],
)
def test_text_is_wrapped_between_words(text: str, width: int | None, lines: list[str]) -> None:
    assert list(wrapped(text, width, first="L: ")) == [f"{line}\n" for line in lines]


async def test_unfinished_jobs_are_counted_by_state(command: Command, platform: SimulatedPlatform) -> None:
    for job_id in platform.ids():
        if platform.job(job_id)["state"] in ("PENDING", "RUNNING"):
            platform.set_state(job_id, "COMPLETED")
    platform.add_jobs(10)
    platform.add_jobs(6, "RUNNING")
    done = await command("watch", "--timeout", "0")
    assert done.err.splitlines()[0] == (
        "cgc-tui: watching 16 jobs: 0 completed, 16 unfinished (10 pending, 6 running)"
    )
