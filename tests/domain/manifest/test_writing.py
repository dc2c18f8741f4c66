"""Manifests as they are written: what is written is read again, the rest is reported."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.domain.manifest.files import WantedFile
from cgc_tui.domain.manifest.reading import read_manifest
from cgc_tui.domain.manifest.writing import write_manifest

TEXT = st.text(alphabet=st.characters(), min_size=1, max_size=20) | st.text(
    "'=+-@\t\r\n\"\\ud8x,;", min_size=1
)
FLAG = st.none() | st.booleans()
FILES = st.lists(
    st.builds(
        WantedFile, TEXT, TEXT, TEXT, st.none() | TEXT, st.none() | TEXT, FLAG, FLAG, FLAG, st.integers(1)
    )
)


@pytest.mark.parametrize("delimiter", ["\t", ","])
@given(FILES)
def test_each_file_is_read_as_it_was_written_or_reported(
    delimiter: Literal["\t", ","], files: list[WantedFile]
) -> None:
    written = write_manifest(files, delimiter)
    read = read_manifest(written.text.encode())
    reported = [problem.line for problem in written.problems]
    assert len(read.files) + len(reported) == len(files)
    assert all("row" in problem.text for problem in read.problems)
    remaining = [file._replace(line=0) for file in read.files]
    for file in files:
        if remaining and remaining[0] == file._replace(line=0):
            remaining.pop(0)
        else:
            assert file.line == reported.pop(0)
    assert (remaining, reported) == ([], [])


def test_the_columns_are_those_of_a_manifest_and_no_cell_is_a_formula() -> None:
    file = WantedFile("v/v", "=1", "p/p", None, "'x", True, None, False, 7)
    assert write_manifest([file]).text.split("\n")[:2] == [
        "volume\tlocation\tproject\tparent\tname\toverwrite\tautorename\tpreserve_folder_structure",
        "v/v\t'=1\tp/p\t\t''x\ttrue\t\tfalse",
    ]


def test_what_tsv_or_utf_8_cannot_hold_is_reported_with_its_line() -> None:
    texts = ("a\tb", "a\nb", "a\0b", "a\udc80b", "a\\udc80b")
    files = [WantedFile("v", text, "p", line=line) for line, text in enumerate(texts, start=7)]
    assert [tuple(problem) for problem in write_manifest(files).problems] == [
        (7, "location has a tab, which only CSV can hold"),
        (8, "location has a line end, which only CSV can hold"),
        (9, "location has a NUL character"),
        (10, "location is not valid UTF-8"),
        (11, "location has \\udc80 in place of a character that UTF-8 cannot hold"),
    ]
    assert [problem.line for problem in write_manifest(files, ",").problems] == [9, 10, 11]
