"""The hints: one for each way in which an import can end."""

from __future__ import annotations

import pytest

from cgc_tui.hints import HINTS, hint


@pytest.mark.parametrize(
    "code", [9105, 9103, 9108, 9205, 9100, 9104, 9200, 9201, 9202, 9203, 9204, 9020, 9003]
)
def test_the_usual_codes_have_one(code: int) -> None:
    assert hint(code)


def test_no_documented_way_for_an_import_to_end_lacks_one() -> None:
    about_imports = {3002, 5002, 5026, 9007, 9009, 9012, 9018, 9020, 9069, 9072, *range(9003, 9006)}
    about_storage = {*range(9100, 9107), 9108, 9109, *range(9200, 9206)}
    assert HINTS.keys() >= about_imports | about_storage


def test_unknown_codes_have_none() -> None:
    assert hint(None) is None
    assert hint(123456) is None


def test_hints_are_short_sentences() -> None:
    for words in HINTS.values():
        assert len(words) <= 110
        assert words.endswith((".", "*."))
