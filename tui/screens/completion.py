"""What completing tasks would do, for someone to say yes to; it looks anew when others change it meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.widget import Widget

from core.domain.destinations import show_place
from core.domain.figures import dated
from core.domain.models import Event
from core.domain.text import Text
from core.office import views
from core.office.foresight import Foreseen, Outlook, foresee
from core.office.mapping import REMAPPED
from tui.desk import Desk
from tui.keys import key
from tui.remedies import remedy_of
from tui.screens.dialog import Dialog
from tui.screens.working import Work
from tui.watch import MOST, Changed
from tui.widgets.lines import Line, Lines, Part, line, saying, spread, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.work import in_thread, start

TITLE = Text("Concluir {count} tarefas", "Complete {count} tasks")
TITLE_ONE = Text("Concluir a tarefa {task}", "Complete the task {task}")
SENT = Text("{count} a enviar", "{count} to send")
SKIPPED = Text("{count} sem envio", "{count} not sent")
FAILING = Text("com falha por vir: {count}", "will fail: {count}")
INACTIVE = Text(
    "A integração está inativa: nada sai agora; depois, só a pedido ({keys[app.go_activation]} Ativação).",
    "The integration is inactive: nothing leaves now; later on request only ({keys[app.go_activation]} Activation).",
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
LOOKING_ANEW = Text(
    "Algo mudou agora nestas tarefas ou pastas: olhando de novo…",
    "These tasks or folders have changed just now: looking anew…",
)
LOOKED_ANEW = Text(
    "Algo mudou nestas tarefas ou pastas; olhado de novo às {at}: confira.",
    "These tasks or folders changed; looked at anew at {at}: see what it is now.",
)
TO_READ = 1.0
"""Seconds in which a yes is still to what stood there before."""
SWITCHED = frozenset({"activated", "deactivated"})
MORE_LACKING = Text(" (e mais {count} tarefas)", " (and {count} more tasks)")
DETAIL = 3
"""Lines of what is said of one document, at least."""
SHOWN = {
    "delivered": ("sent", "✓", ""),
    "replaced": ("sent", "↻", ""),
    "kept_both": ("sent", "!", "warning"),
    "already_there": ("skipped", "·", "muted"),
    "skipped": ("skipped", "·", "muted"),
    "failed": ("failed", "✗", "error"),
}
"""How a decision is counted, its sign, its tone."""


class Completion(Dialog[bool]):
    """What completing would do with each document: the decision, the final path, the failures to come."""

    ENTER: ClassVar[Text | None] = None
    BINDINGS: ClassVar = [key("s,y", "yes", Text("concluir", "complete"))]

    def __init__(self, desk: Desk, outlook: Outlook):
        super().__init__(desk)
        self.outlook = outlook
        self._told = [told(one, desk.lang) for one in outlook.foreseen]
        self.stale = False
        """Whether what it says may no longer hold: someone has changed something since it was looked at."""
        self._look: Work | None = None
        self._anew = ""
        self._readable = 0.0

    def body(self) -> Iterable[Widget]:
        yield Lines([(), ()], id="title")
        yield Rows([Column("", 1), Column("", 18, 2), Column("", 16, 1), Column("", 20, 3)], id="foreseen", heads=False)
        yield Lines([()] * DETAIL, id="about")
        yield Lines([(), ()], id="ask")

    def on_mount(self) -> None:
        self._show()
        self._look_if_changed(views.events(self.desk.ctx, self.outlook.seq, MOST))  # while it was being looked at

    def on_unmount(self) -> None:
        if self._look is not None:
            self._look.cancel()

    def _show(self) -> None:
        rows = []
        for foreseen, one in zip(self.outlook.foreseen, self._told, strict=True):
            document = foreseen.subject.document
            cells, tones = (one.sign, document.name, one.says, one.path), (one.tone, "", one.tone, "")
            filled = 4 if one.path else 3  # where there is no path, what is said has its room
            rows.append(Row(document.id, cells[:filled], tones[:filled]))
        empty = saying(self.say(NO_DOCUMENTS))
        shown = self.query_one("#foreseen", Rows)
        cursor = next((index for index, row in enumerate(rows) if row.key == shown.current), None)
        shown.show(Fixed(rows), empty=empty, cursor=cursor)

    # --- what others change meanwhile

    def changed(self, changed: Changed) -> None:
        self._look_if_changed(changed.events)

    def _look_if_changed(self, events: Sequence[Event]) -> None:
        subjects = [one.subject.document for one in self.outlook.foreseen]
        templates, clients = {one.template for one in subjects}, {one.client for one in subjects}
        if any(
            one.task in self.outlook.tasks
            or one.code in SWITCHED
            or (one.code in REMAPPED and one.params.get("template") in templates)
            or (one.code == "client_changed" and one.client in clients)
            for one in events
        ):
            self.stale = True
            self._look_anew()
            self._tell()

    def _look_anew(self) -> None:
        """In a thread; a look that is under way has begun too early."""
        if self._look is not None:
            self._look.cancel()
        ctx, actor, tasks = self.desk.ctx, self.desk.actor, self.outlook.tasks
        self._look = work = Work(lambda done, total: None)

        async def look() -> None:
            try:
                outlook = await in_thread(lambda: foresee(ctx, actor, tasks, work.step))
            except Exception:  # cancelled, or it is said where it is looked anew on request
                outlook = None
            if self._look is work and self.is_running:
                self._look = None
                if outlook is not None:
                    self.outlook, self._told = outlook, [told(one, self.desk.lang) for one in outlook.foreseen]
                    self.stale, self._readable = False, time.monotonic() + TO_READ
                    self._anew = dated(ctx.now(), "%H:%M:%S", self.desk.lang)
                    self._show()
                self._tell()

        start(self, look, "look")

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell)

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._tell()

    def _tell(self) -> None:
        outlook, width = self.outlook, self.size.width
        tasks = outlook.tasks
        title = self.say(TITLE_ONE, task=tasks[0]) if len(tasks) == 1 else self.say(TITLE, count=len(tasks))
        kinds = [one.kind for one in self._told]
        counts = [self.say(SENT, count=kinds.count("sent"))]
        counts += [self.say(SKIPPED, count=kinds.count("skipped"))] if "skipped" in kinds else []
        counts += [self.say(FAILING, count=kinds.count("failed"))] if "failed" in kinds else []
        right: list[Part] = [(" · ".join(counts) + " ", "bar-strong")]
        first = self._first() or [()]
        self.query_one("#title", Lines).update([spread([(f" {title}", "bar-accent")], right, width), *first])
        self.query_one("#about", Lines).update(self._about())
        leaving = kinds.count("sent") if outlook.active else 0
        yes = YES_ALTHOUGH if outlook.missing else YES if leaving else YES_NONE
        told = self.say((NONE_LEAVE, LEAVE_ONE)[leaving] if leaving < 2 else LEAVE, count=leaving)
        key = (self.desk.keys["completion.yes"], "accent")
        self.query_one("#ask", Lines).update([line((f" {told}", "strong")), line(" ", key, f"  {self.say(yes)}")])

    def _first(self) -> list[Line]:
        """What is to be known before all."""
        said = []
        if self.stale:
            said.append(self.say(OTHERWISE if self._look is None else LOOKING_ANEW))
        elif self._anew:
            said.append(self.say(LOOKED_ANEW, at=self._anew))
        lacking = self.outlook.missing
        if not self.outlook.active:
            said.append(self.say(INACTIVE))
        elif lacking:
            task, missing = next(iter(lacking.items()))
            told = self.say(LACKING, task=task, missing=", ".join(missing))
            said.append(told + (self.say(MORE_LACKING, count=len(lacking) - 1) if len(lacking) > 1 else ""))
        return [part for one in said for part in wrapped(f"! {one}", self.size.width, "warning", most=2)]

    def _about(self) -> list[Line]:
        index = self.query_one("#foreseen", Rows).cursor
        lines: list[Line] = []
        if index < len(self._told):
            one = self._told[index]
            subject = self.outlook.foreseen[index].subject
            told = f"{subject.task.id} {subject.document.name}: {one.says}{': ' if one.path else ''}{one.path}"
            foreseen = self.outlook.foreseen[index]
            told += f" → {remedy_of(self.desk, foreseen.code, foreseen.remedy)}" if foreseen.remedy else ""
            lines = wrapped(told, self.size.width, one.tone, most=max(DETAIL, self.size.height // 4))
        return lines + [()] * (DETAIL - len(lines))

    def action_yes(self) -> None:
        """Not to what has only just come to stand there."""
        if time.monotonic() > self._readable:
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
