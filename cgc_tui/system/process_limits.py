"""The machine's limits on threads, processes and memory: reduces the app's needs, and explains errors."""

from __future__ import annotations

import errno
import math
import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

LIMITED = 2
"""The exit status if a limit of this machine ends the program."""

M_ARENA_MAX = -8
"""glibc's number of the parameter (malloc.h)."""

RESERVE = 4 * 2**20
"""Bytes that are reserved for reporting that memory has run out."""

MEMORY_LIMITS = ((resource.RLIMIT_AS, "-v", 0), (resource.RLIMIT_DATA, "-d", 5))
"""Memory limits, with their `ulimit` options and the fields of /proc/self/statm for their use (proc(5))."""

DEFAULT_STACK = 8 * 2**20
"""The stack size of a thread, in bytes, if there is no limit on it (`ulimit -s`)."""

_reserve: list[bytes] = []


def prepare_for_limits() -> None:
    """If memory is limited, reduce the address space in use, and reserve memory for an error report.

    glibc reserves 64 MB of address space for the memory arena of each further thread (mallopt(3),
    M_ARENA_MAX), which exhausts a limit of 350 MB (`ulimit -v`) although the program uses 90 MB.
    """
    if all(_limit(number) is None for number, _, _ in MEMORY_LIMITS):
        return
    _reserve.append(bytes(RESERVE))
    with suppress(ImportError, OSError, AttributeError):  # no ctypes, or no glibc
        import ctypes

        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def startable_threads(most: int) -> int:
    """Return how many further threads, up to `most`, can be started."""
    end = Event()
    started: list[Thread] = []
    try:
        for _ in range(most):
            thread = Thread(target=end.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError as error:
        if not is_thread_limit(error):
            raise
    finally:
        end.set()
        for thread in started:
            thread.join()
    return len(started)


def is_thread_limit(error: BaseException) -> bool:
    """Return whether the error means that no further thread can be started."""
    return isinstance(error, RuntimeError) and "can't start new thread" in str(error)


def limit_message(error: BaseException) -> str | None:
    """Return a message that names the limit which caused an error, None for other errors."""
    for member in _with_members(error):
        if is_thread_limit(member):
            return f"cannot start another thread: {_thread_limit()}."
        if _is_memory_limit(member):
            _reserve.clear()
            return f"out of memory: {_memory_limit()}."
    return None


def address_space_message(least: int) -> str | None:
    """Return a message if the address space is limited to fewer than `least` bytes, else None."""
    most = _limit(resource.RLIMIT_AS)
    return None if most is None or most >= least else f"out of memory: {_memory_limit()}."


def _with_members(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _with_members(member)


def _is_memory_limit(error: BaseException) -> bool:
    if isinstance(error, ImportError):  # of a compiled module: the dynamic linker's messages
        return any(text in str(error) for text in ("failed to map segment", "annot allocate memory"))
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def _thread_limit() -> str:
    """Return the limit that prevents the start of a thread: memory for its stack, or processes."""
    stack = _limit(resource.RLIMIT_STACK) or DEFAULT_STACK
    if any(left < stack for left, _ in _memory_limits()):
        return _memory_limit()
    most = _limit(resource.RLIMIT_NPROC)
    if most is None:
        return "this machine allows no more; quit other programs"
    return f"your limit of processes and threads is {most:,} (ulimit -u); raise it, or quit other programs"


def _memory_limit() -> str:
    """Return the memory limit with the least memory left."""
    limits = sorted(_memory_limits())
    return limits[0][1] if limits else "this machine has no more; quit other programs"


def _memory_limits() -> Iterator[tuple[float, str]]:
    """Yield the bytes left of each limit, with a description of the limit."""
    try:
        pages = [int(field) for field in Path("/proc/self/statm").read_text().split()]
    except OSError:
        pages = []
    for number, option, field in MEMORY_LIMITS:
        if (most := _limit(number)) is not None:
            left = most - pages[field] * resource.getpagesize() if pages else math.inf
            yield left, f"your limit is {most // 1024:,} kB for each program (ulimit {option}); raise it"


def _limit(number: int) -> int | None:
    """Return the soft limit of a resource, None if it is unlimited."""
    soft, _ = resource.getrlimit(number)
    return None if soft == resource.RLIM_INFINITY else soft
