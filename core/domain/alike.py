"""The library that finds texts alike, imported when it is first wanted."""

from __future__ import annotations

from threading import Lock
from types import ModuleType

_ONE_AT_A_TIME = Lock()


def rapidfuzz() -> tuple[ModuleType, ModuleType]:
    """Its `fuzz` and its `process`: 25 ms at the first call.

    Of two threads that import it at once, one would get half a module: its parts import each other, and Python then
    rather goes on than waits for ever.
    """
    with _ONE_AT_A_TIME:
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only who searches needs it
    return fuzz, process
