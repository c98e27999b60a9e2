"""Whose a document is: which clients' numbers stand on it, and what a template's labels say of them.

A client is certain only where exactly one client's full and valid number stands on the document, or where the label
before it decides between several; never by a root, a name, a folder or a likeness. And never against contrary
evidence: the label that should precede the client's number preceding someone else's, another client's name in place of
this one's, a folder that names another client.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from core.domain.models import Rule
from core.domain.recognition import Reading, Span
from core.domain.text import words
from core.express.folding import Folded
from core.express.known import Known
from core.express.labels import LabelAt, Labels, labels, labels_in
from core.express.numbers import TaxIdAt, tax_ids_in

_REACH, _FAR = 140, 400
_TAX_WORDS = frozenset({"cnpj", "cpf"})
_OTHERS = (
    *("beneficiario", "beneficiaria", "cedente", "pagador", "sacado", "sacador", "avalista", "prestador", "tomador"),
    *(
        "emitente",
        "destinatario",
        "remetente",
        "empregador",
        "fonte pagadora",
        "contratante",
        "contratada",
        "contratado",
    ),
    *("locador", "locadora", "locatario", "locataria", "credor", "devedor", "favorecido", "recebedor", "contador"),
    *(
        "contadora",
        "contabilista",
        "responsavel",
        "representante",
        "procurador",
        "fornecedor",
        "outorgante",
        "outorgado",
    ),
    *("intermediario", "expedidor", "transportador", "transmitido por", "transmitida por", "assinado por", "tecnico"),
    *("prestador de servicos", "tomador de servicos", "dados do recebedor", "certificado digital", "estipulante"),
)
_HUMAN = (
    *("empregado", "empregada", "trabalhador", "trabalhadora", "funcionario", "funcionaria", "colaborador", "socio"),
    *("socia", "administrador", "administradora", "diretor", "diretora", "dependente", "signatario", "estagiario"),
)
"""Labels of people: no CNPJ is theirs."""
_NEUTRAL = (
    *("cnpj cpf", "cpf cnpj", "cnpj", "c n p j", "cnpj mf", "nome", "razao social", "nome razao social", "inscricao"),
    *("nome empresarial", "cnpj cei", "cnpj caepf", "inscricao estadual", "inscricao municipal", "endereco", "n", "no"),
    *(
        "nome empresarial nome completo",
        "nome completo",
        "razao social nome",
        "numero",
        "nome ou razao social",
        "cnpj ou cpf",
    ),
    *("cpf ou cnpj", "c n p j cpf", "cpf c n p j", "identificacao", "dados", "do", "da", "de", "dos"),
)
_ROLES = {
    "prestador": ("provider", "issuer"),
    "emitente": ("issuer", "provider"),
    "identificacao": ("issuer",),
    "tomador": ("taker", "recipient"),
    "destinatario": ("recipient",),
    "remetente": ("sender",),
    "pagador": ("payer", "taker"),
}
"""What a label's first word is among an XML's parties."""

_KINDS = {
    **{words(label): "other" for label in _OTHERS},
    **{words(label): "human" for label in _HUMAN},
    **{words(label): "" for label in _NEUTRAL},
    ("cpf",): "cpf",
}


class Numbers(NamedTuple):
    """The full numbers on a document, in order, and the clients that have one of them; `office` are its own."""

    all: Sequence[TaxIdAt]
    clients: Mapping[str, tuple[TaxIdAt, ...]]
    office: frozenset[str]


class Sorted(NamedTuple):
    """A document's numbers: those behind the rule's labels, those behind others', and those behind none clearly."""

    own: frozenset[str]
    others: frozenset[str]
    loose: frozenset[str]


class Verdict(NamedTuple):
    """The one client that is certain, or whose numbers a person has to choose from.

    `by_label`: the label decided. `against`: the label points to a number that is no client's, or to another client.
    """

    client: str | None
    by_label: bool = False
    against: bool = False


def numbers_on(reading: Reading, known: Known) -> Numbers:
    """Find all numbers on a document and whose they are; the office's own are nobody's."""
    found = tax_ids_in(reading.text)
    standing = {at.tax_id for at in found}
    nowhere = Span(start=0, end=0)
    found += [TaxIdAt(one.tax_id, nowhere) for one in reading.parties if one.tax_id and one.tax_id not in standing]
    clients: dict[str, tuple[TaxIdAt, ...]] = {}
    for at in found:
        for client in known.by_tax_id.get(at.tax_id, ()):
            clients[client] = (*clients.get(client, ()), at)
    return Numbers(found, clients, known.own)


def verdict(reading: Reading, folded: Folded, numbers: Numbers, rule: Rule | None, known: Known) -> Verdict:
    """Decide whose a document is by its numbers, with a rule's labels of whose each number is."""
    if not numbers.clients:
        return Verdict(None)
    alone = next(iter(numbers.clients)) if len(numbers.clients) == 1 else None
    after = rule.client_after if rule else ()
    labelled, others, loose = _by_role(reading, after) if reading.parties else _by_label(folded, numbers, after)
    if not after:  # only that a person's CPF may be a signatory's, whom the document is not about
        signs = alone and all(len(at.tax_id) == 11 and at.tax_id in others for at in numbers.clients[alone])
        return Verdict(None if signs else alone)
    meant = {client for number in labelled for client in known.by_tax_id.get(number, ())}
    if labelled and not meant:
        return Verdict(None, against=True)
    if alone:
        if all(at.tax_id in others - labelled for at in numbers.clients[alone]):
            return Verdict(None, against=True)
        return Verdict(alone, by_label=alone in meant and len(labelled) == 1)
    elsewhere = {client for number in loose - labelled for client in known.by_tax_id.get(number, ())}
    if len(labelled) == 1 and len(meant) == 1 and not elsewhere:
        return Verdict(meant.pop(), by_label=True)
    return Verdict(None)


def label_of(folded: Folded, numbers: Sequence[TaxIdAt], at: TaxIdAt) -> str:
    """The party's label that stands before a number, folded; empty where there is none."""
    start = _in_flat(folded, at.span.start)
    ends = [_in_flat(folded, one.span.end) for one in numbers if one.span.end <= at.span.start]
    before = labels_in(folded, max((start - _REACH, *ends)), start, _labels(()))
    parties = [label for label in before if label.kind in ("other", "human")]
    return " ".join(parties[-1].words) if parties else ""


def _by_role(reading: Reading, after: Sequence[str]) -> Sorted:
    """The numbers of an XML's parties, sorted by whether a rule's labels mean their roles."""
    roles = {role for label in after for role in _ROLES.get(words(label)[0], ())}
    own = frozenset(one.tax_id for one in reading.parties if one.role in roles)
    return Sorted(own, frozenset(one.tax_id for one in reading.parties) - own if roles else frozenset(), frozenset())


def _by_label(folded: Folded, numbers: Numbers, after: tuple[str, ...]) -> Sorted:
    """The numbers on a document, sorted by the label before each.

    A label is a number's if it is the last one before it, and no other party's label stands directly before that one:
    labels side by side in one row, numbers in the next, cannot be told apart safely.
    """
    sought = _labels(after)
    kinds: dict[str, set[str]] = {"own": set(), "other": set(), "": set()}
    places = [
        (_in_flat(folded, at.span.start), _in_flat(folded, at.span.end), at.tax_id) for at in numbers.all if at.span.end
    ]
    row: list[LabelAt] = []
    for index, (start, end, number) in enumerate(places):
        after_last = places[index - 1][1] if index else 0
        before = _heard(labels_in(folded, max(after_last, start - _FAR), start, sought), number, start)
        parties = [label for label in before if label.kind in ("own", "other", "human")]
        if row and not parties and "\n" not in folded.flat[after_last:start]:
            kinds["own" if row.pop(0).kind == "own" else "other"].add(number)
            continue
        row = _row(folded.flat, parties, places[index:])
        if row:
            kinds["own" if row.pop(0).kind == "own" else "other"].add(number)
        elif _labelled_behind(
            folded, end, places[index + 1][0] if index + 1 < len(places) else len(folded.flat), sought
        ):
            kinds[""].add(number)
        else:
            kinds[_kind(before)].add(number)
    return Sorted(*(frozenset(kinds[kind] - numbers.office) for kind in ("own", "other", "")))


def _labelled_behind(folded: Folded, end: int, following: int, sought: Labels) -> bool:
    """Whether `CNPJ` or `CPF` stands right behind a number: on pages turned over, labels come after what they name."""
    line = folded.flat.find("\n", end)
    line = line if line >= 0 else len(folded.flat)
    behind = labels_in(folded, end, min(line, end + 40), sought)
    return (
        bool(behind) and behind[0].start - end <= 2 and not _TAX_WORDS.isdisjoint(behind[0].words) and following >= line
    )


def _in_flat(folded: Folded, place: int) -> int:
    return bisect_left(folded.origins, place) if folded.origins else place


def _heard(before: Sequence[LabelAt], number: str, start: int) -> list[LabelAt]:
    """The labels that may speak of a number: people's do not of a CNPJ, and none from too far away."""
    near = [label for label in before if not (label.kind == "human" and len(number) == 14)]
    return near if near and start - near[-1].end <= _REACH else []


def _row(flat: str, parties: Sequence[LabelAt], places: Sequence[tuple[int, int, str]]) -> list[LabelAt]:
    """Parties' labels side by side in one line over as many numbers side by side in another: in the same order."""
    if len(parties) < 2 or len(places) < len(parties) or "\n" in flat[parties[0].start : parties[-1].end]:
        return []
    if any(label.apart for label in parties[1:]) or "\n" not in flat[parties[-1].end : places[0][0]]:
        return []
    line = flat[places[0][0] : places[len(parties) - 1][1]]
    beyond = len(places) > len(parties) and "\n" not in flat[places[0][0] : places[len(parties)][0]]
    return [] if "\n" in line or beyond else list(parties)


def _kind(before: Sequence[LabelAt]) -> str:
    """Which party's the last label before a number is: `own`, `other`, or nothing where that is not clear.

    `CNPJ` and `CPF` alone say little: a party's label before them goes first; without one, a rule that names `CNPJ`
    means this number, and a CPF is that of a person whom the document is not about.
    """
    kind, apart = "", 0
    for label in reversed(before):
        party = {"human": "other", "own": "own", "other": "other"}.get(label.kind, "")
        if kind and apart == 0 and party not in ("", kind):
            return ""  # two parties' labels side by side
        if party and not kind:
            kind, apart = party, label.apart
        elif kind and apart == 0:
            apart = label.apart
        if kind and apart:
            break
    last = before[-1].kind if before else ""
    return kind or {"cpf": "other", "weak": "own"}.get(last, "")


@lru_cache(maxsize=1024)
def _labels(client_after: tuple[str, ...]) -> Labels:
    own = {words(label): "own" for label in client_after}
    for weak in (("cnpj",), ("cpf",)):
        if weak in own:
            own[weak] = "weak"
    if ("cnpj",) in own:
        own["c", "n", "p", "j"] = "weak"
    return labels(_KINDS | own)
