"""Tarefas: what is to be done for whom until when; completed one by one or several at once, which sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from core.cli.tasks import HEADS, NO_TASKS
from core.domain.models import Task, TaskStatus
from core.domain.text import Text
from core.office import views
from tui.desk import Desk
from tui.keys import key
from tui.listing import Listing
from tui.screens.listed import Listed
from tui.watch import Changed
from tui.widgets.rows import Column, Row, Rows

ONLY = {
    TaskStatus.OPEN: Text("só abertas", "open only"),
    TaskStatus.COMPLETED: Text("só concluídas", "completed only"),
    None: Text("todas", "all"),
}
NONE_SO = Text("Nenhuma tarefa nesta situação; f mostra as outras.", "No tasks of this status; f shows the others.")
OVERDUE, DUE_TODAY = Text("só vencidas", "overdue only"), Text("só as de hoje", "today's only")
NEXT = {TaskStatus.OPEN: TaskStatus.COMPLETED, TaskStatus.COMPLETED: None, None: TaskStatus.OPEN}
SIGNS = {TaskStatus.OPEN: "○", TaskStatus.COMPLETED: "✓"}
CODES = {"completed", "reopened", "imported"}


class Tasks(Listed[Task]):
    """The tasks, by status."""

    TITLE_TEXT = Text("Tarefas", "Tasks")
    BINDINGS: ClassVar = [
        key("c", "complete", Text("concluir", "complete")),
        key("f", "status", Text("situação", "status")),
    ]

    def __init__(self, desk: Desk):
        self._names: dict[str, str] = {}
        self._status: TaskStatus | None = TaskStatus.OPEN
        self._today = date.today()
        self._only = ""
        self._any = False
        super().__init__(desk)

    def make_listing(self) -> Listing[Task]:
        columns = (
            lambda one: SIGNS[one.status],
            lambda one: one.id,
            lambda one: one.name,
            self._client,
            lambda one: one.period,
            lambda one: one.legal_date.isoformat() if one.legal_date else "9999",
        )
        return Listing(columns, self._row)

    def columns(self) -> Sequence[Column]:
        key, client, name, period, legal, _ = (self.say(one) for one in HEADS)
        return [
            Column("", 1),
            Column(key, 7),
            Column(name, 14, 3),
            Column(client, 14, 3),
            Column(period, 7),
            Column(legal, 12),
        ]

    def why_empty(self) -> Text:
        return NONE_SO if self._any else NO_TASKS

    def counts(self) -> list[str]:
        told = [self.say(ONLY[self._status])]
        if self.listing.only is not None:
            told.append(self.say(OVERDUE if self._only == "overdue" else DUE_TODAY))
        return told

    def read(self) -> list[Task]:
        ctx = self.desk.ctx
        found = list(views.tasks(ctx, self._status))
        new = {one.client for one in found} - self._names.keys()
        self._names |= views.names_of(ctx, new)
        self._any = bool(found) or any(views.overview(ctx).tasks.values())
        self._today = ctx.now().astimezone().date()
        return found

    def cares_for(self, changed: Changed) -> bool:
        return not CODES.isdisjoint(changed.codes)

    def aim(self, **aims: Any) -> None:
        if only := aims.get("only"):
            self._only = only
            overdue = only == "overdue"
            self.listing.only = self._is_overdue if overdue else self._is_due_today
            self._show_status(TaskStatus.OPEN)

    def _is_overdue(self, one: Task) -> bool:
        return one.status is TaskStatus.OPEN and one.legal_date is not None and one.legal_date < self._today

    def _is_due_today(self, one: Task) -> bool:
        return one.status is TaskStatus.OPEN and one.legal_date == self._today

    def _client(self, one: Task) -> str:
        return f"{one.client} {self._names.get(one.client, '')}"

    def _row(self, one: Task) -> Row:
        legal = "" if one.legal_date is None else f"{one.legal_date:%d/%m/%Y}"
        sign = "! " if self._is_overdue(one) else "· " if self._is_due_today(one) else "  "
        tone = "error" if sign == "! " else "warning" if sign == "· " else ""
        cells = (SIGNS[one.status], one.id, one.name, self._client(one), one.period, sign + legal)
        return Row(one.id, cells, ("", "muted", "", "", "", tone))

    # --- acting

    async def on_rows_opened(self, message: Rows.Opened) -> None:
        if message.rows.current is not None:
            await self.console.go("task", task=message.rows.current)

    def action_status(self) -> None:
        self._show_status(NEXT[self._status])

    def _show_status(self, status: TaskStatus | None) -> None:
        self._status = status
        self.reload()

    def action_complete(self) -> None:
        from tui.screens.completion import complete

        chosen = self.listing.chosen(self.rows.current)
        complete(self, [one.id for one in chosen])


SCREEN = Tasks
