"""Cleans the input from the terminal before it is parsed: invalid bytes, pastes, foreign replies."""

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
"""More characters than this in one read were not typed but pasted, even if the terminal does not mark it."""

BURST_PAUSE = 0.5
"""Seconds within which input after a burst still belongs to it."""

MORE_TIMEOUT = 0.02
"""Seconds; the first read of a burst may be short, and the next read follows immediately."""

START = "\x1b[200~"
END = "\x1b[201~"

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)", re.DOTALL)
_FOREIGN_REPLIES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: colours, the clipboard
    r"|\x1b[P_^X][^\x1b]*\x1b\\"  # DCS and its kind
    r"|\x1b\[\?(?!20(?:26|48);[0-9]\$y)[0-9;]*[ -/]*[@-~]"  # all modes except the two that Textual queries
    r"|\x1b\[[>=][0-9;]*[ -/]*[@-~]"  # the terminal's identification
    r"|\x1b\[(?!48;[1-9][0-9]{0,3};[1-9][0-9]{0,3};[0-9]{1,5};[0-9]{1,5}t)[0-9:;]*[tn]"  # odd sizes
    r"|\x1b\[(?=[0-9:;]*(?:[0-9]{7}|:))(?![0-9]{1,6};[0-9]{0,3};[0-9:]{1,60}u)[0-9:;]*[u~A-HP-S]"  # odd keys
)


def more_input_waits() -> bool:
    """Return whether the terminal has sent more, or does so within `MORE_TIMEOUT`."""
    return bool(select.select([STANDARD_INPUT], [], [], MORE_TIMEOUT)[0])


class InputSanitizer(codecs.IncrementalDecoder):
    """Decodes the input and makes it harmless.

    Bytes that are not UTF-8 are dropped, and so are replies to queries of other programs, which would be
    parsed as keys. A paste is truncated and loses its control characters. Text that arrives in a burst
    becomes a paste: as keys it would trigger actions.
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
        """Return the sanitized text of the next bytes."""
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
        """Return whether several characters arrived at once and more follow."""
        return 1 < len(_plain(text)) <= PASTE_THRESHOLD and self._more()

    def _unfinished(self, text: str) -> str:
        """Return the end of a text that may begin a paste marker; `Esc` alone is a key."""
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
        """Return keys unchanged, and a burst of text as a paste."""
        text = _FOREIGN_REPLIES.sub("", text)
        plain = _plain(text)
        now = self._clock()
        follows = bool(_CONTROL.sub("", plain)) and now < self._burst_until
        if not follows and (len(plain) <= PASTE_THRESHOLD or len(set(plain)) <= 2):  # one key held down
            return text
        if not follows:
            self._paste_room = MAX_PASTE_CHARS
        self._burst_until = now + BURST_PAUSE
        return START + self._paste_text(plain) + END

    def _paste_text(self, text: str) -> str:
        """Return the part of a paste that is within its limit."""
        text = _CONTROL.sub("", text[: self._paste_room])
        self._paste_room -= len(text)
        return text


def _plain(text: str) -> str:
    """Return the text without escape sequences."""
    return _SEQUENCE.sub("", text)
