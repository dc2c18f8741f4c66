"""The calls for volumes and the objects in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.requester import Requester
from cgc_tui.api.volumes import VolumesApi
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.demo.catalog import CREDENTIALS
from cgc_tui.domain.errors import Forbidden, InvalidResponse, NotFound, RequestRejected
from cgc_tui.domain.token import Token
from cgc_tui.domain.volumes import Volume, VolumeObject, folder_prefix
from tests.support.transport import StreamTransport

RESULTS = "rosalind/results"
SLIDES = "lab-archive/slides"


def answering(**answer: Any) -> VolumesApi:
    """Return the calls of a client that always receives this response."""
    transport = StreamTransport(lambda _: httpx.Response(200, json=answer))
    requester = Requester("https://platform.example/v2", Token("t"), transport=transport, backoff=(0.0, 0.0))
    return PlatformClient(requester).bulk_volumes


async def test_volumes_have_their_bucket_and_no_credentials(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    listed = await client.bulk_volumes.all()
    assert listed.complete
    assert [volume.id for volume in listed.volumes] == list(platform.state.volumes)
    by_id = {volume.id: volume for volume in listed.volumes}
    expected = Volume("rosalind/wgs-2024", "S3", "franklin-wgs-2024", "delivery/", True)
    assert by_id["rosalind/wgs-2024"] == expected
    assert by_id["rosalind/rnaseq-gcs"].service == "GCS"
    assert by_id["lab-archive/cold-2019"].active is False
    assert await client.bulk_volumes.get("rosalind/wgs-2024") == expected
    assert not any(secret in repr(listed) for each in CREDENTIALS.values() for secret in each.values())


async def test_volumes_without_details_are_requested_one_by_one(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    brief = {"href": "", "id": RESULTS, "name": "results"}
    platform.next(lambda _: httpx.Response(200, json={"items": [brief, {"name": "x"}], "links": []}))
    listed = await client.bulk_volumes.all()
    assert [volume.bucket for volume in listed.volumes] == ["franklin-results"]
    assert not listed.complete


async def test_the_container_of_azure_is_its_bucket() -> None:
    service = {"type": "azure", "container": "data", "credentials": {"client_secret": "x"}}
    volume = await answering(id="a/b", service=service).get("a/b")
    assert volume == Volume("a/b", "azure", "data")


async def test_a_page_has_objects_and_folders_with_a_slash(client: PlatformClient) -> None:
    page = await client.bulk_volumes.page(RESULTS, "")
    assert (page.objects, page.folders) == ((), ("cohort/", "runs/"))
    page = await client.bulk_volumes.page(RESULTS, "cohort/")
    assert page.objects[0] == VolumeObject("cohort/sample-00000.vcf.gz")
    assert len(page.objects) == 100
    following = await client.bulk_volumes.page(RESULTS, "cohort/", page.token)
    assert following.objects[0].location == "cohort/sample-00100.vcf.gz"


@pytest.mark.parametrize("volume", [RESULTS, "rosalind/rnaseq-gcs"])
async def test_objects_have_size_and_time_with_details(client: PlatformClient, volume: str) -> None:
    prefix = "cohort/" if volume == RESULTS else "studies/site-a/date=2024-01-01/P000/"
    page = await client.bulk_volumes.page(volume, prefix, details=True)
    assert all(each.size and each.modified and each.modified.year == 2023 for each in page.objects)
    assert await client.bulk_volumes.object(volume, page.objects[0].location) == page.objects[0]


@pytest.mark.parametrize(
    ("metadata", "size", "modified"),
    [
        ({"Size": 5, "last_modified": "2024-01-02T00:00:00Z"}, 5, datetime(2024, 1, 2, tzinfo=UTC)),
        ({"content-length": "7", "LastModified": 1_704_153_600_000}, 7, datetime(2024, 1, 2, tzinfo=UTC)),
        (
            {"size": "x", "ContentLength": 3, "updated": {"value": 1_704_153_600}},
            3,
            datetime(2024, 1, 2, tzinfo=UTC),
        ),
        ({"size": -1, "updated": {"value": 2**62}}, None, None),
        ({"size": True, "updated": "soon"}, None, None),
        ([1], None, None),
        (None, None, None),
    ],
)
async def test_metadata_of_any_cloud_is_read(
    metadata: object, size: int | None, modified: datetime | None
) -> None:
    assert await answering(location="a", metadata=metadata).object("a/b", "a") == VolumeObject(
        "a", size, modified
    )


async def test_an_object_that_does_not_exist_is_none_and_a_missing_volume_an_error(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    assert await client.bulk_volumes.object(RESULTS, "none") is None
    with pytest.raises(NotFound) as missing:
        await client.bulk_volumes.object("rosalind/none", "none")
    assert missing.value.code == 9007
    platform.next("unmatched")
    with pytest.raises(NotFound):
        await client.bulk_volumes.object(RESULTS, "cohort/sample-00000.vcf.gz")
    with pytest.raises(RequestRejected, match="the volume is inactive"):
        await client.bulk_volumes.page("lab-archive/cold-2019", "")
    platform.switches.forbidden_volumes = frozenset({RESULTS})
    with pytest.raises(Forbidden):
        await client.bulk_volumes.page(RESULTS, "")


@pytest.mark.parametrize("volume", ["", "a", "a/b/c", "a/..", "./b", "/b", "a/"])
async def test_what_is_no_id_of_a_volume_is_not_requested(
    client: PlatformClient, platform: SimulatedPlatform, volume: str
) -> None:
    with pytest.raises(NotFound, match="no volume has the id"):
        await client.bulk_volumes.page(volume, "")
    assert not platform.requests


async def test_odd_locations_are_found_as_they_are(client: PlatformClient) -> None:
    page = await client.bulk_volumes.page(SLIDES, "odd/")
    assert len(page.objects) > 20
    for each in page.objects:
        assert await client.bulk_volumes.object(SLIDES, each.location) == each or each.size is None
        found = await client.bulk_volumes.object(SLIDES, each.location)
        assert found is not None
        assert found.location == each.location


async def test_a_folder_does_not_list_itself(client: PlatformClient, platform: SimulatedPlatform) -> None:
    page = await client.bulk_volumes.page(SLIDES, "odd/marker/")
    assert [each.location for each in page.objects] == ["odd/marker/inside.svs"]
    platform.switches.self_listing = True
    assert await client.bulk_volumes.page(SLIDES, "odd/marker/") == page


@pytest.mark.parametrize(
    ("prefix", "listed", "folder"),
    [
        ("a", "", "a/"),
        ("a/", "", "a/"),
        ("", "", "/"),
        ("a/b", "a/", "a/b/"),
        ("a/", "a/", "a//"),
        ("a//", "a/", "a//"),
    ],
)
async def test_a_folder_has_one_slash_at_its_end(prefix: str, listed: str, folder: str) -> None:
    page = await answering(items=[], prefixes=[{"prefix": prefix}]).page("a/b", listed)
    assert (page.folders, page.unreadable) == ((folder,), 0)


async def test_unreadable_records_are_counted() -> None:
    prefixes = [{"prefix": "a/b"}, {"prefix": "other"}, None, {"prefix": 3}]
    page = await answering(items=[{"location": "a/x"}, {}, None], prefixes=prefixes).page("a/b", "a/")
    assert ([each.location for each in page.objects], page.folders) == (["a/x"], ("a/b/",))
    assert page.unreadable == 5


@pytest.mark.parametrize(
    ("links", "token"),
    [
        ([{"next": "https://evil.example/v2/list?prefix=a&continuation_token=a%2Bb%3D%3D"}], "a+b=="),
        ([{"next": "https://x/list?continuation_token=a+b=="}], "a+b=="),
        ([{"rel": "Next", "href": "/list?continuation_token=t", "method": "GET"}], "t"),
        ([{"rel": "prev", "href": "/list?continuation_token=t"}], None),
        ([], None),
        ([None, {"next": None}], None),
        (None, None),
    ],
)
async def test_the_token_is_that_of_the_next_link(links: object, token: str | None) -> None:
    assert (await answering(items=[], prefixes=[], links=links).page("a/b", "")).token == token


@pytest.mark.parametrize(
    "answer",
    [
        {"items": None},
        {"items": [], "prefixes": "x"},
        {"items": [], "prefixes": [{}] * 1001},
        {"items": [], "truncated": True, "links": []},
        {"items": [], "links": [{"next": "https://x/list?prefix=a"}]},
        {"items": [], "links": [{"next": "https://[x/list?continuation_token=a"}]},
    ],
    ids=json.dumps,
)
async def test_a_page_that_may_hide_objects_is_an_error(answer: dict[str, Any]) -> None:
    with pytest.raises(InvalidResponse):
        await answering(**answer).page("a/b", "")


def test_the_prefix_of_a_folder() -> None:
    assert [folder_prefix(text) for text in ("", "a", "a/", "a//")] == ["", "a/", "a/", "a//"]
