"""The text of causes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cgc_tui.domain.causes import Cause
from cgc_tui.formatting.causes import bar, cause_title, id_counts, percentage, time_range, timeline_label
from cgc_tui.formatting.display import DisplayOptions
from tests.support.clock import NOON


@pytest.mark.parametrize(("count", "cells"), [(0, 0), (1, 1), (500, 5), (1000, 10)])
def test_the_maximum_fills_the_bar_and_one_is_visible(count: int, cells: int) -> None:
    assert bar(count, 1000, 10, DisplayOptions()) == "█" * cells
    assert bar(count, 1000, 10, DisplayOptions(ascii=True)) == "#" * cells


@pytest.mark.parametrize(
    ("count", "total", "text"),
    [(1, 1000, "<1 %"), (5, 1000, "<1 %"), (15, 1000, "2 %"), (7, 7, "100 %"), (0, 0, "0 %")],
)
def test_a_small_share_is_not_zero(count: int, total: int, text: str) -> None:
    assert percentage(count, total) == text


def test_many_ids_are_truncated_and_counted() -> None:
    counts = tuple((f"owner/v{number}", 1000 - number) for number in range(6))
    assert id_counts(counts, DisplayOptions()) == "owner/v0 1,000, owner/v1 999, owner/v2 998, 3 more"
    assert id_counts((), DisplayOptions()) == "–"


def test_a_title_has_the_error_code_if_there_is_one() -> None:
    assert cause_title(Cause(9105, "Not\nfound.", ())) == "9105 Not␊found."
    assert cause_title(Cause(None, None, ())) == "The platform gave no error message."


def test_a_range_of_one_time_shows_it_once() -> None:
    assert time_range(NOON, NOON, DisplayOptions(), NOON) == "today 12:00"
    assert time_range(None, None, DisplayOptions(), NOON) == "–"


def test_a_timeline_has_its_peak_per_rounded_interval() -> None:
    first, now = NOON - timedelta(hours=9, minutes=3), NOON
    label = timeline_label((1, 30, 4), first, NOON, DisplayOptions(), now)
    assert label == "35: today 02:57 – today 12:00 · peak 30 per 3 h"
    assert timeline_label((0, 161), NOON, NOON, DisplayOptions(), now) == "161: today 12:00"
