"""The request of a retried import: the original's options, or those of the policy."""

from __future__ import annotations

from cgc_tui.domain.jobs import Destination, Source
from cgc_tui.domain.retry.request import NameConflictPolicy, request_body
from tests.support.jobs import import_job


def test_a_request_repeats_the_original_unless_the_policy_changes_it() -> None:
    old = import_job("a", overwrite=True, autorename=False, preserve_folder_structure=True)
    expected = {
        "source": {"volume": "rosalind/raw", "location": "runs/a.bam"},
        "destination": {"project": "rosalind/brca-pilot", "name": "a.bam"},
    }
    assert request_body(old, NameConflictPolicy.AS_BEFORE) == expected | {
        "overwrite": True,
        "autorename": False,
    }
    assert request_body(old, NameConflictPolicy.OVERWRITE) == expected | {
        "overwrite": True,
        "autorename": False,
    }
    assert request_body(old, NameConflictPolicy.AUTORENAME) == expected | {
        "overwrite": False,
        "autorename": True,
    }
    assert request_body(import_job("a"), NameConflictPolicy.AS_BEFORE) == expected


def test_a_request_for_a_folder_keeps_its_option_and_parent() -> None:
    folder = import_job(
        "a",
        source=Source("v/v", "runs/7/"),
        destination=Destination("p/p", None, "5f"),
        preserve_folder_structure=False,
    )
    assert request_body(folder, NameConflictPolicy.AS_BEFORE) == {
        "source": {"volume": "v/v", "location": "runs/7/"},
        "destination": {"parent": "5f"},
        "preserve_folder_structure": False,
    }
