"""The hints for error codes of imports."""

from __future__ import annotations

import pytest

from cgc_tui.domain.error_hints import DOCS, HINTS, hint_for


@pytest.mark.parametrize(
    "code", [9105, 9103, 9108, 9205, 9100, 9104, 9200, 9201, 9202, 9203, 9204, 9020, 9003]
)
def test_common_codes_have_a_hint(code: int) -> None:
    assert hint_for(code)


def test_every_documented_code_has_a_hint() -> None:
    about_imports = {3002, 5002, 5026, 9007, 9009, 9011, 9012, 9018, 9020, 9069, 9072, *range(9003, 9006)}
    about_storage = {*range(9100, 9107), 9108, 9109, *range(9200, 9206)}
    about_all = {90002, 90003, 90004, 90005}
    assert HINTS.keys() == about_imports | about_storage | about_all


def test_unknown_codes_have_no_hint() -> None:
    assert hint_for(None) is None
    assert hint_for(123456) is None


@pytest.mark.parametrize("code", HINTS)
def test_each_hint_has_a_meaning_a_check_and_a_fix(code: int) -> None:
    hint = HINTS[code]
    for text in (hint.meaning, hint.check, hint.fix):
        assert 10 < len(text) <= 90
        assert text.endswith((".", "*."))
        assert text[0].isupper()
    assert len({hint.meaning, hint.check, hint.fix}) == 3


@pytest.mark.parametrize("code", HINTS)
def test_each_hint_links_to_the_documentation(code: int) -> None:
    assert HINTS[code].docs_url.startswith(f"{DOCS}/")
