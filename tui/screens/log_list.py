"""The journal as rows: which events are listed, those that the screen needs, and the list that shows them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import neg

from textual.message import Message

from core.domain.events import message
from core.domain.figures import dated
from core.domain.models import Event, Level
from core.domain.story import PLACED
from core.office import Context, log, views
from tui.widgets.rows import Row, Rows

SIGNS = {Level.INFO: "·", Level.WARNING: "!", Level.ERROR: "✗"}
CODE_SIGNS = {"replaced": "↻", "waiting": "↻", "requeued": "↻"}
TONES = {Level.INFO: "", Level.WARNING: "warning", Level.ERROR: "error"}
KEPT = 4000
"""Events kept in memory at most."""
AROUND = 60
"""Events read around one that the screen lacks."""


class Every:
    """The numbers of all events: they are given one after the other."""

    def __init__(self, count: int):
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> int:
        return index + 1

    def position(self, seq: int) -> int:
        return max(min(seq, self._count) - 1, 0)

    def holds(self, seq: int) -> bool:
        return 0 < seq <= self._count

    def seqs(self) -> Sequence[int]:
        return range(1, self._count + 1)

    def add_newer(self, seqs: Sequence[int]) -> None:
        self._count = max(self._count, seqs[-1])


class Hits:
    """The numbers of the events found so far, on both sides of where one stood: adding at either end is cheap."""

    def __init__(self) -> None:
        self._older = array("q")  # the newest first
        self._newer = array("q")

    def __len__(self) -> int:
        return len(self._older) + len(self._newer)

    def __getitem__(self, index: int) -> int:
        older = len(self._older)
        return self._older[older - 1 - index] if index < older else self._newer[index - older]

    def position(self, seq: int) -> int:
        """Where that event is, or the last one before it, or the first one."""
        older = len(self._older)
        if self._newer and self._newer[0] <= seq:
            return older + bisect_right(self._newer, seq) - 1
        return max(older - 1 - bisect_left(self._older, -seq, key=neg), 0)

    def holds(self, seq: int) -> bool:
        return bool(len(self)) and self[self.position(seq)] == seq

    def seqs(self) -> Sequence[int]:
        return array("q", (*reversed(self._older), *self._newer))

    def add_older(self, seqs: Sequence[int]) -> None:
        self._older.extend(reversed(seqs))

    def add_newer(self, seqs: Sequence[int]) -> None:
        self._newer.extend(seqs)


class Journal:
    """A source of rows; what the screen lacks is wanted, to be read in a thread, and kept for a while.

    What arrives while it is held is counted and not listed, so that nothing moves.
    """

    def __init__(self, ctx: Context, lang: str):
        self._ctx = ctx
        self._lang = lang
        self._events: dict[int, Event] = {}
        self._names: dict[str, str] = {}
        self._wanted: set[int] = set()
        self.listed: Every | Hits = Every(0)
        self.held: list[int] = []
        self.held_errors = 0

    def __len__(self) -> int:
        return len(self.listed)

    def seq(self, index: int) -> int | None:
        return self.listed[index] if 0 <= index < len(self.listed) else None

    def event(self, index: int) -> Event | None:
        """The event at a place; None while it is not read yet, and then it is wanted."""
        seq = self.seq(index)
        found = None if seq is None else self._events.get(seq)
        if found is None and seq is not None:
            self._wanted.add(index)
        return found

    def row(self, index: int) -> Row:
        event = self.event(index)
        key = str(self.listed[index])
        if event is None:
            return Row(key, ("…", "", "", ""), "muted")
        client = "" if event.client is None else f"{event.client} {self._names.get(event.client, '')}"
        tone = TONES[event.level]
        cells = (dated(event.at, "%d/%m %H:%M:%S", self._lang), sign_of(event), client, summary(event, self._lang))
        return Row(key, cells, (tone or "muted", tone, tone, tone))

    def name(self, client: str) -> str:
        """A client's name, if it is known by now."""
        return self._names.get(client, "")

    # --- reading

    def wanted(self) -> list[int]:
        """Numbers of the events to be read, those around them included; none is wanted any more."""
        indexes = self._wanted
        self._wanted = set()
        if not indexes:
            return []
        around = range(max(min(indexes) - AROUND, 0), min(max(indexes) + AROUND, len(self)))
        return [seq for seq in (self.listed[index] for index in around) if seq not in self._events]

    def read(self, seqs: Sequence[int]) -> tuple[list[Event], dict[str, str]]:
        """Read events, and their clients' names; in a thread."""
        return self.named(log.read_events(self._ctx, seqs))

    def named(self, found: list[Event]) -> tuple[list[Event], dict[str, str]]:
        """Events with the names of their clients that are not known yet; in a thread."""
        new = {one.client for one in found if one.client is not None} - self._names.keys()
        return found, views.names_of(self._ctx, new) if new else {}

    def keep(self, found: Iterable[Event], names: dict[str, str]) -> None:
        """Have what was read."""
        self._names |= names
        self._events |= {one.seq: one for one in found}
        while len(self._events) > KEPT:
            del self._events[next(iter(self._events))]

    # --- arrivals

    def arrive(self, found: Sequence[Event], *, hold: bool) -> None:
        """List what has just happened, or hold it."""
        if not found:
            return
        if hold:
            self.held += [one.seq for one in found]
            self.held_errors += sum(one.level is Level.ERROR for one in found)
        else:
            self.release()
            self.listed.add_newer([one.seq for one in found])

    def release(self) -> None:
        """List what was held."""
        if self.held:
            self.listed.add_newer(self.held)
        self.forget()

    def forget(self) -> None:
        """Hold nothing any more."""
        self.held, self.held_errors = [], 0


class LogRows(Rows):
    """The list."""

    source: Journal

    class Walked(Message):
        """Someone moved the cursor; what moves by itself does not say so."""

    def move(self, index: int, top: int | None = None) -> None:
        if index >= len(self.source):
            self.source.release()
        super().move(index, top)
        self.post_message(self.Walked())

    def action_edge(self, to: int) -> None:
        if to > 0:
            self.source.release()
        super().action_edge(to)

    def _reveal(self) -> None:
        if self.size.height:  # before that, a line that is there again would lose its height on the screen
            super()._reveal()


def sign_of(event: Event) -> str:
    """What happened, as one sign."""
    sign = "✓" if event.code in PLACED and event.level is Level.INFO else SIGNS[event.level]
    return CODE_SIGNS.get(event.code, sign)


def summary(event: Event, lang: str) -> str:
    """An event in one line: where a document went, or what happened."""
    if event.code in PLACED and event.folder is not None and event.name is not None:
        return " > ".join((*event.folder, event.name))
    return message(event, lang)
