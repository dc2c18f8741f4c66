"""Profiles and tokens: which platform is meant, and a token that goes there and nowhere else."""

from __future__ import annotations

from cgc_tui.credentials.files import MOST_BYTES, NEW_PREFIX, config_directory, state_directory
from cgc_tui.credentials.find import Access, Credentials, TokenSource
from cgc_tui.credentials.platforms import (
    PLATFORMS,
    CredentialsError,
    Platform,
    checked_token,
    normal_endpoint,
    platform_of,
)

__all__ = [
    "MOST_BYTES",
    "NEW_PREFIX",
    "PLATFORMS",
    "Access",
    "Credentials",
    "CredentialsError",
    "Platform",
    "TokenSource",
    "checked_token",
    "config_directory",
    "normal_endpoint",
    "platform_of",
    "state_directory",
]
