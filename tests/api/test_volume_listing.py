"""Listings of whole folders of volumes, and looking up many objects."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import pytest

from cgc_tui.api.client import PlatformClient
from cgc_tui.api.requester import Requester
from cgc_tui.api.tasks import crawl
from cgc_tui.api.throttle import BULK_SLOTS
from cgc_tui.api.volume_listing import ListingProgress, find_objects, list_objects
from cgc_tui.demo import SimulatedPlatform
from cgc_tui.domain.errors import Forbidden, InvalidResponse, RequestRejected, ServerError
from cgc_tui.domain.token import Token
from cgc_tui.domain.volumes import VolumeListing, VolumeObject
from tests.support.app import Connect
from tests.support.transport import StreamTransport

RESULTS = "rosalind/results"
SLIDES = "lab-archive/slides"
GCS = "rosalind/rnaseq-gcs"
EMPTY = "rosalind/wgs-2024"


def locations(listing: VolumeListing) -> list[str]:
    return [each.location for each in listing.objects]


def stored(platform: SimulatedPlatform, volume: str, prefix: str = "") -> list[str]:
    """Return the locations that a listing must have: all but the objects of folders."""
    level = platform.state.buckets.locations(volume, prefix)
    return [location for location in level if not location.endswith("/")]


def listing_of(prefix: str, *, later: bool = False) -> object:
    """Return a filter for the listings of a folder, only those with a token if `later`."""

    def matches(request: httpx.Request) -> bool:
        params = request.url.params
        return params.get("prefix", "") == prefix and (not later or "continuation_token" in params)

    return matches


@pytest.mark.parametrize("volume", [SLIDES, GCS])
@pytest.mark.parametrize("max_limit", [100, 7])
async def test_a_volume_is_listed_whole_in_byte_order(
    client: PlatformClient, platform: SimulatedPlatform, volume: str, max_limit: int
) -> None:
    platform.switches.max_limit = max_limit
    listing = await list_objects(client.bulk_volumes, volume)
    assert locations(listing) == stored(platform, volume)
    assert (listing.unreadable, len({each.location for each in listing.objects})) == (0, len(listing.objects))
    encoded = [location.encode() for location in locations(listing)]
    assert encoded == sorted(encoded)


async def test_a_flat_folder_takes_one_request_for_each_hundred_objects(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.add_objects(EMPTY, [f"flat/{number:04}.bam" for number in range(5000)])
    progress: list[ListingProgress] = []
    listing = await list_objects(client.bulk_volumes, EMPTY, "flat", on_progress=progress.append)
    assert len(listing.objects) == 5000
    assert len(platform.requests) == 50
    assert progress[0] == ListingProgress(100, 0, 1)
    assert progress[-1] == ListingProgress(5000, 1, 0)
    assert [each.objects for each in progress] == [100 * page for page in range(1, 51)]


async def test_folders_are_listed_at_the_same_time() -> None:
    together = asyncio.Event()
    running = 0

    async def page(request: httpx.Request) -> httpx.Response:
        nonlocal running
        prefix = request.url.params["prefix"]
        if prefix == "wide/":
            folders = [{"prefix": f"wide/{number}"} for number in range(40)]
            return httpx.Response(200, json={"items": [], "prefixes": folders})
        running += 1
        if running == BULK_SLOTS:
            together.set()
        await together.wait()
        return httpx.Response(200, json={"items": [{"location": f"{prefix}a"}]})

    requester = Requester("https://platform.example/v2", Token("t"), transport=StreamTransport(page))
    listing = await list_objects(PlatformClient(requester).bulk_volumes, "a/b", "wide")
    assert (len(listing.objects), listing.folders) == (40, 41)


async def test_the_progress_counts_folders(client: PlatformClient) -> None:
    progress: list[ListingProgress] = []
    listing = await list_objects(client.bulk_volumes, GCS, "studies", on_progress=progress.append)
    assert progress[0] == ListingProgress(0, 1, 4)
    assert progress[-1] == ListingProgress(216, listing.folders, 0)
    assert listing.folders == 1 + 4 + 12 + 72 + 72


async def test_keys_with_empty_segments_are_listed(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    added = ["e/a//b", "e//a", "e/c", "e/d/e//f//g"]
    platform.add_objects(EMPTY, added)
    for platform.switches.prefix_slashes in (False, True):
        assert locations(await list_objects(client.bulk_volumes, EMPTY, "e")) == sorted(added)


@pytest.mark.parametrize("slashes", [False, True])
async def test_folders_that_list_themselves_are_listed_once(
    client: PlatformClient, platform: SimulatedPlatform, slashes: bool
) -> None:
    platform.switches.self_listing, platform.switches.prefix_slashes = True, slashes
    listing = await list_objects(client.bulk_volumes, GCS, "studies/site-a")
    assert locations(listing) == stored(platform, GCS, "studies/site-a/")
    prefixes = Counter(dict(request.query).get("prefix") for request in platform.requests)
    assert set(prefixes.values()) == {1}
    assert len(prefixes) <= 2 * (1 + 3 + 18 + 18)


@pytest.mark.parametrize("times", [1, 3])
async def test_a_rejected_token_restarts_the_folder_without_duplicates(
    client: PlatformClient, platform: SimulatedPlatform, times: int
) -> None:
    platform.add_objects(EMPTY, [f"flat/{number:03}" for number in range(350)])
    progress: list[ListingProgress] = []
    gate = platform.gate(listing_of("flat/", later=True), times=1)  # type: ignore[arg-type]
    task = asyncio.create_task(list_objects(client.bulk_volumes, EMPTY, "flat", on_progress=progress.append))
    await gate.arrival()
    platform.next("expired_token", where=listing_of("flat/", later=True), times=times)  # type: ignore[arg-type]
    platform.remove_objects(EMPTY, ["flat/000"])
    gate.release()
    listing = await task
    assert locations(listing) == [f"flat/{number:03}" for number in range(1, 350)]
    assert len(platform.requests) == 2 * times + 4
    assert progress[-1].objects == 349


async def test_tokens_that_are_always_rejected_are_an_error(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.expired_tokens = True
    with pytest.raises(RequestRejected) as rejected:
        await list_objects(client.bulk_volumes, RESULTS, "cohort")
    assert rejected.value.code == 9011
    assert len(platform.requests) == 8


async def test_a_first_page_that_is_rejected_is_not_requested_again(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.fail("error", (400, 9011))
    with pytest.raises(RequestRejected):
        await list_objects(client.bulk_volumes, RESULTS)
    assert len(platform.requests) == 1


async def test_pages_that_repeat_are_an_error(client: PlatformClient, platform: SimulatedPlatform) -> None:
    platform.switches.repeated_token = True
    with pytest.raises(InvalidResponse, match="repeats itself at cohort/"):
        await list_objects(client.bulk_volumes, RESULTS, "cohort")
    assert len(platform.requests) == 2


async def test_endless_pages_without_anything_new_are_an_error(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    numbers = iter(range(1000))

    def page(_: httpx.Request) -> httpx.Response:
        links = [{"next": f"/list?continuation_token={next(numbers)}"}]
        return httpx.Response(200, json={"items": [{"location": "a"}], "prefixes": [], "links": links})

    platform.fail(page)
    with pytest.raises(InvalidResponse, match="repeats itself"):
        await list_objects(client.bulk_volumes, RESULTS)
    assert len(platform.requests) == 21


async def test_endlessly_nested_folders_are_an_error(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        prefix = request.url.params.get("prefix", "")
        return httpx.Response(200, json={"items": [], "prefixes": [{"prefix": f"{prefix}{'n' * 100}"}]})

    platform.fail(page)
    with pytest.raises(InvalidResponse, match="repeats itself"):
        await list_objects(client.bulk_volumes, RESULTS)
    assert len(platform.requests) == 11


async def test_one_failed_folder_fails_the_listing_and_ends_the_others(
    connect: Connect, platform: SimulatedPlatform
) -> None:
    client = connect(backoff=())
    failing = listing_of("studies/site-b/")
    platform.fail("cloud_error", where=failing)  # type: ignore[arg-type]
    gate = platform.gate(listing_of("studies/site-c/"))  # type: ignore[arg-type]
    with pytest.raises(ServerError):
        await list_objects(client.bulk_volumes, GCS)
    assert len(asyncio.all_tasks()) == 1
    gate.release()


async def test_a_listing_stays_within_the_rate_limit(connect: Connect, platform: SimulatedPlatform) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        platform.switches.rate_limit = 1000

    client = connect(sleep=sleep)
    platform.switches.rate_limit = 20
    retries: list[object] = []
    listing = await list_objects(
        client.bulk_volumes, GCS, on_retry=lambda error, _: retries.append(type(error).__name__)
    )
    assert locations(listing) == stored(platform, GCS)
    assert len(waits) == 1
    assert set(retries) == {"RateLimited"}


async def test_objects_are_found_or_missing_or_forbidden(
    client: PlatformClient, platform: SimulatedPlatform
) -> None:
    platform.switches.forbidden_volumes = frozenset({SLIDES})
    found: list[int] = []
    some, none, forbidden = (
        (RESULTS, "cohort/sample-00007.vcf.gz"),
        (RESULTS, "none"),
        (SLIDES, "odd/a b.svs"),
    )
    results = await find_objects(
        client.bulk_volumes, [some, none, forbidden, some], on_found=lambda: found.append(1)
    )
    assert isinstance(results[some], VolumeObject)
    assert results[none] is None
    assert isinstance(results[forbidden], Forbidden)
    assert len(found) == len(platform.requests) == 3


async def test_a_crawl_reads_each_key_once_although_they_lead_to_each_other() -> None:
    read: list[int] = []

    async def neighbours(key: int) -> list[int]:
        read.append(key)
        return [(key + 1) % 100, (key * 7) % 100, key]

    await crawl([0, 50], neighbours)
    assert sorted(read) == list(range(100))
