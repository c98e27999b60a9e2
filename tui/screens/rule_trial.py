"""Trying a rule before it is saved: what else it would catch, which waiting files it would know; then saving it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.models import Rule, Template
from core.domain.text import InvalidValue, Text
from core.office.trying import OnFile, TriedOut, try_out
from tui.desk import Desk
from tui.keys import key
from tui.paths import paths_in
from tui.screens.ask import Ask
from tui.screens.attach import FOLDER
from tui.screens.dialog import Dialog
from tui.screens.rule_edit import RuleEdit, full
from tui.screens.working import Working
from tui.widgets.frame import Title
from tui.widgets.lines import Line, Lines, line, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows

TITLE = Text("Regra de {template}: o que ela pega", "{template}'s rule: what it catches")
TRYING = Text("Experimentando a regra em arquivos conhecidos:", "Trying the rule on known files:")
OTHERS = Text(
    "! A regra também pega {count} arquivos conhecidos de outros templates:",
    "! The rule also catches {count} known files of other templates:",
)
OTHER_ONE = Text(
    "! A regra também pega 1 arquivo conhecido de outro template:",
    "! It also catches 1 known file of another template:",
)
CAUGHT = Text("   {template}: {files}", "   {template}: {files}")
NO_OTHERS = Text(
    "✓ Não pega nenhum dos {count} arquivos conhecidos de outros templates.",
    "✓ It catches none of the {count} known files of other templates.",
)
NONE_KNOWN = Text(
    "· Ainda não há arquivos anexados a outros templates em que experimentar.",
    "· There are no files attached under other templates to try it on yet.",
)
WAITING = Text("✓ Dos {total} que esperam, serve a {count}:", "✓ Of the {total} that wait, it fits {count}:")
NO_WAITING = Text("· Não serve a nenhum dos {total} que esperam.", "· It fits none of the {total} that wait.")
NONE_WAITS = Text("· Nenhum arquivo espera.", "· No file waits.")
FITS, FITS_NOT = Text("✓ {file}: serve", "✓ {file}: it fits"), Text("✗ {file}: não serve", "✗ {file}: it does not fit")
UNREADABLE = Text("? {file}: não pode ser lido: {reason}", "? {file}: cannot be read: {reason}")
SAVE = Text("salvar a regra", "save the rule")
ALTHOUGH = Text("{what}, mesmo assim", "{what}, all the same")
CONFIRM = Text("anexar {file} e salvar a regra", "attach {file} and save the rule")
CHANGE, ON_FILES = Text("mudar a regra", "change the rule"), Text("experimentar em arquivos", "try on files")
WHICH = Text("Em que arquivos experimentar?", "Try it on which files?")
PASTE = Text("Um caminho, ou vários (cole ou arraste).", "A path, or several (paste or drop).")
EMPTY = Text("Digite um caminho.", "Type a path.")
MISSING = Text("não existe: {path}", "does not exist: {path}")


def try_and_save(
    place: Working[Any],
    template: Template,
    rule: Rule,
    save: Callable[[Rule], None],
    files: tuple[Path, ...] = (),
    *,
    confirms: str = "",
) -> None:
    """Try a rule, show what it catches, and save it once that is wanted; it can be changed and tried again.

    Args:
        save: keeps the rule.
        files: it is tried on besides.
        confirms: the name of the file that is attached along with it, if one is.
    """
    desk, ctx = place.desk, place.desk.ctx

    def show(tried: TriedOut) -> None:
        place.notice("")
        place.console.open(Trial(desk, template, tried, confirms), answered)

    def answered(answer: str | None) -> None:
        if answer == "save":
            save(rule)
        elif answer == "change":
            place.console.open(RuleEdit(desk, template.name, rule), changed)
        elif answer == "files":
            ask = Ask(desk, desk.say(WHICH), "", judge, about=[desk.say(PASTE)])
            place.console.open(ask, lambda typed: again(rule, found(typed)) if typed else again(rule, files))

    def changed(after: Rule | None) -> None:
        again(rule if after is None else after, files)

    def again(after: Rule, more: tuple[Path, ...]) -> None:
        try_and_save(place, template, after, save, more, confirms=confirms)

    def found(typed: str) -> tuple[Path, ...]:
        return tuple(paths_in(typed, Path(desk.memory.get(FOLDER) or Path.home())))

    def judge(typed: str) -> str:
        paths = found(typed)
        if not paths:
            raise InvalidValue(EMPTY)
        for one in paths:
            if not one.is_file():
                raise InvalidValue(MISSING, path=one)
        return ", ".join(one.name for one in paths)

    place.do_long(lambda work: try_out(ctx, rule, template.id, files, work.step), show, TRYING)


class Trial(Dialog[str]):
    """What a rule catches; answers with what to do: save, change, files."""

    ENTER: ClassVar[Text | None] = None
    BINDINGS: ClassVar = [
        key("s,y", "save", Text("salvar", "save")),
        key("e", "change", CHANGE),
        key("a", "files", ON_FILES),
    ]

    def __init__(self, desk: Desk, template: Template, tried: TriedOut, confirms: str):
        super().__init__(desk)
        self._template = template
        self._tried = tried
        self._confirms = confirms

    def body(self) -> Iterable[Widget]:
        yield Title(self.say(TITLE, template=self._template.name))
        yield Lines(id="rule")
        yield Rows([Column("", 20, 1)], id="caught", heads=False)
        yield Lines([(), ()], id="ask")

    def on_resize(self) -> None:
        width = self.size.width
        self.query_one("#rule", Lines).update([*full(self._tried.rule, self.desk, width, 7), line("")])
        told: list[tuple[str, str]] = list(self._caught())
        rows = [
            Row(f"{at}.{part}", ("".join(text for text, _ in one),), tone)
            for at, (text, tone) in enumerate(told)
            for part, one in enumerate(wrapped(text, width - 2, indent="  " if text.startswith(" ") else ""))
        ]
        self.query_one("#caught", Rows).show(Fixed(rows))
        yes = self.say(CONFIRM, file=self._confirms) if self._confirms else self.say(SAVE)
        yes = self.say(ALTHOUGH, what=yes) if self._tried.others else yes
        ask: Line = line(" ", (self.desk.keys["rule_trial.save"], "accent"), f"  {yes}")
        self.query_one("#ask", Lines).update([(), ask])

    def _caught(self) -> Iterable[tuple[str, str]]:
        tried = self._tried
        if tried.others:
            count = sum(map(len, tried.others.values()))
            yield self.say(OTHER_ONE if count == 1 else OTHERS, count=count), "warning"
            for template, files in tried.others.items():
                yield self.say(CAUGHT, template=template, files=", ".join(files)), ""
        else:
            yield self.say(NO_OTHERS, count=tried.known) if tried.known else self.say(NONE_KNOWN), ""
        if not tried.waiting:
            yield self.say(NONE_WAITS), "muted"
        elif hits := [one.name for one in tried.waiting if one.fits]:
            yield self.say(WAITING, total=len(tried.waiting), count=len(hits)), "good"
            yield "   " + ", ".join(hits), ""
        else:
            yield self.say(NO_WAITING, total=len(tried.waiting)), "muted"
        yield from (self._on(one) for one in tried.files)

    def _on(self, one: OnFile) -> tuple[str, str]:
        if one.why is not None:
            return self.say(UNREADABLE, file=one.name, reason=Text(*one.why).text(self.desk.lang)), "warning"
        return self.say(FITS if one.fits else FITS_NOT, file=one.name), "good" if one.fits else "warning"

    def action_save(self) -> None:
        self.dismiss("save")

    def action_change(self) -> None:
        self.dismiss("change")

    def action_files(self) -> None:
        self.dismiss("files")
