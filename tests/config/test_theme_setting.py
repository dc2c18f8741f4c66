"""The theme in the settings file: the rest of that file stays as it is."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.config.settings import load_settings
from cgc_tui.config.theme_setting import SettingNotSaved, save_theme

COMMENTED = """\
# my settings
refresh = 30  # seconds
{theme}
unknown = [1, 2]

# keys of mine
[keys]
jobs.next = "n"
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('theme = "gruvbox"  # dark', 'theme = "nord"  # dark'),
        ("theme='gruvbox'", 'theme="nord"'),
        ("  \"theme\"\t=  'x' ", '  "theme"\t=  "nord" '),
        ("theme = 5 # wrong", 'theme = "nord" # wrong'),
    ],
)
def test_an_assignment_is_changed_in_place(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(COMMENTED.format(theme=before))
    save_theme(path, "nord")
    assert path.read_text() == COMMENTED.format(theme=after)
    assert load_settings(path).theme == "nord"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, 'theme = "nord"\n'),
        ("refresh = 30", 'refresh = 30\ntheme = "nord"\n'),
        ("# mine\n[keys]\n", '# mine\ntheme = "nord"\n\n[keys]\n'),
        ('[a]\ntheme = "x"\n', 'theme = "nord"\n\n[a]\ntheme = "x"\n'),
    ],
)
def test_a_new_assignment_is_above_the_tables(tmp_path: Path, before: str | None, after: str) -> None:
    path = tmp_path / "folder" / "config.toml"
    if before is not None:
        path.parent.mkdir()
        path.write_text(before)
    save_theme(path, "nord")
    assert path.read_text() == after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'refresh = """\ntheme = "a"\n"""\n', "Set it by hand in config.toml: theme = .nord"),
        (b"refresh = \n", "config.toml is not TOML"),
        (b"\xff", "line 1 is not UTF-8"),
        (b"#" * 70_000, "is larger than 64 kB"),
    ],
)
def test_a_file_that_cannot_be_changed_safely_is_left_alone(tmp_path: Path, text: bytes, reason: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    with pytest.raises(SettingNotSaved, match=reason):
        save_theme(path, "nord")
    assert path.read_bytes() == text
    assert os.listdir(tmp_path) == ["config.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target = tmp_path / "dotfiles" / "config.toml"
    target.write_text("refresh = 30\n")
    path = tmp_path / "config.toml"
    path.symlink_to(target)
    save_theme(path, "nord")
    assert path.is_symlink()
    assert load_settings(target).theme == "nord"
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(SettingNotSaved, match=r"config\.toml"):
        save_theme(path, "nord")


def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingNotSaved, match=r"config\.toml cannot be written"):
        save_theme(tmp_path / "file" / "config.toml", "nord")


LINES = st.sampled_from(
    ["# theme = 1", "a = 1", 'theme = "x"', "", "[t]", 'b = "theme = 2"', 'c = """', '"""']
)


@given(st.lists(LINES, max_size=8))
def test_nothing_but_the_theme_changes(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    path.write_text("\n".join(lines))
    before = path.read_text()
    try:
        save_theme(path, "nord")
    except SettingNotSaved:
        assert path.read_text() == before
        return
    after = path.read_text()
    assert tomllib.loads(after) == {**tomllib.loads(before), "theme": "nord"}
    assert [line for line in after.splitlines() if line.startswith("#")] == [
        line for line in lines if line.startswith("#")
    ]
