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

_REACH = 140
_OTHERS = (
    *("beneficiario", "cedente", "pagador", "sacado", "sacador", "avalista", "prestador", "tomador", "emitente"),
    *("destinatario", "remetente", "empregador", "empregado", "trabalhador", "funcionario", "colaborador", "credor"),
    *("fonte pagadora", "contratante", "contratada", "contratado", "locador", "locadora", "locatario", "locataria"),
    *("devedor", "favorecido", "recebedor", "contador", "contadora", "contabilista", "responsavel", "representante"),
    *("procurador", "socio", "socia", "fornecedor", "cliente", "recolhedor", "contribuinte", "outorgante", "outorgado"),
    *(
        "declarante",
        "intermediario",
        "expedidor",
        "signatario",
        "transportador",
        "titular",
    ),
    *("administrador", "diretor", "transmitido por", "certificado digital", "dependente", "beneficiaria", "empregada"),
    *("remetente do arquivo", "estipulante", "tecnico", "assinado por"),
    *(
        "prestador de servicos",
        "tomador de servicos",
        "dados do recebedor",
    ),
)
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

_KINDS = {words(label): "other" for label in _OTHERS} | {words(label): "" for label in _NEUTRAL} | {("cpf",): "person"}


class Numbers(NamedTuple):
    """The full numbers on a document, in order, and the clients that have one of them."""

    all: Sequence[TaxIdAt]
    clients: Mapping[str, tuple[TaxIdAt, ...]]


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
    """Find all numbers on a document but the office's own, and whose they are."""
    found = tax_ids_in(reading.text)
    standing = {at.tax_id for at in found}
    nowhere = Span(start=0, end=0)
    found += [TaxIdAt(one.tax_id, nowhere) for one in reading.parties if one.tax_id and one.tax_id not in standing]
    found = [at for at in found if at.tax_id not in known.own]
    clients: dict[str, tuple[TaxIdAt, ...]] = {}
    for at in found:
        for client in known.by_tax_id.get(at.tax_id, ()):
            clients[client] = (*clients.get(client, ()), at)
    return Numbers(found, clients)


def verdict(reading: Reading, folded: Folded, numbers: Numbers, rule: Rule | None, known: Known) -> Verdict:
    """Decide whose a document is by its numbers, with a rule's labels of whose each number is."""
    if not numbers.clients:
        return Verdict(None)
    alone = next(iter(numbers.clients)) if len(numbers.clients) == 1 else None
    after = rule.client_after if rule else ()
    labelled, others, loose = _by_role(reading, after) if reading.parties else _by_label(folded, numbers.all, after)
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


def _by_role(reading: Reading, after: Sequence[str]) -> Sorted:
    """The numbers of an XML's parties, sorted by whether a rule's labels mean their roles."""
    roles = {role for label in after for role in _ROLES.get(words(label)[0], ())}
    own = frozenset(one.tax_id for one in reading.parties if one.role in roles)
    return Sorted(own, frozenset(one.tax_id for one in reading.parties) - own if roles else frozenset(), frozenset())


def _by_label(folded: Folded, numbers: Sequence[TaxIdAt], after: tuple[str, ...]) -> Sorted:
    """The numbers on a document, sorted by the label before each.

    A label is a number's if it is the last one before it, and no other party's label stands directly before that one:
    labels side by side in one row, numbers in the next, cannot be told apart safely.
    """
    sought = _labels(after)
    kinds: dict[str, set[str]] = {"own": set(), "other": set(), "": set()}
    end = 0
    for at in numbers:
        start = bisect_left(folded.origins, at.span.start) if folded.origins else at.span.start
        before = labels_in(folded.flat, max(end, start - _REACH), start, sought)
        end = bisect_left(folded.origins, at.span.end) if folded.origins else at.span.end
        kinds[_kind(before)].add(at.tax_id)
    return Sorted(frozenset(kinds["own"]), frozenset(kinds["other"]), frozenset(kinds[""]))


def _kind(before: Sequence[LabelAt]) -> str:
    """Which party's the last label before a number is: `own`, `other`, or nothing where that is not clear.

    `CPF` alone is a person's beside the document's matter, unless a party's label goes before it.
    """
    person = bool(before) and before[-1].kind == "person"
    kind, apart = "", 0
    for label in reversed([one for one in before if one.kind != "person"]):
        if kind and apart == 0 and label.kind not in ("", kind):
            return ""  # two parties' labels side by side
        if label.kind and not kind:
            kind, apart = label.kind, label.apart
        elif kind and apart == 0:
            apart = label.apart
        if kind and apart:
            break
    return kind or ("other" if person else "")


@lru_cache(maxsize=1024)
def _labels(client_after: tuple[str, ...]) -> Labels:
    own = {words(label): "own" for label in client_after}
    if ("cnpj",) in own:
        own["c", "n", "p", "j"] = "own"
    return labels(_KINDS | own)
