"""Searches jobs for plain text or, after a `~`, for a regular expression that cannot block the app.

A search with Python's `re` can take exponential time and cannot be stopped; the `regex` library has a
time-out. A pattern that takes too long reports an error and matches nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.text import SafeText, sanitize

REGEX_PREFIX = "~"
MAX_CHARS = 200
MAX_SECONDS = 0.2
"""The time limit for one value; the next two limit a pattern's CPU time over many values."""
BASE_SECONDS = 1.0
SECONDS_PER_VALUE = 0.0005

_ESCAPED = re.compile(r"\\.", re.DOTALL)


@lru_cache(maxsize=8)
def search_pattern(text: str) -> SearchPattern:
    """Return the search pattern for typed text."""
    return SearchPattern(text)


class SearchPattern:
    """Plain text or a regular expression; case matters only if it has capitals."""

    def __init__(self, text: str) -> None:
        self.error: SafeText | None = None
        """Why the pattern cannot be used; it then matches nothing."""
        self._text = text
        self._pattern: Any = None
        self._exact = text != text.lower()
        self._searched = 0
        self._spent = 0.0
        if text.startswith(REGEX_PREFIX) and len(text) > 1:
            self._compile(text[1:])

    def __bool__(self) -> bool:
        return bool(self._text) and self._text != REGEX_PREFIX

    def filter(self, jobs: Iterable[ImportJob]) -> list[ImportJob]:
        """Return the jobs with a match in name, location, volume, project, folder, error, state or id."""
        if not self:
            return list(jobs)
        matches = [job for job in jobs if self.error is None and self._matches(job)]
        return matches if self.error is None else []

    def _matches(self, job: ImportJob) -> bool:
        if self._pattern is not None:
            return any(value and self._search_value(value) for value in _values(job))
        if self._exact:
            return any(value and self._text in value for value in _values(job))
        return any(value and self._text in value.lower() for value in _values(job))

    def _compile(self, pattern: str) -> None:
        import regex  # type: ignore[import-untyped]  # takes a tenth of the app's start-up time

        plain = _ESCAPED.sub("", pattern)
        flags = regex.IGNORECASE if plain == plain.lower() else 0
        if len(pattern) > MAX_CHARS:
            self.error = SafeText("regular expression is too long")
            return
        try:
            self._pattern = regex.compile(pattern, flags)
        except (regex.error, RecursionError, OverflowError, ValueError) as error:
            self.error = sanitize(f"invalid regular expression: {error}", max_chars=80)

    def _search_value(self, value: str) -> bool:
        """Search a value; a pattern that takes too long, for this value or in total, becomes an error."""
        started = time.thread_time()
        try:
            is_match = self._pattern.search(value, timeout=MAX_SECONDS) is not None
        except TimeoutError:
            is_match, self._spent = False, float("inf")
        self._spent += time.thread_time() - started
        self._searched += 1
        if self._spent > BASE_SECONDS + SECONDS_PER_VALUE * self._searched:
            self.error = SafeText("regular expression is too slow: remove a * or +")
        return is_match


def _values(job: ImportJob) -> tuple[str | None, ...]:
    error = job.error
    return (
        job.name,
        job.source.location,
        job.source.volume,
        job.destination.project,
        job.destination.parent,
        error.message if error else None,
        str(error.code) if error and error.code is not None else None,
        job.state,
        job.id,
    )
