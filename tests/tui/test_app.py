"""The whole app: help, palette, remapped keys, themes, copying and opening links."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest
import textual.widgets
from textual.widget import Widget
from textual.widgets import Input

import cgc_tui.tui
from cgc_tui.config.settings import Settings
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.system.clipboard import ClipboardRoute
from cgc_tui.tui import base_app
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.stylesheets import stylesheet
from tests.support.app import Start, shown, text_of


async def test_help_shows_all_active_keys(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        ids = {binding.id for _, binding, _, _ in pilot.app.screen.active_bindings.values() if binding.id}
        await pilot.press("question_mark")
        await shown(pilot, "Next page")
        screen = text_of(pilot.app)
        for text in ("Failed jobs", "Raw JSON", "UTC or local time", "Copy menu", "Redraw", "Last row"):
            assert text in screen
        assert len(ids) >= 35
        await pilot.press("escape")
        await shown(pilot, "Next page", gone=True)
        await pilot.press("f1", "q")
        await pilot.pause()
        assert pilot.app._exit


async def test_the_palette_does_not_offer_screenshots(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Textual's command would write names of projects and samples to the current directory."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("ctrl+p")
        await shown(pilot, "Search for commands")
        await pilot.press(*"screenshot")
        await shown(pilot, "No matches found")
        await pilot.press("enter")
        await pilot.pause()
    assert not list((tmp_path / "here").iterdir())


async def test_remapped_keys_work_and_are_shown(start: Start) -> None:
    keys = {"jobs.next": "n", "table.down": "ctrl+n", "jobs.find": "X"}
    async with start(settings=Settings(refresh=0, keys=keys)) as pilot:
        await shown(pilot, "Enter Details X Find f Filter")
        await pilot.press("n")
        await shown(pilot, "page 2 of 5")
        await pilot.press("right_square_bracket", "ctrl+n")
        assert pilot.app.screen.query_one(JobTable).cursor_row == 1
        assert "page 2 of 5" in text_of(pilot.app)


async def test_invalid_settings_are_reported(start: Start) -> None:
    problem = "config.toml line 3: page_size must be 1 to 100, not 500"
    async with start(settings=Settings(refresh=0, problems=(problem,))) as pilot:
        await shown(pilot, "config.toml line 3")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light", "nord"])
async def test_themes_can_be_set(start: Start, theme: str) -> None:
    async with start(settings=Settings(refresh=0, theme=theme)) as pilot:
        await shown(pilot, "1–50 of 230")
        assert pilot.app.theme == theme


async def test_a_theme_chosen_in_the_palette_is_used_and_saved(
    start: Start, platform: SimulatedPlatform, tmp_path: Path
) -> None:
    platform.add_jobs(2, "FAILED")
    config_path = tmp_path / "config.toml"
    config_path.write_text("# mine\nrefresh = 0\n")
    async with start(config_path=config_path) as pilot:
        await shown(pilot, "✗ FAILED")
        table = pilot.app.screen.query_one(JobTable)
        before = table.get_cell_at((0, 0)).style
        await pilot.press("colon")
        await shown(pilot, "Search for commands")
        await pilot.press(*"theme")
        await shown(pilot, "Choose theme")
        await pilot.press("enter")
        await shown(pilot, "Search for themes")
        await pilot.press(*"textual-light")
        await shown(pilot, "textual-dark", gone=True)
        await pilot.press("enter")
        await shown(pilot, "Theme textual-light saved in config.toml")
        assert table.get_cell_at((0, 0)).style != before
    assert config_path.read_text() == '# mine\nrefresh = 0\ntheme = "textual-light"\n'


async def test_a_theme_that_cannot_be_saved_is_used_for_this_run(start: Start, tmp_path: Path) -> None:
    config_path = tmp_path / "config.toml"
    config_path.write_text("refresh = \n")
    async with start(config_path=config_path) as pilot:
        await shown(pilot, "1–50 of 230")
        pilot.app.theme = "nord"
        await shown(pilot, "The theme is used for this run only")


async def test_copying_by_the_terminal(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "Id      ")
        await pilot.press("y")
        await shown(pilot, "clipboard (OSC 52)")
        assert pilot.app.clipboard == platform.ids()[0]


async def test_copying_by_tmux(
    start: Start, platform: SimulatedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = []

    async def to_tmux(text: str) -> bool:
        copied.append(text)
        return True

    monkeypatch.setattr(base_app, "choose_route", lambda *_: ClipboardRoute.TMUX)
    monkeypatch.setattr(base_app, "copy_to_tmux", to_tmux)
    async with start() as pilot:
        await shown(pilot, "Id      ")
        await pilot.press("Y")
        await shown(pilot, "source key")
        await pilot.press("down", "down", "enter")
        await shown(pilot, "to tmux")
        assert copied == [platform.job(platform.ids()[0])["source"]["location"]]


async def test_a_text_to_copy_by_hand_if_there_is_no_clipboard(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(environ={"TERM": "linux"}) as pilot:
        await shown(pilot, "Id      ")
        await pilot.press("y")
        await shown(pilot, "Copy manually: the id")
        assert platform.ids()[0] in text_of(pilot.app)
        await pilot.press("y")
        await shown(pilot, "cannot copy")
        await pilot.press("escape", "escape")
        await shown(pilot, "Copy manually", gone=True)


async def test_a_link_is_shown_if_there_is_no_browser(start: Start, platform: SimulatedPlatform) -> None:
    platform.add_jobs(1, "COMPLETED")
    async with start(simulated=True) as pilot:
        await shown(pilot, "File    ")
        await pilot.press("o")
        await shown(pilot, "set BROWSER to open it")
        record = platform.job(platform.ids()[0])
        project, file_id = record["destination"]["project"], record["result"]["id"]
        assert f"https://cgc.sbgenomics.com/u/{project}/files/{file_id}/" in text_of(pilot.app)


async def test_a_job_without_a_web_page(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "Id      ")
        await pilot.press("o")
        await shown(pilot, "No web page available")


def test_colours_are_only_in_the_stylesheets_and_themes() -> None:
    sheets = list(stylesheet("app").parent.glob("*.tcss"))
    assert {path.name for path in sheets} >= {"app.tcss", "jobs.tcss", "filter.tcss", "login.tcss"}
    for path in sheets:
        assert not re.search(r"#[0-9a-fA-F]{3,8}\s*;|rgb\(", path.read_text()), path
    for path in Path(base_app.__file__).parent.parent.rglob("*.py"):
        assert path.name == "themes.py" or not re.search(
            r'"(?:on |bold |dim )?(?:red|green|yellow|blue|#[0-9a-f]{6})"', path.read_text()
        ), path


def test_no_widget_has_the_name_of_a_textual_widget_and_so_its_styles() -> None:
    packages = (cgc_tui.tui, textual.widgets)
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    kinds: list[type[Widget]] = [Widget]
    for kind in kinds:
        kinds += kind.__subclasses__()
    ours = {kind.__name__ for kind in kinds if kind.__module__.startswith("cgc_tui.")}
    assert "KeyBar" in ours
    assert not ours & {kind.__name__ for kind in kinds if kind.__module__.startswith("textual.")}


async def test_esc_in_the_find_bar_returns_to_the_list(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("slash", *"nothing", "escape")
        assert not pilot.app.screen.query_one("#find", Input).display
        assert pilot.app.focused is pilot.app.screen.query_one(JobTable)


async def test_the_copy_menu_offers_commands_without_the_token(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "Id      ")
        await pilot.press("Y")
        screen = await shown(pilot, "job: cgc-tui")
        assert "list: curl" in screen
        assert platform.token not in screen
        await pilot.press("end", "enter")
        await shown(pilot, "Copied the list: curl to the clipboard")
        assert '"X-SBG-Auth-Token: $SB_AUTH_TOKEN" \'http' in pilot.app.clipboard
