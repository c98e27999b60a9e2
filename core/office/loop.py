"""Running what is asynchronous from where nothing is."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine
from contextlib import ExitStack, closing
from typing import Any, TypeVar

T = TypeVar("T")


def in_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`; where no handles are left for a loop, that is said before one is half made.

    Half a loop cannot be closed, and would add a programmer's traceback to our sentence.

    Raises:
        OSError: there are no handles left; nothing was begun.
    """
    try:
        with ExitStack() as stack:  # what a loop opens: a pair of sockets and what waits for them
            left, right = socket.socketpair()
            stack.enter_context(left)
            stack.enter_context(right)
            stack.enter_context(closing(os.fdopen(os.dup(left.fileno()), "rb", buffering=0)))
    except OSError:
        coroutine.close()
        raise
    return asyncio.run(coroutine)
