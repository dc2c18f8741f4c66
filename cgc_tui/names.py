"""The names that `config.toml` may use: of keys and of themes."""

from __future__ import annotations

from textual.binding import Binding
from textual.dom import DOMNode
from textual.theme import BUILTIN_THEMES

from cgc_tui.app import CgcApp
from cgc_tui.screens.batches import BatchDialog
from cgc_tui.screens.choice import ChoiceDialog
from cgc_tui.screens.confirm import ConfirmDialog
from cgc_tui.screens.dialog import Dialog, ReadingDialog
from cgc_tui.screens.events import EventsDialog
from cgc_tui.screens.export import ExportDialog
from cgc_tui.screens.failures import FailuresScreen
from cgc_tui.screens.filter import FilterDialog
from cgc_tui.screens.help import HelpDialog
from cgc_tui.screens.jobs import JobsScreen
from cgc_tui.screens.read_all import ReadAll
from cgc_tui.screens.retry import RetryScreen
from cgc_tui.screens.text import TextDialog
from cgc_tui.screens.token import TokenScreen
from cgc_tui.terminal_app import TerminalApp
from cgc_tui.widgets.event_lines import EventLines
from cgc_tui.widgets.find_line import FindLine
from cgc_tui.widgets.job_detail import JobDetail
from cgc_tui.widgets.job_table import JobTable
from cgc_tui.widgets.pick import Pick


def binding_ids() -> set[str]:
    """Return the id of every key that `config.toml` can remap."""
    owners: list[type[DOMNode]] = [
        TerminalApp,
        CgcApp,
        EventsDialog,
        EventLines,
        TokenScreen,
        JobsScreen,
        JobTable,
        JobDetail,
        FindLine,
    ]
    owners += [
        Dialog,
        ReadingDialog,
        TextDialog,
        ChoiceDialog,
        HelpDialog,
        FilterDialog,
        ReadAll,
        RetryScreen,
        ConfirmDialog,
        ExportDialog,
        Pick,
        FailuresScreen,
        BatchDialog,
    ]
    bindings = (binding for owner in owners for binding in owner.BINDINGS if isinstance(binding, Binding))
    return {binding.id for binding in bindings if binding.id}


def themes() -> set[str]:
    """Return the names of the themes there are."""
    return set(BUILTIN_THEMES)
