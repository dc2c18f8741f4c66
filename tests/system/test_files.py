"""Files are written atomically, and existing ones are replaced only on request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgc_tui.system.files import FileAlreadyExists, FileWriteError, resolve_path, write_atomically


def put(path: Path, *lines: str, replace: bool = False) -> None:
    write_atomically(path, lines, encoding_errors="strict", replace=replace)


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        put(tmp_path / "jobs.csv", "ä\n", "b\n")
    finally:
        os.umask(old)
    assert (tmp_path / "jobs.csv").read_bytes() == "ä\nb\n".encode()
    assert (tmp_path / "jobs.csv").stat().st_mode & 0o777 == 0o640
    assert files(tmp_path) == ["jobs.csv"]


def test_an_existing_file_is_replaced_only_on_request(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text("old")
    path.chmod(0o600)
    with pytest.raises(FileAlreadyExists, match="exists"):
        put(path, "new")
    assert path.read_text() == "old"
    put(path, "new", replace=True)
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert files(tmp_path) == ["jobs.csv"]


def test_a_file_that_is_created_during_the_write_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"

    def lines() -> Iterator[str]:
        yield "new"
        path.write_text("another's")

    with pytest.raises(FileAlreadyExists):
        write_atomically(path, lines(), encoding_errors="strict", replace=False)
    assert path.read_text() == "another's"
    assert files(tmp_path) == ["jobs.csv"]


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    put(tmp_path / "link.csv", "new", replace=True)
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_an_error_during_the_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text("old")

    def lines() -> Iterator[str]:
        yield "new"
        raise OSError(28, "No space left on device")

    with pytest.raises(FileWriteError, match="No space left on device"):
        write_atomically(path, lines(), encoding_errors="strict", replace=True)
    assert path.read_text() == "old"
    assert files(tmp_path) == ["jobs.csv"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("none/jobs.csv", "none does not exist"),
        ("", "Add a file name: .* is a folder"),
        ("pipe", "is not a regular file"),
        ("jobs.csv/more.csv", "jobs.csv does not exist"),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_an_unusable_path_is_reported(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "jobs.csv").write_text("old")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileWriteError, match=text):
        put(resolve_path(f"{tmp_path}/{name}"), "new", replace=True)
    assert files(tmp_path) == ["jobs.csv", "pipe"]


def test_a_folder_without_write_permission_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(FileWriteError, match="No permission to write to"):
        put(tmp_path / "jobs.csv", "new")


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert resolve_path(" ~/a.csv ") == tmp_path / "a.csv"
    assert resolve_path("b/../a.csv") == tmp_path / "a.csv"
    for text in ("~nobody-of-this-name/a.csv", "a\0b", "\ud800"):
        with pytest.raises(FileWriteError, match="Invalid path"):
            resolve_path(text)
