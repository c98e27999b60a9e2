"""The standard templates of Brazilian accounting offices and their folders, and the search by a template's name.

The data are `standard.csv`, one line a template; its department is the folder's first level. To add one, add a line.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from math import prod
from pathlib import Path
from typing import NamedTuple

from core.catalog.vocabulary import ABBREVIATIONS, JOINED, SMALL
from core.domain.periods import is_month, is_period, is_year, month_number
from core.domain.text import fold, words

_DATA = Path(__file__).with_name("standard.csv")
_SEGMENT = re.compile(r"\s[-–—]\s|[()\[\]:]")
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?")
_ELECTRONIC = re.compile(r"\be-(?=[^\W_])|^\s*e (?=social\b)", re.IGNORECASE)
_PLURALS = (("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el"), ("res", "r"), ("ns", "m"), ("s", ""))
_PERIOD_WORDS = frozenset({"ano", "base", "calendario", "comp", "competencia", "exercicio", "mes", "ref", "referente"})

Form = frozenset[str]


class StandardTemplate(NamedTuple):
    """A kind of document that every office knows; `folder` is its standard destination."""

    id: str
    name: str
    department: str
    folder: tuple[str, ...]
    aliases: tuple[str, ...]


@cache
def standard_templates() -> tuple[StandardTemplate, ...]:
    """All standard templates, in the order of the data."""
    templates = []
    for line in _DATA.read_text(encoding="utf-8").splitlines()[1:]:
        id_, name, folder, aliases = line.split(";")
        levels = tuple(folder.split(" > "))
        templates.append(StandardTemplate(id_, name, levels[0], levels, tuple(filter(None, aliases.split("|")))))
    return tuple(templates)


def match(name: str, department: str | None = None) -> StandardTemplate | None:
    """Find the standard template that an office's own template is, by its name.

    Forgiven are case, accents, punctuation, small words, word order, singular and plural, the usual abbreviations, and
    a period before or behind (`Balancete 10/2026`). Nothing else: the significant words must be exactly those of one
    template's name or alias, because a document in a wrong folder is worse than a template that a person has to map.
    A name in parts, `Holerite (Contracheque)`, also fits when each part by itself names the same template.

    Args:
        department: a hint. Where an abbreviation leaves several templates, it chooses the one of that department; it
            never rules out the only one that fits, since offices cut their departments differently.

    Returns:
        None when nothing fits, or more than one thing.
    """
    found = _fitting(name)
    if len(found) > 1 and department is not None:
        found = {one for one in found if fold(one.department) == fold(department)}
    if not found:
        parts = [part for part in _SEGMENT.split(name) if words(part)]
        found = set.intersection(*(_fitting(part) for part in parts)) if len(parts) > 1 else set()
    return found.pop() if len(found) == 1 else None


def forms(name: str) -> set[Form]:
    """The sets of significant words that a name may stand for: one, or several where an abbreviation is ambiguous."""
    return {form for tokens in _without_period(_tokens(name)) for form in _forms(tokens)}


def _forms(tokens: list[str]) -> set[Form]:
    choices = [_meanings(token) for token in dict.fromkeys(tokens) if token not in SMALL]
    if prod(map(len, choices)) > 64:  # nothing but doubts
        return set()
    return {frozenset(singular(word) for meaning in one for word in meaning.split()) for one in product(*choices)}


def singular(word: str) -> str:
    """A word without its plural, roughly: only so that both sides of a comparison become the same."""
    if len(word) > 4:
        for plural, ending in _PLURALS:
            if word.endswith(plural):
                return word.removesuffix(plural) + ending
    return word


def _meanings(token: str) -> list[str]:
    return (ABBREVIATIONS.get(token) or ABBREVIATIONS.get(singular(token), token)).split("|")


@cache
def _by_form() -> dict[Form, set[StandardTemplate]]:
    table: dict[Form, set[StandardTemplate]] = {}
    for template in standard_templates():
        for name in (template.name, *template.aliases):
            for form in forms(name):
                table.setdefault(form, set()).add(template)
    return table


def _fitting(name: str) -> set[StandardTemplate]:
    table = _by_form()
    return set().union(*(table.get(form, set()) for form in forms(name)))


def _tokens(name: str) -> list[str]:
    """Words, with `D.A.S.`, `e-Social` and `PGDAS-D` made one each; the `e` of `RG e CPF` is another."""
    tokens: list[str] = []
    name = _ELECTRONIC.sub("e", _INITIALS.sub(lambda initials: initials[0].replace(".", ""), name))
    for word in words(name):
        joined = JOINED.get((tokens[-1], word)) if tokens else None
        if joined:
            tokens[-1] = joined
        else:
            tokens.append(word)
    return tokens


def _without_period(tokens: list[str]) -> list[list[str]]:
    """Drop a period at either end (`10/2026`, `outubro de 2026`, `out`, `2026`), with the words that announce it, and
    also without them: in `Resultado do Exercício 2026` the word may be the period's or the name's."""
    for size in (4, 3, 2, 1):
        head, tail = " ".join(tokens[:size]), " ".join(tokens[-size:])
        if len(tokens) > size and _is_period(tail):
            kept = tokens = tokens[:-size]
            while len(tokens) > 1 and tokens[-1] in _PERIOD_WORDS | SMALL:
                tokens = tokens[:-1]
            return [kept, tokens]
        if len(tokens) > size and _is_period(head):
            return [tokens[size:]]
    return [tokens]


def _is_period(text: str) -> bool:
    month, _, year = text.rpartition(" ")
    if month_number(month):
        return is_year(year) or re.fullmatch("[0-9]{2}", year) is not None
    # a number alone may be anything ("Anexo 10")
    return is_period(text) or is_year(text) or (is_month(text) and not text.isdecimal())
