"""Completing tasks: first a dry look at what will be sent where and what will fail, then, by another key, doing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.destinations import show_place
from core.domain.text import Text
from core.office import Refused
from core.office import tasks as use
from core.office.foresight import Foreseen, Outlook, foresee
from core.office.mapping import REMAPPED
from core.office.tasks import Completed
from tui.desk import Desk
from tui.keys import key
from tui.remedies import remedy_of
from tui.screens.dialog import Dialog
from tui.screens.working import Cancelled, Work, Working
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, Part, line, spread, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows

LOOKING = Text("Olhando o portal: o que vai para onde…", "Looking at the portal: what goes where…")
NO_TASK = Text("Nenhuma tarefa escolhida.", "No task chosen.")
TITLE = Text("Concluir {count} tarefas", "Complete {count} tasks")
TITLE_ONE = Text("Concluir a tarefa {task}", "Complete the task {task}")
SENT = Text("{count} a enviar", "{count} to send")
SKIPPED = Text("{count} sem envio", "{count} not sent")
FAILING = Text("com falha por vir: {count}", "will fail: {count}")
INACTIVE = Text(
    "A integração está inativa: nada sai agora; depois, só a pedido (9 Ativação).",
    "The integration is inactive: nothing leaves now; later on request only (9 Activation).",
)
NO_DOCUMENTS = Text("Não há documento a enviar.", "There is no document to send.")
LACKING = Text("{task} ainda não tem documento de: {missing}", "{task} has no document yet of: {missing}")
LEAVE_ONE = Text("1 envio sairá agora, e isso não se desfaz.", "1 delivery leaves now, for good.")
LEAVE = Text("{count} envios sairão agora, e isso não se desfaz.", "{count} deliveries leave now, for good.")
YES = Text("concluir e enviar", "complete and send")
YES_NONE = Text("concluir, sem enviar nada", "complete, sending nothing")
YES_ALTHOUGH = Text("concluir mesmo faltando documentos", "complete although documents are missing")
NONE_LEAVE = Text("Nada será enviado agora.", "Nothing is sent now.")
OTHERWISE = Text(
    "Algo mudou agora nestas tarefas ou pastas: {keys[completion.yes]} olha de novo e pergunta outra vez.",
    "These tasks or folders have changed just now: {keys[completion.yes]} looks anew and asks again.",
)
SWITCHED = frozenset({"activated", "deactivated"})
COMPLETING = Text("Concluindo:", "Completing:")
HALF_WAY = Text(
    "Cancelado: {count} de {total} concluídas, documentos na fila: {queued}.",
    "Cancelled: {count} of {total} completed, documents queued: {queued}.",
)
MORE_LACKING = Text(" (e mais {count} tarefas)", " (and {count} more tasks)")
DONE = Text("{count} tarefas concluídas; documentos na fila: {queued}.", "{count} tasks completed; queued: {queued}.")
DONE_ONE = Text("{task} concluída; documentos na fila: {queued}.", "{task} completed; documents queued: {queued}.")
DETAIL = 3
SHOWN = {
    "delivered": ("sent", "✓", ""),
    "replaced": ("sent", "↻", ""),
    "kept_both": ("sent", "!", "warning"),
    "already_there": ("skipped", "·", "muted"),
    "skipped": ("skipped", "·", "muted"),
    "failed": ("failed", "✗", "error"),
}
"""How a decision is counted, its sign, its tone."""


@dataclass(frozen=True)
class Done:
    """What came of completing some tasks."""

    completed: Sequence[Completed]
    refused: Sequence[Refused]
    cancelled: bool = False


def complete(place: Working[Any], tasks: Sequence[str], then: Callable[[Done], None] = lambda _: None) -> None:
    """Look dry, ask, and complete.

    Args:
        then: told what came of it.
    """
    desk = place.desk
    ctx, actor = desk.ctx, desk.actor
    if not tasks:
        place.notice(desk.say(NO_TASK), "muted")
        return

    def ask(outlook: Outlook) -> None:
        place.notice("")
        dialog = Completion(desk, outlook)

        def sure(yes: bool | None) -> None:
            if yes and dialog.stale:
                complete(place, tasks, then)
            elif yes:
                go(outlook)

        place.console.open(dialog, sure)

    def go(outlook: Outlook) -> None:
        place.do_long(lambda work: do(work, outlook), came_of_it, COMPLETING)

    def came_of_it(done: Done) -> None:
        say_done(place, done, len(tasks))
        then(done)

    def do(work: Work, outlook: Outlook) -> Done:
        completed: list[Completed] = []
        refused: list[Refused] = []
        for count, task in enumerate(tasks):
            try:
                work.step(count, len(tasks))
                completed.append(use.complete_task(ctx, actor, task, force=task in outlook.missing))
            except Refused as error:
                refused.append(error)
            except Cancelled:
                return Done(completed, refused, cancelled=True)
        return Done(completed, refused)

    place.do_long(lambda work: foresee(ctx, actor, tasks, work.step), ask, LOOKING)


def say_done(place: Working[Any], done: Done, total: int) -> None:
    """Say what came of it."""
    desk = place.desk
    queued, count = sum(len(one.queued) for one in done.completed), len(done.completed)
    if done.cancelled:
        place.notice("! " + desk.say(HALF_WAY, count=count, total=total, queued=queued), "warning")
    elif done.refused:
        place.notice("✗ " + desk.problem(done.refused[0]), "error")
    elif count == 1:
        place.notice("✓ " + desk.say(DONE_ONE, task=done.completed[0].task.id, queued=queued), "good")
    else:
        place.notice("✓ " + desk.say(DONE, count=count, queued=queued), "good")


class Completion(Dialog[bool]):
    """What completing would do with each document: the decision, the final path, the failures to come."""

    ENTER: ClassVar[Text | None] = None
    BINDINGS: ClassVar = [key("s,y", "yes", Text("concluir", "complete"))]

    def __init__(self, desk: Desk, outlook: Outlook):
        super().__init__(desk)
        self._outlook = outlook
        self._told = [told(one, desk.lang) for one in outlook.foreseen]
        self.stale = False
        """Whether what it says may no longer hold: someone has changed something since it was looked at."""

    def body(self) -> Iterable[Widget]:
        yield Lines([(), ()], id="title")
        yield Rows([Column("", 1), Column("", 18, 2), Column("", 16, 1), Column("", 20, 3)], id="foreseen", heads=False)
        yield Lines([()] * DETAIL, id="about")
        yield Lines([(), ()], id="ask")

    def on_mount(self) -> None:
        rows = [
            Row(
                str(index), (one.sign, foreseen.subject.document.name, one.says, one.path), (one.tone, "", one.tone, "")
            )
            for index, (foreseen, one) in enumerate(zip(self._outlook.foreseen, self._told, strict=True))
        ]
        empty = [line(("  " + self.say(NO_DOCUMENTS), "muted"))]
        self.query_one("#foreseen", Rows).show(Fixed(rows), empty=empty)

    def changed(self, changed: Changed) -> None:
        templates = {one.subject.document.template for one in self._outlook.foreseen}
        remapped = {one.params.get("template") for one in changed.events if one.code in REMAPPED}
        of_tasks, switched = changed.tasks & set(self._outlook.tasks), changed.codes & SWITCHED
        if of_tasks or switched or templates & remapped:
            self.stale = True
            self._tell()

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell)

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._tell()

    def _tell(self) -> None:
        outlook, width = self._outlook, self.size.width
        tasks = outlook.tasks
        title = self.say(TITLE_ONE, task=tasks[0]) if len(tasks) == 1 else self.say(TITLE, count=len(tasks))
        kinds = [one.kind for one in self._told]
        counts = [self.say(SENT, count=kinds.count("sent"))]
        counts += [self.say(SKIPPED, count=kinds.count("skipped"))] if "skipped" in kinds else []
        counts += [self.say(FAILING, count=kinds.count("failed"))] if "failed" in kinds else []
        right: list[Part] = [(" · ".join(counts) + " ", "bar-strong")]
        self.query_one("#title", Lines).update([spread([(f" {title}", "bar-accent")], right, width), self._first()])
        self.query_one("#about", Lines).update(self._about())
        leaving = kinds.count("sent") if outlook.active else 0
        yes = YES_ALTHOUGH if outlook.missing else YES if leaving else YES_NONE
        told = self.say((NONE_LEAVE, LEAVE_ONE)[leaving] if leaving < 2 else LEAVE, count=leaving)
        key = (self.desk.keys["completion.yes"], "accent")
        self.query_one("#ask", Lines).update([line((f" {told}", "strong")), line(" ", key, f"  {self.say(yes)}")])

    def _first(self) -> Line:
        """What is to be known before all."""
        if self.stale:
            return line((f" ! {self.say(OTHERWISE)}", "warning"))
        if not self._outlook.active:
            return line((f" ! {self.say(INACTIVE)}", "warning"))
        lacking = self._outlook.missing
        for task, missing in lacking.items():
            told = self.say(LACKING, task=task, missing=", ".join(missing))
            told += self.say(MORE_LACKING, count=len(lacking) - 1) if len(lacking) > 1 else ""
            return line((f" ! {told}", "warning"))
        return ()

    def _about(self) -> list[Line]:
        index = self.query_one("#foreseen", Rows).cursor
        lines: list[Line] = []
        if index < len(self._told):
            one = self._told[index]
            subject = self._outlook.foreseen[index].subject
            told = f"{subject.task.id} {subject.document.name}: {one.says}{': ' if one.path else ''}{one.path}"
            foreseen = self._outlook.foreseen[index]
            told += f" → {remedy_of(self.desk, foreseen.code, foreseen.remedy)}" if foreseen.remedy else ""
            lines = wrapped(told, self.size.width, one.tone, most=DETAIL)
        return lines + [()] * (DETAIL - len(lines))

    def action_yes(self) -> None:
        self.dismiss(True)


@dataclass(frozen=True)
class Told:
    """What would become of one document, in words."""

    kind: str
    sign: str
    tone: str
    says: str
    path: str


def told(one: Foreseen, lang: str) -> Told:
    """What is foreseen of one document, as a line shows it."""
    kind, sign, tone = SHOWN[one.decision]
    return Told(kind, sign, tone, one.sentence.say(lang), show_place(one.place) if one.place else "")
