"""A guard for hands: a file that bears another client's number, and not its task's client's, is not simply attached.

The wrong payroll in the wrong folder is the accident that offices fear most. Only full and valid numbers of registered
clients count, never the office's own, nor those of parties that a note merely authorises to download it. What has no
text, or cannot be read, passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.domain.models import Client
from core.domain.recognition import Reading, Span
from core.domain.tax_ids import InvalidTaxId, format_tax_id, parse_tax_id
from core.domain.text import Text
from core.express.numbers import tax_ids_in
from core.express.reading.limits import DEFAULT, Unreadable
from core.express.reading.pool import Readers
from core.office.context import Context
from core.office.errors import Refused
from core.office.views import every
from core.ports import Blob

NO_EVIDENCE = frozenset({"authorised"})
"""Roles in an XML that say nothing of whose document it is."""
LINE = 160

OTHER_CLIENT = Text(
    "{file} traz {number}, de {other} {other_name}, e não o número de {client} {client_name}: «{line}»",
    "{file} bears {number}, which is {other} {other_name}'s, and not the number of {client} {client_name}: “{line}”",
)
LOOK_AND_CONFIRM = Text(
    "Confira o arquivo. Se é mesmo deste cliente, repita com --confirm-client.",
    "Look at the file. If it is this client's all the same, repeat it with --confirm-client.",
)


@dataclass(frozen=True)
class Evidence:
    """Another client's number on a document, and where it stands.

    Args:
        number: as people write it.
        line: the line of the text around it, empty where it is only in an XML's fields.
        span: its place in the reading's text.
    """

    client: str
    client_name: str
    number: str
    line: str
    span: Span


class OtherClient(Refused):
    """A file that is being attached bears another client's number: attached only once someone confirms it.

    Args:
        file: its name.
        client: the task's client.
        evidence: what speaks against it, at least one.
    """

    def __init__(self, file: str, client: Client, evidence: tuple[Evidence, ...]):
        first = evidence[0]
        super().__init__(
            OTHER_CLIENT,
            LOOK_AND_CONFIRM,
            file=file,
            number=first.number,
            other=first.client,
            other_name=first.client_name,
            client=client.id,
            client_name=client.name,
            line=first.line,
        )
        self.file = file
        self.client = client
        self.evidence = evidence


class Item(NamedTuple):
    """A file whose bytes are kept, and the client whose task it is being attached to."""

    name: str
    blob: Blob
    client: str


class Guard:
    """Knows all clients' numbers, for one act of attaching."""

    def __init__(self, ctx: Context):
        self._ctx = ctx
        self._clients: Mapping[str, Client] = {one.id: one for one in every(ctx.store.clients)}
        own = {bare(one) for one in ctx.config.office.tax_ids}
        self._holders: dict[str, list[str]] = {}
        for one in self._clients.values():
            number = bare(one.tax_id)
            if number and number not in own:
                self._holders.setdefault(number, []).append(one.id)

    def check(self, items: Iterable[Item]) -> dict[int, OtherClient]:
        """Read files, those of the same bytes once; returns what speaks against which of them, by their places."""
        asked: dict[Path, list[tuple[int, Item]]] = {}
        for place, item in enumerate(items):
            if item.blob.size and any(item.client not in some for some in self._holders.values()):
                asked.setdefault(self._ctx.blobs.path(item.blob.sha256), []).append((place, item))
        found: dict[int, OtherClient] = {}
        if not asked:
            return found
        with Readers(min(2, len(asked)), DEFAULT) as readers, closing(readers.read_all(asked)) as read:
            for path, reading in read:
                for place, item in asked[path]:
                    evidence = () if isinstance(reading, Unreadable) else self.evidence(reading, item.client)
                    if evidence:
                        found[place] = OtherClient(item.name, self._clients[item.client], evidence)
        return found

    def evidence(self, reading: Reading, client: str) -> tuple[Evidence, ...]:
        """The other clients' numbers on a document, each once; none where the client's own is on it too."""
        merely = only_authorised(reading)
        places: dict[str, Span] = {}
        for at in tax_ids_in(reading.text):
            places.setdefault(at.tax_id, at.span)
        every_number = dict.fromkeys((*places, *(one.tax_id for one in reading.parties)))
        numbers = [one for one in every_number if one not in merely]
        if any(client in self._holders.get(one, ()) for one in numbers):
            return ()
        return tuple(
            Evidence(
                other,
                self._clients[other].name,
                format_tax_id(number),
                line_at(reading.text, places[number]) if number in places else "",
                places.get(number, Span(start=0, end=0)),
            )
            for number in numbers
            for other in self._holders.get(number, ())
        )


def only_authorised(reading: Reading) -> frozenset[str]:
    """The numbers on a note that say nothing of whose it is."""
    roles: dict[str, set[str]] = {}
    for party in reading.parties:
        roles.setdefault(party.tax_id, set()).add(party.role)
    return frozenset(number for number, parts in roles.items() if parts <= NO_EVIDENCE)


def bare(number: str) -> str:
    """A number without its mask; nothing where it is none."""
    try:
        return parse_tax_id(number)
    except InvalidTaxId:
        return ""


def line_at(text: str, span: Span) -> str:
    """The line that a place is in, shortened around it."""
    start = max(text.rfind(sign, 0, span.start) for sign in "\n\f") + 1
    end = min((at for sign in "\n\f" if (at := text.find(sign, span.end)) >= 0), default=len(text))
    spare = max(LINE - (span.end - span.start), 0) // 2
    return " ".join(text[max(start, span.start - spare) : min(end, span.end + spare)].split())
