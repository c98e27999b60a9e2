"""The journal as someone reads it: filtered over all of history, one line in full, and written to a file."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.domain.events import EVENTS, message
from core.domain.failures import FAILURES
from core.domain.models import Client, Delivery, Document, Event, Level, Task, Template, rfc3339
from core.domain.text import fold
from core.office import views
from core.office.context import Context
from core.ports import EventChoice

GRAVITY = {Level.INFO: 0, Level.WARNING: 1, Level.ERROR: 2}
_RUN = re.compile(r"[^\W_]+")
SHORTEST, LONGEST = 500, 100_000
"""Numbers looked through at once."""
MOMENT = 0.025
"""Seconds that this is to take."""


@dataclass(frozen=True)
class Filter:
    """Which lines of the journal someone wants to see: all of it has to fit.

    Args:
        level: this level and graver ones.
        text: words, each of them in the sentence, the names, the client or the codes; accents and case not mattering.
    """

    level: Level = Level.INFO
    client: str | None = None
    text: str = ""

    def __bool__(self) -> bool:
        return self.level is not Level.INFO or self.client is not None or bool(self.text.strip())


class Matcher:
    """A filter made ready in one language; reads the clients, so it is to be made in a thread."""

    def __init__(self, ctx: Context, wanted: Filter, lang: str):
        self._filter = wanted
        self._lang = lang
        self._words = fold(wanted.text).split()
        hay = {one.id: fold(f"{one.id} {one.name}") for one in views.every(ctx.store.clients)} if self._words else {}
        self._clients = {word: {key for key, text in hay.items() if word in text} for word in self._words}
        runs = {run for word in self._words for run in _RUN.findall(word)}
        self.choice = EventChoice(
            level=wanted.level,
            client=wanted.client,
            words=tuple(
                (run, codes_saying(run, lang), tuple(key for key, text in hay.items() if run in text))
                for run in sorted(runs, key=len, reverse=True)
            ),
        )

    def takes(self, event: Event) -> bool:
        """Whether an event fits."""
        wanted = self._filter
        if GRAVITY[event.level] < GRAVITY[wanted.level] or wanted.client not in (None, event.client):
            return False
        if not self._words:
            return True
        hay = fold(" ".join(_said(event, self._lang)))
        return all(word in hay or event.client in self._clients[word] for word in self._words)


def _said(event: Event, lang: str) -> Iterable[str]:
    yield message(event, lang)
    yield from (event.code, event.actor, event.login, event.task or "", event.client or "", event.name or "")
    yield from event.folder or ()


def codes_saying(run: str, lang: str) -> tuple[str, ...]:
    """The codes whose own words, or whose failures', hold these letters."""
    failing = any(run in fold(failure.sentence.text(lang)) for failure in FAILURES.values())
    return tuple(
        code
        for code, kind in EVENTS.items()
        if run in code
        or any(run in fold(said.text(lang)) for said in (kind.sentence, kind.no_folder) if said)
        or (failing and "{sentence}" in kind.sentence.pt)
    )


class Search:
    """Looks through the journal from a place outwards, a stretch at a time; to be called in a thread.

    Args:
        place: the number where one stands; what is near is found first.
        last: the last number to look at.
    """

    def __init__(self, ctx: Context, matcher: Matcher, place: int, last: int):
        self.last = last
        self._ctx = ctx
        self._matcher = matcher
        self._stretch = SHORTEST
        self._low = self._high = min(place, last) + 1
        """What is from `_low` on and before `_high` is looked through."""

    @property
    def caught_up(self) -> bool:
        """Whether all that is newer is looked through."""
        return self._high > self.last

    @property
    def done(self) -> bool:
        return self._low <= 1 and self.caught_up

    def step(self, seconds: float) -> tuple[list[int], list[int], datetime | None]:
        """Look for about so long, at both sides in turn.

        Returns:
            The numbers of older and newer ones, both rising, and how far back it has come.
        """
        older: list[list[int]] = []
        newer: list[int] = []
        end = time.monotonic() + seconds
        while not self.done and time.monotonic() < end:
            if self._low > 1:
                low = max(self._low - self._stretch, 1)
                older.append(self._find(low, self._low))
                self._low = low
            if not self.caught_up:
                high = min(self._high + self._stretch, self.last + 1)
                newer += self._find(self._high, high)
                self._high = high
        there = self._ctx.store.find_events(EventChoice(), self._low, limit=1)
        return [seq for some in reversed(older) for seq in some], newer, there[0].at if there else None

    def _find(self, low: int, high: int) -> list[int]:
        """Those in a stretch; the next one is longer or shorter, so that each takes a moment."""
        begun = time.monotonic()
        store, choice = self._ctx.store, self._matcher.choice
        if choice.words:
            found = [one.seq for one in store.find_events(choice, low, high) if self._matcher.takes(one)]
        else:
            found = store.find_seqs(choice, low, high)
        took = time.monotonic() - begun
        self._stretch = min(self._stretch * 2, LONGEST) if took < MOMENT else max(self._stretch // 2, SHORTEST)
        return found


def read_events(ctx: Context, seqs: Iterable[int]) -> list[Event]:
    """The events with these numbers, oldest first."""
    return ctx.store.find_events(EventChoice(seqs=tuple(seqs)))


def next_grave(ctx: Context, level: Level, start: int, direction: int, limit: int = 200) -> list[int]:
    """Numbers of the next events of that level or graver, nearest first; `direction` is 1 or -1."""
    bounds = (start + 1, None) if direction > 0 else (0, start)
    found = ctx.store.find_events(EventChoice(level=level), *bounds, newest_first=direction < 0, limit=limit)
    return [one.seq for one in found]


@dataclass(frozen=True)
class About:
    """One line of the journal, and what it is about as that is now."""

    event: Event
    client: Client | None
    task: Task | None
    template: Template | None
    document: Document | None
    delivery: Delivery | None


def about(ctx: Context, event: Event) -> About:
    """Read what an event is about."""
    store = ctx.store
    with store.snapshot():
        document = store.documents.get(event.document) if event.document else None
        delivery = store.deliveries.get(event.delivery) if event.delivery else None
        key = (delivery and delivery.template) or (document and document.template)
        return About(
            event,
            store.clients.get(event.client) if event.client else None,
            store.tasks.get(event.task) if event.task else None,
            store.templates.get(key) if key else None,
            document,
            delivery,
        )


def remedy(event: Event, lang: str) -> str | None:
    """What to do about the failure that an event tells of."""
    failure = FAILURES.get(str(event.params.get("failure")))
    if failure is None:
        return None
    return failure.remedy.text(lang).format_map(defaultdict(str, event.params)).strip()


def event_json(event: Event, lang: str) -> dict[str, Any]:
    """An event in the form that other programs rely on (the design's section 6)."""
    return {
        "seq": event.seq,
        "at": rfc3339(event.at),
        "level": event.level,
        "code": event.code,
        "actor": event.actor,
        "delivery": event.delivery,
        "task": event.task,
        "client": event.client,
        "document": event.document,
        "folder": None if event.folder is None else list(event.folder),
        "name": event.name,
        "message": message(event, lang),
        "login": event.login,
    }
