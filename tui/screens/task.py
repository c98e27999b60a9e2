"""One task: its documents, where each one is, why there, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.models import Event, TaskStatus
from core.domain.text import Text
from core.office import journal, worklist
from core.office.journal import Story
from core.office.views import DocumentView
from core.office.words import DOCUMENT_HEADS
from tui.desk import Desk
from tui.keys import key
from tui.screens import task_acts, task_detail
from tui.screens.records import REST
from tui.screens.task_detail import DETAIL, Found
from tui.screens.working import Working
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, saying, wrapped
from tui.widgets.rows import Column, Fixed, Rows
from tui.work import Rest

NO_DOCUMENT = Text("nenhum documento aqui", "no document here")
NONE_YET = Text(
    "Nenhum documento nesta tarefa ainda; {keys[task.attach]} anexa um.",
    "No document in this task yet; {keys[task.attach]} attaches one.",
)
GONE = Text("o documento já foi removido", "the document has been removed already")
NOT_AT_PORTAL = Text("o documento ainda não está no portal", "the document is not at the portal yet")
NOT_FAILED = Text("este documento não tem falha", "this document has no failure")
IS_OPEN = Text("a tarefa já está aberta", "the task is open")
HISTORY = Text("História da tarefa {task}", "What happened to the task {task}")


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
        return task_detail.read(self.desk.ctx, self._task_id)

    _at: str | None = None

    def reload(self) -> None:
        if self._task_id:
            super().reload()

    def cares_for(self, changed: Changed) -> bool:
        return self._task_id in changed.tasks

    def show(self, found: Found) -> None:
        self._tell(found)
        rows = [task_detail.row(self.desk, found, one) for one in found.documents]
        rows_shown = self.query_one("#list", Rows)
        wanted, self._at = self._at or rows_shown.current, None
        cursor = next((index for index, row in enumerate(rows) if row.key == wanted), None)
        rows_shown.show(Fixed(rows), empty=saying(self.say(NONE_YET), indent="   "), cursor=cursor)
        self.refresh_bindings()
        self._explain()

    def on_resize(self) -> None:
        super().on_resize()
        if self._found is not None:
            self.call_after_refresh(self._tell, self._found)

    def _tell(self, found: Found) -> None:
        self.query_one("#head", Lines).update(task_detail.head(self.desk, found, self.size.width))

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
                delivery = one.delivery if (one := self._current) else None
                told = task_detail.below(desk, delivery, self._story, self.size.width)
        self._detail.update([*told, *[()] * (DETAIL - len(told))])

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
        if (found := self._found) is not None:
            task_acts.attach(self, found.task, found.have, found.active, self._stand_on)

    def _stand_on(self, document: str) -> None:
        self._at = document
        self.reload()

    def action_remove(self) -> None:
        if (one := self._current) is not None:
            task_acts.remove(self, one.document)

    def action_seen(self) -> None:
        if (one := self._current) is not None:
            task_acts.mark(self, one.document)

    def action_retry(self) -> None:
        from tui.screens.retrying import retry

        if (one := self._current) is not None and one.delivery is not None:
            retry(self, [one.delivery.id])

    async def action_error(self) -> None:
        if (one := self._current) is not None and one.delivery is not None:
            await self.console.go("errors", delivery=one.delivery.id)


SCREEN = OneTask
