"""The contrast of all text with its background, in the dark, the light and the ANSI themes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from rich.color import ColorType
from rich.color_triplet import ColorTriplet
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.app import App

from cgc_tui.config.settings import Settings
from tests.support.params import mostly_slow
from tests.support.scenes import SCENES, Stage, platform, stage

LEAST = 4.5
"""The least contrast of text ("Web Content Accessibility Guidelines 2.1", 1.4.3)."""

LINES = " ▁▂▃▄▅▆▇█▏▎▍▌▋▊▉░│─╭╮╰╯━╸╺┃"
"""What is drawn, and not read."""

XTERM = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255),
    (0, 255, 255), (255, 255, 255),
]  # fmt: skip
"""The palette of xterm; that of another terminal is its user's choice."""

DARK = TerminalTheme((0, 0, 0), (229, 229, 229), XTERM[:8], XTERM[8:])
LIGHT = TerminalTheme((255, 255, 255), (0, 0, 0), XTERM[:8], XTERM[8:])


def luminance(color: ColorTriplet) -> float:
    """Return the relative luminance, from 0 to 1."""
    parts = [
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: ColorTriplet, second: ColorTriplet) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def colours(style: Style, theme: TerminalTheme) -> tuple[ColorTriplet, ColorTriplet]:
    """Return the colours of text and background as shown, with `dim` half way between them."""
    text = style.color.get_truecolor(theme) if style.color else theme.foreground_color
    background = (
        style.bgcolor.get_truecolor(theme, foreground=False) if style.bgcolor else theme.background_color
    )
    if style.reverse:
        text, background = background, text
    return text, background


def low_contrasts(app: App[None], theme: TerminalTheme) -> Iterator[tuple[float, str]]:
    """Yield the contrast and the text of all that is harder to read than it must be.

    What is below a dialog cannot be used, and is dim on purpose.
    """
    screen = app.screen
    front = [screen.region]
    if screen.is_modal:
        front = [widget.region for widget in screen.query("#dialog, KeyBar")]
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            start, x = x, x + segment.cell_length
            in_front = any(region.contains(start, y) for region in front)
            text = segment.text.strip(LINES)
            if in_front and text and segment.style is not None:
                value = contrast(*colours(segment.style, theme))
                if value < LEAST:
                    yield round(value, 2), text


@pytest.mark.parametrize("scene", mostly_slow(sorted(SCENES), fast=("list",)))
@pytest.mark.parametrize(
    ("theme", "palette"),
    [("textual-dark", DARK), ("textual-light", LIGHT), ("ansi-dark", DARK), ("ansi-light", LIGHT)],
)
async def test_all_text_is_readable(stage: Stage, theme: str, palette: TerminalTheme, scene: str) -> None:
    make_app = partial(stage.make_app, settings=Settings(refresh=0, theme=theme))
    app, steps = SCENES[scene](stage._replace(make_app=make_app))
    async with app.run_test(size=(120, 36)) as pilot:
        await steps(pilot)
        await pilot.pause()
        assert not set(low_contrasts(app, palette))
