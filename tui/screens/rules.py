"""A template's rules of Express: its own, which come first, and the catalogue's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.models import Rule, RuleSource, Template
from core.domain.text import Text
from core.office.mapping import find_templates
from core.office.rules import Rules, rules_of, save_rules
from tui.desk import Desk
from tui.keys import key
from tui.screens.confirm import Confirm
from tui.screens.rule_edit import RuleEdit, full, summary
from tui.screens.rule_trial import try_and_save
from tui.screens.working import Working
from tui.watch import Changed
from tui.widgets.lines import Lines, line, saying, spread
from tui.widgets.rows import Column, Fixed, Row, Rows

HEADS = (Text("Origem", "Origin"), Text("O documento tem", "The document has"))
SOURCES = {
    RuleSource.STANDARD: Text("catálogo", "catalogue"),
    RuleSource.HAND: Text("à mão", "by hand"),
    RuleSource.CSV: Text("rules.csv", "rules.csv"),
    RuleSource.REMEMBERED: Text("lembrada", "remembered"),
}
TITLE = Text("Regras do Express para {template}", "Express's rules for {template}")
OWN_WINS = Text(
    "As próprias valem antes; entre várias que servem, a mais específica.",
    "Its own come first; of several that fit, the most specific one counts.",
)
VALIDATES = Text(
    "Valida pela competência: {answer} ({keys[rules.validate]} muda)",
    "Period has to be the task's: {answer} ({keys[rules.validate]} changes)",
)
YES, NO = Text("sim", "yes"), Text("não", "no")
NO_RULES = Text(
    "Nenhuma regra: o Express não reconhece este documento. {keys[rules.new]} faz uma; "
    "{keys[express_file.remember]}, num arquivo que espera ({keys[app.go_express]}), faz do exemplo.",
    "No rule: Express does not know this document. {keys[rules.new]} makes one; "
    "{keys[express_file.remember]}, at a file that waits ({keys[app.go_express]}), makes it of the example.",
)
ONLY_OWN = Text(
    "a regra é do catálogo: {keys[list.open]} faz uma própria a partir dela",
    "the catalogue's: {keys[list.open]} makes one's own of it",
)
SAVED = Text("Regra salva; o que espera é reconhecido de novo.", "Rule saved; what waits is recognised again.")
REMOVE = Text("Remover esta regra de {template}?", "Remove this rule of {template}?")
YES_REMOVE = Text("remover", "remove")
REMOVED = Text("Regra removida.", "Rule removed.")
VALIDATION = Text(
    "{template}: valida pela competência: {answer}.", "{template}: period has to be the task's: {answer}."
)
DETAIL = 6


@dataclass(frozen=True)
class Found:
    template: Template
    rules: Rules


class TemplateRules(Working[Found]):
    """The rules by which Express knows one template's documents."""

    TITLE_TEXT = Text("Regras do Express", "Express's rules")
    ENTER = Text("mudar", "change")
    ON_ONE = frozenset({"try", "remove"})
    BINDINGS: ClassVar = [
        key("n", "new", Text("nova", "new")),
        key("t", "try", Text("experimentar", "try")),
        key("d,delete", "remove", Text("remover", "remove")),
        key("v", "validate", Text("validar competência", "check the period")),
        key("escape", "step_back", Text("voltar", "back")),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._template = ""
        self._kept: Text | None = None
        """Why the rule under the cursor cannot be removed, as the footer shows it."""

    def body(self) -> Iterable[Widget]:
        yield Lines([()] * 3, id="head")
        yield Rows([Column(self.say(HEADS[0]), 11), Column(self.say(HEADS[1]), 40, 1)], id="list")
        yield Lines([()] * DETAIL, id="detail")

    def aim(self, **aims: Any) -> None:
        if self._template != aims["template"]:
            self._template = aims["template"]
            self.query_one("#head", Lines).update([()] * 3)
            self.query_one("#list", Rows).show(Fixed(), cursor=0)
        self.reload()

    def memento(self) -> dict[str, Any]:
        return {"template": self._template}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._template = str(state.get("template") or "")

    def reload(self) -> None:
        if self._template:
            super().reload()

    def cares_for(self, changed: Changed) -> bool:
        return not {"express_rules", "imported"}.isdisjoint(changed.codes)

    def read(self) -> Found:
        ctx = self.desk.ctx
        return Found(find_templates(ctx, [self._template])[0], rules_of(ctx, self._template))

    # --- showing

    @property
    def _rules(self) -> Sequence[Rule]:
        return () if self._found is None else (*self._found.rules.own, *self._found.rules.standard)

    def show(self, found: Found) -> None:
        rows = [
            Row(
                str(index),
                (self.say(SOURCES[one.source]), summary(one, self.desk)),
                "muted" if one.source is RuleSource.STANDARD else "",
            )
            for index, one in enumerate(self._rules)
        ]
        self.query_one("#list", Rows).show(Fixed(rows), empty=saying(self.say(NO_RULES), above=1))
        self._tell(found)

    def _tell(self, found: Found) -> None:
        width, template = self.size.width, found.template
        title = self.say(TITLE, template=template.name)
        answer = self.say(YES if found.rules.validate_period else NO)
        head = spread([(f" {title}", "strong")], [(f"{template.department} ", "muted")], width)
        told = [line(" " + self.say(VALIDATES, answer=answer)), line((" " + self.say(OWN_WINS), "muted"))]
        self.query_one("#head", Lines).update([head, *told])
        self._tell_rule()

    def _tell_rule(self) -> None:
        """The rule under the cursor in full."""
        at = self._at
        lines = [] if at is None else [line(""), *full(self._rules[at], self.desk, self.size.width, DETAIL - 1)]
        self._detail.update([*lines, *[()] * (DETAIL - len(lines))])

    def on_resize(self) -> None:
        if self._found is not None:
            self.call_after_refresh(self._tell, self._found)

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._tell_rule()
        before, self._kept = self._kept, self.why_not("remove", ())
        if self._kept is not before:
            self.refresh_bindings()

    @cached_property
    def _list(self) -> Rows:
        return self.query_one("#list", Rows)

    @cached_property
    def _detail(self) -> Lines:
        return self.query_one("#detail", Lines)

    @property
    def _at(self) -> int | None:
        cursor = self._list.cursor if self.is_mounted else 0
        return cursor if cursor < len(self._rules) else None

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        at = self._at
        if action == "remove" and self._found is not None and at is not None and at >= len(self._found.rules.own):
            return ONLY_OWN
        return super().why_not(action, parameters)

    async def action_step_back(self) -> None:
        if not self.cancel_work():
            await self.console.action_back()

    # --- acting

    def on_rows_opened(self, _: Rows.Opened) -> None:
        """Enter: change it; of the catalogue's, one's own is made."""
        at = self._at
        if at is not None and self._found is not None:
            self._edit(self._rules[at], at if at < len(self._found.rules.own) else None)

    def action_new(self) -> None:
        self._edit(Rule(), None)

    def _edit(self, rule: Rule, at: int | None) -> None:
        found = self._found
        if found is None:
            return
        if rule.source is RuleSource.STANDARD:
            rule = rule.model_copy(update={"source": RuleSource.HAND})

        def edited(after: Rule | None) -> None:
            if after is not None:
                self._try(after, at)

        self.console.open(RuleEdit(self.desk, found.template.name, rule), edited)

    def action_try(self) -> None:
        """Try the rule under the cursor as it is."""
        at = self._at
        if at is not None and self._found is not None:
            own = at < len(self._found.rules.own)
            rule = self._rules[at]
            self._try(rule if own else rule.model_copy(update={"source": RuleSource.HAND}), at if own else None)

    def _try(self, rule: Rule, at: int | None) -> None:
        found = self._found
        if found is None:
            return
        before = found.rules.own[at] if at is not None else None

        def save(after: Rule) -> None:
            self._save(found.template, before, after)

        try_and_save(self, found.template, rule, save)

    def _save(self, template: Template, before: Rule | None, after: Rule | None) -> None:
        """Put one rule in the place of another, in the rules as they are then."""
        ctx, actor = self.desk.ctx, self.desk.actor

        def do() -> Template:
            own = [after if one == before and after else one for one in rules_of(ctx, template.id).own]
            if after is None:
                own = [one for one in own if one != before]
            elif after not in own:
                own.append(after)
            return save_rules(ctx, actor, template.id, own)

        def done(_: Template) -> None:
            self.notice("✓ " + self.say(REMOVED if after is None else SAVED), "good")
            self.reload()

        self.act(do, done)

    def action_remove(self) -> None:
        at, found = self._at, self._found
        if at is None or found is None or at >= len(found.rules.own):
            return
        rule = found.rules.own[at]

        def sure(yes: bool | None) -> None:
            if yes:
                self._save(found.template, rule, None)

        question = self.say(REMOVE, template=found.template.name)
        self.console.open(Confirm(self.desk, question, [summary(rule, self.desk)], self.say(YES_REMOVE)), sure)

    def action_validate(self) -> None:
        ctx, actor, found = self.desk.ctx, self.desk.actor, self._found
        if found is None:
            return
        wanted = not found.rules.validate_period

        def do() -> Template:
            own = rules_of(ctx, found.template.id).own
            return save_rules(ctx, actor, found.template.id, own, validate_period=wanted)

        def done(after: Template) -> None:
            answer = self.say(YES if wanted else NO)
            self.notice("✓ " + self.say(VALIDATION, template=after.name, answer=answer))
            self.reload()

        self.act(do, done)


SCREEN = TemplateRules
