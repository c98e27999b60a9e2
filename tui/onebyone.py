"""One key after the other: what a slow line delivers in one burst is understood as if it had been typed slowly.

Textual hands every key to what has the focus when the key arrives; a burst `/abc` would reach the list before `/` has
moved the focus to the filter, and its letters would be taken for commands.
"""

from __future__ import annotations

from asyncio import TimerHandle, get_running_loop
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from textual._callback import invoke
from textual.app import App
from textual.events import Callback, Event, InputEvent, Key, Paste
from textual.message_pump import MessagePump

from tui.quick import Quick

R = TypeVar("R")

LONGEST = 2.0
"""Seconds after which the next key does not wait any longer: what had the one before may be gone.

Keys that have waited so long for something to open are dropped: what is there now would take letters for commands.
"""


class OneByOne(Quick, App[R]):
    """Holds a key back until the one before has been handled by all who may, and what it opened is open."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._held: deque[InputEvent | Paste] = deque()
        self._turn = 0
        self._under_way: TimerHandle | None = None
        self._path: Sequence[MessagePump] = ()
        """Those that the last key went through."""
        self._holds: set[TimerHandle] = set()

    def hold(self) -> Callable[[], None]:
        """Let keys wait for work that the last one began, and that may open what they are for; what ends that."""

        def end() -> None:
            if hold in self._holds:
                hold.cancel()
                self._holds.remove(hold)
                self._wait()

        def give_up() -> None:
            self._held.clear()
            end()

        hold = get_running_loop().call_later(LONGEST, give_up)
        self._holds.add(hold)
        return end

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._held.append(event)
        if self._under_way is not None or self._holds:
            return
        if self._at_rest([*self._path, *_upwards(self.focused or self.screen)]):
            await self._next()
        else:
            self._wait()

    def _at_rest(self, path: Iterable[MessagePump]) -> bool:
        """Whether all that was told by the last key has been heard: mostly so, where keys are pressed one by one.

        Textual looks one message ahead: what it has looked at is in no queue, but waits.
        """
        waits = self._pending_message is not None or self._next_callbacks or not self._message_queue.empty()
        return not waits and all(one is self or is_idle(one) for one in path)

    async def _next(self) -> None:
        if self._held:
            self._path = _upwards(self.focused or self.screen)
            await self._hand_on(self._held.popleft())
        self._wait()

    async def _hand_on(self, event: InputEvent | Paste) -> None:
        """Have a key handled by what has the focus, and by all above that, as Textual does, but without their queues.

        Nothing waits in these: what they hear now they would hear next.
        """
        if not isinstance(event, Key) or not all(one is self or is_idle(one) for one in self._path):
            await super().on_event(event)
            return
        self.app_focus = True
        if await self._check_bindings(event.key, priority=True):
            return
        event._set_forwarded()
        for one in self._path[:-1]:
            event._no_default_action = False
            with one._context():
                for _, handler in one._get_dispatch_methods(event.handler_name, event):
                    await invoke(handler, event)
            if event._stop_propagation:
                return
        event._no_default_action = False
        await super().on_event(event)

    def _wait(self) -> None:
        """Hold the next key back until the last one has been heard by all."""
        if not self._held or self._holds or self._under_way is not None:
            return
        self._turn += 1
        self._under_way = get_running_loop().call_later(LONGEST, self.call_later, self._end, self._turn)
        self._follow([*self._path, *self._path], self._turn)

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
        if not self._holds:
            await self._next()


def is_idle(one: MessagePump) -> bool:
    """Whether someone who handles messages has none, and waits for one."""
    ready: Any = one._message_queue.ready_event
    return not ready.is_set() and any(not waiter.done() for waiter in ready._waiters) and not one._next_callbacks


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
