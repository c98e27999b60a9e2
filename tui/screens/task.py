"""One task: its documents, where each one is, why there, and what comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.widget import Widget

from core.cli.tasks import DELIVERY, DOCUMENT_HEADS, NO_DOCUMENTS, REOPENED, STATUS
from core.domain.events import message
from core.domain.models import Client, Level, Task, TaskStatus
from core.domain.text import Text
from core.office import journal, views
from core.office import tasks as use
from core.office.documents import where_it_is
from core.office.foresight import missing_of
from core.office.journal import Story
from core.office.views import DocumentView
from tui.desk import Desk
from tui.keys import key
from tui.screens.confirm import Confirm
from tui.screens.dialog import Dialog
from tui.screens.place import Place
from tui.watch import Changed
from tui.widgets.frame import Title
from tui.widgets.lines import Line, Lines, Part, line, spread, width_of, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.work import start

LEGAL, TARGET = Text("data legal {date}", "legal date {date}"), Text("meta {date}", "target {date}")
ASSIGNEE = Text("responsável {who}", "assignee {who}")
COMPLETED_BY = Text("concluída por {who} em {at}", "completed by {who} at {at}")
MISSING = Text("! falta documento de: {missing}", "! no document yet of: {missing}")
WHERE, WHY, AFTER = Text("Onde:", "Where:"), Text("Por quê:", "Why:"), Text("A seguir:", "Next:")
REOPEN = Text("Reabrir a tarefa {task}?", "Open the task {task} again?")
REOPEN_NOTE = Text(
    "O que ainda está na fila espera até que ela seja concluída de novo; o que já foi entregue fica no portal.",
    "What is still queued waits until it is completed again; what has been delivered stays at the portal.",
)
YES_REOPEN = Text("sim, reabrir", "yes, open it again")
IS_OPEN = Text("A tarefa já está aberta.", "The task is open.")
SIGNS = {
    "queued": "…",
    "sending": "↑",
    "delivered": "✓",
    "skipped": "·",
    "failed": "✗",
    "cancelled": "-",
    "removed": "-",
    "held": "‖",
    "": " ",
}
TONES = {"failed": "error", "delivered": "good", "removed": "muted", "cancelled": "muted", "held": "warning"}
LEVELS = {Level.INFO: "", Level.WARNING: "warning", Level.ERROR: "error"}
DETAIL = 6


@dataclass(frozen=True)
class Found:
    task: Task
    client: Client | None
    documents: Sequence[DocumentView]
    missing: Sequence[str]


class OneTask(Place[Found]):
    """A task with its documents."""

    TITLE_TEXT = Text("Tarefa", "Task")
    ENTER = Text("história", "history")
    BINDINGS: ClassVar = [
        key("c", "complete", Text("concluir", "complete")),
        key("b", "reopen", Text("reabrir", "reopen")),
        key("escape", "app.back", Text("voltar", "back")),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._task_id = ""
        self._story: Story | None = None

    def body(self) -> Iterable[Widget]:
        yield Lines([()] * 4, id="head")
        template, document, version, delivery, where = (self.say(one) for one in DOCUMENT_HEADS)
        columns = [
            Column("", 1),
            Column(document, 18, 3),
            Column(template, 10, 1),
            Column(version, 6),
            Column(delivery, 12),
        ]
        yield Rows([*columns, Column(where, 8, 4)], id="list")
        yield Lines([()] * DETAIL, id="story")

    def aim(self, **aims: Any) -> None:
        self._task_id = aims["task"]
        self._story = None
        self.query_one("#head", Lines).update([()] * 4)
        self.query_one("#story", Lines).update([()] * DETAIL)
        self.query_one("#list", Rows).show(Fixed())
        self.reload()

    def read(self) -> Found:
        ctx = self.desk.ctx
        task = use.find_task(ctx, self._task_id)
        return Found(
            task,
            ctx.store.clients.get(task.client),
            views.documents_of(ctx, task.id),
            missing_of(ctx, [task]).get(task.id, ()),
        )

    def reload(self) -> None:
        if self._task_id:
            super().reload()

    def cares_for(self, changed: Changed) -> bool:
        return self._task_id in changed.tasks

    def show(self, found: Found) -> None:
        self._tell(found)
        rows = [self._row(one) for one in found.documents]
        why = self.say(NO_DOCUMENTS, task=found.task.id)
        self.query_one("#list", Rows).show(Fixed(rows), empty=wrapped(why, self.size.width, "muted", indent="   "))
        self._explain()

    def on_resize(self) -> None:
        super().on_resize()
        if self._found is not None:
            self.call_after_refresh(self._tell, self._found)

    def _tell(self, found: Found) -> None:
        task, width = found.task, self.size.width
        client = f"{task.client} {found.client.name if found.client else ''}"
        done = task.status is TaskStatus.COMPLETED
        status: Part = ("✓ " if done else "○ ") + self.say(STATUS[task.status]) + " ", "good" if done else "warning"
        about = [client, task.period]
        if task.legal_date is not None:
            about.append(self.say(LEGAL, date=f"{task.legal_date:%d/%m/%Y}"))
        if task.target_date is not None:
            about.append(self.say(TARGET, date=f"{task.target_date:%d/%m/%Y}"))
        if task.assignee:
            about.append(self.say(ASSIGNEE, who=task.assignee))
        last: Line = ()
        if task.completed_by is not None and task.completed_at is not None:
            at = f"{task.completed_at.astimezone():%d/%m/%Y %H:%M}"
            last = line((" " + self.say(COMPLETED_BY, who=task.completed_by.lstrip("@"), at=at), "muted"))
        elif found.missing:
            last = line((" " + self.say(MISSING, missing=", ".join(found.missing)), "warning"))
        self.query_one("#head", Lines).update(
            [
                spread([(f" {task.id}  {task.name}", "strong")], [status], width),
                line(" " + fitting(about, width)),
                last,
                (),
            ]
        )

    def _row(self, one: DocumentView) -> Row:
        document, delivery = one.document, one.delivery
        status = "" if delivery is None else "held" if delivery.hold else str(delivery.status)
        if not document.live:
            status = "removed"
        told = self.say(DELIVERY[status]) if status else ""
        tone = TONES.get(status, "")
        cells = (SIGNS[status], document.name, document.template, str(document.version), told, where_it_is(document))
        return Row(document.id, cells, (tone, "", "", "", tone, "muted"))

    # --- one document's story

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._explain()

    def _explain(self) -> None:
        document = self.query_one("#list", Rows).current
        if document is None:
            self.query_one("#story", Lines).update([()] * DETAIL)
            return

        self._story = None

        async def explain() -> None:
            desk = self.desk
            try:
                story = await asyncio.to_thread(journal.explain, desk.ctx, desk.actor, document)
            except Exception as error:
                told = wrapped(desk.problem(error), self.size.width, "warning", most=DETAIL)
            else:
                self._story = story
                told = self._told(story)
            self.query_one("#story", Lines).update([*told, *[()] * (DETAIL - len(told))])

        start(self, explain, "explain", alone=True)

    def _told(self, story: Story) -> list[Line]:
        lang = self.desk.lang
        told: list[Line] = []
        for head, sentence in ((WHERE, story.where), (WHY, story.why), (AFTER, story.next)):
            lines = wrapped(f"{self.say(head):<9} {sentence.say(lang)}", self.size.width, most=2)
            told += lines
        return told

    # --- acting

    def on_rows_opened(self, _: Rows.Opened) -> None:
        """Enter: all that happened to the document."""
        if self._story is not None:
            self.console.open(History(self.desk, self._story))

    def action_complete(self) -> None:
        from tui.screens.completion import complete

        complete(self, [self._task_id])

    def action_reopen(self) -> None:
        desk, task = self.desk, self._task_id
        if self._found is not None and self._found.task.status is TaskStatus.OPEN:
            self.notice(self.say(IS_OPEN), "muted")
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self.act(
                    lambda: use.reopen_task(desk.ctx, desk.actor, task),
                    lambda _: self.notice("✓ " + self.say(REOPENED, task=task)),
                )

        self.console.open(
            Confirm(desk, self.say(REOPEN, task=task), [self.say(REOPEN_NOTE)], self.say(YES_REOPEN)), sure
        )


def fitting(parts: Sequence[str], width: int) -> str:
    """As many parts as there is room for, whole ones."""
    told = parts[0]
    for one in parts[1:]:
        if width_of(told) + width_of(one) + 5 > width:
            break
        told += " · " + one
    return told


class History(Dialog[None]):
    """All that the journal says of a document, oldest first."""

    ENTER: ClassVar[Text | None] = None

    def __init__(self, desk: Desk, story: Story):
        super().__init__(desk)
        self._story = story

    def body(self) -> Iterable[Widget]:
        yield Title(self._story.document.name)
        yield Rows([Column("", 14), Column("", 20, 1), Column("", 12)], id="events", heads=False)
        yield Lines([()] * 3, id="about")

    def on_mount(self) -> None:
        rows = [
            Row(
                str(one.seq),
                (f"{one.at.astimezone():%d/%m %H:%M:%S}", message(one, self.desk.lang), one.actor.lstrip("@")),
                ("muted", LEVELS[one.level], "muted"),
            )
            for one in self._story.events
        ]
        self.query_one("#events", Rows).show(Fixed(rows), cursor=len(rows) - 1)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        one = self._story.events[event.rows.cursor]
        told = wrapped(message(one, self.desk.lang), self.size.width, most=3)
        self.query_one("#about", Lines).update([*told, *[()] * (3 - len(told))])


SCREEN = OneTask
