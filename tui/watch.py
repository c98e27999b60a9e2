"""Learning of every change, one's own and other processes', from the journal; in a thread that only reads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.message import Message

from core.domain.models import Event
from core.office import Context, StoreError, views

POLL = 0.25
"""Seconds between two looks (the design's *Processes*)."""
PAGE = 1000
MOST = 4000
"""Events reported at once: where someone writes faster than they are read, there would be no report at all."""


@dataclass
class Changed(Message):
    """Someone committed: the office's counters now, and what the journal tells of."""

    overview: views.Overview
    codes: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    events: list[Event] = field(default_factory=list)

    def can_replace(self, message: Message) -> bool:
        return False


class Watcher(threading.Thread):
    """Looks four times a second whether anyone has committed, and reports what.

    Args:
        report: called in this thread, at every change.
        tend: called in this thread every few seconds (looks whether anyone sends).
    """

    def __init__(self, ctx: Context, report: Callable[[Changed], None], tend: Callable[[], None] | None = None):
        super().__init__(name="watch", daemon=True)
        self._ctx = ctx
        self._report = report
        self._tend = tend
        self._ended = threading.Event()
        self._version = views.version(ctx)
        self._seq = views.last_seq(ctx)

    def run(self) -> None:
        looks = 0
        while not self._ended.is_set():
            try:
                self._look()
                if self._tend is not None and looks % 8 == 0:
                    self._tend()
            except StoreError:  # busy for a moment, or closed under us: what was missed is still there next time
                pass
            looks += 1
            self._ended.wait(POLL)

    def stop(self) -> None:
        """End it, and wait until it has let go of the store."""
        self._ended.set()
        if self.is_alive():
            self.join(5)

    def _look(self) -> None:
        version = views.version(self._ctx)
        if version == self._version:
            return
        events: list[Event] = []
        while len(events) < MOST and (page := views.events(self._ctx, self._seq, PAGE)):
            events += page
            self._seq = page[-1].seq
        overview = views.overview(self._ctx)
        if len(events) < MOST:
            self._version = version
        self._report(
            Changed(
                overview,
                frozenset(one.code for one in events),
                frozenset(one.task for one in events if one.task is not None),
                events,
            )
        )
