"""Routes of the platform, and its validation of requests."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from cgc_tui.demo import SimulatedPlatform

IMPORTS = "/storage/imports"
WHOLE = {"fields": "_all"}


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    "path",
    ["/user", "/rate_limit", IMPORTS, "/storage/volumes", "/projects", "/projects/rosalind/brca-pilot"],
)
def test_responses_have_rate_headers_and_a_request_id(ask: Any, path: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert {"date", "x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(
        answer.headers
    )


@pytest.mark.parametrize(
    "path", ["/nope", "/storage/imports/", "/storage/imports/a/b", "/users", "//user", ""]
)
def test_unknown_paths_are_404_with_a_string_as_status(ask: Any, path: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code == 404
    assert answer.json() == {"status": "NOT_FOUND", "message": "HTTP 404 Not Found"}


@pytest.mark.parametrize("path", ["/user", "/v2user", "/v3/user", "/"])
def test_paths_outside_the_endpoint_are_404(platform: SimulatedPlatform, path: str) -> None:
    headers = {"x-sbg-auth-token": platform.token}
    request = httpx.Request("GET", f"https://cgc-api.sbgenomics.com{path}", headers=headers)
    assert platform.respond(request).status_code == 404


@pytest.mark.parametrize("path", [IMPORTS, "/user", "/storage/imports/x", "/bulk/storage/imports/get"])
def test_other_methods_are_not_allowed(ask: Any, path: str) -> None:
    assert ask("DELETE", path).status_code == 405


@pytest.mark.parametrize("token", [None, "", "0" * 32])
def test_a_wrong_token_is_rejected_without_rate_headers(ask: Any, token: str | None) -> None:
    answer = ask("GET", "/user", token=token)
    assert (answer.status_code, answer.json()["code"]) == (401, 90001)
    assert "x-ratelimit-limit" not in answer.headers


def test_the_user_of_the_token(ask: Any, platform: SimulatedPlatform) -> None:
    assert ask("GET", "/user").json()["username"] == platform.state.username
    assert len(platform.token) == 32
    assert platform.token.isalnum()
    assert platform.token.islower()


def test_list_items_are_brief_without_the_parameter_fields(ask: Any) -> None:
    assert set(ask("GET", IMPORTS).json()["items"][0]) == {"href", "id", "state"}
    assert {"source", "destination"} <= set(ask("GET", IMPORTS, params=WHOLE).json()["items"][0])
    assert set(ask("GET", IMPORTS, params={"fields": "id,source"}).json()["items"][0]) == {"id", "source"}
    assert "source" not in ask("GET", IMPORTS, params={"fields": "_all,!source"}).json()["items"][0]
    assert "id" in ask("GET", IMPORTS, params={"fields": "!source"}).json()["items"][0]


def test_pages_contain_each_job_once_in_order(ask: Any, platform: SimulatedPlatform) -> None:
    pages = [ask("GET", IMPORTS, params={"limit": 100, "offset": offset}) for offset in (0, 100, 200, 300)]
    assert [page for answer in pages for page in ids(answer)] == platform.ids()
    assert [len(ids(answer)) for answer in pages] == [100, 100, 30, 0]
    assert {answer.headers["x-total-matching-query"] for answer in pages} == {"230"}
    rels = [[link["rel"].lower() for link in answer.json()["links"]] for answer in pages]
    assert rels == [["next"], ["next", "prev"], ["prev"], ["prev"]]
    assert all(link["method"] == "GET" for answer in pages for link in answer.json()["links"])


def test_a_single_page_has_no_links_and_its_href_has_the_filters(ask: Any) -> None:
    answer = ask("GET", IMPORTS, params={"state": "RUNNING", "limit": 100}).json()
    assert answer["links"] == []
    assert answer["href"].endswith("/v2/storage/imports?offset=0&limit=100&state=RUNNING")


def test_hrefs_of_imports_can_have_the_doubled_host_and_links_work(
    ask: Any, platform: SimulatedPlatform
) -> None:
    platform.switches.doubled_host = True
    answer = ask("GET", IMPORTS, params={"state": ["FAILED", "COMPLETED"], "limit": 100, **WHOLE}).json()
    doubled = "https://cgc-api.sbgenomics.com.sbgenomics.com/v2"
    results = [item["result"] for item in answer["items"] if "result" in item]
    hrefs = [entry["href"] for entry in (answer, *answer["links"], *answer["items"], *results)]
    assert all(href.startswith(f"{doubled}/") for href in hrefs)
    following = ask("GET", answer["links"][0]["href"].removeprefix(doubled))
    assert following.json()["items"][0]["id"] not in {item["id"] for item in answer["items"]}
    assert {item["state"] for item in following.json()["items"]} <= {"FAILED", "COMPLETED"}
    platform.switches.doubled_host = False
    assert ask("GET", IMPORTS).json()["href"].startswith("https://cgc-api.sbgenomics.com/v2/storage/imports?")


def test_the_parameter_state_may_repeat(ask: Any) -> None:
    def total(*states: str) -> int:
        return int(ask("GET", IMPORTS, params={"state": list(states)}).headers["x-total-matching-query"])

    each = [total(state) for state in ("PENDING", "RUNNING", "COMPLETED", "FAILED")]
    assert all(each)
    assert sum(each) == 230
    assert total("PENDING", "FAILED") == each[0] + each[3]


@pytest.mark.parametrize("slash", ["/", "%2F"])
@pytest.mark.parametrize(("key", "part"), [("project", "destination"), ("volume", "source")])
def test_ids_in_filters_may_be_percent_encoded(
    ask: Any, platform: SimulatedPlatform, key: str, part: str, slash: str
) -> None:
    wanted = platform.job(platform.ids()[-1])[part][key]
    answer = ask("GET", f"{IMPORTS}?{key}={wanted.replace('/', slash)}&fields=_all&limit=100")
    assert {item[part][key] for item in answer.json()["items"]} == {wanted}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 400, 9011),
        ("limit=-1", 400, 9011),
        ("limit=ten", 400, 9011),
        ("limit=", 400, 9011),
        ("limit=101", 400, 9011),
        ("limit=5&limit=6", 400, 9011),
        ("offset=-1", 400, 9011),
        ("offset=x", 400, 9011),
        ("state=DONE", 400, 9011),
        ("state=failed", 400, 9011),
        ("state=FAILED,RUNNING", 400, 9011),
        ("state=", 400, 9011),
        ("project=", 400, 9011),
        ("volume=", 400, 9011),
        ("project=rosalind/none", 404, 3002),
        ("volume=rosalind/none", 404, 9007),
    ],
)
def test_an_invalid_query_is_rejected(ask: Any, query: str, status: int, code: int) -> None:
    answer = ask("GET", f"{IMPORTS}?{query}")
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status
    assert answer.json()["more_info"].endswith(f"#{code}")
    assert answer.json()["message"]


def test_forbidden_projects_and_volumes_are_403(ask: Any, platform: SimulatedPlatform) -> None:
    platform.switches.forbidden_projects = frozenset({"rosalind/brca-pilot"})
    platform.switches.forbidden_volumes = frozenset({"rosalind/tcga-raw"})
    platform.switches.foreign = frozenset(platform.ids()[:1])
    for path, code in (
        (f"{IMPORTS}?project=rosalind/brca-pilot", 9003),
        (f"{IMPORTS}?volume=rosalind/tcga-raw", 9020),
        ("/storage/volumes/rosalind%2Ftcga-raw/list", 9020),
        ("/projects/rosalind/brca-pilot", 9003),
        (f"{IMPORTS}/{platform.ids()[0]}", 9005),
    ):
        answer = ask("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_a_single_job_is_a_full_record_without_the_parameter_fields(
    ask: Any, platform: SimulatedPlatform
) -> None:
    job_id = platform.ids()[-1]
    assert ask("GET", f"{IMPORTS}/{job_id}").json() == platform.job(job_id)
    assert ask("GET", f"{IMPORTS}/{job_id}?fields=id,state").json().keys() == {"id", "state"}
    unknown = ask("GET", f"{IMPORTS}/{'x' * 32}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, 9008)


def test_the_result_of_a_job_is_a_file(ask: Any, platform: SimulatedPlatform) -> None:
    done = next(job for job in map(platform.job, platform.ids()) if job["state"] == "COMPLETED")
    assert ask("GET", f"/files/{done['result']['id']}").json()["name"] == done["destination"]["name"]
    assert ask("GET", "/files/none").json()["code"] == 5002


def test_bulk_get_has_one_result_for_each_id_in_order(ask: Any, platform: SimulatedPlatform) -> None:
    wanted = [platform.ids()[-1], "unknown", platform.ids()[0]]
    answer = ask("POST", "/bulk/storage/imports/get", json={"import_ids": wanted})
    first, second, third = answer.json()["items"]
    assert answer.status_code == 200
    assert [first["resource"]["id"], third["resource"]["id"]] == [wanted[0], wanted[2]]
    assert second.keys() == {"error"}
    assert second["error"]["code"] == 9008
    assert not {"started_on", "finished_on"} & first["resource"].keys()
    answer = ask("POST", "/bulk/storage/imports/get", params=WHOLE, json={"import_ids": wanted[:1]})
    assert answer.json()["items"][0]["resource"] == platform.job(wanted[0])
    platform.switches.bulk_omits_times = "never"
    answer = ask("POST", "/bulk/storage/imports/get", json={"import_ids": wanted[:1]})
    assert answer.json()["items"][0]["resource"] == platform.job(wanted[0])
    platform.switches.bulk_omits_times = "always"
    answer = ask("POST", "/bulk/storage/imports/get", params=WHOLE, json={"import_ids": wanted[:1]})
    assert not {"started_on", "finished_on"} & answer.json()["items"][0]["resource"].keys()


@pytest.mark.parametrize(
    "body",
    [{}, [], {"import_ids": "x"}, {"import_ids": []}, {"import_ids": [1]}, {"import_ids": ["x"] * 101}],
)
def test_bulk_get_rejects_invalid_bodies(ask: Any, body: object) -> None:
    answer = ask("POST", "/bulk/storage/imports/get", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 9011)


def test_the_full_record_of_a_volume_has_its_credentials(ask: Any, platform: SimulatedPlatform) -> None:
    for switch, fields in ((False, {"fields": "_all"}), (True, {})):
        platform.switches.whole_lists = switch
        items = ask("GET", "/storage/volumes", params=fields).json()["items"]
        assert all(len(item["service"]["credentials"]) == 1 for item in items)


def test_the_rate_limit_may_be_in_milliseconds(ask: Any, platform: SimulatedPlatform, clock: Any) -> None:
    platform.switches.rate_reset = "milliseconds"
    answer = ask("GET", "/rate_limit")
    record = {"limit": 1000, "remaining": 1000, "reset": int(clock.now + 300) * 1000}
    assert answer.json() == {"rate": record}
    assert answer.headers["x-ratelimit-reset"] == str(record["reset"])


def test_volumes_and_projects_have_pages_and_fields(ask: Any) -> None:
    for path, more in (("/storage/volumes", {"active", "service"}), ("/projects", {"created_by"})):
        answer = ask("GET", path, params={"limit": 2, "offset": 2})
        assert [set(item) for item in answer.json()["items"]] == [{"href", "id", "name"}] * 2
        assert len(answer.json()["links"]) == 2
        assert more <= set(ask("GET", path, params=WHOLE).json()["items"][0])
    assert ask("GET", "/projects/rosalind%2Fbrca-pilot").json()["id"] == "rosalind/brca-pilot"
    assert ask("GET", "/projects/rosalind/none").json()["code"] == 3002


def test_requests_are_recorded(ask: Any, platform: SimulatedPlatform) -> None:
    ask("GET", f"{IMPORTS}?state=FAILED&state=RUNNING&project=rosalind%2Fbrca-pilot")
    asked = platform.requests[-1]
    assert asked.method == "GET"
    assert asked.path == "/v2/storage/imports"
    assert asked.query == [("state", "FAILED"), ("state", "RUNNING"), ("project", "rosalind/brca-pilot")]
    assert asked.target.endswith("project=rosalind%2Fbrca-pilot")
    assert asked.headers["x-sbg-auth-token"] == platform.token
    ask("POST", "/bulk/storage/imports/get", json={"import_ids": ["x"]})
    assert b"import_ids" in platform.requests[-1].body
    assert platform.requests.maxlen == 10_000
