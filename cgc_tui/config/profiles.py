"""The credentials file: an INI file with a section per profile, as the Seven Bridges clients use it.

Unknown sections and keys are preserved; comments are lost when the file is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from urllib.parse import urlsplit

from cgc_tui.config.platforms import PLATFORMS, CredentialsError, normalize_endpoint, parse_token
from cgc_tui.config.private_files import UnusableFile, write_private
from cgc_tui.domain.text import SafeText, sanitize
from cgc_tui.domain.token import Token

MAX_NAME = 100


class IniFile:
    """The profiles in one INI file."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        # The default section gives its keys to all others; no section can have an empty name.
        self._parser = ConfigParser(interpolation=None, default_section="")
        line = None
        try:
            self._parser.read_string(text)
        except IniError as error:
            errors = getattr(error, "errors", None)
            line = errors[0][0] if errors else getattr(error, "lineno", 0)
        # Raised outside of the handler: the parser's error contains the line, which may have a token.
        if line is not None:
            raise UnusableFile(f"is not valid at line {line}", "Correct or remove that line.")

    def __contains__(self, name: str) -> bool:
        return self._parser.has_section(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parser.sections())

    def endpoint(self, name: str) -> str | None:
        """Return a profile's endpoint in the file."""
        text = self._parser.get(name, "api_endpoint", fallback="")
        return normalize_endpoint(text, where=f"api_endpoint of {name} in {self._path}") if text else None

    def token(self, name: str) -> Token | None:
        """Return a profile's token in the file."""
        if not self._parser.get(name, "auth_token", fallback=""):
            return None
        where = f"auth_token of {name} in {self._path}"
        return parse_token(self._parser.get(name, "auth_token"), where=where)

    def advance_access(self, name: str) -> bool:
        """Return whether a profile uses the platform's "advance access" to new features."""
        return self._parser.get(name, "advance_access", fallback="").lower() in {"true", "yes", "on", "1"}

    def user(self, name: str) -> SafeText | None:
        """Return the owner of a profile's token when it was stored, None if unknown."""
        return sanitize(self._parser.get(name, "username", fallback=""), max_chars=MAX_NAME) or None

    def put(self, name: str, endpoint: str, token: Token, user: str) -> None:
        """Set a profile's endpoint, token and user; keep its other keys."""
        values = {"api_endpoint": endpoint, "auth_token": token.reveal()}
        self._parser.read_dict({name: {**values, "username": sanitize(user, max_chars=MAX_NAME)}})

    def remove(self, name: str) -> None:
        """Remove a profile."""
        self._parser.remove_section(name)

    def write(self) -> None:
        """Write the file."""
        write_private(self._path, self._parser.write)


class Profiles:
    """The endpoint and token of each profile: from the store, else from the platform of that name."""

    def __init__(self, store: IniFile, new: Mapping[str, str]) -> None:
        """`new` has the endpoints of profiles that are in use but not stored yet."""
        self._store = store
        self._new = new

    def __contains__(self, name: str) -> bool:
        return name in self._store or name in PLATFORMS

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*PLATFORMS, *self._store)))

    def endpoint(self, name: str) -> str | None:
        """Return a profile's endpoint, to which its token is bound."""
        platform = PLATFORMS.get(name)
        return self._store.endpoint(name) or (platform.endpoint if platform else self._new.get(name))

    def owns(self, name: str, endpoint: str) -> bool:
        """Return whether this is the profile's endpoint; a profile with an invalid endpoint has none."""
        with suppress(CredentialsError):
            return self.endpoint(name) == endpoint
        return False

    def user(self, name: str) -> SafeText | None:
        """Return the owner of the profile's token when it was stored, None if unknown."""
        return self._store.user(name)

    def token(self, name: str, endpoint: str) -> Token | None:
        """Return the profile's token if it is bound to this endpoint."""
        return self._store.token(name) if self.owns(name, endpoint) else None

    def profile_for(self, name: str, endpoint: str) -> str | None:
        """Return the profile that has this endpoint, preferably `name`."""
        return next((other for other in (name, *self) if self.owns(other, endpoint)), None)

    def new_name(self, endpoint: str) -> str:
        """Return an unused profile name for an endpoint: its host, with a number if necessary."""
        host = urlsplit(endpoint).netloc.replace("[", "").replace("]", "")
        names = chain([host], (f"{host}-{number}" for number in count(2)))
        return next(name for name in names if name not in self)
