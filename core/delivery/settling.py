"""What came of a delivery, as its next state, its document's place and the events that tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from shlex import quote
from typing import Any

from core.delivery.plan import Already, Put, Subject, is_marked, is_promised, lies_elsewhere
from core.domain.checks import Skipped
from core.domain.destinations import show_destination, show_place
from core.domain.events import EVENTS
from core.domain.failures import next_try
from core.domain.lineage import cancel, hold_of
from core.domain.models import (
    Delivery,
    DeliveryStatus,
    Document,
    Event,
    Intent,
    Place,
    Placement,
    TaskStatus,
    rfc3339,
)
from core.domain.names import next_free
from core.domain.text import Text
from core.ports import Conflict, Store

SUPERSEDED = Text("uma versão mais nova foi anexada", "a newer version was attached")
REMOVED = Text("o documento foi removido", "the document was removed")


@dataclass(frozen=True)
class Settlement:
    """A delivery's next state, with what is written in the same transaction.

    Args:
        was_free: whether the place was seen to be free by the very request that put the document there.
    """

    delivery: Delivery
    document: Document | None = None
    events: tuple[Event, ...] = ()
    was_free: bool = False


def event(subject: Subject, code: str, now: datetime, params: Mapping[str, Any], place: Place | None = None) -> Event:
    """An event of the journal about a delivery."""
    delivery = subject.delivery
    return Event(
        at=now,
        code=code,
        level=EVENTS[code].level,
        actor=delivery.authorised_by,
        delivery=delivery.id,
        task=delivery.task,
        client=delivery.client,
        document=delivery.document,
        folder=place.folder if place else None,
        name=place.name if place else subject.document.name,
        params=dict(params),
    )


def intend(store: Store, subject: Subject, put: Put) -> tuple[Put, Delivery] | None:
    """Write what a delivery is about to do, before the first byte leaves; in the caller's transaction.

    No two documents are ever about to take one name: of a numbered one, the next free is taken.

    Returns:
        What will be done, and the delivery with its intent; None when it is not to go (any more), for its document was
        removed or has a newer version, its task was opened again, the integration is off, or it is no longer ours.

    Raises:
        Conflict: another document is about to take that name.
    """
    document, task = store.documents.get(subject.document.id), store.tasks.get(subject.task.id)
    if document is None or not document.live or document.version > subject.delivery.version:
        return None
    if task is None or task.status is TaskStatus.OPEN or not store.integration().active:
        return None
    while is_promised(store.deliveries.intending(put.place.path), document.id):
        if not put.taken:
            raise Conflict
        taken = put.taken | {put.place.name}
        place = put.place.model_copy(update={"name": next_free(document.name, taken)})
        put = replace(put, place=place, taken=taken)
    ready = _intended(subject.delivery, put)
    return (put, ready) if store.settle(ready) else None


def _intended(delivery: Delivery, put: Put) -> Delivery:
    intent = Intent(
        place=put.place,
        event=put.event,
        expected=put.expected,
        scratch=f"{delivery.id}-{delivery.epoch}",
        params=put.params,
    )
    return delivery.model_copy(update={"intent": intent})


def delivered(subject: Subject, done: Put | Already | Intent, now: datetime) -> Settlement:
    """The version lies at its place."""
    code = "already_there" if isinstance(done, Already) else done.event
    params = {} if isinstance(done, Already) else done.params
    delivery = subject.delivery.model_copy(
        update={
            "status": DeliveryStatus.DELIVERED,
            "outcome": code,
            "place": done.place,
            "intent": None,
            "failure": None,
            "detail": "",
            "failing_since": None,
            "settled_at": now,
        }
    )
    placement = Placement(place=done.place, sha256=delivery.sha256, size=delivery.size, delivery=delivery.id, at=now)
    document = subject.document
    told = {
        "place": show_place(done.place),
        "template_name": subject.template.name,
        "destination": show_destination(subject.template.destination or ()),
        **params,
    }
    events = [event(subject, code, now, told, done.place)]
    moved_from = lies_elsewhere(document, done.place)
    if moved_from is not None:
        events.append(event(subject, "destination_moved", now, {"old": show_place(moved_from)}, done.place))
    placed = document.model_copy(update={"placement": placement})
    return Settlement(delivery, placed, tuple(events), was_free=isinstance(done, Put) and done.expected is None)


def skipped(subject: Subject, outcome: Skipped, now: datetime) -> Settlement:
    delivery = subject.delivery.model_copy(
        update={"status": DeliveryStatus.SKIPPED, "outcome": "skipped", "settled_at": now, "failure": None}
    )
    return Settlement(delivery, events=(event(subject, "skipped", now, {"why": list(outcome.why)}),))


def failed(
    subject: Subject,
    code: str,
    now: datetime,
    jitter: float,
    *,
    detail: str = "",
    retry_after: float | None = None,
    intent: Intent | None = None,
) -> Settlement:
    """A try failed: queued again with its next time, or failed until a person mends the cause.

    Args:
        intent: what may have taken effect all the same.
    """
    delivery = subject.delivery
    attempts = delivery.attempts + 1
    retry_at = next_try(code, attempts, now, jitter, retry_after)
    update = {
        "attempts": attempts,
        "failure": code,
        "detail": detail,
        "intent": intent,
        "failing_since": delivery.failing_since or now,
        "worker": None,
    }
    params = {"failure": code, **failure_params(subject, detail)}
    if retry_at is None:
        update |= {"status": DeliveryStatus.FAILED, "settled_at": now}
        told = event(subject, "failed", now, params)
    else:
        update |= {"status": DeliveryStatus.QUEUED, "due_at": retry_at}
        params["retry_at"] = rfc3339(retry_at)
        told = event(subject, "waiting", now, params)
    return Settlement(delivery.model_copy(update=update), events=(told,))


def released(subject: Subject, now: datetime, intent: Intent | None) -> Settlement:
    """Back into the queue untried: all sending pauses, or the worker was told to stop."""
    update = {"status": DeliveryStatus.QUEUED, "worker": None, "due_at": now, "intent": intent}
    return Settlement(subject.delivery.model_copy(update=update))


def failure_params(subject: Subject, detail: str = "") -> dict[str, str]:
    """What the sentences and remedies of failures speak of; ids as a shell takes them, for they stand in commands."""
    department = subject.template.department
    return {
        "delivery": subject.delivery.id,
        "document": subject.document.id,
        "name": subject.document.name,
        "task": quote(subject.task.id),
        "client": quote(subject.client.id),
        "client_name": subject.client.name,
        "template": quote(subject.template.id),
        "template_name": subject.template.name,
        "employee": quote(subject.delivery.authorised_by),
        "department": department,
        "department_q": quote(department),
        "folder": show_destination((*subject.client.portal, *(subject.template.destination or ()))),
        "detail": detail,
    }


def settle(store: Store, subject: Subject, settlement: Settlement, now: datetime) -> Settlement | None:
    """Write what came of a delivery, in the caller's transaction.

    What failed, or was released, after a newer version came or the document was removed, ends as cancelled instead:
    nothing broken blocks what mends it.

    Returns:
        What was written; None when the delivery was no longer ours (compare-and-set on delivery and epoch).

    Raises:
        Conflict: it would have been delivered, but the place is another live document's by now: only the very same
            bytes make that possible, and each document needs a file of its own all the same.
    """
    document = store.documents.get(subject.document.id)
    assert document is not None
    gone = _gone_from(store, settlement)
    ended = REMOVED if not document.live else SUPERSEDED if document.version > subject.delivery.version else None
    unsent = settlement.delivery.status in (DeliveryStatus.QUEUED, DeliveryStatus.FAILED)
    if ended is not None and unsent:
        cancelled = cancel(settlement.delivery, now)
        settlement = replace(
            settlement, delivery=cancelled, events=(event(subject, "cancelled", now, {"why": list(ended)}),)
        )
    elif settlement.delivery.status is DeliveryStatus.QUEUED:
        task = store.tasks.get(subject.task.id) or subject.task
        settlement = replace(settlement, delivery=settlement.delivery.model_copy(update={"hold": hold_of(task, ())}))
    if not store.settle(settlement.delivery):
        return None
    if settlement.document is not None:
        store.documents.save([_placed(store, document, settlement.document), *gone])
    store.append(settlement.events)
    return settlement


def settle_earlier(store: Store, subject: Subject, earlier: Delivery, landed: bool, now: datetime) -> Document:
    """Write whether a cancelled version, whose outcome was unknown, did reach the portal; in the caller's transaction.

    Returns:
        The document as it is now.
    """
    document = store.documents.get(subject.document.id)
    assert document is not None and earlier.intent is not None
    settlement, gone = delivered(replace(subject, delivery=earlier, document=document), earlier.intent, now), []
    try:
        if landed:
            gone = _gone_from(store, settlement)
    except Conflict:
        landed = False
    if not landed or settlement.document is None:
        store.deliveries.save([earlier.model_copy(update={"intent": None})])
        return document
    store.deliveries.save([settlement.delivery])
    placed = _placed(store, document, settlement.document)
    store.documents.save([placed, *gone])
    store.append(settlement.events)
    return placed


def _placed(store: Store, document: Document, delivered: Document) -> Document:
    """The document as it is now, with the place that it was delivered to, and whether that file is marked as seen."""
    placement = delivered.placement
    assert placement is not None
    seen = is_marked(store, placement.place, placement.sha256)
    return document.model_copy(update={"placement": placement.model_copy(update={"seen": seen})})


def _gone_from(store: Store, settlement: Settlement) -> list[Document]:
    """What other documents had at the place where this one lies now: someone has taken it away.

    Not known before: what was seen to be free when we looked may have become another's by the time of our intent.

    Raises:
        Conflict: the file may be another document's, whose bytes are the same.
    """
    placement = settlement.document.placement if settlement.document is not None else None
    if settlement.document is None or placement is None:
        return []
    others = [one for one in store.documents.placed_at(placement.place.path) if one.id != settlement.document.id]
    if not settlement.was_free and any(one.placement and one.placement.sha256 == placement.sha256 for one in others):
        raise Conflict
    return [one.model_copy(update={"placement": None}) for one in others]
