"""The stylesheets: each rule is scoped to a screen or a widget, so that no screen affects another."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from textual.app import App
from textual.css.model import Selector, SelectorType
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

import cgc_tui.tui
from cgc_tui.tui.stylesheets import stylesheet
from tests.support.app import Start, shown

SHEETS = sorted(stylesheet("app").parent.glob("*.tcss"))
SHARED = stylesheet("app")
"""The sheet of all screens, the only one that may style classes globally."""


def chains(path: Path, text: str | None = None) -> Iterator[tuple[str, list[Selector]]]:
    """Yield each selector of a sheet, as text and in its parts, from Textual's own parser."""
    sheet = Stylesheet(variables=App[None]().get_css_variables())
    sheet.add_source(path.read_text() if text is None else text, read_from=(str(path), ""))
    for rule in sheet.rules:
        for selectors in rule.selector_set:
            yield rule.selectors, list(selectors.selectors)


def widget_classes() -> list[type[Widget]]:
    """Return the classes of all screens and widgets, including those of Textual."""
    for module in pkgutil.walk_packages(cgc_tui.tui.__path__, f"{cgc_tui.tui.__name__}."):
        import_module(module.name)
    kinds: list[type[Widget]] = [Widget]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return kinds


def own_types() -> set[str]:
    """Return the names of our screens and widgets."""
    return {kind.__name__ for kind in widget_classes() if kind.__module__.startswith("cgc_tui.")}


def unknown_types(path: Path, text: str | None = None) -> set[str]:
    """Return the types in a sheet that are neither screens nor widgets."""
    known = {kind.__name__ for kind in widget_classes()}
    selectors = [part for _, parts in chains(path, text) for part in parts]
    return {part.name for part in selectors if part.type is SelectorType.TYPE} - known


def unscoped(path: Path, text: str | None = None) -> list[str]:
    """Return the selectors that apply outside one screen or widget."""
    matches, own = [], own_types()
    for written, parts in chains(path, text):
        first, *_ = parts
        kinds = [part.type for part in parts]
        scoped = first.type is SelectorType.TYPE and first.name in own
        if not scoped and (path != SHARED or SelectorType.ID in kinds):
            matches.append(written)
    return matches


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_each_rule_is_scoped_to_a_screen_or_widget(path: Path) -> None:
    assert list(chains(path))
    assert unscoped(path) == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_each_type_is_a_screen_or_widget(path: Path) -> None:
    assert unknown_types(path) == set()


def test_an_unknown_type_is_detected() -> None:
    assert unknown_types(SHARED, "CellGrid { height: 1; } Screen { height: 1; }") == {"CellGrid"}


@pytest.mark.parametrize(
    "text",
    [
        "#problem { color: red; }",
        "FilterDialog #states, #states { height: 1; }",
        ".-short #states { height: 1; }",
        "#states { & Checkbox { height: 1; } }",
        "Static#summary { height: 1; }",
        ".top-bar--muted { color: red; }",
    ],
)
def test_an_unscoped_rule_is_detected(text: str) -> None:
    assert unscoped(stylesheet("filter"), text) != []


def test_a_nested_rule_is_scoped() -> None:
    assert (
        unscoped(stylesheet("filter"), "FilterDialog { #states { height: 1; } &.-short { height: 1; } }")
        == []
    )


async def test_the_filter_dialog_does_not_affect_other_dialogs(start: Start) -> None:
    """Textual keeps the sheet of a screen after the screen is closed."""

    async def export_line(pilot: Pilot[None]) -> object:
        await pilot.press("E")
        await shown(pilot, "Export jobs to a file")
        color = pilot.app.screen.query_one("#problem", Static).styles.color
        await pilot.press("escape")
        await shown(pilot, "Export jobs to a file", gone=True)
        return color

    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        before = await export_line(pilot)
        await pilot.press("f")
        await shown(pilot, "Filter jobs")
        color = pilot.app.screen.query_one("#problem", Static).styles.color
        await pilot.press("escape")
        await shown(pilot, "Filter jobs", gone=True)
        assert await export_line(pilot) == before == color
