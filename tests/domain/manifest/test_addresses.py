"""Addresses of objects: the volume by bucket and prefix, the key as it is."""

from __future__ import annotations

import pytest

from cgc_tui.domain.jobs import Source
from cgc_tui.domain.manifest.addresses import AddressError, VolumeFinder, has_addresses, is_address
from cgc_tui.domain.volumes import Volume

RAW = Volume("rosalind/raw", "S3", "tcga", "runs/")
ALL = Volume("rosalind/all", "s3", "hcmi")
ALL_AGAIN = Volume("maria/all", None, "hcmi", active=False)
GOOGLE = Volume("rosalind/google", "GCS", "tcga")
AZURE = Volume("rosalind/azure", "azure", "raw")
FINDER = VolumeFinder([RAW, ALL, ALL_AGAIN, GOOGLE, AZURE, Volume("rosalind/unknown")])


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("s3://tcga/runs/1.bam", Source("rosalind/raw", "1.bam")),
        ("S3://tcga/runs/A%20b+c?d.bam", Source("rosalind/raw", "A%20b+c?d.bam")),
        ("s3://tcga/runs//1.bam", Source("rosalind/raw", "/1.bam")),
        ("s3://tcga/runs/7/", Source("rosalind/raw", "7/")),
        ("gs://tcga/x/1.bam", Source("rosalind/google", "x/1.bam")),
        ("https://acct.blob.core.windows.net/raw/x/1+2.bam", Source("rosalind/azure", "x/1+2.bam")),
    ],
)
def test_a_location_is_relative_to_the_prefix_and_the_key_as_it_is(address: str, source: Source) -> None:
    assert is_address(address)
    assert FINDER.find(address) == source


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("s3://other/1.bam", "no volume of yours has the bucket other"),
        ("s3://raw/1.bam", "no volume of yours has the bucket raw"),
        ("s3://tcga/RUNS/1.bam", "no volume fits: rosalind/raw (prefix runs/)"),
        ("s3://hcmi/1.bam", "several volumes fit: maria/all, rosalind/all; select one"),
        ("s3://hcmi", "the address has no key"),
        ("s3://tcga/runs/", "the address has no key"),
        ("https://acct.blob.core.windows.net/raw/a%20b", "whether % is part of the key is unknown"),
        ("https://example.org/tcga/1.bam", "unknown form of address"),
        ("ftp://tcga/runs/1.bam", "unknown form of address"),
    ],
)
def test_an_address_without_exactly_one_volume_names_the_candidates(address: str, problem: str) -> None:
    with pytest.raises(AddressError) as raised:
        FINDER.find(address)
    assert str(raised.value).startswith(problem)


def test_a_given_volume_selects_one_of_several_and_no_other() -> None:
    assert FINDER.find("s3://hcmi/1.bam", "maria/all") == Source("maria/all", "1.bam")
    with pytest.raises(AddressError, match=r"not on rosalind/all, but on rosalind/raw \(prefix runs/\)"):
        FINDER.find("s3://tcga/runs/1.bam", "rosalind/all")


def test_the_signature_of_a_shared_link_does_not_show() -> None:
    with pytest.raises(AddressError) as raised:
        FINDER.find("https://acct.blob.core.windows.net/raw/1.bam?sig=SECRET")
    assert "SECRET" not in str(raised.value)
    assert "query" in str(raised.value)


def test_addresses_are_found_in_any_encoding() -> None:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert has_addresses("location\ns3://tcga/1.bam\n".encode(encoding))
    assert not has_addresses(b"location,project\nruns/1.bam,a/b\n")
