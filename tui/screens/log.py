"""Registro: everything as it happens, in any process; being at the end is following."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar

from textual.timer import Timer
from textual.widget import Widget

from core.domain.events import message
from core.domain.models import Event, Level
from core.domain.story import PLACED
from core.domain.text import Text
from core.office import Context, views
from tui.desk import Desk
from tui.keys import key
from tui.screens.panel import number
from tui.screens.place import READING, Place
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, Part, line, spread, wrapped
from tui.widgets.rows import Column, Row, Rows
from tui.work import start

NOTHING = Text("Nada aconteceu ainda: anexe documentos e conclua tarefas (3).", "Nothing has happened yet (3: tasks).")
FOLLOWING = Text("● seguindo", "● following")
STOPPED = Text("parado · End volta a seguir", "stopped · End follows again")
NEW = Text("↓ {count} novos", "↓ {count} new")
NEW_ERRORS = Text("↓ {count} novos ({errors} com erro)", "↓ {count} new ({errors} errors)")
EVENTS = Text("{count} linhas", "{count} lines")
BY = Text("por {actor}", "by {actor}")
NO_OTHER = Text("Nenhum outro erro ou aviso nesta direção.", "No other error or warning that way.")
HEADS = (Text("Hora", "Time"), Text("", ""), Text("Cliente", "Client"), Text("O que aconteceu", "What happened"))
SIGNS = {Level.INFO: "·", Level.WARNING: "!", Level.ERROR: "✗"}
CODE_SIGNS = {"replaced": "↻", "waiting": "↻", "requeued": "↻"}
TONES = {Level.INFO: "", Level.WARNING: "warning", Level.ERROR: "error"}
DETAIL = 4
PAGE = 200
KEPT_PAGES = 50
FIRST, BETWEEN = 0.01, 0.6
"""Seconds before the first of many events is shown, and between two paints while more come."""
REST = 0.08
"""Seconds after which the cursor is taken to rest."""


class Events:
    """The journal as rows: those on the screen are read page by page, in a thread, and kept for a while.

    An event's number is its place in the list: numbers are given one after the other.
    """

    def __init__(self, ctx: Context, lang: str):
        self._ctx = ctx
        self._lang = lang
        self._pages: dict[int, dict[int, Event]] = {}
        self._names: dict[str, str] = {}
        self.count = 0
        self.wanted: set[int] = set()

    def __len__(self) -> int:
        return self.count

    def event(self, index: int) -> Event | None:
        """The event at a place; None while it is not read yet, and then it is wanted."""
        page = index // PAGE
        if page not in self._pages:
            self.wanted.add(page)
            return None
        return self._pages[page].get(index + 1)

    def row(self, index: int) -> Row:
        event = self.event(index)
        if event is None:
            return Row(str(index + 1), ("…", "", "", ""), "muted")
        sign = "✓" if event.code in PLACED and event.level is Level.INFO else SIGNS[event.level]
        sign = CODE_SIGNS.get(event.code, sign)
        client = "" if event.client is None else f"{event.client} {self._names.get(event.client, '')}"
        tone = TONES[event.level]
        cells = (f"{event.at.astimezone():%d/%m %H:%M:%S}", sign, client, summary(event, self._lang))
        return Row(str(index + 1), cells, (tone or "muted", tone, tone, tone))

    def read(self, pages: Iterable[int]) -> None:
        """Read pages; in a thread."""
        for page in pages:
            events = views.events(self._ctx, page * PAGE, PAGE)
            self._add(page, {one.seq: one for one in events if one.seq <= (page + 1) * PAGE})

    def add(self, events: Iterable[Event]) -> None:
        """Take in what has just happened; in a thread, for clients' names are read."""
        by_page: dict[int, dict[int, Event]] = {}
        for one in events:
            by_page.setdefault((one.seq - 1) // PAGE, {})[one.seq] = one
        for page, some in by_page.items():
            if page in self._pages:
                self._add(page, some)

    def _add(self, page: int, events: dict[int, Event]) -> None:
        new = {one.client for one in events.values() if one.client is not None} - self._names.keys()
        if new:
            self._names |= views.names_of(self._ctx, new)
        self._pages[page] = self._pages.get(page, {}) | events
        while len(self._pages) > KEPT_PAGES:
            del self._pages[next(iter(self._pages))]


class Log(Place[int]):
    """The live log."""

    TITLE_TEXT = Text("Registro", "Journal")
    ENTER = Text("tarefa", "task")
    BINDINGS: ClassVar = [
        key("e", "trouble(1)", Text("próximo erro", "next error")),
        key("E", "trouble(-1)", Text("erro anterior", "error before")),
        key("f", "follow", Text("seguir", "follow")),
        key("x", "errors", Text("ver erros", "errors"), show=False),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._events = Events(desk.ctx, desk.lang)
        self._following = True
        self._new = 0
        self._new_errors = 0
        self._resting: Timer | None = None
        self._pending: list[Event] = []
        self._taking = False

    def body(self) -> Iterable[Widget]:
        yield Lines([()], id="state")
        columns = [
            Column(self.say(head), width, grow)
            for head, width, grow in zip(HEADS, (14, 1, 16, 20), (0, 0, 1, 4), strict=True)
        ]
        yield Rows(columns, id="list")
        yield Lines([()] * DETAIL, id="detail")

    @property
    def rows(self) -> Rows:
        return self.query_one("#list", Rows)

    # --- reading

    def read(self) -> int:
        last = views.last_seq(self.desk.ctx)
        newest = (last - 1) // PAGE if last else -1
        self._events.read(page for page in (newest - 1, newest) if page >= 0)
        return last

    def show(self, found: int) -> None:
        self._take(found)

    def on_mount(self) -> None:
        super().on_mount()
        if self._found is None:
            self.rows.show(self._events, empty=[line(("  " + self.say(READING), "muted"))])

    def changed(self, changed: Changed) -> None:
        """Take in what happened; nothing of what is looked at moves unless it is the end."""
        if self._found is None or not changed.events:
            return

        self._pending += changed.events
        if not self._taking:
            self._taking = True
            self.set_timer(FIRST, self._begin_taking)

    def _begin_taking(self) -> None:
        start(self, self._take_in, "events")

    async def _take_in(self) -> None:
        """Take in what has gathered: a flood of events costs two paints a second, not one each."""
        events, self._pending = self._pending, []
        await asyncio.to_thread(self._events.add, events)
        if not self._following:
            self._new += len(events)
            self._new_errors += sum(one.level is Level.ERROR for one in events)
        self._take(events[-1].seq)
        self.set_timer(BETWEEN, self._take_more)

    def _take_more(self) -> None:
        if self._pending:
            self._begin_taking()
        else:
            self._taking = False

    def _take(self, count: int) -> None:
        self._events.count = max(count, self._events.count)
        empty = [line(""), line(("  " + self.say(NOTHING), "muted"))]
        self.rows.show(self._events, empty=empty, cursor=count - 1 if self._following else None)
        self._read_wanted()
        self._tell()

    def _read_wanted(self) -> None:
        """Read what the screen lacks, in a thread."""
        wanted, self._events.wanted = self._events.wanted, set()
        if not wanted:
            return

        async def read() -> None:
            await asyncio.to_thread(self._events.read, sorted(wanted))
            self.rows.sync()
            self._tell()

        start(self, read, "pages")

    # --- following

    def on_rows_moved(self, _: Rows.Moved) -> None:
        rows = self.rows
        self._following = rows.cursor >= len(self._events) - 1
        if self._following:
            self._new = self._new_errors = 0
        self._read_wanted()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._tell)  # a key held down writes only the lines of the list

    def action_follow(self) -> None:
        self.rows.action_edge(1)

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        lang = self.desk.lang
        state: Part = (self.say(FOLLOWING), "good") if self._following else (self.say(STOPPED), "warning")
        new = ""
        if self._new:
            text = NEW_ERRORS if self._new_errors else NEW
            new = "   " + self.say(text, count=number(self._new, lang), errors=number(self._new_errors, lang))
        count = self.say(EVENTS, count=number(len(self._events), lang))
        parts: list[Part] = [(" ", ""), state, (new, "strong")]
        self.query_one("#state", Lines).update([spread(parts, [(count + " ", "muted")], self.size.width)])
        self.query_one("#detail", Lines).update(self._detail())

    def _detail(self) -> list[Line]:
        event = self._events.event(self.rows.cursor) if len(self._events) else None
        lines: list[Line] = [line("")]
        if event is not None:
            lang = self.desk.lang
            tone = TONES[event.level] or "strong"
            lines += wrapped(message(event, lang), self.size.width, tone, most=2)
            about = [event.task, event.name, event.actor and self.say(BY, actor=event.actor.lstrip("@")), event.code]
            about.append(f"nº {number(event.seq, lang)}")
            lines.append(line((" " + " · ".join(one for one in about if one), "muted")))
        return lines + [()] * (DETAIL - len(lines))

    # --- going elsewhere

    async def on_rows_opened(self, _: Rows.Opened) -> None:
        event = self._events.event(self.rows.cursor)
        if event is not None and event.task is not None:
            await self.console.go("task", task=event.task)

    async def action_errors(self) -> None:
        await self.console.go("errors")

    def action_trouble(self, direction: int) -> None:
        """To the next error or warning, or the one before; looked for in a thread."""
        start = self.rows.cursor

        def look() -> int | None:
            index = start + direction
            while 0 <= index < len(self._events):
                page = index // PAGE
                events = {one.seq: one for one in views.events(self.desk.ctx, page * PAGE, PAGE)}
                while 0 <= index < len(self._events) and index // PAGE == page:
                    found = events.get(index + 1)
                    if found is not None and found.level is not Level.INFO:
                        return index
                    index += direction
            return None

        def found(index: int | None) -> None:
            if index is None:
                self.notice(self.say(NO_OTHER), "muted")
            else:
                self.rows.move(index)

        self.act(look, found)

    def aim(self, **aims: Any) -> None:
        pass


def summary(event: Event, lang: str) -> str:
    """An event in one line: where a document went, or what happened."""
    if event.code in PLACED and event.folder is not None and event.name is not None:
        return " > ".join((*event.folder, event.name))
    return message(event, lang)


SCREEN = Log
