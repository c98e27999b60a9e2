"""The journal's list: it follows at its end, stands still elsewhere, and is filtered over all of history."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from textual.timer import Timer
from textual.widget import Widget

from core.domain.models import Event, Level
from core.domain.text import Text
from core.office import views
from core.office.log import Filter, Matcher, Search
from tui.desk import Desk
from tui.screens.log_list import Every, Hits, Journal, LogRows
from tui.screens.log_state import State, told
from tui.screens.place import READING, Place
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, saying
from tui.widgets.rows import Column, Rows
from tui.widgets.typed import Bar, Typed
from tui.work import start

NOTHING = Text(
    "Nada aconteceu ainda: anexe documentos e conclua tarefas ({keys[app.go_tasks]}).",
    "Nothing has happened yet ({keys[app.go_tasks]}: tasks).",
)
NO_FIT = Text(
    "Nada corresponde a estes filtros. {keys[log.filters]} os desliga, {keys[log.step_back]} os retira.",
    "Nothing fits these filters. {keys[log.filters]}: off, {keys[log.step_back]}: away.",
)
LOOKING = Text("procurando…", "looking…")
WORDS = Text("palavras", "words")
HEADS = (Text("Hora", "Time"), Text("", ""), Text("Cliente", "Client"), Text("O que aconteceu", "What happened"))
FIRST, BETWEEN = 0.01, 0.6
"""Seconds before the first of many events is shown, and between two paints while more come, at least."""
RATE = 3000
"""Bytes a second that following may cost, a little less than is promised."""
GLANCE, SLICE = 0.03, 0.2
"""Seconds of looking through the journal before the first result is shown, and between two reports."""
KEEP = 200
"""Of those that arrive together, the last so many are kept at hand."""


class Followed(Place[int]):
    """A list of events with filters."""

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self.journal = Journal(desk.ctx, desk.lang)
        self._following = True
        self._place = self._last = self._top = 0
        """Where one stands; the last event known of; the last one that the list covers."""
        self._height = 0
        """How far below the top of the list one stands."""
        self._filter = Filter()
        self._is_on = True
        self._client_name = ""
        self._matcher: Matcher | None = None
        self._looking = False
        self._reached: datetime | None = None
        self._pending: list[Event] = []
        self._taking = False
        self._typing: Timer | None = None

    def body(self) -> Iterable[Widget]:
        yield Bar(Typed(self.say(WORDS), id="words", value=self._filter.text), Lines([()], id="state"), classes="bar")
        columns = [
            Column(self.say(head), width, grow)
            for head, width, grow in zip(HEADS, (14, 1, 16, 20), (0, 0, 1, 4), strict=True)
        ]
        yield LogRows(columns, id="list")

    @cached_property
    def rows(self) -> LogRows:
        return self.query_one("#list", LogRows)

    @property
    def wanted(self) -> Filter:
        """What is filtered by now."""
        return self._filter if self._is_on else Filter()

    # --- what is there again after a lost connection

    def memento(self) -> dict[str, Any]:
        wanted = self._filter
        return {
            "level": wanted.level.value,
            "client": wanted.client,
            "client_name": self._client_name,
            "text": wanted.text,
            "is_on": self._is_on,
            "following": self._following,
            "place": self._place,
            "height": self._height,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        with suppress(KeyError, TypeError, ValueError):
            client = state["client"] and str(state["client"])
            wanted = Filter(Level(state["level"]), client, str(state["text"]))
            place, height = int(state["place"]), int(state["height"])
            self._filter, self._is_on, self._client_name = wanted, bool(state["is_on"]), str(state["client_name"])
            self._following, self._place, self._height = bool(state["following"]), place, height

    # --- reading

    def read(self) -> int:
        last = views.last_seq(self.desk.ctx)
        self.journal.keep(*self.journal.read(range(max(last - KEEP, 0) + 1, last + 1)))
        return last

    def show(self, found: int) -> None:
        self._last = max(found, self._last)
        self._apply()

    def on_mount(self) -> None:
        super().on_mount()
        if self._found is None:
            self.rows.show(self.journal, empty=saying(self.say(READING)))

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._found is not None:
            self.paint()

    def changed(self, changed: Changed) -> None:
        """Take in what happened; nothing of what is looked at moves unless it is the end."""
        if self._found is None or not changed.events:
            return
        self._pending += changed.events
        self._last = max(self._last, changed.events[-1].seq)
        self._take_soon()

    def _take_soon(self) -> None:
        if not self._taking:
            self._taking = True
            self.set_timer(FIRST, partial(start, self, self._take_in, "events"))

    async def _take_in(self) -> None:
        """Take in what has gathered: a flood of events costs a paint now and then, not one each."""
        top, matcher, journal = self._top, self._matcher, self.journal
        events, self._pending = [one for one in self._pending if one.seq > top], []

        def fitting() -> tuple[list[Event], dict[str, str]]:
            found = events if matcher is None else [one for one in events if matcher.takes(one)]
            return found, journal.named(found[-KEEP:])[1]

        if events and not self._looking:
            found, names = await asyncio.to_thread(fitting)
            if not self._looking and top == self._top:
                self._top = events[-1].seq
                journal.keep(found[-KEEP:], names)
                journal.arrive(found, hold=not self._following)
                events = []
                if found:
                    self.paint()
        self._pending[:0] = events  # they come after what is still being looked through
        self.set_timer(max(BETWEEN, self._cost() / RATE), self._take_more)

    def _take_more(self) -> None:
        self._taking = False
        if self._pending:
            self._take_soon()

    def _cost(self) -> float:
        """Bytes that writing the whole list may take."""
        return self.rows.height * (self.size.width * 1.25 + 110) + self.size.width * 8

    # --- filters

    def _apply(self) -> None:
        """Show what the filters leave, from where one stands outwards."""
        self.console.touch()
        self.workers.cancel_group(self, "look")
        self._looking, self._reached = bool(self.wanted), None
        if self._looking:
            start(self, self._look, "look")
        else:
            self._matcher = None
            self._list(Every(self._last), self._last)

    async def _look(self) -> None:
        """Look through the journal in a thread; what is near comes first, and how far it has come is told."""
        last = self._last
        place = last if self._following else self._place
        matcher = await asyncio.to_thread(Matcher, self.desk.ctx, self.wanted, self.desk.lang)
        search, hits, seconds = Search(self.desk.ctx, matcher, place, last), Hits(), GLANCE
        while not search.done or self.journal.listed is not hits:
            older, newer, reached = await asyncio.to_thread(search.step, seconds)
            is_first = not len(hits)
            hits.add_older(older)
            hits.add_newer(newer)
            self._matcher, self._looking = matcher, not search.caught_up
            self._reached = None if search.done else reached
            if self.journal.listed is not hits:
                self._list(hits, last)
            elif is_first:
                self._stand(hits)
            else:  # hits found late never move the cursor
                self.rows.cursor += len(older)
                self.rows.top += len(older)
            self.paint()
            seconds = SLICE

    def _list(self, listed: Every | Hits, top: int) -> None:
        """List other events."""
        self.journal.forget()
        self.journal.listed = listed
        self._top = top
        self._stand(listed)
        self.paint()

    def _stand(self, listed: Every | Hits) -> None:
        """Put the cursor on the event where one stood, or on the nearest, at its height on the screen."""
        rows = self.rows
        rows.cursor = listed.position(self._place)
        rows.top = max(rows.cursor - self._height, 0)

    def _remember(self) -> None:
        """Here one stands."""
        rows = self.rows
        self._place = self.journal.seq(rows.cursor) or self._place
        self._height = rows.cursor - rows.top

    # --- showing

    def paint(self) -> None:
        """Write what changed of the list and of the line above it."""
        if self.is_current:
            self.rows.show(self.journal, empty=self._empty, cursor=len(self.journal) - 1 if self._following else None)
            self.read_wanted()
            self.tell()

    def _empty(self, width: int) -> list[Line]:
        why = NOTHING if not self.wanted else NO_FIT if self._reached is None else LOOKING
        return saying(self.say(why), above=1)(width)

    def read_wanted(self) -> None:
        """Read what the screen lacks, in a thread."""
        wanted = self.journal.wanted()
        if not wanted:
            return

        async def read() -> None:
            self.journal.keep(*await asyncio.to_thread(self.journal.read, wanted))
            self.rows.sync()
            self.rest()

        start(self, read, "pages")

    def tell(self) -> None:
        """Say how the list is."""
        typed = self.query_one("#words", Typed)
        state = State(
            self._filter,
            self._is_on,
            self._client_name,
            bool(typed.display),
            self.desk.keys,
            self._following,
            len(self.journal.held),
            self.journal.held_errors,
            len(self.journal),
            self._reached,
        )
        width = self.size.width - (typed.outer_size.width if typed.display else 0)
        self.query_one("#state", Lines).update([told(state, self.desk.lang, width)])

    def rest(self) -> None:
        """The cursor stands on something else."""

    # --- following

    def on_log_rows_walked(self, _: LogRows.Walked) -> None:
        rows = self.rows
        follows = rows.cursor >= len(self.journal) - 1 and not self.journal.held
        self._remember()
        if follows != self._following or self.journal.held:
            self._following = follows
            self.tell()
            self.console.touch()
        self.read_wanted()

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self.rest()

    def action_pause(self) -> None:
        """Stand still where one is, or go to the end and follow."""
        if self._following:
            self._following = False
            self._remember()
            self.tell()
            self.console.touch()
        else:
            self.rows.action_edge(1)
