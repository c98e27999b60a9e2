"""One key after the other: what a slow line delivers in one burst is understood as if it had been typed slowly.

Textual hands every key to what has the focus when the key arrives; a burst `/abc` would reach the list before `/` has
moved the focus to the filter, and its letters would be taken for commands.
"""

from __future__ import annotations

from asyncio import TimerHandle, get_running_loop
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from textual.app import App
from textual.events import Callback, Event, InputEvent, Key, Paste
from textual.message_pump import MessagePump

from tui.quick import Quick

R = TypeVar("R")

LONGEST = 2.0
"""Seconds after which the next key does not wait any longer: what had the one before may be gone."""


class OneByOne(Quick, App[R]):
    """Holds a key back until the one before has been handled by all who may, and what it opened is open."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._held: deque[InputEvent | Paste] = deque()
        self._turn = 0
        self._under_way: TimerHandle | None = None

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._held.append(event)
        if self._under_way is None:
            await self._next()

    async def _next(self) -> None:
        if not self._held:
            return
        self._turn += 1
        self._under_way = get_running_loop().call_later(LONGEST, self.call_later, self._end, self._turn)
        target: MessagePump = self.focused or self.screen
        await super().on_event(self._held.popleft())
        self._follow([*_upwards(target), *_upwards(target)], self._turn)

    def _follow(self, path: Sequence[MessagePump], turn: int) -> None:
        """Come after the key in the queue of each that it goes through, and once more: after what they told by it."""
        for position, one in enumerate(path):
            if one.post_message(Callback(Step(partial(self._follow, path[position + 1 :], turn)))):
                return
        self.screen.call_later(self.call_later, self._end, turn)  # it may be another one now

    async def _end(self, turn: int) -> None:
        if turn != self._turn or self._under_way is None:
            return
        self._under_way.cancel()
        self._under_way = None
        await self._next()


class Step:
    """A callback of which Textual need not find out, at every step of every key, that it takes no arguments."""

    _param_count = 0

    def __init__(self, do: Callable[[], None]):
        self._do = do

    def __call__(self) -> None:
        self._do()


def _upwards(one: MessagePump | None) -> list[MessagePump]:
    path = []
    while one is not None:
        path.append(one)
        one = one._parent
    return path
