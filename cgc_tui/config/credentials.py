"""Which platform is meant, and the token for it from the places where one may be."""

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
    """Where a token was found, in words for the user."""

    STORE = "the store"
    ENVIRONMENT = "SB_AUTH_TOKEN"
    SEVENBRIDGES = "~/.sevenbridges/credentials"


@dataclass(frozen=True, slots=True)
class Access:
    """What the app starts with; `token` is None where there is none for the endpoint.

    `user` had the token when it was stored, None where that is not known.
    """

    profile: str
    endpoint: str
    token: Token | None
    source: TokenSource | None
    user: SafeText | None = None

    @property
    def title(self) -> str:
        """The platform's title, or the host of an unknown one."""
        platform = platform_at(self.endpoint)
        return platform.title if platform else urlsplit(self.endpoint).netloc


class Credentials:
    """The profiles and tokens of one user, from the store, the environment and what other clients keep.

    A token is used only for the endpoint it was given for. That of SB_AUTH_TOKEN is SB_API_ENDPOINT or,
    where that is unset, the endpoint of the profile that is in use when the command line names none; so
    `--profile` or `--endpoint` can keep it from being used, which `notes` then says. `notes` also tells
    what was open to others.
    """

    def __init__(self, directory: Path, *, environ: Mapping[str, str], home: Path) -> None:
        """`directory` is the store's; it is made when the first token is saved."""
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
        """Return the platform to use and the first token for it; `profile`, `endpoint` are the options.

        Without the option, an endpoint that is another profile's leads to that profile and its token.
        Raises CredentialsError if the store is not fit to be read or the profile has no endpoint.
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
            raise CredentialsError(f"No endpoint is known for the profile {name[:40]!r}. There are: {known}.")
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
        """Store a token, and the name of the `user` who has it; return the profile that it was stored under.

        That is `access_profile` if the endpoint is its own, else the profile that has the endpoint, else a
        new one named after the host. Raises CredentialsError if the store cannot be read or written.
        """
        endpoint = normalize_endpoint(endpoint)
        with self._transaction() as store:
            profiles = Profiles(store, self._new)
            name = profiles.profile_for(access_profile, endpoint) or profiles.new_name(endpoint)
            store.put(name, endpoint, token, user)
        return name

    def advance_access(self, endpoint: str) -> bool:
        """Tell whether the profile of this endpoint has `advance_access = true` in the store."""
        with suppress(CredentialsError):
            store = self._store()
            name = Profiles(store, self._new).profile_for("", endpoint)
            return name is not None and store.advance_access(name)
        return False

    def forget(self, profile: str) -> bool:
        """Remove a profile and its token from the store; return whether it was there."""
        if profile not in self._store():
            return False
        with self._transaction() as store:
            store.remove(profile)
        return True

    def profiles(self) -> Mapping[str, str]:
        """Return the endpoint of each profile in the store, without those that have none to use."""
        store, endpoints = self._store(), {}
        for name in store:
            with suppress(CredentialsError):
                if endpoint := Profiles(store, {}).endpoint(name):
                    endpoints[name] = endpoint
        return endpoints

    def _candidates(
        self, profiles: Profiles, name: str, endpoint: str, default: str, *, store_first: bool
    ) -> Iterator[tuple[TokenSource, Token | None]]:
        """Yield what each place has for this profile and endpoint, in the order in which they count."""
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
                f"SB_AUTH_TOKEN was not sent to {endpoint}, as it was not given for that. "
                f"If it is for that, set SB_API_ENDPOINT to {endpoint}."
            )

    def _environment_endpoint(self) -> str | None:
        text = self._environ.get("SB_API_ENDPOINT", "").strip()
        return normalize_endpoint(text, where="SB_API_ENDPOINT") if text else None

    def _environment_fits(self, profiles: Profiles, default: str, endpoint: str) -> bool:
        """Tell whether SB_AUTH_TOKEN was given for this endpoint."""
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
        """Give the store to change and write it afterwards; meanwhile no other process changes it."""
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
                f"{self.path} cannot be written ({error.strerror}). Mend that, or set XDG_CONFIG_HOME to a "
                "directory that is yours."
            ) from error

    def _note(self, message: str) -> None:
        if message not in self.notes:
            self.notes.append(message)


def _other_clients_token(home: Path, name: str, endpoint: str, note: Note) -> Token | None:
    """Return the token that the Seven Bridges clients use for this profile, if it is for this endpoint."""
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
