"""Line filter that removes control characters from everything that is rendered."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from cgc_tui.domain.text import REPLACEMENT, UNSAFE


class ControlCharFilter(LineFilter):
    """The safety net behind `sanitize`: replaces control characters by ones of the same width, and
    removes links.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments, cleaned where that is necessary."""
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
