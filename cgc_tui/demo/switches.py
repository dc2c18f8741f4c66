"""Switches of the simulated platform, one field for each behaviour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Switches:
    """How the platform behaves and fails; each switch may be changed at any time.

    Some select one of several behaviours that the documentation permits; the others are faults.
    """

    doubled_host: bool = False
    """Hrefs of imports have the host name doubled, as in the example of the page "List import jobs"; if
    not, they start with the endpoint as the client addresses it, so that a client can follow them."""
    brief: bool = False
    """List items have only href, id and state, regardless of `fields`."""
    total_header: bool = True
    """Lists carry X-Total-Matching-Query."""
    shuffled: bool = False
    """The list is in an arbitrary but stable order, not newest first."""
    mixed_case_rel: bool = True
    """Links have the rels "Next" and "Prev" instead of "next" and "prev"."""
    default_limit: int = 50
    """The page size if the request has no limit; the page "List import jobs" shows 25."""
    over_limit: str = "400"
    """Response to a limit above 100: "400" or "clamp"."""
    max_limit: int = 100
    """The largest page; a larger limit is silently reduced to this."""
    comma_states: bool = False
    """`state=FAILED,RUNNING` is accepted; otherwise it is rejected as an invalid state."""
    started_on: str = "submission"
    """Meaning of started_on: the time of "submission", or of the "run" (absent while PENDING)."""
    bulk_omits_times: str = "unless asked"
    """When records of a bulk get lack times: "unless asked" (without `fields`), "always" or "never"."""
    bulk_create_without_ids: bool = False
    """Records of a bulk create have no id and href."""
    autorenamed_destination: bool = False
    """The destination of a job with autorename has the new file name, not the requested one."""
    folder_as_project: bool = False
    """A submission into a folder creates a job whose destination is the project of the folder."""
    failed_as_404: bool = False
    """A FAILED job is returned with HTTP status 404 and the job as the body."""
    unknown_states: bool = False
    """Some jobs have the state ABORTED."""
    null_fields: bool = False
    """Some jobs have a field that is null."""
    absent_fields: bool = False
    """Some jobs lack a field."""
    wrong_types: bool = False
    """Some jobs have a field of a wrong type."""
    odd_dates: bool = False
    """Some jobs have times with an offset or fractions, of the year 1, or that are invalid."""
    hostile_names: bool = False
    """Names, keys, messages and metadata contain markup, escape sequences, bidi controls, or 1 kB of text."""
    unreadable_items: bool = False
    """Some items of a list are not objects, or have no id."""
    whole_lists: bool = False
    """Lists of volumes and projects contain full records, regardless of `fields`."""
    repeat_across_pages: bool = False
    """From the second page on, jobs are shifted by one, as if a job had been added meanwhile."""
    ignore_offset: bool = False
    """Every page is the first, regardless of `offset`."""
    first_page_at: int = -1
    """The page at this offset has the jobs of the first page, but its own links; -1: none."""
    total_error: int = 0
    """Error of X-Total-Matching-Query, added to the true total; may be negative."""
    prefix_slashes: bool = False
    """The folders in a listing of a volume end with a slash."""
    self_listing: bool = False
    """A listing of a folder of a volume has that folder itself among its folders."""
    expired_tokens: bool = False
    """Every continuation token is rejected (400, code 9011)."""
    repeated_token: bool = False
    """The continuation token of every page leads to the first page."""
    foreign: frozenset[str] = frozenset()
    """Ids of jobs of another user (403, code 9005)."""
    forbidden_projects: frozenset[str] = frozenset()
    """Projects without privilege (403, code 9003, in a submission 9102)."""
    forbidden_volumes: frozenset[str] = frozenset()
    """Volumes without privilege (403, code 9020)."""
    refuse_token: bool = False
    """Every token is rejected (401)."""
    refuse_after: int = -1
    """The token is rejected (401) after this number of calls; -1: never."""
    rate_limit: int = 1000
    """Calls in a window of 300 s."""
    rate_reset: str = "true"
    """X-RateLimit-Reset: "true", "near" (3 s), "near 20 s", "past", "far", "absent", "garbage", "skewed",
    "milliseconds" (also in the body of "Get rate limit status", which has no `instance_limit` then)."""
    clock_skew_s: int = 0
    """How many seconds the platform's clock is ahead, in Date and X-RateLimit-Reset."""
    cloud_error: bool = False
    """503 with code 9100: the cloud provider fails."""
    internal_error: bool = False
    """500 with a JSON body."""
    items_missing: bool = False
    """Lists have no `items`."""
    items_null: bool = False
    """Lists have `items` that are null."""
    list_body: bool = False
    """The body is a list instead of an object."""
    bulk_short: bool = False
    """Bulk responses lack their last record."""
    bulk_long: bool = False
    """Bulk responses have one record too many."""
    bulk_empty: bool = False
    """Bulk responses have no records."""
    bulk_nulls: bool = False
    """The records of bulk responses are null."""
    bulk_other_ids: bool = False
    """The records of bulk responses have other ids than the request."""
    deep_nesting: bool = False
    """The body is 200,000 opening brackets."""
    huge_integer: bool = False
    """The body contains an integer of 5,000 digits."""
    maintenance: bool = False
    """503 with code 0: the platform is under maintenance."""
    gateway_html: int = 0
    """An HTML page of a proxy, with this status: 502 or 504."""
    unmatched: bool = False
    """No route exists: 404 with a `status` field that is a string."""
    portal: bool = False
    """200 with an HTML login page, as captive portals send."""
    empty: int = 0
    """No body, with this status: 200 or 204."""
    not_json: bool = False
    """200 with the content type of JSON and a body that is not JSON."""
    redirect_to: str = ""
    """302 to this URL."""
    big_body: int = 0
    """A small gzip body that inflates to this number of MB."""
    slow_s: float = 0.0
    """Seconds before a response starts."""
    drip: float = 0.0
    """Seconds between one byte of a body and the next."""
    cut: bool = False
    """The connection closes in the middle of the body."""
    silent: bool = False
    """The request is received, and no response is sent."""
    endless_headers: bool = False
    """The response has infinitely many header lines."""
    drop: str = ""
    """Where the connection is reset: "connect", "before", "headers" or "body"."""
    random_faults: float = 0.0
    """The share of calls, 0 to 1, that fail with a random fault; the seed determines which."""
