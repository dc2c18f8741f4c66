"""The cells of a job's row."""

from __future__ import annotations

from cgc_tui.domain.text import SafeText
from cgc_tui.formatting.display import DisplayOptions
from cgc_tui.formatting.job_columns import with_retry_sign


def test_a_retried_job_has_a_sign_before_its_name_which_fits_the_column() -> None:
    name = SafeText("TCGA-00.bam")
    assert with_retry_sign(name, 20, DisplayOptions()) == "↻ TCGA-00.bam"
    assert with_retry_sign(name, 20, DisplayOptions(ascii=True)) == "@ TCGA-00.bam"
    assert with_retry_sign(name, 11, DisplayOptions()) == "↻ TCG…0.bam"
