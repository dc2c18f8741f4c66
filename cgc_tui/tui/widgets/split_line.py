"""A line of facts, the first ones at its left end and the others at its right."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget


class SplitLine(Widget):
    """One line. Where it is tight its right part is left out; its left is cut where the right
    `keep_right`.
    """

    keep_right = False

    def sides(self) -> tuple[Content, Content]:
        """Return the parts at the left and at the right."""
        raise NotImplementedError

    def render(self) -> Content:
        """Return the line, cut to the available width."""
        left, right = self.sides()
        width = self.content_size.width
        gap = width - left.cell_length - right.cell_length
        if gap < 1 and right and self.keep_right:
            gap = 1
            left = left.truncate(max(0, width - right.cell_length - gap), ellipsis=True)
        elif gap < 1 or not right:
            return left.truncate(width, ellipsis=True)
        return left + Content(" " * gap) + right
