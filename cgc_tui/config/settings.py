"""Loads the user's settings from `config.toml`; an invalid setting is ignored and reported with its line."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cgc_tui.config.keymap import key_ids
from cgc_tui.config.theme_names import THEMES
from cgc_tui.domain.queries import MAX_LIMIT

MAX_BYTES = 64 * 2**10
MAX_SECONDS = 86400
MAX_SHOWN = 40
RESERVED_KEYS = frozenset(
    {
        "ctrl+a",
        "ctrl+b",
        "ctrl+h",
        "ctrl+j",
        "ctrl+k",
        "ctrl+space",
        "ctrl+@",
    }  # Textual's name for ctrl+space
)

_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_NAME = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_ASSIGNMENT = rf"[ \t]*({_NAME})[ \t]*="
_TABLE = rf"[ \t]*\[\[?[ \t]*({_NAME})[ \t]*\]"
_POSITION = r" \(at (?:line (\d+), column \d+|end of document)\)$"


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings: `refresh` is in seconds, 0 for never; `keys` maps key ids to comma-separated keys.

    `plain_output` sends Textual's own output to the terminal, not only the changes. `problems` are messages
    about invalid settings, `screen_problems` those about the theme and the keys. `unread` is the reason why
    the file or its profile could not be read.
    """

    theme: str | None = None
    profile: str | None = None
    page_size: int = 50
    refresh: float = 15.0
    plain_output: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    screen_problems: tuple[str, ...] = ()
    unread: str | None = None


class InvalidSetting(Exception):
    """A setting is invalid; the message continues a sentence that begins with its name."""


class UnreadableFile(Exception):
    """The file cannot be used; the message continues a sentence that begins with the file's name."""


def load_settings(path: Path) -> Settings:
    """Load the settings from a file, with defaults for missing and invalid ones."""
    try:
        text = read_settings_text(path)
        table = _parse(text) if text else {}
    except UnreadableFile as error:
        reason = f"{path.name}{error}"
        return Settings(problems=(f"{reason}; all settings have their defaults.",), unread=f"{reason}.")
    return _SettingsReader(path.name, text).settings(table)


def read_settings_text(path: Path) -> str:
    """Return the text of a settings file, "" if there is none; raises `UnreadableFile`."""
    try:
        # O_NONBLOCK: do not wait for the writer of a pipe.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableFile(" is not a file")
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise UnreadableFile(f" cannot be read ({error.strerror})") from error
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f" is larger than {MAX_BYTES // 2**10} kB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFile(f" line {line} is not UTF-8") from error


def _parse(text: str) -> dict[str, object]:
    import tomllib  # not needed without a file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        position = re.search(_POSITION, str(error))
        line = (position and position[1]) or text.count("\n") + 1
        reason = _shortened(re.sub(_POSITION, "", str(error)), 100)
        raise UnreadableFile(f" line {line} is not TOML: {reason}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(" has a number that is too long, or is nested too deeply") from error


def _lines(text: str) -> dict[str, int]:
    """Return the line of the first assignment to each name and to each prefix of a dotted name."""
    table, line_numbers = "", dict[str, int]()
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(_TABLE, line, re.ASCII):
            name = _unquoted(header[1])
            table = f"{name}."
        elif assignment := re.match(_ASSIGNMENT, line, re.ASCII):
            name = table + _unquoted(assignment[1])
        else:
            continue
        for prefix in _prefixes(name):
            line_numbers.setdefault(prefix, number)
    return line_numbers


def _prefixes(name: str) -> list[str]:
    """Return a dotted name and the names of its tables, the innermost first."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _unquoted(name: str) -> str:
    """Return a dotted name without quotes and spaces."""
    return ".".join(part.strip("\"'") for part in re.findall(_PART, name, re.ASCII))


def _flatten(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values of a table and its subtables, with dotted names."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _display_value(value: object) -> str:
    """Return a value for use in a message: short, and without control characters."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return _shortened(repr(value), MAX_SHOWN)
    except ValueError:
        return "a huge number"


def _display_name(name: str) -> str:
    return name if re.fullmatch(rf"[\w.-]{{1,{MAX_SHOWN}}}", name, re.ASCII) else _display_value(name)


def _shortened(text: str, max_chars: int) -> str:
    text = "".join(character if character.isprintable() else "�" for character in text)
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"


def _suggestion(name: str, names: Collection[str]) -> str:
    """Return the end of a message: a suggestion of the most similar name, or a full stop."""
    similar = get_close_matches(name[:MAX_SHOWN], names, n=1, cutoff=0.7)
    return f"; did you mean {similar[0]}?" if similar else "."


def _parse_page_size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_LIMIT:
        return value
    raise InvalidSetting(f"must be 1 to {MAX_LIMIT}, not {_display_value(value)}.")


def _parse_refresh(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and (value == 0 or 1 <= value <= MAX_SECONDS):
        return float(value)
    raise InvalidSetting(f"must be 0 for off, or 1 to {MAX_SECONDS} seconds, not {_display_value(value)}.")


def _parse_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidSetting(f"must be true or false, not {_display_value(value)}.")


def _parse_name(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise InvalidSetting(f"must be a name in quotes, not {_display_value(value)}.")


def _parse_keys(value: object) -> str:
    """Return a comma-separated list of keys; reject keys that are reserved for the terminal."""
    if not isinstance(value, str):
        raise InvalidSetting(f"must be keys in quotes, such as 'n,right', not {_display_value(value)}.")
    keys = [key.strip() for key in value.split(",")]
    if not all(keys):
        raise InvalidSetting(
            f"must be keys separated by commas, not {_display_value(value)}; write the comma key as 'comma'."
        )
    for key in keys:
        if key.lower() in RESERVED_KEYS or "alt" in key.lower().split("+")[:-1]:
            raise InvalidSetting(
                f"cannot be {_display_value(key)}: it is reserved for the terminal, tmux or the line editor."
            )
    return ",".join(keys)


class _SettingsReader:
    """Reads the settings from a table and collects their problems."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._lines = _lines(text)
        self._problems: list[str] = []
        self._screen_problems: list[str] = []
        self._unread: str | None = None

    def settings(self, table: Mapping[str, object]) -> Settings:
        """Return the settings in a table."""
        checks: dict[str, Callable[[object], object]] = {
            "theme": self._theme,
            "profile": _parse_name,
            "page_size": _parse_page_size,
            "refresh": _parse_refresh,
            "plain_output": _parse_bool,
            "keys": self._keymap,
        }
        values: dict[str, Any] = {}
        for name, value in table.items():
            try:
                if name not in checks:
                    raise InvalidSetting(f"is not a setting{_suggestion(name, checks)}")
                values[name] = checks[name](value)
            except InvalidSetting as error:
                self._add_problem(name, error)
        problems, screen_problems = tuple(self._problems), tuple(self._screen_problems)
        return Settings(**values, problems=problems, screen_problems=screen_problems, unread=self._unread)

    def _theme(self, value: object) -> str:
        name = _parse_name(value)
        if name not in THEMES:
            raise InvalidSetting(f"{_display_value(name)} is unknown{_suggestion(name, THEMES)}")
        return name

    def _keymap(self, value: object) -> dict[str, str]:
        if not isinstance(value, dict):
            raise InvalidSetting(f"must be a table, [keys], not {_display_value(value)}.")
        known, keymap = key_ids(), {}
        for key_id, keys in _flatten(value):
            try:
                if key_id not in known:
                    raise InvalidSetting(f"is not the id of a key{_suggestion(key_id, known)}")
                keymap[key_id] = _parse_keys(keys)
            except InvalidSetting as error:
                self._add_problem(f"keys.{key_id}", error)
        return keymap

    def _add_problem(self, name: str, error: InvalidSetting) -> None:
        """Add a problem, with the line of the name or of the innermost table with a known line."""
        line = next((self._lines[part] for part in _prefixes(name) if part in self._lines), None)
        where = f"{self._file} line {line}" if line else self._file
        problem = f"{where}: {_display_name(name)} {error}"
        is_screen_setting = name.partition(".")[0] in ("theme", "keys")
        (self._screen_problems if is_screen_setting else self._problems).append(problem)
        if name == "profile":
            self._unread = problem
