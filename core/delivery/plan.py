"""From a delivery to what would happen to it: the checks, a look at the portal, the decision. Writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.domain.checks import Obstacle, Skipped, check
from core.domain.decisions import Action, There, decide, wanted_name
from core.domain.destinations import show_place
from core.domain.failures import BUSY_FOR
from core.domain.models import Client, Delivery, DeliveryStatus, Document, Employee, Mark, Place, Task, Template
from core.domain.names import next_free
from core.domain.text import Text
from core.ports import Absent, Blobs, Condition, Found, Portal, PortalFault, Store, Unchanged

LARGE = 4_000_000
"""Bytes from which hashing a file would hold up the others."""
SEEN = Text("visto pelo cliente", "seen by the client")
OTHERS = Text("é de outro documento", "another document's")
FOREIGN = Text("é outro arquivo", "another file")


@dataclass(frozen=True)
class Subject:
    """A delivery with everything that a decision about it needs."""

    delivery: Delivery
    document: Document
    template: Template
    client: Client
    task: Task
    employee: Employee | None


@dataclass(frozen=True)
class Put:
    """Bytes will go to a place under a condition; `taken`: the names that a numbered one was chosen beside."""

    place: Place
    condition: Condition
    event: str
    params: dict[str, Any] = field(default_factory=dict)
    moved_from: Place | None = None
    taken: frozenset[str] = frozenset()

    @property
    def expected(self) -> str | None:
        return self.condition.sha256 if isinstance(self.condition, Unchanged) else None


@dataclass(frozen=True)
class Already:
    """The very bytes lie there already; nothing to send."""

    place: Place
    moved_from: Place | None = None


Plan = Skipped | Obstacle | Put | Already


def subjects(store: Store, deliveries: Iterable[Delivery]) -> list[Subject]:
    """Read what the deliveries need, all of one state."""
    deliveries = list(deliveries)
    with store.snapshot():
        documents = store.documents.get_many(one.document for one in deliveries)
        templates = store.templates.get_many(one.template for one in deliveries)
        clients = store.clients.get_many(one.client for one in deliveries)
        tasks = store.tasks.get_many(one.task for one in deliveries)
        employees = store.employees.get_many(one.authorised_by for one in deliveries)
    return [
        Subject(
            one,
            documents[one.document],
            templates[one.template],
            clients[one.client],
            tasks[one.task],
            employees.get(one.authorised_by),
        )
        for one in deliveries
    ]


async def plan(subject: Subject, store: Store, blobs: Blobs, portal: Portal, now: datetime) -> Plan:
    """Decide what is to be done with a delivery as things stand.

    Raises:
        PortalFault: the portal could not be looked at.
    """
    delivery, document = subject.delivery, subject.document
    checked = check(
        document,
        subject.template,
        subject.client,
        subject.task,
        delivery.authorised_by,
        subject.employee,
    )
    if isinstance(checked, Skipped | Obstacle):
        return checked
    if delivery.size > LARGE:
        file_state = await asyncio.to_thread(blobs.state, delivery.sha256, delivery.size)
    else:
        file_state = blobs.state(delivery.sha256, delivery.size)
    if file_state is not None:
        return Obstacle(file_state)

    place = Place(root=checked.root, folder=checked.folder, name=wanted_name(document, checked.root, checked.folder))
    moved_from = lies_elsewhere(document, place)
    there = await _there(place, subject, store, portal, now)
    decision = decide(there, delivery.sha256)
    match decision.action:
        case Action.NOTHING:
            return Already(place, moved_from)
        case Action.CREATE:
            return Put(place, Absent(), decision.event, moved_from=moved_from)
        case Action.REPLACE:
            assert there is not None and there.sha256 is not None
            return Put(place, Unchanged(there.sha256), decision.event, moved_from=moved_from)
        case Action.BESIDE:
            assert there is not None
            taken = await portal.names(place.root, place.folder)
            beside = place.model_copy(update={"name": next_free(document.name, taken)})
            why = SEEN if there.seen else OTHERS if there.others else FOREIGN
            params = {"wanted": show_place(place), "why": list(why)}
            return Put(beside, Absent(), decision.event, params, moved_from, taken | {place.name})


async def _there(place: Place, subject: Subject, store: Store, portal: Portal, now: datetime) -> There | None:
    """What the table needs to know of what lies at a place.

    The portal is looked at before the store: who publishes commits its intent first, so bytes that are there are
    known here to be someone's.
    """
    found = await portal.look(place)
    document, delivery = subject.document, subject.delivery
    intending = store.deliveries.intending(place.path)
    if found is None:
        soon = is_promised(intending, document.id)
        return There(sha256=None, seen=False, ours=False, others=True) if soon else None
    if found.busy and not _waited_long(delivery, now):
        raise PortalFault("portal_busy")
    last = document.placement if document.placement and document.placement.place == place else None
    others = any(one.id != document.id for one in store.documents.placed_at(place.path)) or any(
        one.document != document.id for one in intending
    )
    mine = {one.sha256: one.size for one in intending if one.document == document.id}
    if last is not None:
        mine[last.sha256] = last.size
    sha256 = await _hash(place, found, {delivery.size, *mine.values()}, portal)
    seen = found.seen or found.busy or (sha256 is not None and is_marked(store, place, sha256))
    return There(sha256=sha256, seen=seen, ours=sha256 in mine, others=others)


def is_marked(store: Store, place: Place, sha256: str) -> bool:
    """Whether someone said that the client has seen that file."""
    mark = store.marks.get(Mark.of(place, sha256))
    return mark is not None and mark.seen


async def _hash(place: Place, found: Found, sizes: set[int], portal: Portal) -> str | None:
    """The hash of what lies there, where its size says that it could matter."""
    return await portal.digest(place) if found.is_file and found.size in sizes else None


def _waited_long(delivery: Delivery, now: datetime) -> bool:
    return delivery.failing_since is not None and now - delivery.failing_since >= BUSY_FOR


def is_promised(intending: Iterable[Delivery], document: str) -> bool:
    """Whether one of these deliveries is about to put another document than this one at its place."""
    return any(one.document != document and one.status is DeliveryStatus.SENDING for one in intending)


def lies_elsewhere(document: Document, place: Place) -> Place | None:
    """Where the document's last version lies, if that is another folder than the one of `place`."""
    last = document.placement
    if last is None or (last.place.root, last.place.folder) == (place.root, place.folder):
        return None
    return last.place
