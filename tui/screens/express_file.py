"""One file that Express left: the guesses in order, what confirming would do, and the text with the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.express import Waiting, sentence
from core.domain.figures import dated, size_text
from core.domain.models import Event, Rule
from core.domain.recognition import Reading
from core.domain.text import Sentence, Text
from core.office import Refused, views
from core.office.proposing import Proposal, propose, rule_of, text_or_reason
from tui.desk import Desk
from tui.keys import key
from tui.screens import express_acts
from tui.screens.express import GONE_BY, say_settled
from tui.screens.express_finders import find
from tui.screens.express_guesses import Shown, guesses, marks, rows
from tui.screens.records import REST
from tui.screens.working import Working
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, fit, line, spread, wrapped
from tui.widgets.paper import Paper
from tui.widgets.rows import Column, Fixed, Rows
from tui.work import Rest, in_thread, start

READING_TEXT = Text("Lendo o texto do arquivo…", "Reading the file's text…")
NO_TEXT = Text("O arquivo não tem texto.", "There is no text in the file.")
CAME = Text("chegou {at}", "came {at}")
FOLDER = Text("na pasta {folder}", "in the folder {folder}")
WAITS_NO_MORE = Text("este arquivo já foi decidido", "this file has been settled")
NO_CLIENT = Text(
    "escolha antes o cliente ({keys[express_file.client]})", "choose the client first ({keys[express_file.client]})"
)
PROPOSING = Text("Fazendo a regra a partir do texto…", "Making the rule from the text…")
NO_RULE_YET = Text("diga antes a tarefa: {why}", "the task has to be clear first: {why}")
PLAN = 4
SETTLED = 0.3
"""Seconds that the cursor has been standing when the text is moved to evidence out of sight."""


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
        key("l", "find('client')", Text("cliente", "client"), name="express_file.client"),
        key("t", "find('template')", Text("template", "template"), name="express_file.template"),
        key("a", "find('task')", Text("tarefa", "task"), name="express_file.task"),
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
        self._lines: Sequence[Shown] = ()
        self._rest = Rest(self, REST, self._mark)
        self._standing = Rest(self, SETTLED, self._reveal, first=False)

    def body(self) -> Iterable[Widget]:
        yield Lines([()] * 3, id="head")
        columns = [Column("", 9), Column("", 23, 1), Column("", 4), Column("", 20, 2)]
        yield Rows(columns, id="guesses", heads=False)
        yield Lines([()] * PLAN, id="plan")
        yield Lines([()], id="reason")
        yield Paper(id="text")

    def aim(self, **aims: Any) -> None:
        if self._file != aims["file"]:
            self._file, self._row, self._text, self._read_for = aims["file"], None, None, ""
            self.query_one("#head", Lines).update([()] * 3)
            self.query_one("#plan", Lines).update([()] * PLAN)
            self.query_one("#guesses", Rows).show(Fixed(), cursor=0)
            self.query_one(Paper).show("")
            self.notice("")  # of another file
        self.set_focus(self.query_one("#guesses", Rows))
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
        templates = views.template_names(ctx)
        try:
            found = propose(ctx, actor, self._file, express_acts.choice_of(self.desk, self._file), templates)
        except Refused:
            return Found(None, {})
        known = found.row.recognition
        clients = ctx.store.clients.get_many([one.value for one in known.clients])
        names = {f"client:{key}": f"{key} {one.name}" for key, one in clients.items()}
        return Found(found, {**names, **{f"template:{key}": name for key, name in templates.items()}})

    def show(self, found: Found) -> None:
        proposal = found.proposal
        if proposal is None:
            told = self.say(WAITS_NO_MORE) if self._row is None else say_settled(self.desk, self._row, self._told)
            self.query_one("#plan", Lines).update([*wrapped(told, self.size.width, "warning", most=PLAN)])
            return
        self._row = proposal.row
        self._lines = list(guesses(self.desk, proposal, found.names))
        found_rows = list(rows(self.desk, self._lines))
        shown = self.query_one("#guesses", Rows)
        shown.styles.height = min(max(len(found_rows), 4), 7)
        shown.show(Fixed(found_rows))
        self._tell(proposal)
        if self._read_for != self._file:
            self._read_text()
        else:
            self._mark()

    def _tell(self, found: Proposal) -> None:
        width, row, lang = self.size.width, found.row, self.desk.lang
        at = dated(row.found_at, "%d/%m/%Y %H:%M", lang)
        about = [size_text(row.size).text(lang), self.say(CAME, at=at)]
        about += [self.say(FOLDER, folder="/".join(row.folders))] if row.folders else []
        doubt = express_acts.doubt_now(self.desk, row)
        why = [] if doubt is None else wrapped("! " + sentence(*doubt).say(lang), width, "warning", most=2)
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
                self._reveal()

        start(self, read, "text", alone=True)

    # --- guesses

    @property
    def _line(self) -> Shown | None:
        at = self.query_one("#guesses", Rows).cursor
        return self._lines[at] if at < len(self._lines) else None

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._rest.moved()
        self._standing.moved()

    def _mark(self) -> None:
        """Let the evidence stand out: of the guess under the cursor, and of the best guesses of the other kinds."""
        here = self._line
        why = "" if here is None or here.guess is None else here.why
        self.query_one("#reason", Lines).update([line((fit(f" {why}", self.size.width), "bar"))])
        if not isinstance(self._text, Reading):
            return
        others = [one for one in self._lines if one.chosen and (here is None or one.kind != here.kind)]
        shown = [here, *others] if here is not None else others
        self.query_one(Paper).mark([mark for one in shown for mark in marks(self.desk, one)])

    def _reveal(self) -> None:
        """Bring the evidence of the guess under the cursor into sight: moving the text writes all of it again."""
        own = [] if self._line is None else marks(self.desk, self._line)
        if own and isinstance(self._text, Reading):
            self.query_one(Paper).reveal(own[0].start)

    def on_rows_opened(self, _: Rows.Opened) -> None:
        """Enter: this guess is right."""
        one = self._line
        if one is None or self.why_not("confirm", ()) is not None:
            return
        if not one.value:
            self.action_find(one.kind)
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
        acting = ("confirm", "find", "remember", "discard")
        if action in acting and self.is_mounted:
            if self._found is not None and self._proposal is None:
                return WAITS_NO_MORE
            if parameters == ("task",) and self._proposal is not None and self._proposal.client is None:
                return NO_CLIENT
        return super().why_not(action, parameters)

    async def action_step_back(self) -> None:
        if not self.cancel_work():
            await self.console.up("express")

    def action_other(self) -> None:
        """The text, and back."""
        paper, listed = self.query_one(Paper), self.query_one("#guesses", Rows)
        self.set_focus(listed if paper.has_focus else paper)

    def action_find(self, kind: str) -> None:
        if (found := self._proposal) is not None and (kind != "task" or found.client is not None):
            find(self, kind, found, lambda value: self._choose(**{kind: value}))

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
            await self.console.up("express")
            queue.settled_here(key, told)

        start(self.app, go, "go", opens=True)

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


SCREEN = OneFile
