"""Tarefas: what is to be done for whom until when; chosen by filters that combine, completed one by one or many."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar

from core.domain.figures import dated
from core.domain.models import Task, TaskStatus
from core.domain.text import Text
from core.office import StoreError, views, worklist
from core.office.words import NO_TASKS, TASK_HEADS
from core.office.worklist import Known, Wanted
from tui.desk import Desk
from tui.keys import key
from tui.paged import Paged, around, first_of
from tui.screens.choices import span
from tui.screens.tasks_filters import Filtered
from tui.watch import Changed
from tui.widgets.rows import Column, Row, Rows
from tui.work import start

SIGNS = {TaskStatus.OPEN: "○", TaskStatus.COMPLETED: "●"}
OVERDUE, TODAY, TOMORROW = Text("vencida", "overdue"), Text("hoje", "today"), Text("amanhã", "tomorrow")
IN_DAYS = Text("em {days} dias", "in {days} days")
CODES = {"completed", "reopened", "imported", "client_changed"}
FAILURES = {"failed", "waiting", "requeued", "delivered", "replaced", "already_there", "kept_both", "cancelled"}
AT_ONCE = 10_000
"""Tasks that are searched at each key without a thread: 2 ms, less than it takes to begin one and to come back."""
LONGEST = 5.0
"""Seconds that a key waits for the list at most."""
ORDERS = ("status", "id", "name", "client", "period", "legal_date")
"""What each column is sorted by."""


@dataclass(frozen=True)
class Found:
    wanted: Wanted
    text: str
    ids: Sequence[str]
    tasks: Mapping[str, Task]
    clients: Mapping[str, Known]
    total: int
    today: date


class Tasks(Filtered[Found]):
    """The tasks that are wanted."""

    TITLE_TEXT = Text("Tarefas", "Tasks")
    BINDINGS: ClassVar = [
        key("c", "complete", Text("concluir", "complete")),
        key("f", "choose('status')", Text("situação", "status")),
        key("v", "choose('legal')", Text("vencimento", "legal date")),
        key("p", "choose('period')", Text("competência", "period")),
        key("l", "choose('client')", Text("cliente", "client")),
        key("d", "choose('department')", Text("departamento", "department")),
        key("e", "failing", Text("só com falha", "failures only")),
        key("b", "reopen", Text("reabrir", "reopen"), show=False),
    ]
    listing: Paged
    ON_ANY = frozenset({"choose", "failing"})
    ON_ONE = frozenset({"complete", "reopen", "mark_like", "mark", "mark_to"})

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._clients_stale = True
        self._searched: worklist.Searchable | None = None
        self._changes = 0
        self._today = date.today()
        self.listing = Paged(len(ORDERS), self._tasks, self._row)

    def columns(self) -> Sequence[Column]:
        key, client, name, period, legal, _ = (self.say(one) for one in TASK_HEADS)
        return [
            Column("", 1),
            Column(key, 7),
            Column(name, 13, 3),
            Column(client, 13, 3),
            Column(period, 7),
            Column(legal, 20 if self.desk.lang == "en" else 18),
        ]

    # --- reading: which, in a thread; the ones themselves where one looks

    def read(self) -> Found:
        ctx, text = self.desk.ctx, self.listing.needle
        if self._clients_stale:
            self._clients_stale = False
            self._clients = worklist.clients_known(ctx)
        today, wanted = self._wanted_now()
        ids = self._searchable(wanted).find(text, self._clients) if text else worklist.choose(ctx, wanted)
        near = around(ids, first_of(ids, [self._at]))
        total = sum(views.overview(ctx).tasks.values())
        return Found(wanted, text, ids, self._tasks(near), self._clients, total, today)

    def _wanted_now(self) -> tuple[date, Wanted]:
        """Today, and what is wanted besides the text."""
        listing, today = self.listing, self.desk.ctx.now().astimezone().date()
        column, downwards = listing.sort or (1, False)
        return today, replace(
            self._wanted,
            legal=span(self._legal, today),
            ids=tuple(listing.marked) if listing.only_marked else None,
            order=ORDERS[column],
            descending=downwards,
        )

    def _searchable(self, wanted: Wanted) -> worklist.Searchable:
        """What the wanted are found by: read once for all keys, until something changes."""
        searched, changes = self._searched, self._changes
        if searched is None or searched.wanted != wanted:
            searched = worklist.searchable(self.desk.ctx, wanted)
            self._searched = searched if changes == self._changes else None
        return searched

    def _tasks(self, ids: Sequence[str]) -> Mapping[str, Task]:
        return self.desk.ctx.store.tasks.get_many(ids)

    def show(self, found: Found) -> None:
        current, self._today = self.rows.current, found.today
        shown = replace(found.wanted, order="", descending=False), found.text
        moved, self._shown = self._shown not in (None, shown), shown
        if not found.text:
            self._searched = None
        self.listing.set(found.ids, found.tasks, found.total)
        wanted, self._at = self._at or current, None
        if wanted != current or moved:
            at = self.listing.index(wanted)
            self.rows.cursor = 0 if at is None else at
        self.refresh_list(wanted)

    _shown: tuple[Wanted, str] | None = None
    """What is seen, in whatever order."""

    def rearrange(self) -> None:
        searched, found, text = self._searched, self._found, self.listing.needle
        if (
            not text
            or searched is None
            or found is None
            or self._stale
            or self._reading
            or len(searched.tasks) > AT_ONCE
            or self._wanted_now() != (found.today, searched.wanted)
        ):
            self.reload()
            return
        ids = searched.find(text, self._clients)
        self._found = replace(found, wanted=searched.wanted, text=text, ids=ids, tasks=self.listing.tasks)
        self.show(self._found)

    def action_filter(self) -> None:
        super().action_filter()
        start(self, self._look_up, "filter", alone=True)

    async def _look_up(self) -> None:
        """Read what tasks are found by, while the first letter is still to come."""
        with suppress(StoreError):  # the letter says it
            await asyncio.to_thread(self._searchable, self._wanted_now()[1])

    def why_empty(self) -> Text:
        return NO_TASKS

    def cares_for(self, changed: Changed) -> bool:
        if not {"imported", "client_changed"}.isdisjoint(changed.codes):
            self._clients_stale = True
        self._changes += 1
        self._searched = None
        return not CODES.isdisjoint(changed.codes) or (self._wanted.failing and not FAILURES.isdisjoint(changed.codes))

    def _row(self, one: Task) -> Row:
        client = self._clients.get(one.client)
        sign, word, tone = self._due(one)
        legal = "" if one.legal_date is None else f"{sign} {dated(one.legal_date, '%d/%m/%y', self.desk.lang)} {word}"
        named = f"{one.client} {client.name if client else ''}"
        cells = (SIGNS[one.status], one.id, one.name, named, one.period, legal)
        return Row(one.id, cells, ("", "", "", "", "", tone) if tone else "")

    def _due(self, one: Task) -> tuple[str, str, str]:
        """How near a legal date is: sign, word and tone."""
        days = worklist.due(one, self._today)
        if days is None or days > worklist.SOON.days:
            return " ", "", ""
        if days < 0:
            return "!", self.say(OVERDUE), "error"
        if days < 2:
            return "▸", self.say(TOMORROW if days else TODAY), "warning"
        return "·", self.say(IN_DAYS, days=days), "warning"

    def aim(self, **aims: Any) -> None:
        """Come for something: `only` is one of the legal date's choices; `task` is where to stand."""
        if only := aims.get("only"):
            self._choose_all(only)
        self._at = aims.get("task")

    # --- acting

    async def settled(self) -> None:
        """Wait for what was typed last to be shown: what acts on the list acts on that, however fast one types."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._fresh.wait(), LONGEST)

    async def action_mark_like(self) -> None:
        """Mark all of those shown that have this one's value in the chosen column."""
        await self.settled()
        one, found = self.listing.get(self.rows.current), self._found
        if one is None or found is None:
            return
        match ORDERS[self.column]:
            case "status":
                alike = replace(found.wanted, status=one.status)
            case "name":
                alike = replace(found.wanted, name=one.name)
            case "client":
                alike = replace(found.wanted, client=one.client)
            case "period":
                alike = replace(found.wanted, period=one.period)
            case "legal_date" if one.legal_date is not None:
                alike = replace(found.wanted, legal=(one.legal_date, one.legal_date + timedelta(days=1)))
            case _:
                alike = replace(found.wanted, ids=(one.id,))
        ctx, clients, text = self.desk.ctx, self._clients, found.text

        def done(ids: list[str]) -> None:
            self.listing.mark(ids)
            self._marks_changed()

        self.act(lambda: worklist.searchable(ctx, alike).find(text, clients), done)

    async def on_rows_opened(self, message: Rows.Opened) -> None:
        await self.settled()
        if message.rows.current is not None:
            await self.console.go("task", task=message.rows.current)

    async def action_complete(self) -> None:
        from tui.screens.completing import Done, complete

        await self.settled()

        def unmark(done: Done) -> None:
            self.listing.unmark(one.task.id for one in done.completed)  # the next batch does not take them along
            self._marks_changed()

        complete(self, self.listing.chosen_ids(self.rows.current), unmark)

    async def action_reopen(self) -> None:
        from tui.screens.reopening import reopen

        await self.settled()
        reopen(self, self.listing.chosen_ids(self.rows.current))


SCREEN = Tasks
