"""The known platforms, and the validation of endpoints, tokens and profile names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from cgc_tui.domain.token import Token

DEFAULT_PROFILE = "cgc"
LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

_ENDPOINT = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)"
    r"(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[\w.~%+:,=/-]*)?",
    re.ASCII | re.IGNORECASE,
)
_TOKEN = re.compile(r"[!-~]{1,512}")
_PROFILE = re.compile(r"[\w.:@/+-]{1,300}", re.ASCII)


class CredentialsError(Exception):
    """A problem with a profile, an endpoint, a token or the store; the message is for the user."""


class Platform(NamedTuple):
    """A platform with this API; `token_page` is the web page for tokens, None if unknown."""

    profile: str
    title: str
    name: str
    endpoint: str
    token_page: str | None

    @property
    def web(self) -> str | None:
        """The origin of the platform's web pages."""
        if self.token_page is None:
            return None
        page = urlsplit(self.token_page)
        return f"{page.scheme}://{page.netloc}"


_ALL = (
    Platform(
        profile="cgc",
        title="CGC",
        name="Cancer Genomics Cloud",
        endpoint="https://cgc-api.sbgenomics.com/v2",
        token_page="https://cgc.sbgenomics.com/developer#token",
    ),
    Platform(
        profile="sb-us",
        title="SB US",
        name="Seven Bridges US",
        endpoint="https://api.sbgenomics.com/v2",
        token_page="https://igor.sbgenomics.com/developer#token",
    ),
    Platform(
        profile="sb-eu",
        title="SB EU",
        name="Seven Bridges EU",
        endpoint="https://eu-api.sbgenomics.com/v2",
        token_page="https://eu.sbgenomics.com/developer#token",
    ),
    Platform(
        profile="sb-cn",
        title="SB China",
        name="Seven Bridges China",
        endpoint="https://api.sevenbridges.cn/v2",
        token_page=None,
    ),
    Platform(
        profile="cavatica",
        title="CAVATICA",
        name="CAVATICA",
        endpoint="https://cavatica-api.sbgenomics.com/v2",
        token_page="https://cavatica.sbgenomics.com/developer",
    ),
    Platform(
        profile="bdc",
        title="BDC",
        name="BioData Catalyst",
        endpoint="https://api.sb.biodatacatalyst.nhlbi.nih.gov/v2",
        token_page=None,
    ),
)

PLATFORMS: Mapping[str, Platform] = MappingProxyType({platform.profile: platform for platform in _ALL})
"""The known platforms by profile."""


def platform_at(endpoint: str) -> Platform | None:
    """Return the known platform at an endpoint."""
    with suppress(CredentialsError):
        endpoint = normalize_endpoint(endpoint)
    return next((platform for platform in _ALL if platform.endpoint == endpoint), None)


def normalize_endpoint(text: str, *, where: str = "The endpoint") -> str:
    """Normalize an endpoint for comparison; an endpoint without a path gets `/v2`.

    Raises CredentialsError unless the endpoint is https, or http on this machine. The message contains
    `where`, but not the endpoint.
    """
    invalid = CredentialsError(f"{where} must be a URL such as {PLATFORMS[DEFAULT_PROFILE].endpoint}.")
    match = _ENDPOINT.fullmatch(text.strip())
    if match is None:
        raise invalid
    scheme, host = match["scheme"].lower(), match["host"].lower()
    try:
        host = f"[{IPv6Address(host[1:-1])}]" if host.startswith("[") else host
    except ValueError:
        raise invalid from None
    default_port = 443 if scheme == "https" else 80
    port = int(match["port"] or default_port)
    if not 1 <= port <= 65535:
        raise invalid
    if scheme == "http" and not _is_loopback(host):
        raise CredentialsError(
            f"{where} must begin with https://; http:// is allowed only for 127.0.0.1, [::1] and localhost."
        )
    path = (match["path"] or "").rstrip("/") or "/v2"
    return f"{scheme}://{host}{'' if port == default_port else f':{port}'}{path}"


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost"
    return any(address in network for network in LOOPBACK)


def parse_token(text: str, *, where: str = "The token") -> Token:
    """Return a token without surrounding white space, as from a paste.

    Raises CredentialsError. The message contains `where`, but not the token.
    """
    secret = text.strip()
    if not secret:
        raise CredentialsError(f"{where} is empty: copy it from the platform's Developer tab.")
    if not _TOKEN.fullmatch(secret):
        raise CredentialsError(
            f"{where} must be at most 512 letters, digits and symbols, without spaces: copy it again."
        )
    return Token(secret)


def parse_profile_name(name: str) -> str:
    """Return a valid profile name unchanged; raise CredentialsError for others."""
    if not _PROFILE.fullmatch(name):
        raise CredentialsError("A profile name may have only letters, digits and . _ : @ / + -")
    return name
