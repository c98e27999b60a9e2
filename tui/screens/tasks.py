"""Tarefas: what is to be done for whom until when; chosen by filters that combine, completed one by one or many."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.figures import dated
from core.domain.models import Task, TaskStatus
from core.domain.text import Text
from core.office import StoreError, views, worklist
from core.office.words import NO_TASKS, STATUS, TASK_HEADS
from core.office.worklist import Known, Wanted
from tui.desk import Desk
from tui.keys import key
from tui.paged import Paged, around, first_of
from tui.screens.choices import LEGAL, PERIOD, choices, months, span
from tui.screens.columned import ByColumn
from tui.screens.listed import NOTHING_FITS
from tui.screens.pick import Pick
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, Part, fit, line, width_of, wrapped
from tui.widgets.rows import Column, Row, Rows
from tui.work import start

CHIPS = {
    "status": ("tasks.choose_status", Text("situação", "status")),
    "period": ("tasks.choose_period", PERIOD),
    "client": ("tasks.choose_client", Text("cliente", "client")),
    "department": ("tasks.choose_department", Text("depto.", "dept.")),
    "legal": ("tasks.choose_legal", Text("vencimento", "legal date")),
    "failing": ("tasks.failing", Text("falhas", "failures")),
}
"""The filters: their keys' names and their own."""
ONLY = Text("só com falha", "only")
NONE_SO = Text(
    "Nenhuma tarefa assim. {keys[listed.step_back]} mostra todas as abertas; {letters} mudam cada filtro.",
    "No such tasks. {keys[listed.step_back]} shows all open ones; {letters} change each filter.",
)
ALL_DONE = Text(
    "Nenhuma tarefa aberta. {keys[tasks.choose_status]} mostra as concluídas.",
    "No open task. {keys[tasks.choose_status]} shows the completed ones.",
)
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


class Tasks(ByColumn[Found]):
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
    ON_ONE = frozenset({"complete", "reopen", "mark_like", "mark", "mark_to"})

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._wanted = Wanted(status=TaskStatus.OPEN)
        self._legal = ""
        self._clients: Mapping[str, Known] = {}
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

    def body(self) -> Sequence[Widget]:
        bar, rows = super().body()
        return [bar, Lines([()], id="chips"), rows]

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

    def tell_counts(self) -> None:
        super().tell_counts()
        self.query_one("#chips", Lines).update([self._chips()])

    def _chips(self) -> Line:
        """Every filter with its key; those that leave something out stand out."""
        lang, width, values = self.desk.lang, self.size.width, self._values()
        parts: list[Part] = [(" ", "")]
        chips = [(name, self.desk.keys[key_name], head) for name, (key_name, head) in CHIPS.items()]
        full = sum(len(f"{sign} {head.text(lang)}: {values[name]}") for name, sign, head in chips) < width
        for name, sign, head in chips:
            told = f" {head.text(lang)}: {values[name]}" if values[name] else f" {head.text(lang)}" if full else ""
            parts += [(sign, "accent"), (f"{told}  ", "strong" if values[name] else "muted")]
        longest = max(range(len(parts)), key=lambda index: width_of(parts[index][0]))
        over = sum(width_of(text) for text, _ in parts) - width
        if over > 0:
            text, tone = parts[longest]
            parts[longest] = fit(text.rstrip(), max(width_of(text) - over - 2, 8)) + "  ", tone
        return tuple(parts)

    def _values(self) -> dict[str, str]:
        """What each filter is set to, in words; nothing where it is not."""
        wanted, lang = self._wanted, self.desk.lang
        client = self._clients.get(wanted.client)
        return {
            "status": "" if wanted.status is None else self.say(STATUS[wanted.status]),
            "period": months(wanted.period),
            "client": f"{wanted.client} {client.name}" if client else wanted.client,
            "department": wanted.department,
            "legal": LEGAL[self._legal].text(lang) if self._legal else "",
            "failing": ONLY.text(lang) if wanted.failing else "",
        }

    def why_empty(self) -> Text:
        return NO_TASKS

    def _empty(self) -> list[Line]:
        if self.listing.total and not self.filtered:
            return [line(""), *wrapped(self.say(ALL_DONE), self.size.width, "muted", indent="  ")]
        if self.listing.total and not self.listing.needle:
            letters = ", ".join(self.desk.keys[key_name] for key_name, _ in CHIPS.values())
            return [line(""), *wrapped(self.say(NONE_SO, letters=letters), self.size.width, "muted", indent="  ")]
        why = NOTHING_FITS if self.listing.total else self.why_empty()
        return [line(""), *wrapped(self.say(why), self.size.width, "muted", indent="  ")]

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

    # --- filters

    def aim(self, **aims: Any) -> None:
        """Come for something: `only` is one of the legal date's choices, or `failing`; `task` is where to stand."""
        if only := aims.get("only"):
            failing = only == "failing"
            wanted = Wanted(status=None if failing else TaskStatus.OPEN, failing=failing)
            self._choose_all(wanted, "" if failing else only)
        self._at = aims.get("task")

    def _choose_all(self, wanted: Wanted, legal: str) -> None:
        from tui.widgets.typed import Typed

        self._wanted, self._legal = wanted, legal
        self.listing.needle, self.listing.only_marked = "", False
        self.query_one("#filter", Typed).value = ""
        self.reload()

    def filters(self) -> dict[str, Any]:
        wanted = self._wanted
        return {
            "status": wanted.status,
            "period": wanted.period,
            "client": wanted.client,
            "department": wanted.department,
            "legal": self._legal,
            "failing": wanted.failing,
        }

    def set_filters(self, state: Mapping[str, Any]) -> None:
        status = state.get("status")
        self._legal = state["legal"] if state.get("legal") in LEGAL else ""
        self._wanted = Wanted(
            status=TaskStatus(status) if status in list(TaskStatus) else None,
            period=str(state.get("period") or ""),
            client=str(state.get("client") or ""),
            department=str(state.get("department") or ""),
            failing=bool(state.get("failing")),
        )

    @property
    def filtered(self) -> bool:
        usual = Wanted(status=TaskStatus.OPEN)
        return super().filtered or bool(self._legal) or self._wanted != usual

    def unfilter(self) -> None:
        super().unfilter()
        self._wanted, self._legal = Wanted(status=TaskStatus.OPEN), ""

    def action_choose(self, which: str) -> None:
        """Ask what a filter is to leave."""
        ctx, lang = self.desk.ctx, self.desk.lang
        title = CHIPS[which][1].text(lang)
        current = {"status": str(self._wanted.status or ""), "legal": self._legal}.get(which)
        current = getattr(self._wanted, which) if current is None else current

        def opened(options: Any) -> None:
            self.console.open(Pick(self.desk, f"{self.TITLE_TEXT.text(lang)}: {title}", options, str(current)), chosen)

        def chosen(value: str | None) -> None:
            if value is not None:
                self._choose(which, value)

        self.act(lambda: choices(ctx, which, lang, self._clients), opened)

    def _choose(self, which: str, value: str) -> None:
        match which:
            case "status":
                self._wanted = replace(self._wanted, status=TaskStatus(value) if value else None)
            case "legal":
                self._legal = value
            case "period":
                self._wanted = replace(self._wanted, period=value)
            case "client":
                self._wanted = replace(self._wanted, client=value)
            case _:
                self._wanted = replace(self._wanted, department=value)
        self.reload()

    def action_failing(self) -> None:
        self._wanted = replace(self._wanted, failing=not self._wanted.failing)
        self.reload()

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
