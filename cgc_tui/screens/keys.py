"""The keys of the jobs screen; each has an id by which `config.toml` can remap it."""

from __future__ import annotations

from textual.binding import Binding, BindingType

JOBS_KEYS: list[BindingType] = [
    Binding("r,f5,ctrl+r", "reload", "Refresh", id="jobs.refresh", tooltip="Ask the platform now"),
    Binding("right_square_bracket,right", "next_page", "Next", id="jobs.next", tooltip="Next page"),
    Binding(
        "left_square_bracket,left", "previous_page", "Previous", id="jobs.previous", tooltip="Previous page"
    ),
    Binding("{", "first_page", "First page", show=False, id="jobs.first"),
    Binding("}", "last_page", "Last page", show=False, id="jobs.last"),
    Binding("0", "state('')", "State", key_display="0-4", id="state.all", tooltip="All states"),
    Binding("1", "state('PENDING')", "Pending jobs", show=False, id="state.pending"),
    Binding("2", "state('RUNNING')", "Running jobs", show=False, id="state.running"),
    Binding("3", "state('COMPLETED')", "Completed jobs", show=False, id="state.completed"),
    Binding("4", "state('FAILED')", "Failed jobs", show=False, id="state.failed"),
    Binding("f", "filter", "Filter form", show=False, id="jobs.filter"),
    Binding("slash", "find", "Find", id="jobs.find", tooltip="Find: here, Enter: in all pages"),
    Binding("F", "failures", "Failures by cause", show=False, id="jobs.failures"),
    Binding("b", "batches", "Batches of jobs", show=False, id="jobs.batches"),
    Binding("w", "watch", "Watch, and tell the end", show=False, id="jobs.watch"),
    Binding("enter,d", "detail", "Detail", show=False, id="jobs.detail"),
    Binding("p", "pane", "Detail pane on, off", show=False, id="jobs.pane"),
    Binding("J", "json", "Raw JSON", show=False, id="jobs.json"),
    Binding("escape", "back", "Back, clear, stop waiting", show=False, id="jobs.back"),
    Binding("y,c", "copy_id", "Copy", id="jobs.copy", tooltip="Copy the job's id"),
    Binding("Y", "copy_menu", "Copy menu", show=False, id="jobs.copy_menu"),
    Binding("space", "mark", "Mark", show=False, id="jobs.mark", tooltip="Mark, unmark the job"),
    Binding("shift+down", "mark_on('down')", "Mark downwards", show=False, id="jobs.mark_down"),
    Binding("shift+up", "mark_on('up')", "Mark upwards", show=False, id="jobs.mark_up"),
    Binding("asterisk", "mark_shown", "Mark, unmark all rows", show=False, id="jobs.mark_shown"),
    Binding("E", "export", "Export to a file", show=False, id="jobs.export"),
    Binding("T", "retry", "Start failed again", show=False, id="jobs.retry", tooltip="Start failed again"),
    Binding("o", "open", "Web page, or its address", show=False, id="jobs.open"),
    Binding("s", "sort", "Sort the loaded jobs", show=False, id="jobs.sort"),
    Binding("S", "reverse", "Reverse the order", show=False, id="jobs.reverse"),
    Binding("a", "pause", "Pause, resume refreshing", show=False, id="jobs.pause"),
    Binding("plus", "slower", "Refresh less often", show=False, id="jobs.slower"),
    Binding("minus", "faster", "Refresh more often", show=False, id="jobs.faster"),
    Binding("t", "zone", "UTC or local time", show=False, id="jobs.zone"),
]
