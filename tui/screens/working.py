"""Long work on a place: says how far it is, and Esc cancels it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from core.domain.text import Text
from tui.keys import name_of
from tui.screens.place import Place
from tui.work import in_thread, start

F = TypeVar("F")
R = TypeVar("R")

FAR = Text("{doing} {done} de {total} · {key} cancela", "{doing} {done} of {total} · {key} cancels")
CANCELLING = Text("Cancelando…", "Cancelling…")
CANCELLED = Text("Cancelado; nada foi feito.", "Cancelled; nothing was done.")
EVERY = 0.2
"""Seconds between two words about how far it is."""


class Cancelled(Exception):
    """Someone does not want it any more."""


class Work:
    """Some long work, as its thread sees it."""

    def __init__(self, tell: Callable[[int, int], object]):
        self._tell = tell
        self._unwanted = threading.Event()
        self._told = time.monotonic()

    def cancel(self) -> None:
        self._unwanted.set()

    @property
    def cancelled(self) -> bool:
        return self._unwanted.is_set()

    def step(self, done: int, total: int) -> None:
        """Say how far it is.

        Raises:
            Cancelled: nobody wants it any more.
        """
        if self.cancelled:
            raise Cancelled
        if time.monotonic() - self._told > EVERY:
            self._told = time.monotonic()
            self._tell(done, total)


class Working(Place[F]):
    """A place on which long work is done; one at a time."""

    _work: Work | None = None

    def do_long(self, do: Callable[[Work], R], then: Callable[[R], None], doing: Text) -> None:
        """Do something long in a thread; what it returns is handed on, also when it was cancelled half-way."""
        told, cancel = self.say(doing), self.desk.keys[name_of(type(self), "step_back")]

        def tell(done: int, total: int) -> None:
            self.app.call_later(say, done, total)

        def say(done: int, total: int) -> None:
            if self._work is work:
                self.notice(self.say(FAR, doing=told, done=done, total=total, key=cancel), "muted")

        work = Work(tell)

        async def doing_it() -> None:
            self.notice(told, "muted")
            try:
                result = await in_thread(lambda: do(work))
            except Cancelled:
                self.notice(self.say(CANCELLED), "muted")
            except Exception as error:
                self.notice("✗ " + self.desk.problem(error), "error")
            else:
                if self.is_running:
                    then(result)
            finally:
                if self._work is work:
                    self._work = None

        self.cancel_work()
        self._work = work
        start(self, doing_it, "long")

    def cancel_work(self) -> bool:
        """Let what is under way be given up; False when there is nothing."""
        if self._work is None:
            return False
        self._work.cancel()
        self._work = None
        self.notice(self.say(CANCELLING), "muted")
        return True
