"""Whether a rule's phrases stand in a document, and which of two rules that fit is the more specific.

A rule fits when all of `all`, one of `any` and none of `none` stand in the text, and the file's name fits its pattern.
It is *more specific* than another when every phrase that the other one needed is a part of a phrase of its own, and it
has more: `DARF` and `8109` against `DARF`, `balancete de verificação acumulado` against `balancete de verificação`. Of
two rules neither of which contains the other, none is; that is a tie, for a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from fnmatch import translate
from functools import lru_cache
from typing import NamedTuple

from core.domain.models import Rule
from core.domain.recognition import Reading, Span
from core.domain.text import fold
from core.express.folding import Folded, Phrase, find, fold_text, phrase


class Compiled(NamedTuple):
    """A rule made ready for many documents."""

    rule: Rule
    all: tuple[Phrase, ...]
    any: tuple[Phrase, ...]
    none: tuple[Phrase, ...]
    file_name: re.Pattern[str] | None


class Fit(NamedTuple):
    """A rule that fits a document: the phrases that it needed, where they stand, and how much of them there is."""

    rule: Compiled
    phrases: tuple[str, ...]  # compact
    spans: tuple[Span, ...]
    weight: int


class Sample(NamedTuple):
    """A document of which a person or a rule knows the template."""

    template: str
    file_name: str
    reading: Reading


@lru_cache(maxsize=4096)
def compiled(rule: Rule) -> Compiled:
    """Make a rule ready; equal rules are made ready once."""
    return Compiled(
        rule,
        _phrases(rule.all),
        _phrases(rule.any),
        _phrases(rule.none),
        re.compile(translate(fold(rule.file_name))) if rule.file_name else None,
    )


def fit(rule: Compiled, folded: Folded, file_name: str) -> Fit | None:
    """Try a rule on a document.

    Args:
        file_name: the file's name, folded (`core.domain.text.fold`).

    Returns:
        None where it does not fit; a rule without a condition fits nothing.
    """
    if not (rule.all or rule.any or rule.file_name) or (rule.file_name and not rule.file_name.match(file_name)):
        return None
    compact = folded.compact
    for one in rule.all:  # the cheap question first
        if one.compact not in compact:
            return None
    needed: list[tuple[str, tuple[int, int]]] = []
    for one in rule.all:
        place = find(one, folded)
        if place is None:
            return None
        needed.append((one.compact, place))
    if rule.any:
        some = [(one.compact, place) for one in rule.any if one.compact in compact and (place := find(one, folded))]
        if not some:
            return None
        needed += some
    if any(one.compact in compact and find(one, folded) for one in rule.none):
        return None
    names = [f"*{rule.rule.file_name}"] if rule.file_name else []  # no text holds a *, so it is no part of a phrase
    return Fit(
        rule,
        (*(text for text, _ in needed), *names),
        tuple(folded.span(*place) for _, place in needed),
        sum(len(text) for text, _ in needed),
    )


def outdoes(one: Fit, other: Fit) -> bool:
    """Whether a fit is more specific than another: it contains all that the other needed, and more."""
    return _contains(one, other) and not _contains(other, one)


def matches(rule: Rule, reading: Reading, file_name: str) -> tuple[Span, ...] | None:
    """Try a rule on a file before it is saved.

    Returns:
        Where its phrases stand in `reading.text` (nowhere, if only the name was asked for); None where it does not fit.
    """
    found = fit(compiled(rule), fold_text(reading.text), fold(file_name))
    return found.spans if found else None


def also_catches(rule: Rule, template: str, samples: Iterable[Sample]) -> dict[str, list[str]]:
    """Which other templates' known documents a rule would also catch.

    Args:
        template: the id of the template that the rule is for.

    Returns:
        Those templates' ids, each with the names of the files caught.
    """
    caught: dict[str, list[str]] = {}
    for sample in samples:
        if sample.template != template and matches(rule, sample.reading, sample.file_name) is not None:
            caught.setdefault(sample.template, []).append(sample.file_name)
    return caught


def most_specific(fits: Collection[tuple[str, Fit]]) -> list[tuple[str, Fit]]:
    """Those of several templates' fits that no other template's outdoes, heaviest first."""
    best = [
        (template, one)
        for template, one in fits
        if not any(outdoes(other, one) for name, other in fits if name != template)
    ]
    return sorted(best, key=lambda pair: (-pair[1].weight, pair[0]))


def _phrases(texts: Iterable[str]) -> tuple[Phrase, ...]:
    return tuple(one for one in map(phrase, texts) if one.compact)


def _contains(one: Fit, other: Fit) -> bool:
    """Whether each phrase that the other needed is a part of one's own; of its `any`, one is enough."""
    own = one.phrases
    required = [text.compact for text in other.rule.all] + [text for text in other.phrases if text.startswith("*")]
    optional = [text.compact for text in other.rule.any if text.compact in other.phrases]
    return all(any(text in mine for mine in own) for text in required) and (
        not optional or any(text in mine for text in optional for mine in own)
    )
