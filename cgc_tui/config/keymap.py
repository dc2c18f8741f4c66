"""The key table: the keys of all screens as plain data.

Bindings, help, command palette, remapping and the validation of `config.toml` use it. It does not import
Textual, so that commands can validate the settings without it.
"""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """One action of a screen or widget, and the keys for it.

    `id` is its name in `config.toml`; `keys` are comma-separated. Help and command palette show `tooltip`,
    or `description` if there is none. With `show` the action is in the key bar, with `description` and
    `key_display` or the first key.
    """

    id: str
    keys: str
    action: str
    description: str
    tooltip: str = ""
    show: bool = True
    priority: bool = False
    key_display: str | None = None


KEYS: dict[str, tuple[Key, ...]] = {
    "terminal": (
        Key("app.help", "question_mark,f1", "help", "Help", tooltip="Keyboard shortcuts"),
        Key("app.quit", "q", "quit", "Quit"),
        Key("app.interrupt", "ctrl+c", "quit", "Quit", show=False, priority=True),
        Key("app.suspend", "ctrl+z", "suspend_process", "Suspend", show=False, priority=True),
        Key("app.commands", "colon,ctrl+p", "command_palette", "Commands", show=False),
        Key("app.repaint", "ctrl+l", "repaint", "Redraw", show=False),
        Key("app.mouse", "M", "mouse", "Toggle mouse", show=False),
    ),
    "app": (Key("app.events", "exclamation_mark", "events", "Request log", show=False),),
    "jobs": (
        Key("jobs.refresh", "r,f5,ctrl+r", "reload", "Refresh", tooltip="Refresh now"),
        Key("jobs.next", "right_square_bracket,right", "page('next')", "Next", tooltip="Next page"),
        Key(
            "jobs.previous",
            "left_square_bracket,left",
            "page('previous')",
            "Previous",
            tooltip="Previous page",
        ),
        Key("jobs.first", "{", "page('first')", "First page", show=False),
        Key("jobs.last", "}", "page('last')", "Last page", show=False),
        Key("state.all", "0", "state", "State", key_display="0-4", tooltip="All states"),
        Key("state.pending", "1", "state('PENDING')", "Pending jobs", show=False),
        Key("state.running", "2", "state('RUNNING')", "Running jobs", show=False),
        Key("state.completed", "3", "state('COMPLETED')", "Completed jobs", show=False),
        Key("state.failed", "4", "state('FAILED')", "Failed jobs", show=False),
        Key("jobs.filter", "f", "filter", "Filter", tooltip="Filter jobs"),
        Key("jobs.find", "slash", "find", "Find", tooltip="Find on page (Enter: all pages)"),
        Key("jobs.failures", "F", "run('failures')", "Failures", tooltip="Failures by cause"),
        Key("jobs.batches", "b", "run('batches')", "Batches", tooltip="Batches of jobs"),
        Key("jobs.watch", "w", "watch", "Watch", tooltip="Watch until finished"),
        Key("jobs.detail", "enter,d", "detail", "Details", key_display="Enter"),
        Key("jobs.pane", "p", "pane", "Toggle details pane", show=False),
        Key("jobs.json", "J", "run('json')", "Raw JSON", show=False),
        Key("jobs.next_failed", "n", "next_failed('down')", "Next failed", "Next failed job or match"),
        Key("jobs.previous_failed", "N", "next_failed('up')", "Previous failed job or match", show=False),
        Key("jobs.back", "escape", "back", "Back", tooltip="Back, clear, cancel", show=False),
        Key("jobs.copy", "y,c", "run('copy_id')", "Copy", tooltip="Copy the job's id"),
        Key("jobs.copy_menu", "Y", "run('copy_menu')", "Copy menu", show=False),
        Key("jobs.mark", "space", "mark", "Mark", tooltip="Mark or unmark the job"),
        Key("jobs.mark_down", "shift+down", "mark_on('down')", "Mark downwards", show=False),
        Key("jobs.mark_up", "shift+up", "mark_on('up')", "Mark upwards", show=False),
        Key("jobs.mark_shown", "asterisk", "mark_shown", "Mark or unmark all rows", show=False),
        Key("jobs.export", "E", "run('export')", "Export", tooltip="Export to a file"),
        Key("jobs.retry", "T", "run('retry')", "Retry", tooltip="Retry failed jobs, show results"),
        Key("jobs.open", "o", "run('open')", "Open in browser", show=False),
        Key("jobs.sort", "s", "run('sort')", "Sort", tooltip="Sort menu"),
        Key("jobs.reverse", "S", "reverse", "Reverse the order", show=False),
        Key("jobs.pause", "a", "pause", "Pause or resume auto-refresh", show=False),
        Key("jobs.slower", "plus", "app.slower", "Refresh less often", show=False),
        Key("jobs.faster", "minus", "app.faster", "Refresh more often", show=False),
        Key("jobs.zone", "t", "app.zone", "UTC or local time", show=False),
    ),
    "table": (
        Key("table.up", "up,k", "cursor_up", "Up", show=False),
        Key("table.down", "down,j", "cursor_down", "Down", show=False),
        Key("table.page_up", "pageup", "page_up", "Page up", show=False),
        Key("table.page_down", "pagedown", "page_down", "Page down", show=False),
        Key("table.top", "home,g", "scroll_top", "First row", show=False),
        Key("table.bottom", "end,G", "scroll_bottom", "Last row", show=False),
    ),
    "detail": (
        Key("detail.back", "escape", "screen.back", "Back", key_display="Esc"),
        Key("detail.up", "up,k", "scroll_up", "Up", show=False),
        Key("detail.down", "down,j", "scroll_down", "Down", show=False),
        Key("detail.top", "home,g", "scroll_home", "Top", show=False),
        Key("detail.end", "end,G", "scroll_end", "End", show=False),
    ),
    "find": (
        Key("find.all", "enter", "submit", "Search all pages"),
        Key("find.rows", "down", "screen.rows", "To results", tooltip="Go to the results"),
        Key("find.clear", "escape", "screen.back", "Clear", tooltip="Clear the search"),
    ),
    "failures": (
        Key(
            "failures.jobs",
            "enter",
            "jobs",
            "Jobs",
            key_display="Enter",
            tooltip="List jobs of this cause",
        ),
        Key("failures.detail", "d", "detail", "Details", show=False, tooltip="Scroll the details"),
        Key("failures.retry", "T", "retry", "Retry", tooltip="Retry jobs of this cause"),
        Key("failures.export", "E", "export", "Export", tooltip="Export jobs of this cause"),
        Key("failures.refresh", "r,f5,ctrl+r", "read", "Refresh", tooltip="Refresh now"),
        Key("failures.completed", "v", "completed", "Show completed", tooltip="Show completed jobs"),
        Key("failures.zone", "t", "app.zone", "UTC or local time", show=False),
        Key("failures.back", "escape", "leave", "Back", key_display="Esc"),
    ),
    "retry": (
        Key("retry.send", "enter", "send", "Send", key_display="Enter", tooltip="Send after a confirmation"),
        Key(
            "retry.options",
            "o",
            "options",
            "If name exists",
            tooltip="If name exists: original job, overwrite, autorename",
        ),
        Key("retry.look", "r,f5,ctrl+r", "look", "Refresh"),
        Key("retry.requests", "J", "requests", "Requests", tooltip="Show the requests as they are sent"),
        Key("retry.result", "v", "result", "Result", tooltip="Result of the last retry"),
        Key("retry.more", "T", "more", "Retry more", tooltip="Plan a further retry"),
        Key("retry.copy", "y", "copy", "Copy", tooltip="Copy the results"),
        Key("retry.back", "escape", "leave", "Back", key_display="Esc", tooltip="Stop sending, or back"),
    ),
    "token": (Key("token.back", "escape", "leave", "Back", show=False),),
    "dialog": (
        Key("dialog.back", "escape", "leave", "Back"),
        Key("dialog.quit", "q", "app.quit", "Quit", show=False),
    ),
    "reading": (
        Key("reading.down", "down,j", "read('down')", "Down", show=False),
        Key("reading.up", "up,k", "read('up')", "Up", show=False),
        Key("reading.page_down", "pagedown,space", "read('page_down')", "Page down", show=False),
        Key("reading.page_up", "pageup", "read('page_up')", "Page up", show=False),
        Key("reading.top", "home,g", "read('home')", "Top", show=False),
        Key("reading.end", "end,G", "read('end')", "End", show=False),
    ),
    "text": (Key("text.copy", "y", "copy", "Copy"),),
    "help": (
        Key("help.back", "question_mark,f1", "leave", "Back", show=False),
        Key("help.find", "slash", "find", "Search"),
    ),
    "choice": (
        Key("choice.down", "j", "move('down')", "Down", show=False),
        Key("choice.up", "k", "move('up')", "Up", show=False),
    ),
    "batches": (
        Key(
            "batches.jobs",
            "enter",
            "jobs",
            "Jobs",
            key_display="Enter",
            tooltip="List jobs of this batch",
        ),
        Key("batches.refresh", "r,f5,ctrl+r", "read", "Refresh", tooltip="Refresh now"),
        Key("batches.zone", "t", "app.zone", "UTC or local time", show=False),
        Key("batches.back", "escape", "leave", "Back", key_display="Esc"),
    ),
    "batch_table": (
        Key("batches.up", "up,k", "cursor_up", "Up", show=False),
        Key("batches.down", "down,j", "cursor_down", "Down", show=False),
        Key("batches.page_up", "pageup", "page_up", "Page up", show=False),
        Key("batches.page_down", "pagedown", "page_down", "Page down", show=False),
        Key("batches.top", "home,g", "scroll_top", "First row", show=False),
        Key("batches.bottom", "end,G", "scroll_bottom", "Last row", show=False),
    ),
    "filter": (Key("filter.clear", "ctrl+x", "clear", "Clear", priority=True),),
    "filter_state": (Key("filter.apply", "enter", "screen.apply", "Apply", show=False),),
    "pick": (
        Key("pick.left", "left,h", "step(-1)", "Left", show=False),
        Key("pick.right", "right,l,space", "step(1)", "Right", show=False),
        Key("pick.apply", "enter", "screen.apply", "Apply", show=False),
    ),
    "read_all": (Key("reading.again", "r,f5,ctrl+r", "read", "Retry"),),
    "events": (
        Key("events.back", "exclamation_mark", "leave", "Back", show=False),
        Key("events.whole", "enter", "whole", "Full entry", show=False),
        Key("events.copy", "y", "copy", "Copy"),
    ),
    "event_lines": (
        Key("events.up", "up,k", "cursor_up", "Up", show=False),
        Key("events.down", "down,j", "cursor_down", "Down", show=False),
        Key("events.page_up", "pageup", "page_up", "Page up", show=False),
        Key("events.page_down", "pagedown,space", "page_down", "Page down", show=False),
        Key("events.top", "home,g", "scroll_top", "Newest", show=False),
        Key("events.bottom", "end,G", "scroll_bottom", "Oldest", show=False),
    ),
}
"""The keys by screen or widget."""

KEY_BAR = (
    "jobs.detail",
    "jobs.find",
    "jobs.filter",
    "jobs.failures",
    "jobs.batches",
    "jobs.watch",
    "jobs.retry",
    "jobs.export",
    "jobs.copy",
    "jobs.mark",
    "jobs.sort",
    "jobs.refresh",
    "state.all",
    "jobs.next_failed",
    "jobs.next",
    "jobs.previous",
)
"""The keys of the jobs screen that are in the key bar, the most useful first; as many as fit are shown."""

HELP_GROUPS: dict[str, tuple[str, ...]] = {
    "Move": (
        "table.up",
        "table.down",
        "table.page_up",
        "table.page_down",
        "table.top",
        "table.bottom",
        "batches.up",
        "batches.down",
        "batches.page_up",
        "batches.page_down",
        "batches.top",
        "batches.bottom",
        "detail.up",
        "detail.down",
        "detail.top",
        "detail.end",
        "detail.back",
        "jobs.next",
        "jobs.previous",
        "jobs.first",
        "jobs.last",
        "jobs.detail",
        "failures.detail",
        "jobs.back",
        "failures.back",
        "batches.back",
        "retry.back",
        "token.back",
    ),
    "Find and filter": (
        "jobs.find",
        "find.all",
        "find.rows",
        "find.clear",
        "jobs.filter",
        "jobs.next_failed",
        "jobs.previous_failed",
        "state.all",
        "state.pending",
        "state.running",
        "state.completed",
        "state.failed",
    ),
    "Failures and progress": (
        "jobs.failures",
        "failures.jobs",
        "failures.completed",
        "jobs.retry",
        "failures.retry",
        "retry.send",
        "retry.options",
        "retry.requests",
        "retry.more",
        "retry.result",
        "jobs.watch",
        "jobs.batches",
        "batches.jobs",
    ),
    "Select and export": (
        "jobs.mark",
        "jobs.mark_down",
        "jobs.mark_up",
        "jobs.mark_shown",
        "jobs.export",
        "failures.export",
        "jobs.copy",
        "jobs.copy_menu",
        "retry.copy",
        "jobs.json",
        "jobs.open",
    ),
    "View": (
        "jobs.refresh",
        "failures.refresh",
        "batches.refresh",
        "retry.look",
        "jobs.pause",
        "jobs.slower",
        "jobs.faster",
        "jobs.sort",
        "jobs.reverse",
        "jobs.pane",
        "jobs.zone",
        "failures.zone",
        "batches.zone",
        "app.events",
        "app.commands",
        "app.mouse",
        "app.repaint",
        "app.suspend",
        "app.help",
        "app.quit",
        "app.interrupt",
    ),
}
"""The ids of the keys by task, in the order of the help."""


def key_ids() -> frozenset[str]:
    """Return the ids of all keys, as used in `config.toml`."""
    return frozenset(key.id for keys in KEYS.values() for key in keys)
