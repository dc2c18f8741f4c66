"""The cells of a terminal with all visible attributes, from an emulator and from tmux."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import pyte

PATIENCE = 20.0

_NAMES = {
    **{"1": "weight", "2": "faint", "3": "slant", "4": "line", "21": "line", "5": "blink", "6": "blink"},
    **{"7": "reverse", "8": "hidden", "9": "strike", "51": "frame", "52": "frame", "53": "overline"},
}
_OFF = {
    **{"22": ("weight", "faint"), "23": ("slant",), "24": ("line",), "25": ("blink",), "27": ("reverse",)},
    **{"28": ("hidden",), "29": ("strike",), "54": ("frame",), "55": ("overline",)},
    **{"39": ("foreground",), "49": ("background",)},
}
_DRAWN_ON_BLANKS = {"line", "reverse", "strike", "frame", "overline", "link"}
_LINK = re.compile(r"\x1b\]8;([^\x1b]*)\x1b\\")

Style = dict[str, str]


def restyle(style: Style, codes: list[str]) -> Style:
    """Apply SGR codes to a style."""
    style = dict(style)
    codes = list(codes)
    while codes:
        code = codes.pop(0)
        if code in ("", "0"):
            style = {name: value for name, value in style.items() if name == "link"}
        elif code in ("38", "48"):
            length = {"5": 2, "2": 4}[codes[0]]
            style["foreground" if code == "38" else "background"] = ";".join(codes[:length])
            del codes[:length]
        elif code in _OFF:
            for name in _OFF[code]:
                style.pop(name, None)
        elif code in _NAMES:
            style[_NAMES[code]] = code
        else:
            number = int(code)
            assert number // 10 in (3, 4, 9, 10), code
            style["foreground" if number // 10 in (3, 9) else "background"] = code
    return style


class Cell(NamedTuple):
    """A character and its visible attributes."""

    text: str
    attributes: tuple[tuple[str, str], ...]


def cell(text: str, style: Style) -> Cell:
    """Return a cell, for a blank without its invisible attributes."""
    if text == " ":
        drawn = style.keys() & _DRAWN_ON_BLANKS
        seen = {*drawn, "background", "foreground"} if drawn else {"background"}
        style = {name: code for name, code in style.items() if name in seen}
    return Cell(text, tuple(sorted(style.items())))


class Emulator(pyte.Screen):
    """A terminal emulator whose cells keep every attribute and the link."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(*size)
        self._style: Style = {}
        self._styles: dict[str, Style] = {"default": {}}
        self._cells: dict[tuple[str, str], Cell] = {}
        self._stream = pyte.Stream(self)
        self.feed("\x1b[?7l")

    def feed(self, data: str) -> None:
        """Process output of a program."""
        for index, part in enumerate(_LINK.split(data.replace("\n", "\r\n"))):
            if index % 2:
                self._set_style({**self._style, "link": part})
                if part == ";":
                    self._set_style({name: code for name, code in self._style.items() if name != "link"})
            else:
                self._stream.feed(part)

    def select_graphic_rendition(self, *codes: int, **_: object) -> None:
        self._set_style(restyle(self._style, [str(code) for code in codes]))

    def _set_style(self, style: Style) -> None:
        self._style = self._styles[repr(style)] = style
        self.cursor.attrs = self.default_char._replace(fg=repr(style))

    def cells(self) -> list[list[Cell]]:
        """Return the cells of each row."""
        rows = []
        for y in range(self.lines):
            line = self.buffer[y]
            rows.append([self._cell(line[x].data, line[x].fg) for x in range(self.columns)])
        return rows

    def _cell(self, text: str, style: str) -> Cell:
        if (text, style) not in self._cells:
            self._cells[text, style] = cell(text, self._styles[style])
        return self._cells[text, style]


class Tmux:
    """A separate tmux server with one window, which displays what is fed to it."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "tmux"
        self._pipe = folder / "output"
        self._feeds = 0

    def __enter__(self) -> Tmux:
        os.mkfifo(self._pipe)
        self._run(
            "-f", os.devnull, "new-session", "-d", "-x", "80", "-y", "24", f"stty raw; cat {self._pipe}"
        )
        self._run("set", "-g", "window-size", "manual")
        self._run("set", "-g", "status", "off")
        self._file = self._pipe.open("w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._run("kill-server", check=False)

    def start(self, size: tuple[int, int]) -> None:
        """Reset the terminal, and set its size."""
        self._run("resize-window", "-x", str(size[0]), "-y", str(size[1]))
        self.feed("\x1bc\x1b[?1049h\x1b[?7l")

    def feed(self, data: str) -> None:
        """Process output of a program, and wait until it is displayed."""
        self._feeds += 1
        self._file.write(f"{data.replace(chr(10), chr(13) + chr(10))}\x1b]2;{self._feeds}\x07")
        self._file.flush()
        deadline = time.monotonic() + PATIENCE
        while self._run("display-message", "-p", "#{pane_title}").strip() != str(self._feeds):
            assert time.monotonic() < deadline, "tmux does not display it"

    def resize(self, size: tuple[int, int]) -> None:
        """Change the size of the terminal."""
        self._run("resize-window", "-x", str(size[0]), "-y", str(size[1]))

    def lines(self) -> list[str]:
        """Return the text of each row."""
        return self._run("capture-pane", "-p").splitlines()

    def cells(self) -> list[list[Cell]]:
        """Return the cells of each row, without trailing blanks that have no colour."""
        rows, style = [], Style()
        for line in self._run("capture-pane", "-peN").splitlines():
            row: list[Cell] = []
            for index, part in enumerate(re.split(r"\x1b\[([\d;:]*)m", line)):
                if index % 2:
                    style = restyle(style, part.replace("4:2", "21").replace(":", ";").split(";"))
                else:
                    row += [cell(character, style) for character in part]
            while row and row[-1] == Cell(" ", ()):
                row.pop()
            rows.append(row)
        return rows

    def _run(self, *arguments: str, check: bool = True) -> str:
        environ = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        command = ["tmux", "-u", "-S", str(self._socket), *arguments]
        return subprocess.run(command, capture_output=True, check=check, encoding="utf-8", env=environ).stdout


def needed(before: list[list[Cell]], after: list[list[Cell]]) -> int:
    """Return the number of bytes that a simple writer needs for the changed cells.

    It counts the characters, six bytes for a cursor position before each run of them, and the codes for
    attributes that differ from the previous cell; the default style is restored at the end.
    """
    total, current = 0, Style()
    for old, new in zip(before, after, strict=True):
        last = -2
        for x, (old_cell, new_cell) in enumerate(zip(old, new, strict=True)):
            if old_cell == new_cell:
                continue
            if x != last + 1:
                total += len("\x1b[9;9H")
            last = x
            style = dict(new_cell.attributes)
            if new_cell.text == " " and not style.keys() & _DRAWN_ON_BLANKS:
                inherited = {name: code for name, code in current.items() if name not in _DRAWN_ON_BLANKS}
                inherited.pop("background", None)
                style = {**inherited, **style}
            total += len(new_cell.text.encode()) + _change(current, style)
            current = style
    return total + _change(current, {})


def _change(old: Style, new: Style) -> int:
    """Return the number of bytes of the codes that change one style into another."""
    names = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    codes = [_code(new.get(name)) for name in names if name != "link"]
    link = len(f"\x1b]8;{new.get('link', ';')}\x1b\\") if "link" in names else 0
    return link + (len(f"\x1b[{';'.join(codes)}m") if codes else 0)


def _code(value: str | None) -> str:
    if value is None:
        return "22"
    return f"38;{value}" if ";" in value else value
