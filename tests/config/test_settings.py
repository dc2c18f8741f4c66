"""config.toml: valid settings are used, invalid ones are reported with their line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cgc_tui.config.settings import MAX_BYTES, Settings, load_settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(path: Path, text: str | bytes) -> Settings:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_settings(path)


def test_a_missing_file_gives_the_defaults(path: Path) -> None:
    assert load_settings(path) == Settings()
    assert load_settings(path / "below") == Settings()
    assert Settings() == Settings(theme=None, profile=None, page_size=50, refresh=15.0, plain_output=False)
    assert Settings() == Settings(keys={}, problems=())


def test_all_settings_are_read(path: Path) -> None:
    text = """
        theme = "nord"
        profile = "sb-eu"
        page_size = 100
        refresh = 1
        plain_output = true

        [keys]
        "app.help" = "h"
        jobs.next = "n, right"
    """
    assert read(path, text) == Settings(
        theme="nord",
        profile="sb-eu",
        page_size=100,
        refresh=1.0,
        plain_output=True,
        keys={"app.help": "h", "jobs.next": "n,right"},
    )


def test_an_invalid_value_is_ignored_alone(path: Path) -> None:
    settings = read(path, 'theme = "nord"\n\npage_size = 500\nrefresh = 30\n')
    assert (settings.theme, settings.page_size, settings.refresh) == ("nord", 50, 30.0)
    assert settings.problems == ("config.toml line 3: page_size must be 1 to 100, not 500.",)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("page_size = 0", "page_size must be 1 to 100, not 0."),
        ("page_size = true", "page_size must be 1 to 100, not true."),
        ("page_size = 5.0", "page_size must be 1 to 100, not 5.0."),
        ('page_size = "5"', "page_size must be 1 to 100, not '5'."),
        pytest.param(
            "page_size = 0x" + "f" * 5000, "page_size must be 1 to 100, not a huge number.", id="huge"
        ),
        ("plain_output = 1", "plain_output must be true or false, not 1."),
        ("refresh = 0.5", "refresh must be 0 for off, or 1 to 86400 seconds, not 0.5."),
        ("refresh = -1", "refresh must be 0 for off, or 1 to 86400 seconds, not -1."),
        ("refresh = nan", "refresh must be 0 for off, or 1 to 86400 seconds, not nan."),
        ("refresh = inf", "refresh must be 0 for off, or 1 to 86400 seconds, not inf."),
        ("refresh = false", "refresh must be 0 for off, or 1 to 86400 seconds, not false."),
        ("theme = 1", "theme must be a name in quotes, not 1."),
        ('theme = "nrd"', "theme 'nrd' is unknown; did you mean nord?"),
        ('theme = "zzz"', "theme 'zzz' is unknown."),
        ('profile = " "', "profile must be a name in quotes, not ' '."),
        ("pagesize = 5", "pagesize is not a setting; did you mean page_size?"),
        ('auth_token = "s3cret"', "auth_token is not a setting."),
        ("foo.bar.baz = 1", "foo is not a setting."),
        ("keys = 1", "keys must be a table, [keys], not 1."),
        ('keys = { "app.help" = 3 }', "keys.app.help must be keys in quotes, such as 'n,right', not 3."),
        ('keys.jobs.nxt = "n"', "keys.jobs.nxt is not the id of a key; did you mean jobs.next?"),
        (
            'keys."jobs.next" = "n,"',
            "keys.jobs.next must be keys separated by commas, not 'n,'; write the comma key as 'comma'.",
        ),
    ],
)
def test_an_invalid_setting_is_reported(path: Path, line: str, problem: str) -> None:
    settings = read(path, f"# a comment\n{line}\n")
    sentence = f"config.toml line 2: {problem}"
    if problem.startswith(("theme", "keys")):
        assert settings == Settings(screen_problems=(sentence,))
    else:
        assert settings == Settings(
            problems=(sentence,), unread=sentence if problem.startswith("profile") else None
        )


@pytest.mark.parametrize(
    "key",
    [
        *("ctrl+a", "ctrl+b", "ctrl+h", "ctrl+j", "ctrl+k", "ctrl+space", "ctrl+@"),
        *("alt+x", "ctrl+alt+x", "alt+shift+left", "Ctrl+A", "ALT+x"),
    ],
)
def test_reserved_keys_are_rejected(path: Path, key: str) -> None:
    settings = read(path, f'[keys]\n"app.help" = "f2"\n"jobs.next" = "n,{key}"\n')
    assert settings.keys == {"app.help": "f2"}
    assert settings.screen_problems == (
        f"config.toml line 3: keys.jobs.next cannot be '{key}': it is reserved for the terminal, tmux or the "
        "line editor.",
    )


@pytest.mark.parametrize("key", ["ctrl+l", "alt", "a", "shift+left", "ctrl+n"])
def test_keys_can_be_configured(path: Path, key: str) -> None:
    assert read(path, f'[keys]\n"app.help" = "{key}"\n') == Settings(keys={"app.help": key})


def test_a_problem_has_the_line_of_its_table(path: Path) -> None:
    text = '[keys]\npage_size = "x"\n  [keys.app]\n  help = 1\n[zzz]\npage_size = 1\n'
    settings = read(path, text)
    assert settings.screen_problems == (
        "config.toml line 2: keys.page_size is not the id of a key.",
        "config.toml line 4: keys.app.help must be keys in quotes, such as 'n,right', not 1.",
    )
    assert settings.problems == ("config.toml line 5: zzz is not a setting.",)


def test_a_setting_value_is_shown_short_and_sanitized(path: Path) -> None:
    long = "\\u001b[31m\\u202e" + "x" * 5000
    (problem,) = read(path, f'theme = "{long}"\n').screen_problems
    assert len(problem) < 100
    assert problem.isprintable()


def test_a_setting_name_is_shown_short_and_sanitized(path: Path) -> None:
    (problem,) = read(path, '"\\u001b[31m' + "x" * 5000 + '" = 1\n').problems
    assert len(problem) < 100
    assert problem.isprintable()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("page_size = 5\nrefresh = \n", "config.toml line 2 is not TOML: Invalid value"),
        ('page_size = 5\ntheme = """\n', "config.toml line 3 is not TOML: "),
        ("page_size = 5\npage_size = 6\n", "config.toml line 2 is not TOML: Cannot overwrite a value"),
        (b'page_size = 5\ntheme = "\xff"\n', "config.toml line 2 is not UTF-8"),
        pytest.param("page_size = " + "9" * 5000, "config.toml has a number that is too long", id="digits"),
        pytest.param("page_size = " + "[" * 20000, "config.toml ", id="brackets"),
        pytest.param("#" * (MAX_BYTES + 1), "config.toml is larger than 64 kB", id="large"),
    ],
)
def test_an_unreadable_file_gives_the_defaults(path: Path, text: str | bytes, problem: str) -> None:
    settings = read(path, text)
    assert settings == Settings(problems=settings.problems, unread=settings.unread)
    (output,) = settings.problems
    assert settings.unread == output.replace("; all settings have their defaults.", ".")
    assert output.startswith(problem)
    assert output.endswith("; all settings have their defaults.")
    assert output.isprintable()


def test_a_file_with_windows_line_ends_and_bom(path: Path) -> None:
    assert read(path, b"\xef\xbb\xbfpage_size = 5\r\nrefresh = 0\r\n") == Settings(page_size=5, refresh=0.0)


def test_a_symbolic_link_is_followed(path: Path) -> None:
    target = path.with_name("dotfiles.toml")
    target.write_text("page_size = 5\n")
    path.symlink_to(target)
    assert load_settings(path) == Settings(page_size=5)


def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    assert load_settings(path).problems == ("config.toml is not a file; all settings have their defaults.",)
    path.unlink()
    path.mkdir()
    assert load_settings(path).problems == (
        "config.toml cannot be read (Is a directory); all settings have their defaults.",
    )
