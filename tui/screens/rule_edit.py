"""One rule of Express, field by field; nothing is kept before it has been tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.models import PeriodOf, Rule, RuleSource
from core.domain.text import Text
from core.office.intake.rules import read_phrases
from core.office.rules import check_rule
from tui.desk import Desk
from tui.keys import key
from tui.screens.ask import Ask
from tui.screens.dialog import Dialog
from tui.screens.pick import Option, Pick
from tui.widgets.frame import Title
from tui.widgets.lines import Line, Lines, line, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows

TITLE = Text("Regra do Express para {template}", "Express's rule for {template}")
BARS = Text("frases entre barras: DARF | 8109", "phrases between bars: DARF | 8109")
FIELDS: dict[str, tuple[Text, Text]] = {
    "all": (
        Text("Todas estas frases", "All these phrases"),
        Text("Todas têm de estar no documento; acentos e maiúsculas não importam.", "All have to be on the document."),
    ),
    "any": (
        Text("Alguma destas frases", "Any of these phrases"),
        Text("Pelo menos uma tem de estar no documento.", "At least one has to be on the document."),
    ),
    "none": (
        Text("Nenhuma destas frases", "None of these phrases"),
        Text("Se uma delas estiver no documento, ele é outra coisa.", "A document with one of them is something else."),
    ),
    "file_name": (
        Text("Nome do arquivo", "The file's name"),
        Text("Como em *balancete*.pdf; vazio: qualquer nome.", "As in *balancete*.pdf; empty: any name."),
    ),
    "client_after": (
        Text("Cliente depois de", "Client behind"),
        Text(
            "Onde há dois CNPJs: o do cliente é o que vem depois de um destes rótulos.",
            "Where there are two numbers: the client's is the one behind one of these labels.",
        ),
    ),
    "period_after": (
        Text("Competência depois de", "Period behind"),
        Text(
            "A data que conta é a que vem depois de um destes rótulos.", "The date that counts is behind one of these."
        ),
    ),
    "period_of": (
        Text("A competência é", "The period is"),
        Text("Qual data do documento é a competência dele.", "Which date of the document is its period."),
    ),
}
"""A rule's fields, with their meanings."""
PERIODS = {
    PeriodOf.MONTH: Text("o mês que o documento diz", "the month that it names"),
    PeriodOf.YEAR: Text("o ano", "the year"),
    PeriodOf.FIRST: Text("o mês em que começa", "the month in which it begins"),
    PeriodOf.LAST: Text("o mês em que termina", "the month in which it ends"),
    PeriodOf.NONE: Text("nenhuma: o documento não tem competência", "none: it is of no period"),
}
NOTHING = Text("—", "—")
SAID = Text(
    "{keys[rule_edit.try]} experimenta; só depois se salva.", "{keys[rule_edit.try]} tries it; only then is it saved."
)


class RuleEdit(Dialog[Rule]):
    """Asks for a rule; answers with it, to be tried.

    Args:
        template: the name of the template that it is for.
    """

    ENTER: ClassVar[Text | None] = Text("mudar", "change")
    BINDINGS: ClassVar = [key("t", "try", Text("experimentar e salvar", "try and save"))]

    def __init__(self, desk: Desk, template: str, rule: Rule):
        super().__init__(desk)
        self._template = template
        self._rule = rule

    def body(self) -> Iterable[Widget]:
        yield Title(self.say(TITLE, template=self._template))
        yield Rows([Column("", 22), Column("", 30, 1)], id="fields", heads=False)
        yield Lines([()] * 3, id="told")

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        rows = [Row(name, (self.say(texts[0]), self._shown(name)), ("accent", "")) for name, texts in FIELDS.items()]
        self.query_one("#fields", Rows).show(Fixed(rows))

    def _shown(self, name: str) -> str:
        value = getattr(self._rule, name)
        if name == "period_of":
            return self.say(PERIODS[value])
        return (value if isinstance(value, str) else " | ".join(value)) or self.say(NOTHING)

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._tell()

    def on_resize(self) -> None:
        self._tell()

    def _tell(self) -> None:
        name = self.query_one("#fields", Rows).current
        if name is None:
            return
        lines: list[Line] = wrapped(self.say(FIELDS[name][1]), self.size.width, "muted", most=1)
        wrong = check_rule(self._rule)
        lines += wrapped(
            self.say(SAID) if wrong is None else "! " + wrong.sentence.say(self.desk.lang),
            self.size.width,
            "" if wrong is None else "warning",
            most=2,
        )
        self.query_one("#told", Lines).update([*lines, *[()] * (3 - len(lines))])

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Enter: this field."""
        event.stop()
        name = event.rows.current
        if name is None:
            return
        head, meaning = (self.say(text) for text in FIELDS[name])
        value = getattr(self._rule, name)
        if name == "period_of":
            options = [Option(one.value or "month", self.say(text)) for one, text in PERIODS.items()]
            self.app.push_screen(Pick(self.desk, head, options, value.value or "month"), self._period)
        elif name == "file_name":
            self.app.push_screen(
                Ask(self.desk, head, value, lambda _: "", about=[meaning]), self._taker(name, str.strip)
            )
        else:
            about = [meaning, self.say(BARS)]
            ask = Ask(self.desk, head, " | ".join(value), counted, about=about)
            self.app.push_screen(ask, self._taker(name, read_phrases))

    def _period(self, chosen: str | None) -> None:
        if chosen is not None:
            self._set("period_of", PeriodOf("" if chosen == "month" else chosen))

    def _taker(self, name: str, read: Callable[[str], Any]) -> Callable[[str | None], None]:
        return lambda typed: None if typed is None else self._set(name, read(typed))

    def _set(self, name: str, value: Any) -> None:
        if value != getattr(self._rule, name):
            self._rule = self._rule.model_copy(update={name: value, "source": RuleSource.HAND})
        self._show()
        self._tell()

    def action_try(self) -> None:
        if check_rule(self._rule) is None:
            self.dismiss(self._rule)
        else:
            self._tell()


def counted(typed: str) -> str:
    """What was typed as phrases, each in quotes.

    Raises:
        InvalidValue: one has nothing that could be found.
    """
    return quoted(read_phrases(typed))


def quoted(phrases: Sequence[str], sign: str = " + ") -> str:
    """Phrases in quotes."""
    return sign.join(f"“{one}”" for one in phrases)


def summary(rule: Rule, desk: Desk) -> str:
    """A rule in one line."""
    parts = [quoted(rule.all)] if rule.all else []
    parts += [f"({quoted(rule.any, ' / ')})"] if rule.any else []
    told = " + ".join(parts)
    if rule.none:
        told += desk.say(WITHOUT, phrases=quoted(rule.none, " / "))
    if rule.file_name:
        told += (" · " if told else "") + desk.say(NAMED, name=rule.file_name)
    return told


def full(rule: Rule, desk: Desk, width: int, most: int) -> list[Line]:
    """A rule, a line each field that says something."""
    lines: list[Line] = []
    for name, (head, _) in FIELDS.items():
        value = getattr(rule, name)
        if value:
            text = value if isinstance(value, str) else quoted(value, " · ")
            shown = desk.say(PERIODS[value]) if name == "period_of" else text
            lines += wrapped(f"{desk.say(head)}: {shown}", width, most=2)
    return lines[:most] or [line("")]


WITHOUT = Text(" sem {phrases}", " without {phrases}")
NAMED = Text("nome {name}", "named {name}")
