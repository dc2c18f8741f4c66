"""Manifests as they are read: the forms that people use, and all problems with their lines."""

from __future__ import annotations

import codecs
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgc_tui.domain.export_columns import COLUMNS
from cgc_tui.domain.jobs import Destination, ImportJob, Source
from cgc_tui.domain.manifest import reading
from cgc_tui.domain.manifest.files import MANIFEST_COLUMNS, DuplicateKind, WantedFile, find_duplicates
from cgc_tui.domain.manifest.reading import read_manifest
from cgc_tui.domain.volumes import Volume
from cgc_tui.formatting.export import ENCODING_ERRORS, ExportFormat, export_lines, source_keys

VOLUMES = (Volume("rosalind/raw", "s3", "tcga", "runs/"), Volume("rosalind/other", "s3", "tcga", "x/"))
TABLE = "volume,location,project\n"


def problems(data: bytes | str, **options: str) -> list[tuple[int, str]]:
    encoded = data.encode() if isinstance(data, str) else data
    return [tuple(each) for each in read_manifest(encoded, volumes=VOLUMES, **options).problems]


def files(data: bytes | str, **options: str) -> tuple[WantedFile, ...]:
    encoded = data.encode() if isinstance(data, str) else data
    manifest = read_manifest(encoded, volumes=VOLUMES, **options)
    assert manifest.problems == ()
    return manifest.files


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_has_columns_in_any_order_and_case(delimiter: str, end: str) -> None:
    header = ("Size", " LOCATION", "Volume", "project", "name", "Overwrite", "autorename")
    row = ("7", "runs/1.bam", "v/v", "p/p", "one.bam", "TRUE", "false")
    text = end.join(delimiter.join(cells) for cells in (header, row, (), row))
    expected = WantedFile("v/v", "runs/1.bam", "p/p", None, "one.bam", True, False, None, 2)
    assert files(text) == (expected, expected._replace(line=4))


def test_a_folder_is_a_destination_and_given_values_fill_in() -> None:
    text = "location,parent,project,preserve_folder_structure\na/,5f,,false\nb,,p/p,\nc,,,\n"
    assert files(text, volume="v/v", project="d/d") == (
        WantedFile("v/v", "a/", None, "5f", preserve_folder_structure=False, line=2),
        WantedFile("v/v", "b", "p/p", line=3),
        WantedFile("v/v", "c", "d/d", line=4),
    )


@pytest.mark.parametrize(
    "text",
    [
        "file_name,aws_s3_path\n1.bam,s3://tcga/runs/a\n",
        "file_name\taws_s3_path\n1.bam\ts3://tcga/runs/a/\n",
        "aws_s3_path,file_name\ns3://tcga/runs/a/1.bam,\n",
        "aws_s3_path\ns3://tcga/runs/a/1.bam\n",
        "location\ns3://tcga/runs/a/1.bam\n",
        "\ns3://tcga/runs/a/1.bam",
    ],
)
def test_addresses_become_volume_and_location(text: str) -> None:
    (file,) = files(text, project="p/p")
    assert file == WantedFile("rosalind/raw", "a/1.bam", "p/p", line=2)


def test_a_location_with_a_volume_is_no_address() -> None:
    assert files(TABLE + "v/v,s3://tcga/1.bam,p/p\n")[0].location == "s3://tcga/1.bam"


def test_a_list_has_one_key_a_line_as_it_is() -> None:
    keys = ("'a b,c.bam", '"q"', "=1", "ü+%20.bam", " x ", "Location", "#1")
    listed = files("\n".join(("first", *keys)), volume="v/v", project="p/p")
    assert tuple(file.location for file in listed) == ("first", *keys)
    assert {(file.volume, file.project, file.name) for file in listed} == {("v/v", "p/p", None)}


def test_a_list_without_volume_or_project_is_reported_once() -> None:
    assert problems("a\nb\n", volume="v/v") == [(1, "a list of keys needs a project")]
    assert problems("s3://tcga/runs/a\nb\nc\n", project="p/p") == [(2, "a list of keys needs a volume")]


def test_all_problems_are_reported_with_their_lines() -> None:
    rows = (
        "v,a,p,true",
        "v,a,p",
        "v,a,p,true,,x",
        ",a,,maybe",
        ',"a',
        'b",p,true',
        'v,a"b,p,true',
        'v,"a"b,p,true',
        "v,\0,p,",
        "v,\\udce9,p,",
        ",s3://tcga/z,p,",
        ",,p,",
        "v,a,p,false,,",
    )
    manifest = read_manifest(
        ("Volume,Location,Project,Overwrite\n" + "\n".join(rows)).encode(), volumes=VOLUMES
    )
    assert [tuple(problem) for problem in manifest.problems] == [
        (3, "has 3 columns, not 4"),
        (4, "has 6 columns, not 4"),
        (5, "overwrite is neither true nor false: maybe"),
        (5, "no project or parent"),
        (5, "no volume"),
        (6, "no volume"),
        (9, "not valid CSV: ',' expected after '\"'"),
        (10, "location has a NUL character"),
        (11, "location has \\udce9 in place of a character that UTF-8 cannot hold"),
        (12, "no volume fits: rosalind/other (prefix x/), rosalind/raw (prefix runs/)"),
        (13, "no location"),
    ]
    assert [file.line for file in manifest.files] == [2, 8, 14]


def test_a_quote_that_is_not_closed_is_reported_where_it_opens() -> None:
    assert problems(TABLE + 'v,a,p\nv,"b,p\nv,c,p\n') == [(3, "not valid CSV: unexpected end of data")]


@pytest.mark.parametrize("data", [b"", b"\n \n", codecs.BOM_UTF8])
def test_an_empty_file_is_a_problem(data: bytes) -> None:
    assert problems(data) == [(1, "the file is empty")]
    assert problems("\n" + TABLE) == [(2, "no rows below the header")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("file_name\tfile_id\nx\ty\n", "no column location"),
        ("id,name,size,project\n1,a,7,p/p\n", "no column location"),
        ("location,Location,project\n1,a,p/p\n", "several columns location"),
        ("drs://a\tb\nx\ty\n", "has a tab; a table needs a header with the column location"),
    ],
)
def test_a_table_without_one_location_is_a_problem(text: str, problem: str) -> None:
    assert problems(text, volume="v/v", project="p/p")[0] == (1, problem)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_encodings_with_a_byte_order_mark_are_read(encoding: str, delimiter: str) -> None:
    text = (TABLE + "v/v,ü.bam,p/p\n").replace(",", delimiter)
    assert files(text.encode(encoding)) == (WantedFile("v/v", "ü.bam", "p/p", line=2),)


def test_other_encodings_are_reported() -> None:
    assert problems(TABLE.encode() + b"v,a,p\nv,\xfc.bam,p\n") == [
        (3, "location is not valid UTF-8; save the file as UTF-8")
    ]
    assert files((TABLE[:-1] + ",note\nv,a,p,\xfc\n").encode("latin-1"))[0].location == "a"
    (problem,) = problems(TABLE.encode("utf-16-le"))
    assert problem == (1, "not UTF-8, perhaps UTF-16; save the file as UTF-8")
    (problem,) = problems((TABLE + "v,a,p\n").encode("utf-16") + b"\0")
    assert problem[1].startswith("not valid utf-16")


def test_a_carriage_return_within_a_line_is_reported_where_nothing_is_quoted() -> None:
    assert problems("volume\tlocation\tproject\nv\ta\rb\tp\n") == [
        (2, "location has a carriage return, which only CSV can hold")
    ]
    assert files(TABLE + 'v,"a\r\n\tb",p\nv,c,p\n')[0].location == "a\r\n\tb"


def test_rows_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    assert len(files(TABLE + "v,a,p\n\nv,b,p\n")) == 2
    assert problems(TABLE + "v,a,p\nv,b,p\nv,c,p\n") == [(4, "more than 2 rows; split the file")]
    assert problems("a\nb\nc", volume="v", project="p") == [(3, "more than 2 rows; split the file")]


def test_duplicates_are_found_by_destination_and_name() -> None:
    listed = files(
        TABLE + "v,a/1,p\nv,b/1,p\nv,a/1,p\nv,a/1,q\nv,c/2,p\n",
    )
    assert [(each.kind, [file.line for file in each.files]) for each in find_duplicates(listed)] == [
        (DuplicateKind.SAME_FILE, [2, 4]),
        (DuplicateKind.SAME_NAME, [2, 3]),
    ]
    renamed = [file._replace(autorename=True) for file in listed[:2]]
    assert find_duplicates(renamed) == ()


UNSUPPORTED = re.compile(r"[\0\ud800-\udfff]|\\ud[89a-f][0-9a-f]{2}")
TEXT = st.text(alphabet=st.characters(), min_size=1, max_size=20) | st.text(
    "'=+-@\t\r\n\"\\ud8x,;é", min_size=1
)
FLAG = st.none() | st.booleans()
JOBS = st.lists(
    st.builds(
        ImportJob,
        TEXT,
        TEXT,
        source=st.builds(Source, TEXT, TEXT),
        destination=st.builds(Destination, st.none() | TEXT, st.none() | TEXT, st.none() | TEXT),
        overwrite=FLAG,
        autorename=FLAG,
        preserve_folder_structure=FLAG,
    ),
    min_size=1,
    max_size=5,
)


def wanted(job: ImportJob, line: int = 0) -> WantedFile:
    """Return the file that a job's row names; the row has the name even if the destination has none."""
    return WantedFile(
        job.source.volume or "",
        job.source.location or "",
        job.destination.project,
        job.destination.parent,
        job.name,
        job.overwrite,
        job.autorename,
        job.preserve_folder_structure,
        line,
    )


@given(JOBS)
def test_an_exported_list_is_read_without_loss_as_csv(jobs: list[ImportJob]) -> None:
    check_export(jobs, ExportFormat.CSV, wanted)


@given(JOBS)
def test_an_exported_list_is_read_as_tsv_but_for_tabs_and_line_ends(jobs: list[ImportJob]) -> None:
    def flattened(job: ImportJob) -> WantedFile:
        spaces = str.maketrans("\t\r\n", "   ")
        return WantedFile(
            *(value.translate(spaces) if isinstance(value, str) else value for value in wanted(job))
        )

    check_export(jobs, ExportFormat.TSV, flattened)


def check_export(jobs: list[ImportJob], form: ExportFormat, expected: object) -> None:
    """Check that each job is read back, or that a problem of its line says why not."""
    lines = list(export_lines(jobs, form))
    manifest = read_manifest("".join(lines).encode("utf-8", ENCODING_ERRORS))
    by_line = {file.line: file for file in manifest.files}
    reported = {problem.line: problem.text for problem in manifest.problems}
    line = 1 + _line_count(lines[0])
    for job, text in zip(jobs, lines[1:], strict=True):
        file = expected(job)  # type: ignore[operator]
        cells = [value for value in file[:5] if value]
        if line in reported:
            assert not (file.project or file.parent) or UNSUPPORTED.search("\v".join(cells))
        else:
            assert by_line[line] == file._replace(line=line)
        line += _line_count(text)


def _line_count(text: str) -> int:
    return len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1


@given(st.lists(st.text(alphabet=st.characters(), min_size=1), min_size=1))
def test_exported_keys_are_read_without_loss_or_reported(keys: list[str]) -> None:
    one_line = [key for key in keys if not set(key) & set("\n\r")]
    jobs = [ImportJob("i", "FAILED", source=Source("v", key)) for key in ("first", *one_line)]
    data = "".join(source_keys(jobs)).encode("utf-8", ENCODING_ERRORS)
    manifest = read_manifest(data, volume="v", project="p")
    read = {file.line: file.location for file in manifest.files}
    for line, key in enumerate(("first", *one_line), start=1):
        assert read.get(line) == key or line in {problem.line for problem in manifest.problems}


@given(st.binary(max_size=200) | st.text("volcatin,project\n\t\"'\0;é").map(str.encode))
def test_any_bytes_are_read_or_reported(data: bytes) -> None:
    for options in ({}, {"volume": "v", "project": "p"}):
        manifest = read_manifest(data, **options)
        assert manifest.files or manifest.problems
    table = read_manifest(b"location,volume,project\n" + data)
    assert table.files or table.problems


def test_the_columns_of_a_manifest_are_columns_of_an_export() -> None:
    assert set(MANIFEST_COLUMNS) <= set(COLUMNS)
