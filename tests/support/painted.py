"""What terminals show: cells with all that is seen of them, from an emulator and from tmux."""

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

Look = dict[str, str]


def restyle(style: Look, codes: list[str]) -> Look:
    """Return what SGR codes make of a look."""
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
    """A character and how it looks."""

    text: str
    look: tuple[tuple[str, str], ...]


def cell(text: str, style: Look) -> Cell:
    """Return a cell, without what cannot be seen of a blank."""
    if text == " ":
        drawn = style.keys() & _DRAWN_ON_BLANKS
        seen = {*drawn, "background", "foreground"} if drawn else {"background"}
        style = {name: code for name, code in style.items() if name in seen}
    return Cell(text, tuple(sorted(style.items())))


class Emulator(pyte.Screen):
    """A terminal whose cells keep every attribute and the link."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(*size)
        self._look: Look = {}
        self._looks: dict[str, Look] = {"default": {}}
        self._seen: dict[tuple[str, str], Cell] = {}
        self._stream = pyte.Stream(self)
        self.feed("\x1b[?7l")

    def feed(self, data: str) -> None:
        """Show what a program writes."""
        for index, part in enumerate(_LINK.split(data.replace("\n", "\r\n"))):
            if index % 2:
                self._wear({**self._look, "link": part})
                if part == ";":
                    self._wear({name: code for name, code in self._look.items() if name != "link"})
            else:
                self._stream.feed(part)

    def select_graphic_rendition(self, *codes: int, **_: object) -> None:
        self._wear(restyle(self._look, [str(code) for code in codes]))

    def _wear(self, style: Look) -> None:
        self._look = self._looks[repr(style)] = style
        self.cursor.attrs = self.default_char._replace(fg=repr(style))

    def cells(self) -> list[list[Cell]]:
        """Return what each cell shows."""
        rows = []
        for y in range(self.lines):
            line = self.buffer[y]
            rows.append([self._cell(line[x].data, line[x].fg) for x in range(self.columns)])
        return rows

    def _cell(self, text: str, style: str) -> Cell:
        if (text, style) not in self._seen:
            self._seen[text, style] = cell(text, self._looks[style])
        return self._seen[text, style]


class Tmux:
    """A tmux server of our own with one window, which shows what is fed to it."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "tmux"
        self._pipe = folder / "output"
        self._fed = 0

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
        """Begin anew with an empty terminal of a size."""
        self._run("resize-window", "-x", str(size[0]), "-y", str(size[1]))
        self.feed("\x1bc\x1b[?1049h\x1b[?7l")

    def feed(self, data: str) -> None:
        """Show what a program writes, and wait until it is shown."""
        self._fed += 1
        self._file.write(f"{data.replace(chr(10), chr(13) + chr(10))}\x1b]2;{self._fed}\x07")
        self._file.flush()
        ends = time.monotonic() + PATIENCE
        while self._run("display-message", "-p", "#{pane_title}").strip() != str(self._fed):
            assert time.monotonic() < ends, "tmux does not show it"

    def resize(self, size: tuple[int, int]) -> None:
        """Give the terminal another size."""
        self._run("resize-window", "-x", str(size[0]), "-y", str(size[1]))

    def lines(self) -> list[str]:
        """Return the text of each row."""
        return self._run("capture-pane", "-p").splitlines()

    def cells(self) -> list[list[Cell]]:
        """Return the characters of each row, without the blanks at its end that have no colour."""
        rows, style = [], Look()
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
    """Return the bytes that the cells that changed need, simply written.

    They are those of the characters, six for a cursor position before each run of them, and the codes that
    differ where the look does, at the end from the terminal's own.
    """
    total, worn = 0, Look()
    for old, new in zip(before, after, strict=True):
        last = -2
        for x, (was, becomes) in enumerate(zip(old, new, strict=True)):
            if was == becomes:
                continue
            if x != last + 1:
                total += len("\x1b[9;9H")
            last = x
            style = dict(becomes.look)
            if becomes.text == " " and not style.keys() & _DRAWN_ON_BLANKS:
                kept = {name: code for name, code in worn.items() if name not in _DRAWN_ON_BLANKS}
                kept.pop("background", None)
                style = {**kept, **style}
            total += len(becomes.text.encode()) + _change(worn, style)
            worn = style
    return total + _change(worn, {})


def _change(old: Look, new: Look) -> int:
    """Return the bytes of the codes for what differs between two looks."""
    names = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    codes = [_code(new.get(name)) for name in names if name != "link"]
    link = len(f"\x1b]8;{new.get('link', ';')}\x1b\\") if "link" in names else 0
    return link + (len(f"\x1b[{';'.join(codes)}m") if codes else 0)


def _code(value: str | None) -> str:
    if value is None:
        return "22"
    return f"38;{value}" if ";" in value else value
