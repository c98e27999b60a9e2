"""Express: the files that it left to a person, each with its best guess and why; Enter looks at one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from core.domain.events import message
from core.domain.express import Waiting, sentence
from core.domain.models import Event
from core.domain.recognition import Guess
from core.domain.text import Text
from core.office import Refused, views
from core.office.express import Express as Recogniser
from core.office.proposing import Proposal, propose
from core.office.reading import readers_of
from core.office.unrecognised import INBOX, try_again, waiting
from tui.desk import Desk
from tui.keys import key
from tui.listing import Listing
from tui.screens import express_acts
from tui.screens.choices import months
from tui.screens.panel import number
from tui.screens.records import Records
from tui.screens.working import Work
from tui.watch import Changed
from tui.widgets.lines import Line, line, saying, wrapped
from tui.widgets.rows import Column, Row
from tui.work import start

HEADS = (
    Text("Arquivo", "File"),
    Text("Cliente", "Client"),
    Text("Template", "Template"),
    Text("Compet.", "Period"),
    Text("Por que espera", "Why it waits"),
)
NOTHING_WAITS = Text(
    "Nada espera. O que for salvo nesta pasta é reconhecido e anexado; o que ficar em dúvida aparece aqui:",
    "Nothing waits. What is saved in this folder is recognised and attached; what is in doubt appears here:",
)
SHORT = {
    "unreadable": Text("não se lê", "unreadable"),
    "recognised": Text("lido por OCR", "read by OCR"),
    "client": Text("de que cliente?", "whose?"),
    "template": Text("que documento?", "what?"),
    "period": Text("que competência?", "which period?"),
    "no_task": Text("sem tarefa", "no task"),
    "several_tasks": Text("várias tarefas", "several tasks"),
    "completed": Text("tarefa concluída", "task completed"),
    "taken": Text("nome já usado", "name taken"),
    "removed": Text("removido antes", "removed before"),
    "no_assignee": Text("sem responsável", "no assignee"),
    "unknown_assignee": Text("responsável?", "assignee?"),
    "permission": Text("sem permissão", "not allowed"),
    "failed": Text("a leitura falhou", "reading failed"),
}
TO_CONFIRM = Text("a confirmar", "to be confirmed")
"""In place of these, once all that was in doubt is chosen."""
UNSURE = "? "
NO_GUESS = "—"
SETTLED = Text("{file} já foi decidido: {what}", "{file} has been settled: {what}")
SETTLED_SOMEHOW = Text("por outra pessoa, ou pelo próprio Express", "by someone else, or by Express itself")
SETTLED_MANY = Text("{count} arquivos já foram decididos em outro lugar.", "{count} files were settled elsewhere.")
AGAIN = Text("Reconhecendo de novo:", "Recognising again:")
TRIED = Text("{known} de {total} reconhecidos e anexados.", "{known} of {total} recognised and attached.")
DETAIL_LINES = 5
GONE_BY = ("express_confirmed", "express_discarded", "express_attached", "express_same")


@dataclass(frozen=True)
class Left:
    """A file that waits, with the names of its best guesses."""

    row: Waiting
    client: str
    template: str

    @property
    def id(self) -> str:
        return self.row.id


class Queue(Records[Left]):
    """What waits for a person, oldest first."""

    TITLE_TEXT = Text("Express: o que espera", "Express: what waits")
    ENTER = Text("ver", "look")
    DETAIL: ClassVar = DETAIL_LINES
    ON_ONE = frozenset({"confirm", "discard", "again"})
    BINDINGS: ClassVar = [
        key("c", "confirm", Text("confirmar", "confirm")),
        key("d,delete", "discard", Text("descartar", "discard")),
        key("r", "again", Text("reconhecer de novo", "recognise again")),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._mine: set[str] = set()  # what was settled here
        self._told: list[Event] = []  # of what was settled anywhere, lately
        self._proposal: Proposal | None = None
        self._called: Mapping[str, str] | None = None  # of templates: read with the list, not at every step

    def make_listing(self) -> Listing[Left]:
        columns = [lambda one, at=at: self._cells(one)[at] for at in range(len(HEADS))]
        return Listing(columns, self._row)

    def columns(self) -> Sequence[Column]:
        widths = ((18, 3), (14, 2), (12, 2), (8, 0), (16, 0))
        return [Column(self.say(head), *width) for head, width in zip(HEADS, widths, strict=True)]

    def _cells(self, one: Left) -> tuple[str, ...]:
        """A file, what it seems to be, with a sign before what is not certain, and why it waits."""
        found, choice = one.row.recognition, express_acts.choice_of(self.desk, one.id)
        period = choice.period or found.period or _best(found.periods)
        seems = (
            (one.client, found.client or choice.client or choice.task),
            (one.template, found.template or choice.template),
            (months(period) if period else "", found.period or choice.period),
        )
        told = (("" if sure else UNSURE) + text if text else NO_GUESS for text, sure in seems)
        doubt = express_acts.doubt_now(self.desk, one.row)
        return (one.row.file_name, *told, self.say(TO_CONFIRM if doubt is None else SHORT[doubt[0]]))

    def _row(self, one: Left) -> Row:
        settled = express_acts.doubt_now(self.desk, one.row) is None
        return Row(one.id, self._cells(one), ("", "", "", "", "accent" if settled else "warning"))

    def why_empty(self) -> Text:
        return NOTHING_WAITS

    def _empty(self, width: int) -> list[Line]:
        if self.listing.total:
            return super()._empty(width)
        inbox = str(self.desk.ctx.folder / INBOX)
        room = max(width - 4, 8)
        whole = [line("  " + inbox[at : at + room]) for at in range(0, len(inbox), room)]  # to be copied as it is
        return [*saying(self.say(NOTHING_WAITS), above=1)(width), *whole]

    def read(self) -> list[Left]:
        ctx = self.desk.ctx
        rows = list(waiting(ctx))
        seems = []
        for row in rows:
            found, choice = row.recognition, express_acts.choice_of(self.desk, row.id)
            client = choice.client or found.client or _best(found.clients)
            seems.append((row, client, choice.template or found.template or _best(found.templates)))
        clients = ctx.store.clients.get_many({client for _, client, _ in seems if client})
        self._called = templates = views.template_names(ctx)
        return [
            Left(
                row,
                f"{client} {clients[client].name}" if client in clients else "",
                templates.get(template, ""),
            )
            for row, client, template in seems
        ]

    def cares_for(self, changed: Changed) -> bool:
        self._told = [*self._told, *(one for one in changed.events if one.code in GONE_BY)][-200:]
        return not changed.codes or any(one.startswith("express_") or one == "imported" for one in changed.codes)

    def show(self, found: list[Left]) -> None:
        there = {one.id for one in found}
        gone = [one for one in self.listing if one.id not in there and one.id not in self._mine]
        at = self.rows.cursor
        current = self.rows.current
        super().show(found)
        if current is not None and current not in there and len(self.listing):
            self.rows.move(at)  # the next one takes its place
        if gone:
            self.notice(self._say_gone(gone), "muted")

    def _say_gone(self, gone: Sequence[Left]) -> str:
        if len(gone) > 1:
            return self.say(SETTLED_MANY, count=number(len(gone), self.desk.lang))
        return say_settled(self.desk, gone[0].row, self._told)

    # --- what is particular about one

    def tell_about(self) -> None:
        """What would happen, too: that is worked out sooner than a thread begins."""
        one, desk = self.current, self.desk
        self._proposal = None
        if one is not None:
            with suppress(Refused):  # settled meanwhile: the list says so in a moment
                self._proposal = propose(
                    desk.ctx, desk.actor, one.id, express_acts.choice_of(desk, one.id), self._called
                )
        super().tell_about()

    def about(self, one: Left) -> list[Line]:
        width, row = self.size.width, one.row
        lines: list[Line] = [line("")]
        if (doubt := express_acts.doubt_now(self.desk, row)) is not None:
            lines += wrapped(sentence(*doubt).say(self.desk.lang), width, "warning", most=2)
        found = self._proposal
        if found is not None and found.row.id == one.id:
            for text, tone in express_acts.plan(self.desk, found):
                lines += wrapped(text, width, tone, most=2)
        return lines

    def on_screen_resume(self) -> None:
        self._proposal = None
        self._stale = True  # what was corrected meanwhile shows here

    # --- acting

    def change(self, one: Left) -> None:
        """Enter: its text, the guesses and what speaks for each."""

        async def go() -> None:
            await self.console.go("express_file", file=one.id)

        start(self, go, "go", alone=True, opens=True)

    def action_confirm(self) -> None:
        """Asks: what speaks for it is not on the screen."""
        if (one := self.current) is not None:
            express_acts.confirm(self, one.id, lambda told: self.settled_here(one.id, told), looked=False)

    def action_discard(self) -> None:
        if (one := self.current) is not None:
            express_acts.discard(self, one.row, lambda told: self.settled_here(one.id, told))

    def settled_here(self, key: str, told: str) -> None:
        """One has been settled at this console: what came of it is said, not that it is gone."""
        self._mine.add(key)
        self.notice(told, "good")
        self.reload()

    def action_again(self) -> None:
        """Recognise all that waits again, as something in the office may have mended it."""
        ctx, names = self.desk.ctx, {one.id: one.row.name for one in self._found or ()}

        def do(work: Work) -> tuple[int, int]:
            known = total = 0
            with readers_of(ctx) as readers:
                for total, outcome in enumerate(try_again(ctx, Recogniser(ctx, readers), tuple(names)), 1):
                    known += outcome.known
                    if outcome.known:
                        self._mine |= {id_ for id_, name in names.items() if name == outcome.source.path.name}
                    if work.cancelled:
                        break
                    work.step(total, len(names))
            return known, total

        def done(counts: tuple[int, int]) -> None:
            self.notice(("✓ " if counts[0] else "· ") + self.say(TRIED, known=counts[0], total=counts[1]), "good")
            self.reload()

        self.do_long(do, done, AGAIN)


def say_settled(desk: Desk, row: Waiting, events: Iterable[Event]) -> str:
    """That a file waits no more, and what became of it."""
    last = next((one for one in reversed(list(events)) if one.params.get("file") == row.file_name), None)
    what = desk.say(SETTLED_SOMEHOW) if last is None else message(last, desk.lang)
    if last is not None and last.actor:
        what += f" ({last.actor.lstrip('@')})"
    return "· " + desk.say(SETTLED, file=row.file_name, what=what)


def _best(guesses: Sequence[Guess]) -> str:
    return guesses[0].value if guesses else ""


SCREEN = Queue
