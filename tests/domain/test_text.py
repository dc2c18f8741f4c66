"""The sanitizer: its output cannot control a terminal, and stays readable."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cgc_tui.domain.text import (
    MAX_CHARS,
    SafeText,
    cell_width,
    has_visible_character,
    reveal,
    sanitize,
    truncate,
)

ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("TCGA-86-8771.bam", "TCGA-86-8771.bam"),
        ("[bold]x[/] %s", "[bold]x[/] %s"),
        ("a\tb\nc\x00\x1b[2J\x7f", "a b␊c␀␛[2J␡"),
        ("\x9b2J\x85", "�2J�"),
        ("a\u202eb\u2066\u200f\ufeff\U000e0041", "a�b����"),
        ("a\u2028b\u2029\u00ad\u200b", "a�b���"),
        ("\ud800x\udfff", "�x�"),
        ("e\u0301 日本 👩\u200d🔬", "e\u0301 日本 👩\u200d🔬"),
        ("z" + "\u0301" * 50 + "y", "z" + "\u0301" * 4 + "y"),
        (7, "7"),
        (None, "None"),
    ],
)
def test_characters_of_each_kind_are_sanitized(raw: object, shown: str) -> None:
    assert sanitize(raw) == shown


FILLERS = (
    "\u00a0\u1680\u2000\u200a\u202f\u205f\u3000\u2800\u3164\uffa0\u115f\u1160\u17b4\u034f\U0001d159\ufffc"
)
INVISIBLE = st.text(
    alphabet=st.one_of(
        st.sampled_from(FILLERS),
        st.characters(categories=("Zs", "Zl", "Zp", "Cf", "Cn", "Cs", "Co", "Mn", "Me")),
    ),
    min_size=1,
    max_size=60,
)
"""Invisible text: blanks, fillers, marks without a letter, characters without a glyph."""


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("", ""),
        ("   ", "␣␣␣"),
        ("\t \u00a0\u3000\u2800", "␣␣␣␣␣"),
        ("\u115f\U0001d159", "␣␣"),
        ("\u3164\uffa0", "��"),
        ("\u200b\u202e\ufeff", "���"),
        ("\u0301\u0301", "��"),
        (" \u1160", "␣�"),
        ("\u0378\ue000\ufffc", "���"),
        (" a", " a"),
        ("\u3000日", "\u3000日"),
        ("\n", "␊"),
        (" .", " ."),
    ],
)
def test_invisible_text_is_revealed(raw: str, shown: str) -> None:
    assert reveal(sanitize(raw)) == shown
    assert reveal(sanitize(raw), "_") == shown.replace("␣", "_")


@given(INVISIBLE)
def test_no_text_is_invisible(text: str) -> None:
    assert not has_visible_character(sanitize(text))
    shown = reveal(sanitize(text))
    assert shown
    assert set(shown) <= {"␣", "�"}
    assert reveal(shown) == shown


@given(ANY)
def test_visible_text_is_not_changed_by_reveal(text: str) -> None:
    safe = sanitize(text)
    blank = FILLERS + "…\U00013441\U00013442"
    if any(
        unicodedata.category(each)[0] in "LNP" and each not in blank and cell_width(each) for each in safe
    ):
        assert has_visible_character(safe)
    assert (reveal(safe) == safe) or not has_visible_character(safe)
    assert bool(reveal(safe)) is bool(safe)
    assert cell_width(reveal(safe)) >= bool(safe)


def test_line_ends_are_kept_in_multiline_text() -> None:
    assert sanitize("a\r\nb\nc\rd", multiline=True) == "a\nb\nc␍d"
    assert sanitize("日" + "\n" * 9, multiline=True) == "日" + "\n" * 9


def test_long_text_is_truncated_before_it_is_sanitized() -> None:
    assert sanitize("x" * 1_000_000) == "x" * (MAX_CHARS - 1) + "…"
    assert len(sanitize("\x1b" * 1_000_000, max_chars=10)) == 10


@given(ANY, st.booleans())
def test_no_control_character_passes(text: str, lines: bool) -> None:
    shown = sanitize(text, multiline=lines)
    kept = {"\n", "\u200d"} if lines else {"\u200d"}
    assert all(
        unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} or char in kept for char in shown
    )
    shown.encode()
    assert sanitize(shown, multiline=lines) == shown


@given(ANY, st.integers(-2, 40), st.booleans())
def test_truncated_text_fits(text: str, width: int, middle: bool) -> None:
    shown = truncate(sanitize(text), width, middle=middle)
    assert cell_width(shown) <= max(0, width)
    if cell_width(sanitize(text)) <= width:
        assert shown == sanitize(text)


def test_a_name_keeps_both_ends_and_whole_characters() -> None:
    assert truncate(SafeText("TCGA-86-8771-00005.fastq.gz"), 12, middle=True) == "TCGA-…stq.gz"
    assert truncate(SafeText("日本語のファイル"), 6) == "日本…"
    assert truncate(SafeText("ae\u0301e\u0301e\u0301e\u0301"), 4) == "ae\u0301e\u0301…"
    assert truncate(SafeText("abcdef"), 1) == "…"
    assert truncate(SafeText("abc"), 0) == ""


ODD = st.text(alphabet=st.sampled_from("aé日👩❤\u0301\u200d\ufe0f\u200b\n\r\x1b\x00"), max_size=12)


@given(ODD, st.booleans())
def test_joined_and_zero_width_characters_stay_within_bounds(text: str, lines: bool) -> None:
    shown = sanitize(text, multiline=lines)
    assert sanitize(shown, multiline=lines) == shown
    assert cell_width(shown) >= cell_len(shown)
    assert not shown.startswith("\u200d")


@given(ODD, st.integers(1, 12), st.booleans())
def test_truncation_does_not_separate_a_mark_from_its_letter(text: str, width: int, middle: bool) -> None:
    sanitized = sanitize(text)
    shown = truncate(sanitized, width, middle=middle)
    if shown != sanitized:
        start, _, end = shown.rpartition("…")
        assert sanitized.startswith(start)
        assert sanitized.endswith(end)
        assert not start or not sanitized[len(start) :].startswith(("\u0301", "\u200d", "\ufe0f"))
        assert not end.startswith(("\u0301", "\u200d", "\ufe0f"))


def test_a_joiner_does_not_hide_ascii() -> None:
    assert sanitize("a\u200db") == "a�b"
    assert sanitize("👩\u200d") == "👩�"
    assert sanitize("e" + "\u0301" * 3 + "\u200d\u0301a") == "e" + "\u0301" * 3 + "�a"
    assert sanitize("क्\u200dष") == "क्\u200dष"
    assert sanitize("👩\u200d🔬" * 5, max_chars=3) == "👩…"


@given(
    st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=("Cc", "Cf")))
)
def test_widths_agree_with_rich(text: str) -> None:
    assert cell_width(text) == cell_len(text)


@pytest.mark.parametrize(
    "text",
    [
        "日本語",
        "e\u0301",
        "한국어",
        "\u1112\u1161\u11ab",
        "\u0378",
        "ｆｕｌｌ",
        "Ω≈ç√",
        "✓✗◐○…–·",
        "❤\ufe0f",
        "👩\u200d🔬",
        "👍🏽",
        "1\ufe0f\u20e3",
    ],
)
def test_widths_of_other_scripts_agree_with_rich(text: str) -> None:
    assert cell_width(text) == cell_len(text)
