"""What is looked for in jobs: plain text or, after a `~`, a regular expression that cannot hang the app.

Python's own `re` may need longer than the age of the universe for a line of text and cannot be stopped; the
`regex` library stops at a time-out. A pattern that takes too long is said to and finds nothing.
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
"""For one value; a pattern's share of the processor over many is bounded by the next two."""
BASE_SECONDS = 1.0
SECONDS_PER_VALUE = 0.0005

_ESCAPED = re.compile(r"\\.", re.DOTALL)


@lru_cache(maxsize=8)
def search_pattern(text: str) -> SearchPattern:
    """Return what a typed text looks for."""
    return SearchPattern(text)


class SearchPattern:
    """A text or a pattern. Smart case: without capitals it matches either case."""

    def __init__(self, text: str) -> None:
        self.error: SafeText | None = None
        """Why it finds nothing, whatever is looked through."""
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
        """Return the jobs that have it in name, source, destination, project, volume, error, state or id."""
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
        import regex  # type: ignore[import-untyped]  # a tenth of the app's start, for who uses it

        plain = _ESCAPED.sub("", pattern)
        flags = regex.IGNORECASE if plain == plain.lower() else 0
        if len(pattern) > MAX_CHARS:
            self.error = SafeText("too long for a regular expression")
            return
        try:
            self._pattern = regex.compile(pattern, flags)
        except (regex.error, RecursionError, OverflowError, ValueError) as error:
            self.error = sanitize(f"no regular expression: {error}", max_chars=80)

    def _search_value(self, value: str) -> bool:
        """Search a value; a pattern that takes too long here, or over many, is given up."""
        started = time.thread_time()
        try:
            is_match = self._pattern.search(value, timeout=MAX_SECONDS) is not None
        except TimeoutError:
            is_match, self._spent = False, float("inf")
        self._spent += time.thread_time() - started
        self._searched += 1
        if self._spent > BASE_SECONDS + SECONDS_PER_VALUE * self._searched:
            self.error = SafeText("too slow a regular expression: take out a * or +")
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
