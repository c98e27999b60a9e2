"""Protocolo de entrega: what was delivered to a client of a period, when, where, by whom, and whether it has been seen.

It is read from what the office keeps of its deliveries, every version on its own; only whether the client has seen a
file, and whether it still lies there, is asked of the portal.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.domain.failures import FAILURES
from core.domain.models import Client, Delivery, DeliveryStatus, Document, Event, Mark, Place, Task, Template, rfc3339
from core.domain.permissions import EXPRESS, OUTSIDER, Actor
from core.domain.text import Text
from core.office.context import Context
from core.office.errors import Refused
from core.office.loop import in_loop
from core.office.registry import SEE_CLIENTS, UNKNOWN_CLIENT
from core.ports import Found, Portal, PortalFault, TaskChoice

AT_ONCE = 8
"""Files that are asked about at the same time."""
UNFINISHED = frozenset({DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.FAILED})
ATTACHED = frozenset({"attached", "version_attached"})


class State(StrEnum):
    """What is known of a delivered file now."""

    SEEN = "seen"
    UNSEEN = "unseen"
    REPLACED = "replaced"  # a later version of ours took its place before the client had seen it
    GONE = "gone"  # nothing has that name any more
    CHANGED = "changed"  # something else lies there
    UNCHECKED = "unchecked"  # the portal was not asked, or did not answer


@dataclass(frozen=True)
class Entry:
    """One version of a document that reached the portal.

    Args:
        how: the event's code: delivered, replaced, already_there, kept_both.
        by: the id of who completed the task, or attached later; whose permission the delivery carried.
        attached_by: the id of who attached this version; empty where the journal does not tell.
        replaced_at: when a later version took its place.
        removed_at: when the document was taken off its task; the portal's copy stays.
        marked: whether someone of the office said that the client has seen it.
    """

    delivery: str
    task: Task
    template: Template
    document: Document
    version: int
    at: datetime
    place: Place
    how: str
    by: str
    by_name: str
    attached_by: str
    attached_by_name: str
    attached_at: datetime | None
    size: int
    sha256: str
    replaced_at: datetime | None
    removed_at: datetime | None
    marked: bool
    state: State


@dataclass(frozen=True)
class Protocol:
    """A client's deliveries of a period, in the order in which they happened.

    Args:
        left_out: how many deliveries are not in it, by department: its maker may not handle those.
        pending: how many documents of these departments have a version that has not reached the portal.
    """

    office: str
    office_tax_ids: tuple[str, ...]
    client: Client
    period: str
    made_at: datetime
    made_by: str
    entries: tuple[Entry, ...]
    left_out: tuple[tuple[str, int], ...]
    pending: int

    @property
    def checked(self) -> bool:
        """Whether the portal told of every file that it could tell of."""
        return all(one.state is not State.UNCHECKED for one in self.entries)

    @property
    def code(self) -> str:
        """SHA-256 over what was delivered: equal for two copies that list the same deliveries, whenever made.

        It is taken over `facts` as JSON without spaces, keys sorted, in UTF-8. What changes by itself (seen, the time
        of making, who made it) is not in it.
        """
        text = json.dumps(self.facts(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def facts(self) -> dict[str, Any]:
        """What the code is taken over."""
        return {
            "office": [self.office, list(self.office_tax_ids)],
            "client": [self.client.id, self.client.name, self.client.tax_id],
            "period": self.period,
            "deliveries": [
                [
                    *(one.delivery, one.task.id, one.template.id, one.document.id, one.version, rfc3339(one.at)),
                    *(one.place.path, one.how, one.by, one.size, one.sha256),
                ]
                for one in self.entries
            ],
        }


def gather(ctx: Context, actor: Actor, key: str, period: str) -> Protocol:
    """Read what was delivered to a client of a period; the portal is not asked.

    Args:
        period: as `parse_period` returns it; a year takes in its months.

    Raises:
        Refused: there is no such client.
    """
    with ctx.store.snapshot():
        client = ctx.store.clients.get(key)
        if client is None:
            raise Refused(UNKNOWN_CLIENT, SEE_CLIENTS, client=key)
        tasks = _tasks(ctx, key, period)
        documents = {one.id: one for one in ctx.store.documents.of_tasks(tasks)}
        templates = ctx.store.templates.get_many(one.template for one in documents.values())
        own, left_out = _allowed(ctx, actor, documents, templates)
        entries = [one for group in own.values() for one in _entries(ctx, tasks, documents, templates, group)]
    pending = sum(any(two.status in UNFINISHED for two in group) for group in own.values())
    return Protocol(
        office=ctx.name,
        office_tax_ids=ctx.config.office.tax_ids,
        client=client,
        period=period,
        made_at=ctx.now(),
        made_by=_name(ctx, actor.id),
        entries=tuple(sorted(entries, key=lambda one: (one.at, one.delivery))),
        left_out=tuple(sorted(left_out.items())),
        pending=pending,
    )


def _tasks(ctx: Context, client: str, period: str) -> dict[str, Task]:
    """The client's tasks of a month, or of a year with its months, by their ids."""
    is_month = "-" in period
    keys = ctx.store.tasks.choose(TaskChoice(client=client, period=period if is_month else None))
    found = ctx.store.tasks.get_many(keys)
    return {key: one for key, one in found.items() if is_month or one.period[:4] == period}


def _allowed(
    ctx: Context, actor: Actor, documents: dict[str, Document], templates: dict[str, Template]
) -> tuple[dict[str, list[Delivery]], Counter[str]]:
    """The deliveries of each document that the actor may handle; of the others, how many reached the portal."""
    own: dict[str, list[Delivery]] = {}
    left_out: Counter[str] = Counter()
    for delivery in ctx.store.deliveries.of_documents(documents):
        department = templates[documents[delivery.document].template].department
        if actor.may_handle(department):
            own.setdefault(delivery.document, []).append(delivery)
        elif delivery.status is DeliveryStatus.DELIVERED:
            left_out[department] += 1
    return own, left_out


def _entries(
    ctx: Context,
    tasks: dict[str, Task],
    documents: dict[str, Document],
    templates: dict[str, Template],
    deliveries: Sequence[Delivery],
) -> Iterable[Entry]:
    """One document's versions that reached the portal."""
    done = sorted((one for one in deliveries if one.status is DeliveryStatus.DELIVERED), key=lambda one: one.version)
    if not done:
        return
    document = documents[done[0].document]
    attached = {
        int(one.params.get("version", 1)): one
        for one in ctx.store.events_of_document(document.id)
        if one.code in ATTACHED
    }
    for number, one in enumerate(done):
        if one.place is None or one.settled_at is None:
            continue
        later = [two for two in done[number + 1 :] if two.place == one.place]
        mark = ctx.store.marks.get(Mark.of(one.place, one.sha256))
        by = attached.get(one.version)
        yield Entry(
            delivery=one.id,
            task=tasks[document.task],
            template=templates[document.template],
            document=document,
            version=one.version,
            at=one.settled_at,
            place=one.place,
            how=one.outcome or "delivered",
            by=one.authorised_by,
            by_name=_name(ctx, one.authorised_by),
            attached_by=by.actor if by else "",
            attached_by_name=_name(ctx, by.actor) if by else "",
            attached_at=_moment(by),
            size=one.size,
            sha256=one.sha256,
            replaced_at=later[0].settled_at if later else None,
            removed_at=document.removed_at,
            marked=mark is not None and mark.seen,
            state=State.REPLACED if later else State.UNCHECKED,
        )


def _moment(event: Event | None) -> datetime | None:
    return None if event is None else event.at


def _name(ctx: Context, key: str) -> str:
    """Who that is, for a client to read."""
    if key == EXPRESS:
        return "Express"
    employee = ctx.store.employees.get(key)
    return employee.name if employee is not None else key.removeprefix(OUTSIDER)


def check(ctx: Context, protocol: Protocol, told: Callable[[int], None] = lambda _: None) -> Protocol:
    """Ask the portal whether each file has been seen since; what it does not tell stays `unchecked`.

    Args:
        told: of how many it has answered; what it raises ends the asking.
    """
    asked = [one for one in protocol.entries if one.state is State.UNCHECKED]
    if not asked:
        return protocol
    states: dict[str, State] = {}

    async def ask() -> None:
        portal = ctx.portal()
        slots, lost = asyncio.Semaphore(AT_ONCE), asyncio.Event()

        async def one_of(entry: Entry) -> None:
            async with slots:
                if not lost.is_set():
                    states[entry.delivery] = await _look(portal, entry, lost)
                    told(len(states))

        try:
            await asyncio.gather(*(one_of(one) for one in asked))
        finally:
            await portal.close()

    in_loop(ask())
    entries = tuple(replace(one, state=states.get(one.delivery, one.state)) for one in protocol.entries)
    return replace(protocol, entries=tuple(_with_mark(one) for one in entries))


def _with_mark(entry: Entry) -> Entry:
    """Someone's word that the client has seen it counts as the portal's."""
    is_open = entry.marked and entry.state in (State.UNSEEN, State.UNCHECKED)
    return replace(entry, state=State.SEEN) if is_open else entry


async def _look(portal: Portal, entry: Entry, lost: asyncio.Event) -> State:
    try:
        found = await portal.look(entry.place)
    except PortalFault as fault:
        if FAILURES[fault.code].whole or fault.code == "portal_unreachable":
            lost.set()  # the others would only wait for the same answer
        return State.UNCHECKED
    return _state(found, entry)


def _state(found: Found | None, entry: Entry) -> State:
    if found is None:
        return State.GONE
    if not found.is_file or found.size != entry.size:
        return State.CHANGED
    return State.SEEN if found.seen else State.UNSEEN


NOTHING = Text(
    "Nada foi entregue a {client} na competência {period}.", "Nothing was delivered to {client} for {period}."
)
LEFT_OUT = Text(
    "Não constam as entregas ({count}) de departamentos que {who} não pode tratar: {departments}.",
    "Deliveries ({count}) of departments that {who} may not handle are left out: {departments}.",
)
UNCHECKED = Text(
    "O portal não respondeu: não foi verificado agora se o cliente viu {count} arquivo(s).",
    "The portal did not answer: whether the client has seen {count} file(s) was not checked now.",
)
PENDING = Text(
    "Ainda não entregues: {count} documentos (malote errors mostra o que falhou).",
    "Not delivered yet: {count} documents (malote errors shows what failed).",
)
STATES = {
    State.SEEN: Text("visto (Cadeado)", "seen (locked)"),
    State.UNSEEN: Text("não visto", "not seen"),
    State.REPLACED: Text("substituído", "replaced"),
    State.GONE: Text("não está mais lá", "no longer there"),
    State.CHANGED: Text("há outro arquivo lá", "another file is there"),
    State.UNCHECKED: Text("não verificado agora", "not checked now"),
}
HOW = {
    "delivered": Text("entregue", "delivered"),
    "replaced": Text("entregue no lugar da versão anterior", "delivered in the earlier version's place"),
    "already_there": Text("já estava no portal, idêntico", "was at the portal already, identical"),
    "kept_both": Text("entregue ao lado do que já havia", "delivered beside what was there"),
}


def what_lacks(protocol: Protocol, lang: str) -> list[str]:
    """What a reader has to know that the list does not show, a sentence each."""
    told = []
    if protocol.left_out:
        departments = ", ".join(name for name, _ in protocol.left_out)
        count = sum(number for _, number in protocol.left_out)
        told.append(LEFT_OUT.say(lang, count=count, who=protocol.made_by, departments=departments))
    if not protocol.checked:
        count = sum(one.state is State.UNCHECKED for one in protocol.entries)
        told.append(UNCHECKED.say(lang, count=count))
    return told
