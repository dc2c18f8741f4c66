"""Only what changed goes out: the cells a terminal shows, and the fewest bytes that bring it up to date.

Textual paints in regions. One cell of a table that changes paints the whole table, and each segment carries a
full style and a reset: 17 kB over SSH for what 70 bytes would say. A `ScreenDiffer` stands between Textual
and the terminal. It keeps two screens of cells, the one that Textual wants and the one that the terminal
shows; every frame goes into the first, and what differs from the second is written.

**Why it reads the text that Textual writes.** `Driver.write` is the one public place where a frame passes,
after themes, filters, clipping and colour reduction. The text is of four kinds (cursor positions, SGR, OSC 8
links, characters), so it can be read completely, and a frame with anything else in it is known not to be
understood. Any place further in is private, and its values still have to be turned into what a terminal
makes of them.

**What is not certain is not reckoned with.**

- A frame that is not understood goes out as it is, everything is painted once more, and from then on
  Textual's output goes out untouched. The same holds from the start for a Textual that this was not tested
  with and a terminal that is not known to be able enough (`is_supported`).
- The cursor is placed absolutely at the start of a frame, after the last column, and wherever a row has
  characters whose width is a matter of opinion. Colours end with each frame: whoever writes next, and be it
  a dying program's last words, finds the terminal's own.
- Where terminals disagree about a width (emoji, flags, joined and combining characters), the place is
  blanked first, and the rest of the row is written anew behind an absolute position. Terminals that think
  otherwise about the character still have all others in their columns.
- What is erased takes on the colour in force on one terminal and none on another, and their names do not
  tell: only cells without a colour are erased. It would save another 8 %.
- After a resize or a suspension nothing is known of what is shown, and everything is painted.

Two cells are the same if they look the same: the colour of a blank's text is not.
"""
