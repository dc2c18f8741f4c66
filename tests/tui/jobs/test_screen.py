"""The jobs screen by keys, over a real socket: pages, filters, refreshes, find and sort."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from cgc_tui.config.settings import Settings
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.queries import JobQuery
from cgc_tui.tui.jobs.job_table import JobTable
from cgc_tui.tui.jobs.screen import JobsScreen
from cgc_tui.tui.jobs.state_tabs import StateTabs
from tests.support.app import Start, first_page, rest, shown, text_of
from tests.support.calls import lists
from tests.support.clock import Clock
from tests.support.params import mostly_slow
from tests.support.waiting import until


def jobs_screen(pilot: Pilot[None]) -> JobsScreen:
    assert isinstance(pilot.app.screen, JobsScreen)
    return pilot.app.screen


def cursor(pilot) -> str:  # type: ignore[no-untyped-def]
    """Return the id of the job under the cursor."""
    return pilot.app.screen.query_one(JobTable).job.id


async def test_the_first_page_with_its_position(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        screen = await shown(pilot, "1–50 of 230 · page 1 of 5 · newest first")
        assert "CGC · rosalind" in await shown(pilot, "rosalind")
        await shown(pilot, "0 All 230")
        assert platform.job(platform.ids()[0])["destination"]["name"] in screen


async def test_the_last_known_user_is_shown_until_the_platform_responds(
    start: Start, platform: SimulatedPlatform
) -> None:
    gate = platform.gate(where=lambda request: request.url.path.endswith("/user"))
    async with start(last_user="franklin") as pilot:
        await shown(pilot, "1–50 of 230")
        assert "CGC · franklin" in text_of(pilot.app)
        gate.release()
        await shown(pilot, "CGC · rosalind")
        assert "franklin" not in text_of(pilot.app)


async def test_turning_pages(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        for key, location in (
            ("right_square_bracket", "51–100 of 230 · page 2 of 5"),
            ("right", "101–150 of 230 · page 3 of 5"),
            ("left_square_bracket", "page 2 of 5"),
            ("left", "page 1 of 5"),
            ("left", "page 1 of 5"),
            ("right_curly_bracket", "201–230 of 230 · page 5 of 5"),
            ("right", "page 5 of 5"),
            ("left_curly_bracket", "page 1 of 5"),
        ):
            await pilot.press(key)
            await shown(pilot, location)
            assert cursor(pilot) in platform.ids()


async def wait_until_fetched(pilot: Pilot[None], platform: SimulatedPlatform, offset: int) -> None:
    """Wait until the page at an offset has been fetched ahead."""
    await until(lambda: any(query["offset"] == [str(offset)] for query in lists(platform)))
    await rest(pilot)


async def test_the_next_page_wait_until_fetched(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await wait_until_fetched(pilot, platform, 50)
        gate = platform.gate("/v2/storage/imports")
        await pilot.press("right_square_bracket")
        await shown(pilot, "51–100 of 230 · page 2 of 5")
        assert cursor(pilot) == platform.ids()[50]
        gate.release()


async def test_the_previous_page_wait_until_fetched_after_a_jump(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("right_curly_bracket")
        await shown(pilot, "page 5 of 5")
        await wait_until_fetched(pilot, platform, 150)
        gate = platform.gate("/v2/storage/imports")
        await pilot.press("left_square_bracket")
        await shown(pilot, "151–200 of 230 · page 4 of 5")
        gate.release()


async def test_a_held_page_key_sends_few_requests_and_ends_on_the_right_page(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(query=JobQuery(limit=10)) as pilot:
        await shown(pilot, "page 1 of 23")
        for _ in range(12):
            pilot.app.simulate_key("right_square_bracket")
        await shown(pilot, "121–130 of 230 · page 13 of 23")
        assert len(lists(platform)) <= 6


@pytest.mark.parametrize(
    ("key", "state"),
    mostly_slow([("4", "FAILED"), ("1", "PENDING"), ("2", "RUNNING"), ("3", "COMPLETED")], fast=2),
)
async def test_state_tabs_filter_on_the_server(
    start: Start, platform: SimulatedPlatform, key: str, state: str
) -> None:
    platform.add_jobs(3, "RUNNING")
    platform.add_jobs(2, "PENDING")
    total = sum(platform.job(job_id)["state"] == state for job_id in platform.ids())
    async with start() as pilot:
        await shown(pilot, "of 235")
        await pilot.press("right_square_bracket", key)
        screen = await shown(pilot, f"of {total} · page 1")
        assert lists(platform)[-1].get("state") == [state] or lists(platform)[-2].get("state") == [state]
        rows = [line for line in screen.splitlines()[3:-2] if line.strip()]
        shown_state = {"FAILED": "✗ 9"}.get(state, state)
        assert all(shown_state in line[:14] for line in rows if line[1:2].strip())
        assert f"{state.capitalize()} {total}" in screen
        await pilot.press("0")
        await shown(pilot, "of 235 · page 1 of 5 · newest first")


async def test_the_filter_at_the_start(start: Start, platform: SimulatedPlatform) -> None:
    project = platform.job(platform.ids()[0])["destination"]["project"]
    query = JobQuery(states=("COMPLETED", "FAILED"), project=project, limit=20)
    async with start(query=query) as pilot:
        chip = f"{project.partition('/')[2]} ✕"
        await shown(pilot, chip)
        request = lists(platform)[0]
        assert (request["state"], request["project"], request["limit"]) == (
            ["COMPLETED", "FAILED"],
            [project],
            ["20"],
        )
        tabs = pilot.app.screen.query_one(StateTabs)
        assert [text.strip() for text in tabs.render().plain.split("│")][3].startswith("3 Completed")
        assert tabs.render().plain.rstrip().endswith(chip)


async def test_the_cursor_stays_on_its_job_while_new_ones_arrive(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press(*["down"] * 10)
        job = platform.ids()[10]
        assert cursor(pilot) == job
        table = pilot.app.screen.query_one(JobTable)
        assert table.scroll_y == 0
        platform.add_jobs(3)
        await pilot.press("r")
        await shown(pilot, "of 233")
        assert (cursor(pilot), table.cursor_row, table.scroll_y) == (job, 13, 0)


async def test_the_job_under_the_cursor_stays_on_its_screen_line(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press(*["down"] * 30)
        table = pilot.app.screen.query_one(JobTable)
        job, height = cursor(pilot), table.cursor_row - table.scroll_y
        platform.add_jobs(4)
        await pilot.press("r")
        await shown(pilot, "of 234")
        await pilot.pause()
        assert (cursor(pilot), table.cursor_row - table.scroll_y) == (job, height)


async def test_a_list_at_its_top_stays_there_when_many_jobs_arrive(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        platform.add_jobs(60)
        await pilot.press("r")
        await shown(pilot, "of 290")
        table = pilot.app.screen.query_one(JobTable)
        assert (cursor(pilot), table.scroll_y) == (platform.ids()[0], 0)


async def test_the_cursor_follows_its_job_to_the_next_page(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("right_square_bracket")
        await shown(pilot, "page 2 of 5")
        await pilot.press("G")
        job = platform.ids()[99]
        assert cursor(pilot) == job
        platform.add_jobs(5)
        await pilot.press("r")
        await shown(pilot, "101–150 of 235 · page 3 of 5")
        assert cursor(pilot) == job


async def test_the_cursor_stays_on_the_row_of_a_removed_job(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press(*["down"] * 5)
        platform.remove_jobs([platform.ids()[5]])
        await pilot.press("r")
        await shown(pilot, "of 229")
        assert cursor(pilot) == platform.ids()[5]


async def test_a_row_shows_the_new_state_of_its_job(start: Start, platform: SimulatedPlatform) -> None:
    job = platform.add_jobs(1, "RUNNING", name="the-one.bam")[0]
    async with start() as pilot:
        await shown(pilot, "◐ RUNNING    the-one.bam")
        platform.set_state(job, "FAILED")
        await pilot.press("r")
        await shown(pilot, "✗ 9105       the-one.bam")
        platform.set_state(job, "ABORTED")
        await pilot.press("r")
        await shown(pilot, "? ABORTED    the-one.bam")


async def test_refreshes_can_be_paused_and_their_interval_changed(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "auto-refresh 1 s")
        platform.add_jobs(1)
        await shown(pilot, "of 231")
        await pilot.press("a")
        await shown(pilot, "paused")
        await rest(pilot)
        before = len(lists(platform))
        await pilot.press("plus", "plus")
        await pilot.pause(1.3)
        assert len(lists(platform)) == before
        await pilot.press("a")
        await shown(pilot, "auto-refresh 5 s")
        await pilot.press("minus", "minus")
        platform.add_jobs(1)
        await shown(pilot, "of 232")


async def test_find_reports_its_scope(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        name = platform.job(platform.ids()[7])["destination"]["name"]
        await pilot.press("slash", *name[:16].lower())
        await shown(pilot, "of 50 on this page match")
        await pilot.press("down")
        assert pilot.app.focused is pilot.app.screen.query_one(JobTable)
        assert all(name[:16] in (job.name or "") for job in pilot.app.screen.query_one(JobTable).shown_jobs)
        await pilot.press("slash", *"#nothing")
        await shown(pilot, "No match on this page. Enter searches all 230; Esc clears.")
        await pilot.press("escape")
        await shown(pilot, "1–50 of 230 · page 1 of 5 · newest first")
        assert len(pilot.app.screen.query_one(JobTable).shown_jobs) == 50


async def test_smart_case_in_find(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "page 1 of 5")
        await pilot.press("slash", *"tcga")
        await shown(pilot, "50 of 50 on this page")
        await pilot.press(*["backspace"] * 4, *"Tcga")
        await shown(pilot, "0 of 50 on this page")


async def test_sorting_is_labelled_as_of_this_page(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "newest first")
        await pilot.press("s")
        await shown(pilot, "Sort this page by")
        await pilot.press("down", "down", "enter")
        await shown(pilot, "sorted by name (this page)")
        names = [job.name or "" for job in pilot.app.screen.query_one(JobTable).shown_jobs]
        assert names == sorted(names, key=str.casefold)
        await pilot.press("S")
        await shown(pilot, "sorted by name, reversed (this page)")
        shown_now = [job.name or "" for job in pilot.app.screen.query_one(JobTable).shown_jobs]
        assert shown_now == sorted(names, key=str.casefold, reverse=True)
        await pilot.press("s")
        await shown(pilot, "Sort this page by")
        await pilot.press("home", "enter")
        await shown(pilot, "page 1 of 5 · newest first")


async def test_an_empty_list_names_the_user(start: Start, platform: SimulatedPlatform) -> None:
    platform.remove_jobs(platform.ids())
    async with start() as pilot:
        await shown(pilot, "lists only jobs started by rosalind")
        await pilot.press("4")
        await shown(pilot, "No job matches: FAILED.")


async def test_the_first_load_names_the_endpoint(start: Start, platform: SimulatedPlatform) -> None:
    gate = platform.gate("/v2/storage/imports")
    async with start() as pilot:
        await shown(pilot, "Loading your import jobs from http://127.0.0.1")
        gate.release()
        await shown(pilot, "1–50 of 230")
        await shown(pilot, "Loading", gone=True)


async def test_an_unknown_total_is_shown_as_at_least(start: Start, platform: SimulatedPlatform) -> None:
    platform.switches.total_header = False
    async with start() as pilot:
        await shown(pilot, "1–50 of 51+ · page 1 ·")
        await pilot.press("right_square_bracket")
        await shown(pilot, "51–100 of 101+ · page 2 ·")
        await pilot.press("}")
        await shown(pilot, "The number of pages is unknown")


async def test_brief_lists_are_completed_with_bulk_requests(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 230")
        whole = await shown(pilot, "1–50 of 230")
        await rest(pilot)
    platform.switches.brief = True
    platform.requests.clear()
    async with start() as pilot:
        await shown(pilot, "0 All 230")
        await shown(pilot, "1–50 of 230")
        await rest(pilot)
        assert text_of(pilot.app) == whole
    bulk = [request for request in platform.requests if request.path.endswith("/bulk/storage/imports/get")]
    assert len(bulk) == len(lists(platform))


async def test_times_are_shown_in_utc_or_the_local_zone(start: Start, clock: Clock) -> None:
    async with start() as pilot:
        await shown(pilot, "updated 12:00 ·")
        await pilot.press("t")
        await shown(pilot, "updated 12:00 UTC")
        assert clock().hour == 12


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_small_sizes_show_the_list(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as pilot:
        await shown(pilot, "1–50 of 230")
        screen = await shown(pilot, "Loading", gone=True)
        rows = [line for line in screen.splitlines() if line[1:2] in "○◐✓✗" and line[2:3] == " "]
        assert len(rows) == size[1] - 5


async def test_a_terminal_that_is_too_small_and_grows_again(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        for size in ((20, 5), (1, 1), (59, 30), (120, 14)):
            await pilot.resize_terminal(*size)
            if size != (1, 1):
                await shown(pilot, "Too small")
        await pilot.resize_terminal(120, 36)
        await shown(pilot, "Too small", gone=True)
        await shown(pilot, "1–50 of 230")


async def test_q_quits_except_in_a_text_field(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("slash", "q")
        await shown(pilot, "on this page match")
        await pilot.press("escape", "q")
        await pilot.pause()
        assert pilot.app._exit


async def test_a_click_on_a_key_presses_it(start: Start) -> None:
    async with start() as pilot:
        screen = await shown(pilot, "page 1 of")
        keys = screen.splitlines()[-1]
        await pilot.click("KeyBar", offset=(keys.index("s Sort") + 2, 0))
        await shown(pilot, "Sort this page by")
        await pilot.press("escape")
        await shown(pilot, "Sort this page by", gone=True)
        await pilot.click("KeyBar", offset=(keys.index(" s Sort"), 0))
        await rest(pilot)
        assert "Sort this page by" not in text_of(pilot.app)
        await pilot.press("slash")
        await shown(pilot, "Enter Search all")
        await pilot.press("escape")
        await shown(pilot, "Enter Search all", gone=True)


async def test_a_click_on_a_tab_and_a_heading(start: Start) -> None:
    async with start() as pilot:
        tabs = (await shown(pilot, "4 Failed 9")).splitlines()[1]
        await pilot.click("StateTabs", offset=(tabs.index("Failed"), 0))
        await shown(pilot, "of 9 · page 1 of 1 · newest first")
        await pilot.click("JobTable", offset=(18, 0))
        await shown(pilot, "sorted by name (this page)")
        assert isinstance(pilot.app.screen, JobsScreen)


@pytest.mark.parametrize("state", mostly_slow(["loading", "not found", "empty", "failed"], fast=2))
async def test_all_keys_are_safe_in_a_list_without_rows(
    start: Start, platform: SimulatedPlatform, state: str
) -> None:
    gate = platform.gate("/v2/storage/imports") if state == "loading" else None
    if state == "empty":
        platform.remove_jobs(platform.ids())
    if state == "failed":
        platform.fail("maintenance")
    async with start() as pilot:
        await pilot.pause()
        if state == "not found":
            await shown(pilot, "1–50 of 230")
            await pilot.press("slash", *"zzzz", "down")
        for key in (
            "k",
            "up",
            "j",
            "down",
            "G",
            "end",
            "g",
            "home",
            "pagedown",
            "pageup",
            "enter",
            "J",
            "y",
            "Y",
            "o",
        ):
            await pilot.press(key)
        await pilot.press("s", "S", "t", "p", "p", "escape")
        assert pilot.app.is_running
        if gate is not None:
            gate.release()


async def test_the_rows_are_updated_while_the_detail_covers_them(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("enter")
        await shown(pilot, f"Id      {platform.ids()[0]}")
        await pilot.press("right_square_bracket")
        await shown(pilot, f"Id      {platform.ids()[50]}")
        await pilot.press("4", "escape")
        screen = await shown(pilot, "of 9 · page 1 of 1 · newest first")
        assert "✓" not in screen
        assert "○" not in screen


async def test_enter_in_the_filter_dialog_completes_an_id_before_it_applies(start: Start) -> None:
    async with start(size=(80, 24)) as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f")
        await shown(pilot, "rosalind/luad-rnaseq")
        await pilot.press(*"germ", "down", "enter")
        assert not isinstance(pilot.app.screen, JobsScreen)
        await pilot.press("enter")
        await shown(pilot, "wgs-germline ✕")
        await shown(pilot, "Started       Duration")


async def test_old_rows_are_labelled_with_their_list(start: Start, platform: SimulatedPlatform) -> None:
    platform.switches.forbidden_projects = frozenset({"rosalind/brca-pilot"})
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f", *"rosalind/brca-pilot", "enter")
        await shown(pilot, "still showing all jobs · no permission: project rosalind/brca-pilot")


async def test_an_error_that_waiting_cannot_fix_is_still_retried(
    start: Start, platform: SimulatedPlatform
) -> None:
    async with start(settings=Settings(refresh=1)) as pilot:
        await shown(pilot, "1–50 of 230")
        platform.next("portal", where=first_page)
        await shown(pilot, "the response is a web page, not data · retrying in 60 s")


async def test_a_held_refresh_key_sends_few_requests(start: Start, platform: SimulatedPlatform) -> None:
    async with start() as pilot:
        await shown(pilot, "0 All 230")
        await rest(pilot)
        before = len(lists(platform))
        platform.add_jobs(1)
        for _ in range(20):
            pilot.app.simulate_key("r")
            await pilot.pause(0.01)
        await shown(pilot, "of 231")
        await rest(pilot)
        assert len(lists(platform)) - before <= 8


async def test_a_smaller_page_size_without_a_total_does_not_stall(
    start: Start, platform: SimulatedPlatform
) -> None:
    platform.switches.max_limit = 25
    platform.switches.total_header = False
    async with start() as pilot:
        await shown(pilot, "1–25 of 26+ · page 1 · newest first")


async def test_the_list_beside_the_detail_keeps_its_columns_at_100_columns(start: Start) -> None:
    async with start(size=(100, 24)) as pilot:
        await shown(pilot, "Destination rosalind")
        heading = text_of(pilot.app).splitlines()[2]
        assert heading.split()[:4] == ["State", "Name", "Started", "Duration"]


@pytest.mark.parametrize("size", mostly_slow([((60, 15),), ((80, 24),)]))
async def test_the_keys_of_dialogs_are_visible_at_small_sizes(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as pilot:
        await shown(pilot, "1–50 of 230")
        for key, text in (
            ("question_mark", "Esc Back"),
            ("J", "Esc Back"),
            ("Y", "Esc Back"),
            ("f", "Esc Back"),
        ):
            await pilot.press(key)
            await shown(pilot, text)
            await pilot.press("escape")
    async with start(size=size) as pilot:
        await shown(pilot, "1–50 of 230")
        await pilot.press("f")
        await pilot.resize_terminal(50, 12)
        await shown(pilot, "Too small")


async def test_esc_removes_the_newest_filter_first_and_nothing_else(start: Start) -> None:
    query = JobQuery(project="rosalind/wgs-germline")
    async with start(query=query) as pilot:
        await shown(pilot, "wgs-germline ✕")
        await pilot.press("4")
        await shown(pilot, "4 Failed 5 ")
        await shown(pilot, "of 5 · page 1 of 1")
        await pilot.press("space", "escape")
        await shown(pilot, "1 mark cleared")
        assert jobs_screen(pilot).job_query.states == ("FAILED",)
        await pilot.press("escape")
        await shown(pilot, "of 73 · page 1 of 2")
        await pilot.press("escape")
        await shown(pilot, "of 230 · page 1 of 5")
        await shown(pilot, "✕", gone=True)
        await pilot.press("escape")
        await rest(pilot)
        assert "of 230 · page 1 of 5" in text_of(pilot.app)


async def test_all_states_for_the_second_time_clears_the_other_filters(start: Start) -> None:
    query = JobQuery(states=("FAILED",), project="rosalind/wgs-germline")
    async with start(query=query) as pilot:
        await shown(pilot, "of 5 · page 1 of 1")
        await pilot.press("0")
        await shown(pilot, "of 73 · page 1 of 2")
        await pilot.press("0")
        await shown(pilot, "of 230 · page 1 of 5")


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_the_chips_are_whole_at_every_width(start: Start, width: int) -> None:
    query = JobQuery(project="rosalind/wgs-germline", volume="rosalind/results")
    async with start(query=query, size=(width, 24)) as pilot:
        await shown(pilot, " wgs-germline ✕   results ✕")
        await pilot.click("StateTabs", offset=(width - 3, 0))
        await shown(pilot, "results ✕", gone=True)
        await shown(pilot, "wgs-germline ✕")


async def test_a_column_with_one_value_only_gives_way_to_the_next(start: Start) -> None:
    async with start(size=(80, 24)) as pilot:
        screen = await shown(pilot, "1–50 of 230")
        assert screen.splitlines()[2].split() == ["State", "Name", "Project", "Started", "Duration"]
        jobs_screen(pilot).job_list.show(JobQuery(project="rosalind/wgs-germline"))
        screen = await shown(pilot, "of 73 · page 1 of 2")
        assert screen.splitlines()[2].split() == ["State", "Name", "Volume", "Started", "Duration"]


async def test_n_goes_to_the_next_failed_job_or_match(start: Start) -> None:
    async with start() as pilot:
        await shown(pilot, "1–50 of 230")
        table = pilot.app.screen.query_one(JobTable)
        failed = [row for row, job in enumerate(table.shown_jobs) if job.state == "FAILED"]
        await pilot.press("n")
        assert table.cursor_row == failed[0]
        await pilot.press("n")
        assert table.cursor_row == failed[1]
        await pilot.press("N")
        assert table.cursor_row == failed[0]
        await pilot.press("N")
        await shown(pilot, "no further failed job above on this page")
        assert table.cursor_row == failed[0]
        await pilot.press("slash", *"bam", "down")
        matches = len(table.shown_jobs)
        await pilot.press("home", "n")
        assert (table.cursor_row, matches > 2) == (1, True)
