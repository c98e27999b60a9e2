"""What Express compares documents with, made ready once: clients by number and name, templates by their rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core.catalog import rules_for
from core.domain.called import called
from core.domain.models import Client, RuleSource, Template
from core.domain.periods import is_year
from core.domain.tax_ids import InvalidTaxId, parse_tax_id
from core.domain.text import fold
from core.express.folding import Folded
from core.express.names import Names, index_names
from core.express.rules import Compiled, Fit, compiled, fit


class Known(NamedTuple):
    """An office's clients and templates, made ready for many documents.

    `called` are the templates' names, told apart; `by_anchor` the rules by a word without which they fit nothing;
    `by_name` those that ask only for a file's name; both by the place of each among all.
    """

    clients: Mapping[str, Client]
    templates: Mapping[str, Template]
    called: Mapping[str, str]
    by_tax_id: Mapping[str, tuple[str, ...]]
    by_root: Mapping[str, tuple[str, ...]]
    own: frozenset[str]
    names: Names
    by_anchor: Mapping[str, Mapping[int, tuple[str, Compiled]]]
    by_name: Mapping[int, tuple[str, Compiled]]
    ruled: frozenset[str]
    client_folders: Mapping[str, tuple[str, ...]]
    template_folders: Mapping[str, tuple[str, ...]]


def prepare(clients: Iterable[Client], templates: Iterable[Template], own: Iterable[str] = ()) -> Known:
    """Make clients and templates ready; do it once for many documents, and again when one of them changes.

    Args:
        own: the office's own CNPJs and CPFs, in any form: they never count.
    """
    by_id = {client.id: client for client in clients}
    kinds = {template.id: template for template in templates}
    ours = frozenset(filter(None, map(_bare, own)))
    by_tax_id: dict[str, tuple[str, ...]] = {}
    by_root: dict[str, tuple[str, ...]] = {}
    for client in by_id.values():
        number = _bare(client.tax_id)
        if number and number not in ours:
            by_tax_id[number] = (*by_tax_id.get(number, ()), client.id)
            if len(number) == 14:
                by_root[number[:8]] = (*by_root.get(number[:8], ()), client.id)
    each = (
        (template.id, compiled(rule))
        for template in kinds.values()
        for rule in (*template.rules, *rules_for(template.name, template.department))
    )
    rules = list({(template_id, id(rule)): (template_id, rule) for template_id, rule in each}.values())
    return Known(
        by_id,
        kinds,
        called(kinds.values()),
        by_tax_id,
        by_root,
        ours,
        index_names(by_id.values()),
        _anchored(rules),
        {place: pair for place, pair in enumerate(rules) if not (pair[1].all or pair[1].any)},
        frozenset(template_id for template_id, _ in rules),
        _by_folder((client.id, name) for client in by_id.values() for name in (client.id, *client.portal[-1:])),
        _by_folder((kind.id, name) for kind in kinds.values() for name in (kind.id, kind.name)),
    )


def fits(known: Known, folded: Folded, file_name: str) -> list[tuple[str, Fit]]:
    """All rules that fit a document, each with its template; only the office's own where one of those fits.

    Args:
        file_name: the file's name, folded.
    """
    found = _fits(known, folded, file_name, folded.words & known.by_anchor.keys())
    if not found or folded.origins:  # words may be glued or torn: try what the anchors left out
        found = _fits(known, folded, file_name, known.by_anchor.keys())
    own = [pair for pair in found if pair[1].rule.rule.source is not RuleSource.STANDARD]
    return own or found


def client_of_folder(known: Known, name: str) -> str | None:
    """The one client that an inbox folder names: by its folder at the portal, or by its id alone or in front.

    A number by itself that may be a year or a month is none.
    """
    folded = fold(name)
    if folded.isdecimal() and (is_year(folded) or int(folded) <= 12):
        return None
    found = known.client_folders.get(folded, ())
    if not found:
        front = folded.split(" - ")[0].strip()
        found = known.client_folders.get(front, ()) or (
            known.client_folders.get(front.lstrip("0"), ()) if front.isdecimal() else ()
        )
    return found[0] if len(set(found)) == 1 else None


def template_of_folder(known: Known, name: str) -> str | None:
    """The one template that an inbox folder names, by its id or its name."""
    found = set(known.template_folders.get(fold(name), ()))
    return found.pop() if len(found) == 1 else None


def _anchored(rules: Sequence[tuple[str, Compiled]]) -> dict[str, dict[int, tuple[str, Compiled]]]:
    """Rules by words of which a fitting document has one: those that fewest rules share, so that few are tried."""
    often = Counter(word for _, rule in rules for one in (*rule.all, *rule.any) for word in set(one.words))
    by_anchor: dict[str, dict[int, tuple[str, Compiled]]] = {}
    for place, pair in enumerate(rules):
        rule = pair[1]
        must = [word for one in rule.all for word in one.words]
        anchors = [min(must, key=lambda word: (often[word], -len(word)))] if must else []
        some = list(dict.fromkeys(min(one.words, key=lambda word: (often[word], -len(word))) for one in rule.any))
        if some and (not anchors or sum(often[word] for word in some) < often[anchors[0]]):
            anchors = some
        for anchor in anchors:
            by_anchor.setdefault(anchor, {})[place] = pair
    return by_anchor


def _fits(known: Known, folded: Folded, file_name: str, anchors: Iterable[str]) -> list[tuple[str, Fit]]:
    tried = dict(known.by_name)
    for anchor in anchors:
        tried |= known.by_anchor[anchor]
    return [(template, one) for template, rule in tried.values() if (one := fit(rule, folded, file_name))]


def _bare(number: str) -> str:
    try:
        return parse_tax_id(number)
    except InvalidTaxId:
        return ""


def _by_folder(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    folders: dict[str, tuple[str, ...]] = {}
    for id_, name in pairs:
        folders[fold(name)] = tuple(dict.fromkeys((*folders.get(fold(name), ()), id_)))
    return folders
