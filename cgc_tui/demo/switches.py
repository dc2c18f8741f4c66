"""What the simulated platform can be told to do otherwise, one field a behaviour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Switches:
    """The ways in which the platform may differ or fail; each may be changed at any time.

    Facts that the documentation leaves open have a switch for each reading; the others are faults.
    """

    doubled_host: bool = False
    """Hrefs of imports name the host twice, as in the example of the page "List import jobs"; else they begin
    with the endpoint as the client named it, so that a client can follow them."""
    brief: bool = False
    """List items have only href, id and state, whatever `fields` says."""
    total_header: bool = True
    """Lists carry X-Total-Matching-Query."""
    shuffled: bool = False
    """The list is in an arbitrary but stable order, not newest first."""
    mixed_case_rel: bool = True
    """Links say "Next" and "Prev" instead of "next" and "prev"."""
    default_limit: int = 50
    """The page size when none is asked for; the page "List import jobs" shows 25."""
    over_limit: str = "400"
    """What a limit above 100 gives: "400" or "clamp"."""
    max_limit: int = 100
    """The most items that a page really has; a larger limit is cut to this in silence."""
    comma_states: bool = False
    """`state=FAILED,RUNNING` is understood; else it is refused as an invalid state."""
    started_on: str = "submission"
    """What started_on tells: the time of "submission", or of the "run" (absent while PENDING)."""
    bulk_omits_times: str = "unless asked"
    """When records of a bulk get have no times: "unless asked" for by `fields`, "always" or "never"."""
    bulk_create_without_ids: bool = False
    """Records of a bulk create have no id and href."""
    autorenamed_destination: bool = False
    """The destination of a job with autorename has the name that the file gets, not the requested one."""
    folder_as_project: bool = False
    """A submission into a folder makes a job whose destination is the folder's project."""
    failed_as_404: bool = False
    """A FAILED job is sent under HTTP 404, with the job as the body."""
    unknown_states: bool = False
    """Some jobs show the state ABORTED."""
    null_fields: bool = False
    """Some jobs have a field that is null."""
    absent_fields: bool = False
    """Some jobs lack a field."""
    wrong_types: bool = False
    """Some jobs have a field of a wrong type."""
    odd_dates: bool = False
    """Some jobs have times with an offset, with fractions, before our era, or that are no times."""
    hostile_names: bool = False
    """Names, keys, messages and metadata hold what breaks screens: markup, escapes, bidi, 1 KB keys."""
    unreadable_items: bool = False
    """Some items of a list are not objects, or have no id."""
    whole_lists: bool = False
    """Lists of volumes and projects hold whole records, whatever `fields` says."""
    repeat_across_pages: bool = False
    """From the second page on everything is shifted by one, as if a job had come in between."""
    ignore_offset: bool = False
    """Every page is the first, whatever `offset` says."""
    first_page_at: int = -1
    """The page from this offset on has the jobs of the first page, with its own links; -1: none."""
    total_error: int = 0
    """How much too high X-Total-Matching-Query is; a negative number makes it too low."""
    foreign: frozenset[str] = frozenset()
    """Ids of jobs that belong to somebody else (403, code 9005)."""
    forbidden_projects: frozenset[str] = frozenset()
    """Projects without privilege (403, code 9003, in a submission 9102)."""
    forbidden_volumes: frozenset[str] = frozenset()
    """Volumes without privilege (403, code 9020)."""
    refuse_token: bool = False
    """Every token is refused (401)."""
    refuse_after: int = -1
    """The token is refused (401) after so many calls in all; -1: never."""
    rate_limit: int = 1000
    """Calls in a window of 300 s."""
    rate_reset: str = "true"
    """X-RateLimit-Reset: "true", "near" (3 s), "near 20 s", "past", "far", "absent", "garbage", "skewed",
    "milliseconds" (also in the body of "Get rate limit status", which has no `instance_limit` then)."""
    clock_skew_s: int = 0
    """How far the platform's clock is ahead, in Date and X-RateLimit-Reset, in seconds."""
    cloud_error: bool = False
    """503 with code 9100: the cloud provider fails."""
    internal_error: bool = False
    """500 with a JSON body."""
    items_missing: bool = False
    """Lists have no `items`."""
    items_null: bool = False
    """Lists have `items` that are null."""
    list_body: bool = False
    """The body is a list where an object belongs."""
    bulk_short: bool = False
    """Bulk answers lack their last record."""
    bulk_long: bool = False
    """Bulk answers have a record too many."""
    bulk_empty: bool = False
    """Bulk answers have no records."""
    bulk_nulls: bool = False
    """The records of bulk answers are null."""
    bulk_other_ids: bool = False
    """The records of bulk answers have other ids than those that were asked for."""
    deep_nesting: bool = False
    """The body is 200,000 opening brackets."""
    huge_integer: bool = False
    """The body holds an integer of 5,000 digits."""
    maintenance: bool = False
    """503 with code 0: the platform is under maintenance."""
    gateway_html: int = 0
    """A proxy's HTML page under this status: 502 or 504."""
    unmatched: bool = False
    """Every route is unknown: 404 with a status that is a string."""
    portal: bool = False
    """200 with an HTML log-in page, as captive portals send."""
    empty: int = 0
    """No body, under this status: 200 or 204."""
    not_json: bool = False
    """200 with a body that calls itself JSON and is not."""
    redirect_to: str = ""
    """302 to this URL."""
    big_body: int = 0
    """A small gzip body that grows to so many MB."""
    slow_s: float = 0.0
    """Seconds before an answer begins."""
    drip: float = 0.0
    """Seconds between one byte of a body and the next."""
    cut: bool = False
    """The connection closes in the middle of the body."""
    silent: bool = False
    """The request is taken and never answered."""
    endless_headers: bool = False
    """Header lines come for ever."""
    drop: str = ""
    """The connection is reset: "connect", "before", "headers" or "body" tells where."""
    random_faults: float = 0.0
    """The share of calls, 0 to 1, that fails with a random fault; the seed decides which."""
