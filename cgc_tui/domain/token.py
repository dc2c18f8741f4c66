"""The authentication token as a value that never shows."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

REDACTED = "(token)"
MIN_SECRET_LENGTH = 8
"""Shorter secrets occur in ordinary text by chance; the platform's tokens have 32 characters."""

Text = TypeVar("Text", str, bytes)


class Token:
    """An authentication token that does not show in any repr, string, traceback or pickle."""

    __slots__ = ("__secret",)
    __known: ClassVar[set[str]] = set()

    def __init__(self, secret: str) -> None:
        self.__secret = secret
        Token.__known.add(secret)

    @classmethod
    def redact_all(cls, text: str) -> str:
        """Redact every token that this process has created, in plain and quoted form."""
        for secret in sorted(cls.__known, key=len, reverse=True):
            for form in (secret, repr(secret)[1:-1], quote(secret, safe="")):
                text = text.replace(form, REDACTED)
        return text

    def reveal(self) -> str:
        """Return the secret, for a header or the credentials file."""
        return self.__secret

    def redact(self, text: Text) -> Text:
        """Replace the secret with "(token)" in text from outside."""
        if len(self.__secret) < MIN_SECRET_LENGTH:
            return text
        if isinstance(text, bytes):
            return text.replace(self.__secret.encode(), REDACTED.encode())
        return text.replace(self.__secret, REDACTED)

    def __repr__(self) -> str:
        return "Token(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a token is not pickled")
