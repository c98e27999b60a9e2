"""rules.csv: how Express knows an office's own documents by their content; a line a rule, several for a template."""

from __future__ import annotations

from core.domain.models import Names, PeriodOf, Rule, RuleSource, Template
from core.domain.permissions import Actor
from core.domain.text import InvalidValue, Text, fold, words
from core.office.context import Context
from core.office.intake.cells import read_bool, read_id, read_line
from core.office.intake.sheet import Column, Counts, Given, Sheet
from core.office.intake.tasks import NO_TEMPLATE
from core.office.rules import check_rule, store_rules

NOTHING_SAID = Text("“{phrase}” não tem letra nem número", "“{phrase}” has neither letter nor digit")
NO_CONDITION = Text(
    "A regra não diz o que precisa haver no documento (all, any ou file_name)",
    "The rule does not say what has to be on the document (all, any or file_name)",
)
NO_PERIOD_OF = Text(
    "Use month, year, first, last ou none (mês, ano, primeiro, último, nenhum)", "Give month, year, first, last or none"
)
OTHERWISE = Text("A linha {line} diz o contrário deste template", "Line {line} says otherwise of this template")
_PERIODS = {
    **dict.fromkeys(("month", "mes"), PeriodOf.MONTH),
    **dict.fromkeys(("year", "ano"), PeriodOf.YEAR),
    **dict.fromkeys(("first", "primeiro", "inicio"), PeriodOf.FIRST),
    **dict.fromkeys(("last", "ultimo", "fim"), PeriodOf.LAST),
    **dict.fromkeys(("none", "nenhum", "nenhuma"), PeriodOf.NONE),
}


def read_phrases(cell: str) -> Names:
    """Phrases between bars, each once.

    Raises:
        InvalidValue: one has nothing that could be found.
    """
    phrases = tuple(dict.fromkeys(part for one in cell.split("|") if (part := " ".join(one.split()))))
    for one in phrases:
        if not words(one):
            raise InvalidValue(NOTHING_SAID, phrase=one)
    return phrases


def read_period_of(cell: str) -> PeriodOf:
    """Which of a document's dates is its period.

    Raises:
        InvalidValue: it is unknown.
    """
    found = _PERIODS.get(fold(cell))
    if found is None:
        raise InvalidValue(NO_PERIOD_OF)
    return found


COLUMNS = (
    Column("template", ("template de documento", "código do template"), read_id, needed=True),
    Column("all", ("todas", "todas as frases"), read_phrases),
    Column("any", ("alguma", "qualquer", "alguma das frases"), read_phrases),
    Column("none", ("nenhuma", "nenhuma das frases"), read_phrases),
    Column("file_name", ("nome do arquivo",), read_line),
    Column("client_after", ("cliente depois de", "rótulo do cliente"), read_phrases),
    Column("period_after", ("competência depois de", "rótulo da competência"), read_phrases),
    Column("period_of", ("competência é", "data da competência"), read_period_of),
    Column("validate_period", ("validar pela competência", "validar competência"), read_bool),
)
_RULE = frozenset({"all", "any", "none", "file_name", "client_after", "period_after", "period_of"})


def take_rules(ctx: Context, actor: Actor, sheet: Sheet) -> Counts:
    """Give templates the rules of this file, in place of those that an earlier one gave. In the caller's transaction.

    Rules made by hand or remembered stay, and so do those of templates that the file does not name.
    """
    rows = [one for one in sheet.rows if sheet.require(one)]
    templates = ctx.store.templates.get_many({one.values["template"] for one in rows})
    rules: dict[str, list[Rule]] = {}
    validate: dict[str, tuple[bool, int]] = {}
    for one in rows:
        key = one.values["template"]
        if key not in templates:
            sheet.problem(one.row, "template", NO_TEMPLATE)
            continue
        rule = _rule(sheet, one)
        if rule is not None and rule not in rules.setdefault(key, []):
            rules[key].append(rule)
        _note_validation(sheet, one, validate)
    if sheet.refused:
        return Counts()
    named = {one.values["template"] for one in rows}
    changed = [
        after
        for key in named
        if (after := _with(templates[key], rules.get(key), validate.get(key, (None, 0))[0])) != templates[key]
    ]
    store_rules(ctx, actor, changed)
    new = sum(not _csv(templates[one.id]) for one in changed)
    return Counts(new, len(changed) - new, len(named) - len(changed))


def _rule(sheet: Sheet, one: Given) -> Rule | None:
    """The row's rule, if it has one: a row may say `validate_period` alone."""
    values = {name: value for name, value in one.values.items() if name in _RULE}
    if not values:
        return None
    rule = Rule(**values, source=RuleSource.CSV)
    if check_rule(rule) is not None:
        sheet.problem(one.row, "all", NO_CONDITION)
        return None
    return rule


def _note_validation(sheet: Sheet, one: Given, validate: dict[str, tuple[bool, int]]) -> None:
    given = one.values.get("validate_period")
    if given is None:
        return
    before, line = validate.setdefault(one.values["template"], (given, one.row.line))
    if before != given:
        sheet.problem(one.row, "validate_period", OTHERWISE, line=line)


def _csv(template: Template) -> bool:
    return any(one.source is RuleSource.CSV for one in template.rules)


def _with(template: Template, rules: list[Rule] | None, validate_period: bool | None) -> Template:
    update: dict[str, object] = {}
    if rules:
        kept = tuple(one for one in template.rules if one.source is not RuleSource.CSV)
        update["rules"] = (*kept, *rules)
    if validate_period is not None:
        update["validate_period"] = validate_period
    return template.model_copy(update=update)
