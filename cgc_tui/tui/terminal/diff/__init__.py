"""Sends only changed cells to the terminal, in as few bytes as possible.

Textual paints regions: if one cell of a table changes, it paints the whole table, and each segment has a full
style and a reset. Over SSH that is 17 kB where 70 bytes are enough. A `ScreenDiffer` between Textual and the
terminal keeps two grids of cells: the one that Textual wants and the one that the terminal shows. It applies
each frame to the first grid and writes the differences from the second one.

**Why it parses Textual's output.** `Driver.write` is the only public place that every frame passes, after
themes, filters, clipping and colour reduction. The output has four kinds of parts (cursor positions, SGR,
OSC 8 links, characters), so it can be parsed completely, and a frame with any other part is detected. All
places further inside Textual are private, and their values would still have to be converted to terminal
output.

**Nothing uncertain is relied on.**

- A frame that cannot be parsed is written unchanged and followed by a full repaint; from then on Textual's
  output is written unchanged. The same applies from the start with a version of Textual that is not tested,
  and to a terminal that is not supported (`is_supported`).
- The cursor is positioned absolutely at the start of a frame, after the last column, and in rows that have
  characters of ambiguous width. Each frame ends with the default style, so that later output, such as the
  last message of a program that dies, has the terminal's own colours.
- Where terminals disagree about a width (emoji, flags, joined and combining characters), the cells are
  blanked first, and the rest of the row is rewritten after an absolute position. A terminal with another
  width for the character still has all others in their columns.
- Erased cells get the current background on some terminals and none on others, and the name of a terminal
  does not say which. Only cells without a colour are erased; erasing others would save another 8 %.
- After a resize or a suspension the content of the terminal is unknown, and everything is painted.

Two cells are equal if they look the same: the text colour of a blank does not count.
"""
