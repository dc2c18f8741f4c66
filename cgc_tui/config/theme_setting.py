"""Saves the theme in `config.toml`, and leaves all else in that file as it is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from cgc_tui.config.private_files import make_directory, write_private
from cgc_tui.config.settings import UnreadableFile, read_settings_text

_NAME = r"""(?P<name>[ \t]*(?:theme|"theme"|'theme')[ \t]*=[ \t]*)"""
_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^#\s]+)"""
_NAME = r"""(?P<name>[ \t]*(?:theme|"theme"|'theme')[ \t]*=[ \t]*)"""
_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^#\s]+)"""
_THEME = re.compile(f"^{_NAME}{_VALUE}")
_TABLE = re.compile(r"^[ \t]*\[")


class SettingNotSaved(Exception):
    """The file could not be changed; the message is a sentence."""


def save_theme(path: Path, theme: str) -> None:
    """Set the theme in a settings file, which is created if there is none.

    The file is replaced as a whole, and only if nothing but the theme has changed in it. Raises
    `SettingNotSaved`.
    """
    try:
        target = path.resolve()  # a link to the user's own dotfiles stays a link
        text = read_settings_text(target)
        changed = _with_theme(text, theme)
        if tomllib.loads(changed) != {**tomllib.loads(text), "theme": theme}:
            raise SettingNotSaved(f"Set it by hand in {path.name}: theme = {theme!r}.")
        make_directory(target.parent)
        write_private(target, lambda file: file.writelines([changed]))
    except UnreadableFile as error:
        raise SettingNotSaved(f"{path.name}{error}.") from error
    except ValueError as error:
        raise SettingNotSaved(f"{path.name} is not TOML: correct it first.") from error
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "its links form a loop"
        raise SettingNotSaved(f"{path.name} cannot be written: {reason}.") from error


def _with_theme(text: str, theme: str) -> str:
    """Return the text of a file with the theme in its assignment, or in a new line above all tables."""
    lines = text.splitlines(keepends=True)
    assignment = f'theme = "{theme}"\n'
    for index, line in enumerate(lines):
        if _TABLE.match(line):
            return "".join([*lines[:index], assignment, "\n", *lines[index:]])
        if found := _THEME.match(line):
            lines[index] = f'{found["name"]}"{theme}"{line[found.end() :]}'
            return "".join(lines)
    ending = "\n" if text and not text.endswith("\n") else ""
    return f"{text}{ending}{assignment}"
