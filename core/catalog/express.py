"""How the standard templates' documents are known by their content: rules as data, keyed by the template.

The data are `express.csv`, one line a rule, several lines for a template whose documents have several forms; `|`
divides phrases. A phrase is a form's title or a fixed label, never what an office fills in. Where one form is a kind
of another (a DARF of PIS is a DARF) it needs the other's phrases and more; where it is not, `none` keeps them apart.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.catalog.standard import match
from core.domain.models import PeriodOf, Rule, RuleSource

_DATA = Path(__file__).with_name("express.csv")


@cache
def standard_rules() -> dict[str, tuple[Rule, ...]]:
    """The rules of all standard templates that have a recognisable form, by the template's id."""
    rules: dict[str, tuple[Rule, ...]] = {}
    for line in _DATA.read_text(encoding="utf-8").splitlines()[1:]:
        template, *columns, period_of = line.split(";")
        all_, any_, none, client_after, period_after = (tuple(filter(None, one.split("|"))) for one in columns)
        rule = Rule(
            all=all_,
            any=any_,
            none=none,
            client_after=client_after,
            period_after=period_after,
            period_of=PeriodOf(period_of),
            source=RuleSource.STANDARD,
        )
        rules[template] = (*rules.get(template, ()), rule)
    return rules


def rules_for(name: str, department: str | None = None) -> tuple[Rule, ...]:
    """The catalogue's rules for an office's template: those of the standard template that it is by its name."""
    standard = match(name, department)
    return standard_rules().get(standard.id, ()) if standard else ()
