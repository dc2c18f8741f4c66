"""Programs that record what is imported early."""

from __future__ import annotations

HTTP_LIBRARY = ("httpx", "httpcore", "anyio")

BEFORE_THE_PAINT = f"""\
import os, sys
from pathlib import Path
from cgc_tui.__main__ import main

parent = os.getpid()
early = Path(os.environ["HOME"], "early")
painted = []

class ImportRecorder:
    def find_spec(self, name, *_):
        if name in {HTTP_LIBRARY} and os.getpid() == parent and not painted:
            with early.open("a") as file:
                print(name, file=file)

def recording(write):
    def wrapped(self, text):
        if "Pending" in text and not painted:
            painted.append(True)
            ours = sorted(name for name in sys.modules if name.startswith("cgc_tui"))
            early.with_name("at-first-paint").write_text("\\n".join(ours))
        write(self, text)
    return wrapped

sys.meta_path.insert(0, ImportRecorder())
from textual.drivers._writer_thread import WriterThread
WriterThread.write = recording(WriterThread.write)
sys.exit(main([]))
"""
"""The app, which writes two files into its home: `early` lists the parts of the HTTP library that it imports
before its first paint, and `at-first-paint` our modules that are loaded by then."""

START = """\
cgc_tui cgc_tui.__main__ cgc_tui.api cgc_tui.api.attempt cgc_tui.api.backoff cgc_tui.api.body
cgc_tui.api.client cgc_tui.api.connection cgc_tui.api.error_mapping cgc_tui.api.imports cgc_tui.api.parse
cgc_tui.api.prefetch cgc_tui.api.request_log cgc_tui.api.requester cgc_tui.api.throttle cgc_tui.cli
cgc_tui.cli.arguments cgc_tui.cli.connect cgc_tui.cli.exit_codes cgc_tui.cli.launch cgc_tui.cli.main
cgc_tui.cli.output cgc_tui.cli.parser cgc_tui.cli.registry cgc_tui.config cgc_tui.config.credentials
cgc_tui.config.keymap cgc_tui.config.platforms cgc_tui.config.private_files cgc_tui.config.profiles
cgc_tui.config.settings cgc_tui.config.theme_names cgc_tui.domain cgc_tui.domain.errors
cgc_tui.domain.job_detail cgc_tui.domain.jobs cgc_tui.domain.marks cgc_tui.domain.ordering
cgc_tui.domain.paging cgc_tui.domain.platform cgc_tui.domain.presence cgc_tui.domain.queries
cgc_tui.domain.records cgc_tui.domain.refresh_failure cgc_tui.domain.refresh_status
cgc_tui.domain.result_set cgc_tui.domain.search cgc_tui.domain.text cgc_tui.domain.token cgc_tui.formatting
cgc_tui.formatting.display cgc_tui.formatting.job_columns cgc_tui.formatting.job_details
cgc_tui.formatting.lists cgc_tui.services cgc_tui.services.job_source cgc_tui.services.session
cgc_tui.system cgc_tui.system.crash_report cgc_tui.system.event_loop cgc_tui.system.process_limits
cgc_tui.tui cgc_tui.tui.app cgc_tui.tui.app_state cgc_tui.tui.base_app cgc_tui.tui.bindings
cgc_tui.tui.context cgc_tui.tui.first_paint cgc_tui.tui.host cgc_tui.tui.jobs cgc_tui.tui.jobs.counts
cgc_tui.tui.jobs.detail_loader cgc_tui.tui.jobs.empty_state cgc_tui.tui.jobs.features
cgc_tui.tui.jobs.find_bar cgc_tui.tui.jobs.job_list cgc_tui.tui.jobs.job_table cgc_tui.tui.jobs.refresher
cgc_tui.tui.jobs.result_bar cgc_tui.tui.jobs.screen cgc_tui.tui.jobs.state_tabs cgc_tui.tui.jobs.status_line
cgc_tui.tui.messages cgc_tui.tui.stylesheets cgc_tui.tui.terminal cgc_tui.tui.terminal.diff
cgc_tui.tui.terminal.diff.ansi_writer cgc_tui.tui.terminal.diff.cell_grid
cgc_tui.tui.terminal.diff.screen_differ cgc_tui.tui.terminal.diff.sgr cgc_tui.tui.terminal.diff.support
cgc_tui.tui.terminal.diff.text_cells cgc_tui.tui.terminal.driver cgc_tui.tui.terminal.input_queue
cgc_tui.tui.terminal.input_sanitizer cgc_tui.tui.terminal.output_filter cgc_tui.tui.terminal.safe_app
cgc_tui.tui.terminal.shutdown cgc_tui.tui.terminal.textual_patches cgc_tui.tui.terminal.textual_support
cgc_tui.tui.themes cgc_tui.tui.widgets cgc_tui.tui.widgets.diff_table cgc_tui.tui.widgets.job_detail
cgc_tui.tui.widgets.key_bar cgc_tui.tui.widgets.split_line cgc_tui.tui.widgets.too_small
cgc_tui.tui.widgets.top_bar
"""
"""Our modules that the first paint needs."""

FEATURES_AT_THE_START = """\
cgc_tui.domain.batches cgc_tui.domain.error_hints cgc_tui.formatting.batches cgc_tui.system.browser
cgc_tui.system.clipboard
"""
"""Modules of features that are loaded although their keys have not been pressed. None may be added: import a
feature or a dialog inside the function that its key calls."""

BY_A_COMMAND = """\
import atexit, sys
from cgc_tui.__main__ import main

loaded = lambda: print(sorted({"textual", "rich"} & set(sys.modules)), file=sys.stderr)
atexit.register(loaded)
sys.exit(main())
"""
"""The command line; at its end it prints which of Textual and Rich have been imported."""
