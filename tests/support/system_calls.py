"""System calls that fail."""

from __future__ import annotations

import os
from collections.abc import Callable


def refuse(number: int) -> Callable[..., None]:
    """Return a function that fails with this error number."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail
