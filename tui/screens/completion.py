"""Completing tasks: first a dry look at what will be sent where and what will fail, then, by another key, doing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.widget import Widget

from core.delivery.plan import show_place
from core.domain.text import Text
from core.office import Refused
from core.office import tasks as use
from core.office.foresight import Foreseen, Outlook, foresee
from core.office.tasks import Completed
from tui.desk import Desk
from tui.keys import key
from tui.screens.confirm import KEY
from tui.screens.dialog import Dialog
from tui.screens.place import Place
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
YES = Text(
    "concluir; envios que sairão agora, sem volta: {count}", "complete; deliveries that leave now, for good: {count}"
)
YES_NONE = Text("concluir, sem enviar nada", "complete, sending nothing")
YES_ALTHOUGH = Text(
    "concluir mesmo faltando documentos; envios que sairão agora, sem volta: {count}",
    "complete although documents are missing; deliveries that leave now, for good: {count}",
)
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


def complete(place: Place[Any], tasks: Sequence[str]) -> None:
    """Look dry, ask, and complete."""
    desk = place.desk
    ctx, actor = desk.ctx, desk.actor
    if not tasks:
        place.notice(desk.say(NO_TASK), "muted")
        return

    def look() -> Outlook:
        return foresee(ctx, actor, tasks)

    def ask(outlook: Outlook) -> None:
        place.notice("")
        place.console.open(Completion(desk, outlook), lambda yes: sure(yes, outlook))

    def sure(yes: bool | None, outlook: Outlook) -> None:
        if yes:
            place.act(lambda: do(outlook), done)

    def do(outlook: Outlook) -> tuple[list[Completed], list[Refused]]:
        completed, refused = [], []
        for task in tasks:
            try:
                completed.append(use.complete_task(ctx, actor, task, force=task in outlook.missing))
            except Refused as error:
                refused.append(error)
        return completed, refused

    def done(result: tuple[list[Completed], list[Refused]]) -> None:
        completed, refused = result
        queued = sum(len(one.queued) for one in completed)
        if refused:
            place.notice("✗ " + desk.problem(refused[0]), "error")
        elif len(completed) == 1:
            place.notice("✓ " + desk.say(DONE_ONE, task=completed[0].task.id, queued=queued), "good")
        else:
            place.notice("✓ " + desk.say(DONE, count=len(completed), queued=queued), "good")

    place.act(look, ask, desk.say(LOOKING))


class Completion(Dialog[bool]):
    """What completing would do with each document: the decision, the final path, the failures to come."""

    ENTER: ClassVar[Text | None] = None
    BINDINGS: ClassVar = [key("s,y", "yes", Text("concluir", "complete"))]

    def __init__(self, desk: Desk, outlook: Outlook):
        super().__init__(desk)
        self._outlook = outlook
        self._told = [told(one, desk.lang) for one in outlook.foreseen]

    def body(self) -> Iterable[Widget]:
        yield Lines([(), ()], id="title")
        yield Rows([Column("", 1), Column("", 18, 2), Column("", 16, 1), Column("", 20, 3)], id="foreseen", heads=False)
        yield Lines([()] * DETAIL, id="about")
        yield Lines([()], id="ask")

    def on_mount(self) -> None:
        rows = [
            Row(
                str(index), (one.sign, foreseen.subject.document.name, one.says, one.path), (one.tone, "", one.tone, "")
            )
            for index, (foreseen, one) in enumerate(zip(self._outlook.foreseen, self._told, strict=True))
        ]
        empty = [line(("  " + self.say(NO_DOCUMENTS), "muted"))]
        self.query_one("#foreseen", Rows).show(Fixed(rows), empty=empty)

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
        self.query_one("#ask", Lines).update(
            [line(" ", (self.say(KEY), "accent"), "  " + self.say(yes, count=leaving))]
        )

    def _first(self) -> Line:
        """What is to be known before all."""
        if not self._outlook.active:
            return line((f" ! {self.say(INACTIVE)}", "warning"))
        for task, missing in self._outlook.missing.items():
            return line((f" ! {self.say(LACKING, task=task, missing=', '.join(missing))}", "warning"))
        return ()

    def _about(self) -> list[Line]:
        index = self.query_one("#foreseen", Rows).cursor
        lines: list[Line] = []
        if index < len(self._told):
            one = self._told[index]
            lines = wrapped(f"{one.says}{': ' if one.path else ''}{one.path}", self.size.width, one.tone, most=DETAIL)
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
