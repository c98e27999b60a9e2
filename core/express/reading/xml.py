"""Invoices in XML: their parties and date from their own fields (NF-e, CT-e, MDF-e, NFS-e of the nation and of ABRASF).

Parsed safely: no DTD, so no entities; depth, elements and text are bounded.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple
from xml.parsers import expat

from core.express.reading.limits import Limits, Unreadable

_DEPTH = 128
_ELEMENTS = 500_000
_PARTIES = 100
_TAX_IDS = frozenset({"CNPJ", "CPF", "Cnpj", "Cpf"})
_NAMES = frozenset({"xNome", "RazaoSocial"})


class _Layout(NamedTuple):
    """What a note's element holds: which element is which party, and the fields of its date, all by local name."""

    roles: dict[str, str]
    dates: frozenset[str]


_ABRASF = _Layout(
    {
        "Prestador": "provider",
        "PrestadorServico": "provider",
        "Tomador": "taker",
        "TomadorServico": "taker",
        "Intermediario": "intermediary",
        "IntermediarioServico": "intermediary",
    },
    frozenset({"DataEmissao"}),
)
_FREIGHT = {"rem": "sender", "exped": "dispatcher", "receb": "receiver", "dest": "recipient"}
_LAYOUTS = {
    "infNFe": _Layout(
        {"emit": "issuer", "dest": "recipient", "transporta": "carrier", "autXML": "authorised"},
        frozenset({"dhEmi", "dEmi"}),
    ),
    "infCte": _Layout(
        {"emit": "issuer", **_FREIGHT, "toma4": "payer", "toma": "payer", "autXML": "authorised"}, frozenset({"dhEmi"})
    ),
    "infMDFe": _Layout({"emit": "issuer", "autXML": "authorised"}, frozenset({"dhEmi"})),
    "infEvento": _Layout({"infEvento": "issuer", "detEvento": ""}, frozenset({"dhEvento"})),
    "infNFSe": _Layout({"emit": "provider"}, frozenset()),
    "infDPS": _Layout({"prest": "provider", "toma": "taker", "interm": "intermediary"}, frozenset({"dhEmi"})),
    "NFe": _Layout(  # the city of São Paulo's NFS-e; around infNFe it says nothing
        {"CPFCNPJPrestador": "provider", "CPFCNPJTomador": "taker"}, frozenset({"DataEmissaoNFe"})
    ),
    "InfNfse": _ABRASF,
    "InfRps": _ABRASF,
    "InfDeclaracaoPrestacaoServico": _ABRASF,
}
_FREIGHT_PAYERS = {"0": "sender", "1": "dispatcher", "2": "receiver", "3": "recipient"}
"""CT-e, ide/toma3/toma (also toma03): who of them pays."""


class Note(NamedTuple):
    """What an XML says: its leaves as lines `name: value`, its parties as (role, tax id, name), its date."""

    text: str
    parties: list[tuple[str, str, str]]
    issued: date | None


def note(data: bytes, limits: Limits) -> Note:
    """Read an XML document; one of an unknown layout has its text only.

    Raises:
        Unreadable: it is no well-formed XML, holds a DTD, or exceeds a bound.
        MemoryError: it takes more than this process may have.
    """
    try:
        return _parsed(data, limits, None)
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]:
            raise MemoryError from None
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
            raise Unreadable("empty" if not data.strip() else "truncated") from None
        if error.code in _CUT:
            raise Unreadable("truncated") from None
        if error.code not in _BYTES:
            raise Unreadable("broken") from None
    try:  # town halls' systems declare UTF-8 and write Windows-1252
        return _parsed(data, limits, "windows-1252")
    except expat.ExpatError:
        raise Unreadable("broken") from None


_CUT = {
    expat.errors.codes[one]
    for one in (
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
_BYTES = {
    expat.errors.codes[one] for one in (expat.errors.XML_ERROR_INVALID_TOKEN, expat.errors.XML_ERROR_INCORRECT_ENCODING)
}


def _parsed(data: bytes, limits: Limits, encoding: str | None) -> Note:
    parser, builder = expat.ParserCreate(encoding), _Builder(limits.text)
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    parser.Parse(data, True)  # whole: in pieces, older expats take quadratic time over one long token
    return builder.note()


def _refuse(*_: object) -> None:
    raise Unreadable("unsafe_xml")


class _Builder:
    """Follows where in the document the parser is."""

    def __init__(self, most: int):
        self.most = self.left = most
        self.elements = 0
        self.path: list[str] = []
        self.lines: list[str] = []
        self.value: list[str] = []
        self.kept = 0
        self.open: list[tuple[_Layout, int]] = []  # the notes around this place, outermost first, and their depths
        self.parties: dict[tuple[str, str], str] = {}  # (role, tax id) to the name
        self.dates: list[date] = []
        self._new_note()

    def _new_note(self) -> None:
        self.dated = False
        self.payer = ""
        self.current: dict[str, str] = {}  # role to the tax id read last
        self.names: dict[str, str] = {}  # role to a name that came before its tax id

    def start(self, name: str, _: object) -> None:
        self.elements += 1
        if len(self.path) >= _DEPTH or self.elements > _ELEMENTS:
            raise Unreadable("unsafe_xml")
        name = name.rpartition(":")[2]
        self.value, self.kept = [], 0
        if not self.path or (self.open and name in self.open[-1][0].roles):
            self._line(name)
        self.path.append(name)
        layout = _LAYOUTS.get(name)
        if layout is not None:
            if not self.open:
                self._new_note()
            self.open.append((layout, len(self.path)))

    def data(self, text: str) -> None:
        if self.kept < self.most:
            self.value.append(text)
            self.kept += len(text)

    def end(self, _: str) -> None:
        name = self.path[-1]
        value = " ".join("".join(self.value).split()) if self.value else ""
        self.value, self.kept = [], 0
        if value:
            self._line(f"{name}: {value}")
            if self.open:
                self._field(name, value)
        if self.open and self.open[-1][1] == len(self.path):
            self.open.pop()
            payer = self.current.get(self.payer)
            if not self.open and payer is not None:
                self.parties.setdefault(("payer", payer), self.parties[self.payer, payer])
        self.path.pop()

    def _line(self, line: str) -> None:
        if self.left > 0:
            self.lines.append(line[: self.left])
            self.left -= len(line) + 1

    def _field(self, name: str, value: str) -> None:
        layout, depth = self.open[-1]
        if name in layout.dates and not self.dated:
            found = _date(value)
            if found is not None:
                self.dates.append(found)
                self.dated = True
        elif name == "toma" and len(self.path) > 1 and self.path[-2] in {"toma3", "toma03"}:
            self.payer = _FREIGHT_PAYERS.get(value, "")
        elif name in _TAX_IDS or name in _NAMES:
            within = self.path[depth - 1 : -1]
            role = next((layout.roles[one] for one in reversed(within) if one in layout.roles), "")
            if role and name in _NAMES:
                self._name(role, value[:200])
            elif role:
                self._tax_id(role, re.sub(r"[^0-9A-Za-z]", "", value).upper())

    def _name(self, role: str, name: str) -> None:
        tax_id = self.current.get(role)
        if tax_id is None:
            self.names.setdefault(role, name)
        else:
            self.parties[role, tax_id] = self.parties[role, tax_id] or name

    def _tax_id(self, role: str, tax_id: str) -> None:
        if len(tax_id) in (11, 14) and len(self.parties) < _PARTIES:
            self.current[role] = tax_id
            self.parties.setdefault((role, tax_id), self.names.pop(role, ""))

    def note(self) -> Note:
        # a file of several notes has a date only where they agree on the month
        months = {(one.year, one.month) for one in self.dates}
        return Note(
            "\n".join(self.lines),
            [(role, tax_id, name) for (role, tax_id), name in self.parties.items()],
            self.dates[0] if len(months) == 1 else None,
        )


def _date(text: str) -> date | None:
    """A date at the front of a text: `2026-10-05T10:00:00-03:00`, `2026-10-05`, `20261005`, or `05/10/2026`."""
    try:
        if text[2:3] == "/":
            return date(int(text[6:10]), int(text[3:5]), int(text[:2]))
        return date.fromisoformat(text[:10] if text[4:5] == "-" else text[:8])
    except ValueError:
        return None
