"""Resolves the platform and its token from options, environment and files, and stores tokens."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from cgc_tui.config.platforms import (
    DEFAULT_PROFILE,
    CredentialsError,
    normalize_endpoint,
    parse_profile_name,
    parse_token,
    platform_at,
)
from cgc_tui.config.private_files import (
    NEW_PREFIX,
    Note,
    UnusableFile,
    locked,
    make_directory,
    read,
    restrict_directory,
)
from cgc_tui.config.profiles import IniFile, Profiles
from cgc_tui.domain.text import SafeText
from cgc_tui.domain.token import Token


class TokenSource(StrEnum):
    """Where a token comes from; the values are shown to the user."""

    STORE = "the store"
    ENVIRONMENT = "SB_AUTH_TOKEN"
    SEVENBRIDGES = "~/.sevenbridges/credentials"


@dataclass(frozen=True, slots=True)
class Access:
    """A profile with its endpoint and token; `token` is None if there is none for the endpoint.

    `user` is the owner of the token when it was stored, None if unknown.
    """

    profile: str
    endpoint: str
    token: Token | None
    source: TokenSource | None
    user: SafeText | None = None

    @property
    def title(self) -> str:
        """The platform's title, the host of an unknown platform."""
        platform = platform_at(self.endpoint)
        return platform.title if platform else urlsplit(self.endpoint).netloc


class Credentials:
    """The profiles and tokens of one user, from the store, the environment and other clients' files.

    A token is used only for its endpoint. The endpoint of SB_AUTH_TOKEN is SB_API_ENDPOINT or, if that is
    unset, the endpoint of the default profile. With another `--profile` or `--endpoint` that token is not
    used. `notes` reports this to the user, and files that were open to others.
    """

    def __init__(self, directory: Path, *, environ: Mapping[str, str], home: Path) -> None:
        """`directory` is the directory of the store; it is created when the first token is saved."""
        self.directory = directory
        self.path = directory / "credentials"
        self.notes: list[str] = []
        self._environ = environ
        self._home = home
        self._new: dict[str, str] = {}

    @property
    def has_environment_token(self) -> bool:
        """Whether SB_AUTH_TOKEN is set."""
        return bool(self._environ.get("SB_AUTH_TOKEN", "").strip())

    def resolve(
        self, *, profile: str | None, endpoint: str | None, default_profile: str | None = None
    ) -> Access:
        """Return the profile and endpoint to use, with the first token for them.

        `profile` and `endpoint` are the command-line options. Without `profile`, an endpoint selects the
        profile that has it. Raises CredentialsError if the store cannot be used or the profile has no
        endpoint.
        """
        profiles = Profiles(self._store(), self._new)
        default = self._environ.get("CGC_TUI_PROFILE") or default_profile or DEFAULT_PROFILE
        name, selected = default if profile is None else profile, None
        if endpoint is not None:
            selected = normalize_endpoint(endpoint, where="--endpoint")
        elif profile is None:
            selected = self._environment_endpoint()
        if profile is None and selected:
            name = profiles.profile_for(name, selected) or name
        effective = selected or profiles.endpoint(name)
        if effective is None:
            known = ", ".join(profiles)
            raise CredentialsError(f"Unknown profile {name[:40]!r}. Known profiles: {known}.")
        if name not in profiles:
            self._new[parse_profile_name(name)] = effective
        for source, token in self._candidates(
            profiles, name, effective, default, store_first=profile is not None
        ):
            if token is not None:
                user = profiles.user(name) if source is TokenSource.STORE else None
                return Access(name, effective, token, source, user)
        return Access(name, effective, None, None)

    def save(self, access_profile: str, endpoint: str, token: Token, user: str) -> str:
        """Store a token with its owner's name; return the profile.

        This is `access_profile` if it has the endpoint, else another profile that has it, else a new one
        named after the host. Raises CredentialsError if the store cannot be read or written.
        """
        endpoint = normalize_endpoint(endpoint)
        with self._transaction() as store:
            profiles = Profiles(store, self._new)
            name = profiles.profile_for(access_profile, endpoint) or profiles.new_name(endpoint)
            store.put(name, endpoint, token, user)
        return name

    def advance_access(self, endpoint: str) -> bool:
        """Return whether the profile of this endpoint has `advance_access = true` in the store."""
        with suppress(CredentialsError):
            store = self._store()
            name = Profiles(store, self._new).profile_for("", endpoint)
            return name is not None and store.advance_access(name)
        return False

    def forget(self, profile: str) -> bool:
        """Remove a profile and its token from the store; return whether it existed."""
        if profile not in self._store():
            return False
        with self._transaction() as store:
            store.remove(profile)
        return True

    def profiles(self) -> Mapping[str, str]:
        """Return the endpoints of the profiles in the store, without those that are missing or invalid."""
        store, endpoints = self._store(), {}
        for name in store:
            with suppress(CredentialsError):
                if endpoint := Profiles(store, {}).endpoint(name):
                    endpoints[name] = endpoint
        return endpoints

    def _candidates(
        self, profiles: Profiles, name: str, endpoint: str, default: str, *, store_first: bool
    ) -> Iterator[tuple[TokenSource, Token | None]]:
        """Yield each source with its token for this profile and endpoint, in order of precedence."""
        if store_first:
            yield TokenSource.STORE, profiles.token(name, endpoint)
        if self.has_environment_token and self._environment_fits(profiles, default, endpoint):
            yield (
                TokenSource.ENVIRONMENT,
                parse_token(self._environ["SB_AUTH_TOKEN"], where="SB_AUTH_TOKEN"),
            )
        yield TokenSource.STORE, profiles.token(name, endpoint)
        yield TokenSource.SEVENBRIDGES, _other_clients_token(self._home, name, endpoint, self._note)
        if self.has_environment_token:
            self._note(
                f"SB_AUTH_TOKEN was not sent to {endpoint}, because it belongs to another endpoint. "
                f"If it belongs to this one, set SB_API_ENDPOINT to {endpoint}."
            )

    def _environment_endpoint(self) -> str | None:
        text = self._environ.get("SB_API_ENDPOINT", "").strip()
        return normalize_endpoint(text, where="SB_API_ENDPOINT") if text else None

    def _environment_fits(self, profiles: Profiles, default: str, endpoint: str) -> bool:
        """Return whether SB_AUTH_TOKEN is for this endpoint."""
        with suppress(CredentialsError):
            return (self._environment_endpoint() or profiles.endpoint(default)) == endpoint
        return False

    def _store(self) -> IniFile:
        restrict_directory(self.directory, self._note)
        try:
            return IniFile(self.path, read(self.path, self._note, restrict=True))
        except UnusableFile as error:
            path, directory = shlex.quote(str(self.path)), shlex.quote(str(self.directory))
            remedy = error.remedy.format(path=path, directory=directory)
            raise CredentialsError(f"{self.path} {error}. {remedy}") from None

    @contextmanager
    def _transaction(self) -> Iterator[IniFile]:
        """Yield the store for changes under a lock, and write it at the end."""
        try:
            make_directory(self.directory)
            with locked(self.directory / "credentials.lock"):
                for leftover in self.directory.glob(f"{NEW_PREFIX}*"):
                    leftover.unlink(missing_ok=True)
                store = self._store()
                yield store
                store.write()
        except OSError as error:
            raise CredentialsError(
                f"{self.path} cannot be written ({error.strerror}). Fix this, or set XDG_CONFIG_HOME to a "
                "directory that is yours."
            ) from error

    def _note(self, message: str) -> None:
        if message not in self.notes:
            self.notes.append(message)


def _other_clients_token(home: Path, name: str, endpoint: str, note: Note) -> Token | None:
    """Return the Seven Bridges clients' token for this profile, if it is for this endpoint."""
    path = home / ".sevenbridges" / "credentials"
    try:
        other_store = IniFile(path, read(path, note, restrict=False))
    except UnusableFile as error:
        note(f"{path} {error}: it was not used.")
        return None
    for section in (name, "default"):
        try:
            if other_store.endpoint(section) == endpoint and (token := other_store.token(section)):
                return token
        except CredentialsError as error:
            note(str(error))
    return None
