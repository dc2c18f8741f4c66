"""What comes from the terminal, before it is read as keys: odd bytes, pastes, answers to nobody."""

from __future__ import annotations

import codecs
import re
import select
import time
from collections.abc import Callable

STANDARD_INPUT = 0

MAX_PASTE_CHARS = 1000
"""Characters; a token has at most 512."""

PASTE_THRESHOLD = 64
"""So many characters in one read were not typed: they are a paste, though the terminal does not mark it."""

BURST_PAUSE = 0.5
"""Seconds within which what follows a burst still belongs to it."""

MORE_TIMEOUT = 0.02
"""Seconds; the first read of a burst may be short, and the next one follows at once."""

START = "\x1b[200~"
END = "\x1b[201~"

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)", re.DOTALL)
_FOREIGN_REPLIES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: colours, the clipboard
    r"|\x1b[P_^X][^\x1b]*\x1b\\"  # DCS and its kind
    r"|\x1b\[\?(?!20(?:26|48);[0-9]\$y)[0-9;]*[ -/]*[@-~]"  # all modes but the two that are asked for
    r"|\x1b\[[>=][0-9;]*[ -/]*[@-~]"  # the terminal's make
    r"|\x1b\[(?!48;[1-9][0-9]{0,3};[1-9][0-9]{0,3};[0-9]{1,5};[0-9]{1,5}t)[0-9:;]*[tn]"  # odd sizes
    r"|\x1b\[(?=[0-9:;]*(?:[0-9]{7}|:))(?![0-9]{1,6};[0-9]{0,3};[0-9:]{1,60}u)[0-9:;]*[u~A-HP-S]"  # odd keys
)


def more_input_waits() -> bool:
    """Tell whether the terminal has sent more, or does within a moment."""
    return bool(select.select([STANDARD_INPUT], [], [], MORE_TIMEOUT)[0])


class InputSanitizer(codecs.IncrementalDecoder):
    """Decodes what the terminal sends, and takes the harm from it.

    Bytes that are not UTF-8 are left out, and so are answers that the terminal gives to others: they would
    be read as keys. A paste is cut and has no control characters. Text that comes in a burst becomes a
    paste: as keys it would run whatever it spells.
    """

    def __init__(
        self,
        errors: str = "ignore",
        *,
        clock: Callable[[], float] = time.monotonic,
        more: Callable[[], bool] = more_input_waits,
    ) -> None:
        super().__init__(errors)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors)
        self._clock = clock
        self._more = more
        self._held_back = ""
        self._pasting = False
        self._paste_room = 0
        self._burst_until = 0.0

    def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]
        """Return what the next bytes mean."""
        new = self._decoder.decode(data, final)
        text = self._held_back + new
        if not (final or self._pasting) and _plain(new) and self._may_become_burst(text):
            self._held_back = text
            return ""
        self._held_back = "" if final else self._unfinished(text)
        text = text[: len(text) - len(self._held_back)]
        parts: list[str] = []
        while text:
            text = self._take_paste(text, parts) if self._pasting else self._take_keys(text, parts)
        return "".join(parts)

    def _may_become_burst(self, text: str) -> bool:
        """Tell whether several characters came at once, and more come behind them."""
        return 1 < len(_plain(text)) <= PASTE_THRESHOLD and self._more()

    def _unfinished(self, text: str) -> str:
        """Return the end of a text that may be the beginning of a mark; `Esc` alone is a key."""
        least = 1 if self._pasting else 3
        for length in range(len(END) - 1, least - 1, -1):
            if text.endswith((START[:length], END[:length])):
                return text[-length:]
        return ""

    def _take_keys(self, text: str, parts: list[str]) -> str:
        keys, start, rest = text.partition(START)
        parts.append(self._keys(keys))
        if start:
            self._pasting, self._paste_room = True, MAX_PASTE_CHARS
            parts.append(START)
        return rest

    def _take_paste(self, text: str, parts: list[str]) -> str:
        pasted, end, rest = text.partition(END)
        parts.append(self._paste_text(pasted))
        if end:
            self._pasting = False
            parts.append(END)
        return rest

    def _keys(self, text: str) -> str:
        """Return keys as they are; a burst of text becomes a paste."""
        text = _FOREIGN_REPLIES.sub("", text)
        plain = _plain(text)
        now = self._clock()
        follows = bool(_CONTROL.sub("", plain)) and now < self._burst_until
        if not follows and (len(plain) <= PASTE_THRESHOLD or len(set(plain)) <= 2):  # a key that is held down
            return text
        if not follows:
            self._paste_room = MAX_PASTE_CHARS
        self._burst_until = now + BURST_PAUSE
        return START + self._paste_text(plain) + END

    def _paste_text(self, text: str) -> str:
        """Return what there is room for."""
        text = _CONTROL.sub("", text[: self._paste_room])
        self._paste_room -= len(text)
        return text


def _plain(text: str) -> str:
    """Return what is no escape sequence."""
    return _SEQUENCE.sub("", text)
