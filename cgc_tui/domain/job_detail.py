"""What is known of the job under the cursor."""

from __future__ import annotations

from typing import NamedTuple

from cgc_tui.domain.jobs import ImportJob
from cgc_tui.domain.text import SafeText


class JobDetailState(NamedTuple):
    """A job, and a note if its record is not whole or not current."""

    job: ImportJob | None = None
    note: SafeText = SafeText("")
