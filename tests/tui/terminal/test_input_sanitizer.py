"""Input of the terminal: keys are kept, pastes run nothing, and no input raises an error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from cgc_tui.tui.terminal.driver import KeyParser
from cgc_tui.tui.terminal.input_sanitizer import BURST_PAUSE, MAX_PASTE_CHARS, PASTE_THRESHOLD, InputSanitizer


class Clock:
    """A monotonic clock that only a test advances."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def read(*chunks: bytes, pause: float = 0) -> list[Message]:
    """Return the messages that Textual parses from chunks of bytes."""
    clock = Clock()
    sanitizer, parser, matches = InputSanitizer(clock=clock, more=lambda: False), KeyParser(), []
    for chunk in chunks:
        if text := sanitizer.decode(chunk):
            matches += parser.feed(text)
        clock.seconds += pause
    return matches


def keys(*chunks: bytes, pause: float = 0) -> list[str]:
    return [message.key for message in read(*chunks, pause=pause) if isinstance(message, events.Key)]


def pasted(*chunks: bytes, pause: float = 0) -> list[str]:
    return [message.text for message in read(*chunks, pause=pause) if isinstance(message, events.Paste)]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"jq", ["j", "q"]),
        ("é日".encode(), ["é", "日"]),
        (b"a\xff\xfe\x80b", ["a", "b"]),
        (b"\x1b[A\x1b[15~\x1bOP", ["up", "f5", "f1"]),
        (b"\x1b[2~", ["insert"]),
        (b"\x1b[97;1;97:98u\x1b[113u", ["a", "b", "q"]),
        (b"j" * 200, ["j"] * 200),
        (b"\x1b[A" * 200, ["up"] * 200),
    ],
)
def test_keys_are_kept(data: bytes, named: list[str]) -> None:
    assert keys(data) == named
    assert keys(*(data[index : index + 1] for index in range(len(data))), pause=0.01) == named


@pytest.mark.parametrize(
    "reply",
    [
        b"\x1b[?62;22c",
        b"\x1b[>0;276;0c",
        b"\x1b[?1u",
        b"\x1b[?1;2$y",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b]52;c;cXE=\x1b\\",
        b"\x1bP>|XTerm(370)\x1b\\",
        b"\x1b[8;24;80t",
        b"\x1b[0n",
        b"\x1b[48;0;0;0;0t",
        b"\x1b[1:2u",
        b"\x1b[97;1:3u",
        b"\x1b[9999999999999999999u",
        b"\x1b[48;99999999;99999999;1;1t",
    ],
)
def test_unrequested_replies_are_not_keys(reply: bytes) -> None:
    assert [type(message) for message in read(reply + b"j")] == [events.Key]


def test_a_paste_is_cut_and_sanitized() -> None:
    data = b"\x1b[200~s3\x1b[31m\x07cret\x00\x9b\nq\r" + b"x" * 2_000_000 + b"\x1b[201~"
    (text,) = pasted(*(data[index : index + 4096] for index in range(0, len(data), 4096)))
    assert text.startswith("s3[31mcret\nq\rxxx")
    assert len(text) <= MAX_PASTE_CHARS
    assert keys(data + b"j") == ["j"]


@given(st.integers(1, 12))
def test_paste_markers_may_be_split(size: int) -> None:
    data = b"j\x1b[200~pasted\x1b[201~k"
    chunks = [data[index : index + size] for index in range(0, len(data), size)]
    assert keys(*chunks) == ["j", "k"]
    assert pasted(*chunks) == ["pasted"]


def test_a_burst_is_a_paste() -> None:
    data = b"quit now\r" * 10
    assert len(data) > PASTE_THRESHOLD
    assert keys(data, b"q\r", pause=BURST_PAUSE / 2) == []
    assert pasted(data) == [data.decode()]
    assert keys(data, b"q", pause=BURST_PAUSE * 2) == ["q"]
    assert keys(data, b"\x03", b"\x1b[C") == ["ctrl+c", "right"]
    assert keys(b"q" + b"\x1b[<35;10;10M" * 300) == ["q"]
    assert sum(map(len, pasted(*[data * 40] * 500))) <= MAX_PASTE_CHARS


ODD = st.lists(
    st.sampled_from(
        [b"\x1b", b"[", b"\x1b[", b"<", b"?", b"0", b"9" * 12, b";", b":", b"u", b"t", b"M", b"$y"]
    )
    | st.binary(max_size=3),
    max_size=20,
).map(b"".join)


@given(st.lists(ODD, max_size=4))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_random_input_raises_no_error(chunks: list[bytes]) -> None:
    read(b"\x1b[48;24;80;0;0t", *chunks, b"\x1b[<0;5;5M")


@pytest.mark.parametrize(
    "odd", [b"\x1b[1:2u", b"\x1b[97;1:3u", b"\x1b[99999999999999999999u", b"\x1b[1114112u"]
)
def test_impossible_keys_are_ignored(odd: bytes) -> None:
    read(odd)


def test_a_burst_may_start_with_a_short_read() -> None:
    waits = iter([True, True, False])
    sanitizer, data = InputSanitizer(more=lambda: next(waits)), b"quit now\r" * 10
    assert sanitizer.decode(data[:5]) == ""
    assert sanitizer.decode(data[5:9]) == ""
    assert sanitizer.decode(data[9:]) == f"\x1b[200~{data.decode()}\x1b[201~"
    assert InputSanitizer(more=lambda: True).decode(b"q") == "q"
    held = InputSanitizer(more=iter([True, False]).__next__)
    assert held.decode(b"]]") + held.decode(b"j") == "]]j"
