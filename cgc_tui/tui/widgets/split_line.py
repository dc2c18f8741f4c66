"""A line with text at both ends."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget


class SplitLine(Widget):
    """A line with text at both ends.

    If both do not fit, the right text is left out, or with `keep_right` the left one is cut.
    """

    keep_right = False

    def sides(self) -> tuple[Content, Content]:
        """Return the texts of the left and the right end."""
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
