"""One file that Express left: the guesses in order, what confirming would do, and the text with the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from textual.timer import Timer
from textual.widget import Widget

from core.domain.express import Waiting, sentence
from core.domain.models import Event, Rule, Task
from core.domain.recognition import Guess, Reading
from core.domain.tax_ids import format_tax_id
from core.domain.text import Sentence, Text
from core.office import Refused, views
from core.office.proposing import Proposal, propose, rule_of, tasks_for, text_or_reason
from core.office.words import STATUS
from tui.desk import Desk
from tui.keys import key
from tui.screens import express_acts
from tui.screens.attach import size_of
from tui.screens.choices import as_numbers, months
from tui.screens.express import GONE_BY, say_settled
from tui.screens.find import Find
from tui.screens.pick import Option
from tui.screens.records import REST
from tui.screens.working import Working
from tui.watch import Changed
from tui.widgets.cells import Cells
from tui.widgets.lines import Line, Lines, fit, line, spread, wrapped
from tui.widgets.paper import Mark, Paper
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.work import in_thread, start

READING_TEXT = Text("Lendo o texto do arquivo…", "Reading the file's text…")
NO_TEXT = Text("O arquivo não tem texto.", "There is no text in the file.")
CAME = Text("chegou {at}", "came {at}")
FOLDER = Text("na pasta {folder}", "in the folder {folder}")
KINDS = {
    "client": Text("Cliente", "Client"),
    "template": Text("Template", "Template"),
    "period": Text("Compet.", "Period"),
    "task": Text("Tarefa", "Task"),
}
SIGNS = {"client": Text("cli", "cli"), "template": Text("tem", "tem"), "period": Text("com", "per")}
CHOSEN = "▸ "
BY_HAND = Text("escolhido aqui", "chosen here")
SERVES = Text("serve", "fits")
UNCHOSEN = Text("nenhum palpite: {key} procura", "no guess: {key} finds one")
FINDERS = {"client": "l", "template": "t", "task": "a"}
WAITS_NO_MORE = Text("este arquivo já foi decidido", "this file has been settled")
NO_CLIENT = Text("escolha antes o cliente (l)", "choose the client first (l)")
WHICH_CLIENT = Text("De que cliente é {file}?", "Which client's is {file}?")
WHICH_TEMPLATE = Text("Que documento é {file}?", "What document is {file}?")
WHICH_TASK = Text("A que tarefa de {client} anexar?", "To which of {client}'s tasks?")
NO_TASKS = Text(
    "Este cliente não tem tarefa aberta, nem concluída que esperasse este template.",
    "This client has no open task, nor a completed one that awaited this template.",
)
NO_CLIENTS = Text("Nenhum cliente ainda (7 Clientes).", "No clients yet (7 Clients).")
NO_TEMPLATES = Text("Nenhum template ainda (2 Templates).", "No templates yet (2 Templates).")
PROPOSING = Text("Fazendo a regra a partir do texto…", "Making the rule from the text…")
NO_RULE_YET = Text("diga antes a tarefa: {why}", "the task has to be clear first: {why}")
PLAN = 4


class Line1(NamedTuple):
    """A guess as a row shows it."""

    kind: str
    value: str
    name: str
    sure: str
    why: str
    chosen: bool
    guess: Guess | None


@dataclass(frozen=True)
class Found:
    """What is known of the file; no proposal where it waits no more."""

    proposal: Proposal | None
    names: Mapping[str, str]  # of clients and templates, by kind and id


class OneFile(Working[Found]):
    """A file that waits."""

    TITLE_TEXT = Text("Express: um arquivo", "Express: one file")
    AUTO_FOCUS = "#guesses"
    ENTER = Text("escolher", "choose")
    BINDINGS: ClassVar = [
        key("c", "confirm", Text("confirmar", "confirm")),
        key("l", "client", Text("cliente", "client")),
        key("t", "template", Text("template", "template")),
        key("a", "task", Text("tarefa", "task")),
        key("m", "remember", Text("lembrar", "remember")),
        key("d,delete", "discard", Text("descartar", "discard")),
        key("tab", "other", Text("texto", "text")),
        key("escape", "step_back", Text("voltar", "back")),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._file = ""
        self._row: Waiting | None = None  # as it was last seen
        self._text: Reading | Sentence | None = None
        self._read_for = ""
        self._told: list[Event] = []
        self._lines: Sequence[Line1] = ()
        self._resting: Timer | None = None

    def body(self) -> Iterable[Widget]:
        yield Lines([()] * 3, id="head")
        columns = [Column("", 9), Column("", 23, 1), Column("", 4), Column("", 20, 2)]
        yield Rows(columns, id="guesses", heads=False)
        yield Lines([()] * PLAN, id="plan")
        yield Cells([()], id="reason")
        yield Paper(id="text")

    def aim(self, **aims: Any) -> None:
        if self._file != aims["file"]:
            self._file, self._row, self._text, self._read_for = aims["file"], None, None, ""
            self.query_one("#head", Lines).update([()] * 3)
            self.query_one("#plan", Lines).update([()] * PLAN)
            self.query_one("#guesses", Rows).show(Fixed(), cursor=0)
            self.query_one(Paper).show("")
        self.query_one("#guesses", Rows).focus()
        self.reload()

    def memento(self) -> dict[str, Any]:
        return {"file": self._file}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._file = str(state.get("file") or "")

    def reload(self) -> None:
        if self._file:
            super().reload()

    def cares_for(self, changed: Changed) -> bool:
        self._told = [*self._told, *(one for one in changed.events if one.code in GONE_BY)][-200:]
        return True

    # --- reading: the office quickly, the file's text in its own time

    def read(self) -> Found:
        ctx, actor = self.desk.ctx, self.desk.actor
        try:
            found = propose(ctx, actor, self._file, express_acts.choice_of(self.desk, self._file))
        except Refused:
            return Found(None, {})
        guesses = found.row.recognition
        clients = ctx.store.clients.get_many([one.value for one in guesses.clients])
        templates = ctx.store.templates.get_many([one.value for one in guesses.templates])
        names = {f"client:{key}": f"{key} {one.name}" for key, one in clients.items()}
        return Found(found, {**names, **{f"template:{key}": one.name for key, one in templates.items()}})

    def show(self, found: Found) -> None:
        proposal = found.proposal
        if proposal is None:
            told = self.say(WAITS_NO_MORE) if self._row is None else say_settled(self.desk, self._row, self._told)
            self.query_one("#plan", Lines).update([*wrapped(told, self.size.width, "warning", most=PLAN)])
            return
        self._row = proposal.row
        self._lines = list(self._guesses(proposal, found.names))
        rows = [self._as_row(index, one) for index, one in enumerate(self._lines)]
        guesses = self.query_one("#guesses", Rows)
        guesses.styles.height = min(max(len(rows), 4), 7)
        guesses.show(Fixed(rows))
        self._tell(proposal)
        if self._read_for != self._file:
            self._read_text()
        else:
            self._mark(reveal=False)

    def _tell(self, found: Proposal) -> None:
        width, row, lang = self.size.width, found.row, self.desk.lang
        at = f"{row.found_at.astimezone():%d/%m/%Y %H:%M}"
        about = [size_of(row.size, lang), self.say(CAME, at=at)]
        about += [self.say(FOLDER, folder="/".join(row.folders))] if row.folders else []
        why = wrapped("! " + sentence(row.doubt, row.params).say(lang), width, "warning", most=2)
        head = spread([(f" {row.file_name}", "strong")], [(" · ".join(about) + " ", "muted")], width)
        self.query_one("#head", Lines).update([head, *why])
        lines: list[Line] = []
        for text, tone in express_acts.plan(self.desk, found):
            strong = tone == "strong"
            lines += wrapped(("→ " if strong else "") + text, width, tone, most=1 if strong else 2)
        self.query_one("#plan", Lines).update(lines[:PLAN] or [()])

    def on_resize(self) -> None:
        if self._found is not None and self._found.proposal is not None:
            self.call_after_refresh(self._tell, self._found.proposal)

    def _read_text(self) -> None:
        """In a thread: it may take seconds, and OCR a minute."""
        file, desk = self._file, self.desk
        self._read_for = file
        paper = self.query_one(Paper)
        paper.show("", instead=[line(("  " + self.say(READING_TEXT), "muted"))])

        async def read() -> None:
            found: Reading | Sentence
            try:
                found = await in_thread(lambda: text_or_reason(desk.ctx, file))
            except Exception as error:
                found = Sentence(Text("{reason}", "{reason}"), {"reason": desk.problem(error)})
            if not self.is_running or self._file != file:
                return
            self._text = found
            if isinstance(found, Sentence):
                paper.show("", instead=wrapped("! " + found.say(desk.lang), self.size.width, "warning"))
            else:
                paper.show(found.text, instead=[line(("  " + self.say(NO_TEXT), "muted"))])
                self._mark()

        start(self, read, "text", alone=True)

    # --- guesses

    def _guesses(self, found: Proposal, names: Mapping[str, str]) -> Iterable[Line1]:
        known = found.row.recognition
        client, template = found.client, found.template
        chosen = {
            "client": (client.id, f"{client.id} {client.name}") if client else ("", ""),
            "template": (template.id, template.name) if template else ("", ""),
            "period": (found.period, months(found.period)) if found.period else ("", ""),
        }
        for kind, guesses in (("client", known.clients), ("template", known.templates), ("period", known.periods)):
            value, name = chosen[kind]
            if value and all(one.value != value for one in guesses):
                yield Line1(kind, value, name, "", self.say(BY_HAND), True, None)
            elif not guesses and kind in FINDERS:
                yield Line1(kind, "", "—", "", self.say(UNCHOSEN, key=FINDERS[kind]), False, None)
            for one in guesses:
                shown = months(one.value) if kind == "period" else names.get(f"{kind}:{one.value}", one.value)
                why = Text(*one.reason).text(self.desk.lang)
                yield Line1(kind, one.value, shown, f"{one.confidence:.0%}", why, one.value == value, one)
        for task in [found.task] if found.task is not None else found.tasks:
            why = self.say(STATUS[task.status]) if found.task is not None else self.say(SERVES)
            yield Line1("task", task.id, told_task(task), "", why, task is found.task, None)

    def _as_row(self, index: int, one: Line1) -> Row:
        first = index == 0 or self._lines[index - 1].kind != one.kind
        kind = self.say(KINDS[one.kind]) if first else ""
        name = (CHOSEN if one.chosen else "  ") + one.name
        tone = "strong" if one.chosen else ""
        return Row(f"{one.kind}:{one.value}", (kind, name, one.sure, one.why), ("muted", tone, "", ""))

    @property
    def _line(self) -> Line1 | None:
        at = self.query_one("#guesses", Rows).cursor
        return self._lines[at] if at < len(self._lines) else None

    def on_rows_moved(self, _: Rows.Moved) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._mark)

    def _mark(self, *, reveal: bool = True) -> None:
        """Let the evidence stand out: of the guess under the cursor, and of the best guesses of the other kinds."""
        here = self._line
        why = "" if here is None or here.guess is None else here.why
        self.query_one("#reason", Lines).update([line((fit(f" {why}", self.size.width), "bar"))])
        if not isinstance(self._text, Reading):
            return
        own = [] if here is None or here.guess is None else self._marks(here)
        others = [one for one in self._lines if one.chosen and (here is None or one.kind != here.kind)]
        marks = own + [mark for one in others for mark in self._marks(one)]
        self.query_one(Paper).mark(marks, own[0].start if reveal and own else None)

    def _marks(self, one: Line1) -> list[Mark]:
        sign = self.say(SIGNS[one.kind]) if one.kind in SIGNS else ""
        spans = one.guess.spans if one.guess is not None else ()
        return [Mark(span.start, span.end, sign) for span in spans if span.end > span.start]

    def on_rows_opened(self, _: Rows.Opened) -> None:
        """Enter: this guess is right."""
        one = self._line
        if one is None or self.why_not("confirm", ()) is not None:
            return
        if not one.value:
            self.run_finder(one.kind)
            return
        self._choose(**{one.kind: one.value})

    def _choose(self, **given: str) -> None:
        express_acts.choose(self.desk, self._file, **given)
        self.reload()

    # --- keys

    @property
    def _proposal(self) -> Proposal | None:
        return None if self._found is None else self._found.proposal

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        acting = ("confirm", "client", "template", "task", "remember", "discard")
        if action in acting and self.is_mounted:
            if self._found is not None and self._proposal is None:
                return WAITS_NO_MORE
            if action == "task" and self._proposal is not None and self._proposal.client is None:
                return NO_CLIENT
        return super().why_not(action, parameters)

    async def action_step_back(self) -> None:
        if not self.cancel_work():
            await self.console.go("express")

    def action_other(self) -> None:
        """The text, and back."""
        paper, guesses = self.query_one(Paper), self.query_one("#guesses", Rows)
        (guesses if paper.has_focus else paper).focus()

    def run_finder(self, kind: str) -> None:
        {"client": self.action_client, "template": self.action_template}[kind]()

    def action_client(self) -> None:
        ctx, lang = self.desk.ctx, self.desk.lang

        def read() -> list[Option]:
            clients = sorted(views.every(ctx.store.clients), key=lambda one: as_numbers(one.id))
            return [Option(one.id, f"{one.id} {one.name}", format_tax_id(one.tax_id)) for one in clients]

        self._find(WHICH_CLIENT, read, "client", lang)

    def action_template(self) -> None:
        ctx, lang = self.desk.ctx, self.desk.lang

        def read() -> list[Option]:
            return [Option(one.id, one.name, one.department) for one in views.every(ctx.store.templates)]

        self._find(WHICH_TEMPLATE, read, "template", lang)

    def action_task(self) -> None:
        found, ctx, lang = self._proposal, self.desk.ctx, self.desk.lang
        if found is None or found.client is None:
            return
        client, template = found.client, found.template

        def read() -> list[Option]:
            tasks = tasks_for(ctx, client.id, template.id if template else "")
            return [Option(one.id, told_task(one), STATUS[one.status].text(lang)) for one in tasks]

        self._find(WHICH_TASK, read, "task", lang)

    def _find(self, title: Text, read: Callable[[], list[Option]], kind: str, lang: str) -> None:
        found = self._proposal
        if found is None:
            return
        none = {"client": NO_CLIENTS, "template": NO_TEMPLATES, "task": NO_TASKS}
        current = {"client": found.client, "template": found.template, "task": found.task}[kind]
        client = found.client.name if found.client else ""

        def chosen(value: str | None) -> None:
            if value is not None:
                self._choose(**{kind: value})

        told = title.say(lang, file=found.row.file_name, client=client)
        key = current.id if current is not None else ""
        self.console.open(Find(self.desk, told, read, key, none[kind]), chosen)

    def action_confirm(self) -> None:
        """One key: its text stands here. What sends is asked about all the same."""
        self._confirm(None)

    def _confirm(self, rule: Rule | None) -> None:
        looked = self._text is not None
        express_acts.confirm(self, self._file, self._settled, looked=looked, rule=rule)

    def action_discard(self) -> None:
        if self._row is not None:
            express_acts.discard(self, self._row, self._settled)

    def _settled(self, told: str) -> None:
        """Back to the queue, where the next one waits."""
        from tui.screens.express import Queue

        queue = self.console.place("express")
        assert isinstance(queue, Queue)
        key, self._file = self._file, ""
        self._read_for = ""

        async def go() -> None:
            await self.console.go("express")
            queue.settled_here(key, told)

        start(self.app, go, "go")

    def action_remember(self) -> None:
        """Confirm, and make a rule of it: the rule is shown and tried first."""
        from tui.screens.rule_trial import try_and_save

        found, ctx, file = self._proposal, self.desk.ctx, self._file
        if found is None:
            return
        if found.task is None or found.template is None or found.trouble is not None:
            why = found.trouble.say(self.desk.lang) if found.trouble is not None else ""
            self.notice("! " + self.say(NO_RULE_YET, why=why), "warning")
            return
        task, template = found.task, found.template

        def made(rule: Rule) -> None:
            self.notice("")
            try_and_save(self, template, rule, self._confirm, confirms=found.row.file_name)

        self.act(lambda: rule_of(ctx, file, task.id), made, self.say(PROPOSING))


def told_task(one: Task) -> str:
    """A task in a list."""
    return f"{one.id} {one.name} · {months(one.period)}"


SCREEN = OneFile
