"""A rule made of a document that a person has confirmed: what of it will stand on the next month's, too."""

from __future__ import annotations

import re
from functools import cache

from core.catalog import standard_rules, standard_templates
from core.domain.models import Client, Rule, RuleSource
from core.domain.recognition import Reading
from core.domain.text import words
from core.express.folding import Folded, fold_text
from core.express.known import Known
from core.express.names import is_named, named_in
from core.express.periods import agreed, expressions, periods_in
from core.express.whose import label_of, numbers_on

_LINES, _PHRASES = 25, 2
_SMALL = frozenset({"de", "da", "do", "das", "dos", "e", "a", "o", "em", "ao", "com", "para", "por", "no", "na"})


def remembered(reading: Reading, client: Client | None, period: str | None, known: Known) -> Rule:
    """Propose a rule from a confirmed document: its title and a fixed line, and the labels that led to its truth.

    Lines with digits, with a client's name or with no word that forms use are left out: they are this document's alone.

    Args:
        client: whose it is, so that the label before the number is kept where several numbers stand on it.
        period: its period, so that the label before it is kept where it could not be told otherwise.
    """
    folded = fold_text(reading.text)
    return Rule(
        all=_titles(reading, client, known),
        client_after=_client_label(reading, folded, client, known),
        period_after=_period_label(folded, period),
        source=RuleSource.REMEMBERED,
    )


def _titles(reading: Reading, client: Client | None, known: Known) -> tuple[str, ...]:
    lines = [line.split(":")[0].strip() for line in (reading.pages[0] if reading.pages else "").splitlines()[:_LINES]]
    found: dict[str, None] = {}
    for line in lines:
        parts = [word for word in words(line) if word not in _SMALL]
        if not 1 <= len(parts) <= 9 or re.search(r"\d", line) or len("".join(parts)) < 8:
            continue
        folded = fold_text(line)
        if named_in(folded, known.names) or (client and is_named(folded, client)):
            continue
        if sum(word in _vocabulary() for word in parts) * 2 >= len(parts):
            found.setdefault(line)
    return tuple(found)[:_PHRASES]


@cache
def _vocabulary() -> frozenset[str]:
    """The words that forms use: those of the catalogue's names and phrases."""
    phrases = [phrase for rules in standard_rules().values() for rule in rules for phrase in (*rule.all, *rule.any)]
    names = [name for one in standard_templates() for name in (one.name, *one.aliases)]
    more = ("demonstrativo", "relatorio", "gerencial", "mensal", "analitico", "sintetico", "controle", "movimento")
    return frozenset(word for text in (*phrases, *names, *more) for word in words(text)) - _SMALL


def _client_label(reading: Reading, folded: Folded, client: Client | None, known: Known) -> tuple[str, ...]:
    numbers = numbers_on(reading, known)
    if client is None or len({at.tax_id for at in numbers.all}) < 2:
        return ()
    labels = {label_of(folded, numbers.all, at) for at in numbers.clients.get(client.id, ())}
    return tuple(sorted(label for label in labels if label))


def _period_label(folded: Folded, period: str | None) -> tuple[str, ...]:
    if period is None or agreed(periods_in(folded)) == (period,):
        return ()
    for dated in expressions(folded, bare_years=len(period) == 4):
        if period in (dated.last, dated.last[:4]):
            line = folded.flat[folded.flat.rfind("\n", 0, dated.start) + 1 : dated.start]
            label = [word for word in words(line) if not word.isdecimal()][-4:]
            if label:
                return (" ".join(label),)
    return ()
