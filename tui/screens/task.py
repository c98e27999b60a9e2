"""One task: its documents, where each one is, why there, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.events import message
from core.domain.failures import FAILURES
from core.domain.figures import dated
from core.domain.models import Client, Document, Event, Task, TaskStatus, Template
from core.domain.text import Sentence, Text
from core.office import journal, views, worklist
from core.office import tasks as use
from core.office.documents import AttachedFile, mark_seen, remove_document, what_remains, where_it_is
from core.office.foresight import missing_of
from core.office.journal import Story
from core.office.views import DocumentView
from core.office.words import ATTACHED, DELIVERY, DOCUMENT_HEADS, QUEUED_TOO, REMOVED, SEEN, STATUS, UNSEEN
from tui.desk import Desk
from tui.keys import key
from tui.remedies import remedy_of
from tui.screens.confirm import Confirm
from tui.screens.records import REST
from tui.screens.working import Working
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, Part, line, spread, width_of, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.work import Rest

LEGAL, TARGET = Text("data legal {date}", "legal date {date}"), Text("meta {date}", "target {date}")
ASSIGNEE = Text("responsável {who}", "assignee {who}")
COMPLETED_BY = Text("concluída por {who} em {at}", "completed by {who} at {at}")
MISSING = Text("! falta documento de: {missing}", "! no document yet of: {missing}")
WHERE, WHY, AFTER = Text("Onde:", "Where:"), Text("Por quê:", "Why:"), Text("A seguir:", "Next:")
NO_DOCUMENT = Text("nenhum documento aqui", "no document here")
NONE_YET = Text(
    "Nenhum documento nesta tarefa ainda; {keys[task.attach]} anexa um.",
    "No document in this task yet; {keys[task.attach]} attaches one.",
)
GONE = Text("o documento já foi removido", "the document has been removed already")
NOT_AT_PORTAL = Text("o documento ainda não está no portal", "the document is not at the portal yet")
NOT_FAILED = Text("este documento não tem falha", "this document has no failure")
IS_OPEN = Text("a tarefa já está aberta", "the task is open")
NO_TEMPLATES = Text("não há template ao qual anexar", "there is no template to attach under")
REMOVE = Text("Remover {name} da tarefa {task}?", "Remove {name} from the task {task}?")
REMOVE_NOTE = Text(
    "O que dele ainda não saiu é cancelado; uma importação não o traz de volta.",
    "What of it has not left yet is cancelled; no import brings it back.",
)
YES_REMOVE = Text("sim, remover", "yes, remove")
HISTORY = Text("História da tarefa {task}", "What happened to the task {task}")
FAILS = Text("Falha:", "Failure:")
SEEN_SIGN = "◆"
"""Beside the name of a document that someone marked as seen (Cadeado)."""
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
DETAIL = 6


@dataclass(frozen=True)
class Found:
    task: Task
    client: Client | None
    documents: Sequence[DocumentView]
    missing: Sequence[str]
    templates: Mapping[str, Template]
    have: frozenset[str]
    active: bool


class OneTask(Working[Found]):
    """A task with its documents."""

    TITLE_TEXT = Text("Tarefa", "Task")
    ENTER = Text("explicar", "explain")
    BINDINGS: ClassVar = [
        key("a", "attach", Text("anexar", "attach")),
        key("c", "complete", Text("concluir", "complete")),
        key("b", "reopen", Text("reabrir", "reopen")),
        key("d,delete", "remove", Text("remover", "remove")),
        key("l", "seen", Text("Cadeado", "seen")),
        key("r", "retry", Text("reenviar", "retry")),
        key("e", "error", Text("ver erro", "see the error")),
        key("h", "history", Text("história da tarefa", "the task's history"), show=False),
        key("escape", "step_back", Text("voltar", "back")),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._task_id = ""
        self._story: Story | None = None
        self._rest = Rest(self, REST, self._explain)

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
        if "document" in aims:
            self._at = aims["document"]
        self._task_id = aims["task"]
        self._story = None
        self.query_one("#head", Lines).update([()] * 4)
        self.query_one("#story", Lines).update([()] * DETAIL)
        self.query_one("#list", Rows).show(Fixed())
        self.reload()

    def memento(self) -> dict[str, Any]:
        return {"task": self._task_id, "document": self.query_one("#list", Rows).current if self.is_mounted else None}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._task_id, self._at = str(state.get("task") or ""), state.get("document")

    def read(self) -> Found:
        ctx = self.desk.ctx
        task = use.find_task(ctx, self._task_id)
        seen = views.documents_of(ctx, task.id)
        return Found(
            task,
            ctx.store.clients.get(task.client),
            seen,
            missing_of(ctx, [task]).get(task.id, ()),
            ctx.store.templates.get_many([*task.templates, *(one.document.template for one in seen)]),
            frozenset(one.document.template for one in seen if one.document.live),
            ctx.store.integration().active,
        )

    _at: str | None = None

    def reload(self) -> None:
        if self._task_id:
            super().reload()

    def cares_for(self, changed: Changed) -> bool:
        return self._task_id in changed.tasks

    def show(self, found: Found) -> None:
        self._tell(found)
        rows = [self._row(one) for one in found.documents]
        why = self.say(NONE_YET)
        rows_shown = self.query_one("#list", Rows)
        wanted, self._at = self._at or rows_shown.current, None
        cursor = next((index for index, row in enumerate(rows) if row.key == wanted), None)
        rows_shown.show(Fixed(rows), empty=wrapped(why, self.size.width, "muted", indent="   "), cursor=cursor)
        self.refresh_bindings()
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
            about.append(self.say(LEGAL, date=dated(task.legal_date, "%d/%m/%Y", self.desk.lang)))
        if task.target_date is not None:
            about.append(self.say(TARGET, date=dated(task.target_date, "%d/%m/%Y", self.desk.lang)))
        if task.assignee:
            about.append(self.say(ASSIGNEE, who=task.assignee))
        last: Line = ()
        if task.completed_by is not None and task.completed_at is not None:
            at = dated(task.completed_at, "%d/%m/%Y %H:%M", self.desk.lang)
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
        seen = document.placement is not None and document.placement.seen
        template = found.templates.get(document.template) if (found := self._found) else None
        cells = (
            SIGNS[status],
            (SEEN_SIGN + " " if seen else "") + document.name,
            template.name if template else document.template,
            str(document.version),
            told,
            where_it_is(document),
        )
        return Row(document.id, cells, (tone, "", "", "", tone, "muted"))

    # --- one document's story

    @cached_property
    def _list(self) -> Rows:
        return self.query_one("#list", Rows)

    @cached_property
    def _detail(self) -> Lines:
        return self.query_one("#story", Lines)

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._story = None
        self._rest.moved()

    def _explain(self) -> None:
        desk, document = self.desk, self._list.current
        told: list[Line] = []
        self._story = None
        if document is not None:
            try:
                self._story = journal.explain(desk.ctx, desk.actor, document)  # quicker than a thread begins
            except Exception as error:
                told = wrapped(desk.problem(error), self.size.width, "warning", most=DETAIL)
            else:
                told = self._told(self._story)
        self._detail.update([*told, *[()] * (DETAIL - len(told))])

    def _told(self, story: Story) -> list[Line]:
        lang = self.desk.lang
        told: list[Line] = []
        one = self._current
        if one is not None and one.delivery is not None and one.delivery.failure is not None:
            failure = FAILURES[one.delivery.failure].sentence.text(lang)
            last = next((event for event in reversed(story.events) if event.params.get("failure")), None)
            said = message(last, lang) if last is not None else failure
            told += wrapped(f"{self.say(FAILS):<9} {said}", self.size.width, "error", most=2)
        delivery = None if one is None else one.delivery
        code = delivery.failure if delivery is not None and delivery.status == "failed" else None
        after = remedy_of(self.desk, code, story.next)
        for head, said in ((WHERE, story.where.say(lang)), (WHY, story.why.say(lang)), (AFTER, after)):
            if said != "-":
                told += wrapped(f"{self.say(head):<9} {said}", self.size.width, most=2)
        return told[:DETAIL]

    # --- what can be done

    @property
    def _current(self) -> DocumentView | None:
        current = self.query_one("#list", Rows).current if self.is_mounted else None
        documents = self._found.documents if self._found is not None else ()
        return next((one for one in documents if one.document.id == current), None)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        found, one = self._found, self._current
        if action == "reopen" and found is not None and found.task.status is TaskStatus.OPEN:
            return IS_OPEN
        if action in ("remove", "seen", "retry", "error"):
            if one is None:
                return NO_DOCUMENT
            if action == "remove" and not one.document.live:
                return GONE
            if action == "seen" and one.document.placement is None:
                return NOT_AT_PORTAL
            if action in ("retry", "error") and (one.delivery is None or one.delivery.failure is None):
                return NOT_FAILED
        return super().why_not(action, parameters)

    async def action_step_back(self) -> None:
        if not self.cancel_work():
            await self.console.action_back()

    def on_rows_opened(self, _: Rows.Opened) -> None:
        """Enter: the document's story in full."""
        from tui.screens.story import explained

        if self._story is None:  # a key held down was let go just now
            self._explain()
        if self._story is not None:
            self.console.open(explained(self.desk, self._story))

    def action_history(self) -> None:
        from tui.screens.story import Told

        ctx, actor, task = self.desk.ctx, self.desk.actor, self._task_id

        def told(events: Sequence[Event]) -> None:
            self.console.open(Told(self.desk, self.say(HISTORY, task=task), events))

        self.act(lambda: worklist.task_story(ctx, actor, task), told)

    def action_complete(self) -> None:
        from tui.screens.completing import complete

        complete(self, [self._task_id])

    def action_reopen(self) -> None:
        from tui.screens.reopening import reopen

        reopen(self, [self._task_id])

    def action_attach(self) -> None:
        """Under the template that is awaited; asks which where there are several."""
        ctx, found = self.desk.ctx, self._found
        if found is None:
            return

        def read() -> list[Template]:
            if found.task.templates:
                return [found.templates[key] for key in found.task.templates if key in found.templates]
            return list(views.every(ctx.store.templates))

        def ask(templates: list[Template]) -> None:
            if templates:
                self._open_attach(found, templates)
            else:
                self.refuse(NO_TEMPLATES)

        self.act(read, ask)

    def _open_attach(self, found: Found, templates: Sequence[Template]) -> None:
        from tui.screens.attach import FOR, Attach
        from tui.screens.pick import Pick

        ordered = sorted(templates, key=lambda one: one.id in found.have)
        lacking = [one for one in ordered if one.id not in found.have]

        def open_on(template: str | None) -> None:
            if template is not None:
                first = sorted(ordered, key=lambda one: one.id != template)
                self.console.open(Attach(self.desk, found.task, first, found.have, sends=found.active), self._attached)

        if len(lacking) == 1 or len(ordered) == 1:
            open_on(ordered[0].id)
        else:
            options = Attach(self.desk, found.task, ordered, found.have, sends=found.active).options()
            self.console.open(Pick(self.desk, self.say(FOR), options, ordered[0].id), open_on)

    def _attached(self, made: list[AttachedFile] | None) -> None:
        """Say what came of it, as the command does."""
        if not made:
            return
        self._at = made[0].document.id
        self.reload()
        told = []
        for one in made:
            what = self.say(ATTACHED[one.what], name=one.document.name, version=one.document.version)
            told.append(self.say(QUEUED_TOO, what=what) if one.delivery else what)
            told += [warning.say(self.desk.lang) for warning in one.warnings]
        warns = any(one.warnings for one in made)
        self.notice(("! " if warns else "✓ ") + " · ".join(told), "warning" if warns else "good")

    def action_remove(self) -> None:
        """Says that the portal's copy stays, and where."""
        one, desk = self._current, self.desk
        if one is None:
            return
        document = one.document

        def sure(yes: bool | None) -> None:
            if yes:
                self.act(lambda: remove_document(desk.ctx, desk.actor, document.id), removed)

        def removed(done: tuple[Document, Sentence]) -> None:
            self.notice(f"✓ {self.say(REMOVED, name=document.name)} {done[1].say(desk.lang)}")

        about = [what_remains(document).say(desk.lang), self.say(REMOVE_NOTE)]
        question = self.say(REMOVE, name=document.name, task=document.task)
        self.console.open(Confirm(desk, question, about, self.say(YES_REMOVE)), sure)

    def action_seen(self) -> None:
        """Mark as seen, or take the mark back."""
        one, desk = self._current, self.desk
        if one is None or one.document.placement is None:
            return
        document, seen = one.document, not one.document.placement.seen

        def done(_: Document) -> None:
            self.notice("✓ " + self.say(SEEN if seen else UNSEEN, name=document.name))
            self.reload()

        self.act(lambda: mark_seen(desk.ctx, desk.actor, document.id, seen=seen), done)

    def action_retry(self) -> None:
        from tui.screens.retrying import retry

        if (one := self._current) is not None and one.delivery is not None:
            retry(self, [one.delivery.id])

    async def action_error(self) -> None:
        if (one := self._current) is not None and one.delivery is not None:
            await self.console.go("errors", delivery=one.delivery.id)


def fitting(parts: Sequence[str], width: int) -> str:
    """As many parts as there is room for, whole ones."""
    told = parts[0]
    for one in parts[1:]:
        if width_of(told) + width_of(one) + 5 > width:
            break
        told += " · " + one
    return told


SCREEN = OneTask
