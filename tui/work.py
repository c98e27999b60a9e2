"""Work beside the loop's own: coroutines that end with the screen that began them, and threads for what is slow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from textual.dom import DOMNode
from textual.worker import Worker

from tui.onebyone import OneByOne

R = TypeVar("R")


async def in_thread(do: Callable[[], R]) -> R:
    """Do what may take as long as a portal takes to answer: in a thread of its own, which nobody waits for at the end.

    asyncio's own threads (`to_thread`, used here for what only reads the store) are waited for: a portal that hangs
    would keep the console from ending.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[R] = loop.create_future()

    def settle(result: R | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type] # R may well be None

    def run() -> None:
        result, caught = None, None
        try:
            result = do()
        except BaseException as error:  # it belongs to whoever waits
            caught = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, caught)

    threading.Thread(target=run, name="slow", daemon=True).start()
    return await done


class Rest:
    """Does something at a move, and while moves follow each other once the cursor has been standing for a moment.

    A step costs one paint, and a key held down writes the list's lines alone.

    Args:
        node: whose it is; nothing is done once that is gone.
        seconds: after the last move.
        first: whether it is done at once at a move that follows none.
    """

    def __init__(self, node: DOMNode, seconds: float, do: Callable[[], object], *, first: bool = True):
        self._node, self._seconds, self._do, self._first = node, seconds, do, first
        self._handle: asyncio.TimerHandle | None = None
        self._last = 0.0

    def moved(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        loop = asyncio.get_running_loop()  # a timer of Textual's is a task of its own
        before, self._last = self._last, loop.time()
        if self._first and self._last - before > self._seconds:
            self._handle = None
            self._do()
        else:
            self._handle = loop.call_later(self._seconds, self._node.call_later, self._do)


def start(
    node: DOMNode,
    work: Callable[[], Coroutine[Any, Any, None]],
    group: str,
    *,
    alone: bool = False,
    opens: bool = False,
) -> None:
    """Begin some work.

    Args:
        group: names what it does; `alone` ends what of the same group is still under way.
        opens: whether it may open something, for which what is typed in the same breath waits then.
    """
    app = node.app
    done = app.hold() if opens and isinstance(app, OneByOne) else None

    async def holding() -> None:
        try:
            await work()
        finally:
            if done is not None:
                done()

    _: Worker[None] = node.run_worker(holding, group=group, exclusive=alone)
