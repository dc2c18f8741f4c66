"""Parameters of which `make test` takes few and `make test-full` the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def mostly_slow(cases: Iterable[Any], fast: int | Collection[Any] = 1) -> list[Any]:
    """Mark the cases as slow except the first `fast`, or those in `fast`. A tuple holds several arguments."""
    marked = []
    for number, case in enumerate(cases):
        is_fast = number < fast if isinstance(fast, int) else case in fast
        values = case if isinstance(case, tuple) else (case,)
        marked.append(pytest.param(*values, marks=() if is_fast else pytest.mark.slow))
    return marked
