"""The last look at what is drawn: nothing goes to the terminal that commands it."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from cgc_tui.domain.text import REPLACEMENT, UNSAFE


class ControlCharFilter(LineFilter):
    """Stands behind `sanitize`: text that was drawn without it is disarmed, as wide as it was, and
    unlinked.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments, other ones where that is needed."""
        if all(map(_harmless, segments)):
            return segments
        return [segment if _harmless(segment) else _without_controls(segment) for segment in segments]


def _harmless(segment: Segment) -> bool:
    linked = segment.style is not None and segment.style.link
    return not linked and (segment.text.isprintable() or not UNSAFE.search(segment.text))


def _without_controls(segment: Segment) -> Segment:
    style = segment.style.update_link(None) if segment.style is not None else None
    return Segment(UNSAFE.sub(_same_width, segment.text), style)


def _same_width(match: re.Match[str]) -> str:
    return REPLACEMENT * cell_len(match[0])
