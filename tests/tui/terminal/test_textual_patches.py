"""The patches of Textual: endless layouts, and widgets that are kept after their removal."""

from __future__ import annotations

import gc
from functools import lru_cache

import pytest
from textual._styles_cache import StylesCache
from textual.events import Resize
from textual.geometry import Size

from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.terminal.textual_patches import patch_resize, patch_style_cache
from tests.support.app import Start, rest, shown

MAX_LAYOUTS = 50


async def test_two_resizes_in_a_row_end_with_a_stable_layout(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out, sizes = JobsScreen._refresh_layout, list[Size]()

    def counted(self: JobsScreen, size: Size | None = None, scroll: bool = False) -> None:
        sizes.append(size or self.size)
        if len(sizes) < MAX_LAYOUTS:
            lay_out(self, size, scroll)

    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        monkeypatch.setattr(JobsScreen, "_refresh_layout", counted)
        screen, now = pilot.app.screen, pilot.app.size
        for size in (Size(now.width, now.height + 1), now):
            screen.post_message(Resize(size, size))
            screen.call_later(lambda: None)
        await rest(pilot)
        assert len(sizes) < MAX_LAYOUTS
        assert screen.size == now


@pytest.mark.slow
async def test_closed_dialogs_leave_no_style_caches(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        kept = []
        for _ in range(3):
            await pilot.press("f")
            await rest(pilot)
            await pilot.press("escape")
            await rest(pilot)
            gc.collect()
            kept.append(sum(isinstance(each, StylesCache) for each in gc.get_objects()))
        assert kept[0] == kept[1] == kept[2]


class Gone:
    """A class without the patched method."""


class Uncached:
    def get_inner_outer(cls, base_background: object, background: object) -> object:
        return base_background, background


class CachedClassMethod:
    @classmethod
    @lru_cache(1024)
    def get_inner_outer(cls, base_background: object, background: object) -> object:
        return base_background, background


class ClassMethod:
    @classmethod
    def get_inner_outer(cls, base_background: object, background: object) -> object:
        return base_background, background


class StaticMethod:
    @staticmethod
    @lru_cache(1024)
    def get_inner_outer(base_background: object, background: object) -> object:
        return base_background, background


class OtherParameters:
    @lru_cache(1024)  # noqa: B019
    def get_inner_outer(cls, base_background: object, background: object, opacity: float) -> object:
        return base_background, background, opacity


@pytest.mark.parametrize(
    "fixed", [Gone, Uncached, CachedClassMethod, ClassMethod, StaticMethod, OtherParameters]
)
def test_a_fixed_style_cache_is_not_patched(fixed: type) -> None:
    before = dict(vars(fixed))
    assert not patch_style_cache(fixed)
    assert dict(vars(fixed)) == before


def test_the_current_style_cache_is_patched() -> None:
    class Current:
        @lru_cache(1024)  # noqa: B019
        def get_inner_outer(cls, base_background: object, background: object) -> object:
            return base_background, background

    assert patch_style_cache(Current)
    assert Current().get_inner_outer("a", "b") == ("a", "b")


class OtherSize:
    def _screen_resized(self, width: int, height: int) -> None: ...


@pytest.mark.parametrize("fixed", [Gone, OtherSize])
def test_another_resize_method_is_not_patched(fixed: type) -> None:
    before = dict(vars(fixed))
    assert not patch_resize(fixed)
    assert dict(vars(fixed)) == before
