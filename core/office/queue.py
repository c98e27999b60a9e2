"""Into the queue and out of it: every way a delivery comes to wait for the worker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.domain.checks import skipped
from core.domain.events import EVENTS
from core.domain.lineage import UNSENT, again, cancel, hold_of, queue
from core.domain.models import Delivery, DeliveryStatus, Document, Event, Hold, Task
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office.context import Context

BY_COMPLETION = Text("a tarefa foi concluída", "the task was completed")
ON_REQUEST = Text("a pedido", "on request")
NEWER = Text("uma versão mais nova foi anexada", "a newer version was attached")
REMOVED = Text("o documento foi removido", "the document was removed")


def event(ctx: Context, actor: Actor, code: str, *, document: Document | None = None, **fields: Any) -> Event:
    """An event of the journal by someone; `fields` are the event's own, `params` among them."""
    if document is not None:
        fields = {
            "document": document.id,
            "task": document.task,
            "client": document.client,
            "name": document.name,
            **fields,
        }
    return Event(at=ctx.now(), code=code, level=EVENTS[code].level, actor=actor.id, login=actor.login, **fields)


def queue_document(
    ctx: Context, actor: Actor, task: Task, document: Document, earlier: Sequence[Delivery], authorised_by: str
) -> Delivery | None:
    """Queue a completed task's document if its present version is unsent; in the caller's transaction.

    Args:
        earlier: all of the document's deliveries.

    Returns:
        The delivery as queued; None when there is nothing to do.
    """
    now = ctx.now()
    hold = hold_of(task, earlier) if ctx.store.integration().active else Hold.INACTIVE
    latest = next((one for one in reversed(earlier) if one.version == document.version), None)
    if latest is None:
        delivery = queue(document, authorised_by, hold, ctx.new_id(), now)
    elif latest.status is DeliveryStatus.QUEUED and latest.hold in {Hold.REOPENED, Hold.INACTIVE} - {hold}:
        delivery = again(latest, now, hold=hold, authorised_by=authorised_by)
    elif latest.status is DeliveryStatus.FAILED:
        other = authorised_by if latest.failure == "permission_denied" else None
        delivery = again(latest, now, hold=hold, authorised_by=other)
    elif latest.status is DeliveryStatus.SKIPPED and _sendable(ctx, document):
        delivery = again(latest, now, hold=hold, authorised_by=authorised_by)
    else:
        return None
    ctx.store.deliveries.save([delivery])
    ctx.store.append([event(ctx, actor, "queued", document=document, delivery=delivery.id, params={"hold": hold})])
    return delivery


def _sendable(ctx: Context, document: Document) -> bool:
    template = ctx.store.templates.get(document.template)
    return template is not None and skipped(document, template) is None


def cancel_unsent(ctx: Context, actor: Actor, document: Document, deliveries: Iterable[Delivery], why: Text) -> int:
    """Cancel what is unsent of a document; what is being sent finishes. In the caller's transaction."""
    ended = [cancel(one, ctx.now()) for one in deliveries if one.status in UNSENT]
    ctx.store.deliveries.save(ended)
    ctx.store.append(
        [event(ctx, actor, "cancelled", document=document, delivery=one.id, params={"why": list(why)}) for one in ended]
    )
    return len(ended)


def requeue(ctx: Context, actor: Actor, deliveries: Iterable[Delivery], why: Text) -> int:
    """Queue failed or waiting deliveries again, their cause being mended; in the caller's transaction.

    Those of a task that is open again wait for its completion.
    """
    store = ctx.store
    chosen = list(deliveries)
    tasks = store.tasks.get_many(one.task for one in chosen)
    documents = store.documents.get_many(one.document for one in chosen)
    queued = [
        again(one, ctx.now(), hold=hold_of(tasks[one.task], store.deliveries.of_document(one.document)))
        for one in chosen
    ]
    store.deliveries.save(queued)
    store.append(
        [
            event(
                ctx,
                actor,
                "requeued",
                document=documents[one.document],
                delivery=one.id,
                params={"why": list(why), "hold": one.hold},
            )
            for one in queued
        ]
    )
    return len(queued)


def release_held(ctx: Context, actor: Actor) -> int:
    """Queue what was completed while the integration was off (`activate --send-pending`)."""
    return requeue(ctx, actor, ctx.store.deliveries.held(Hold.INACTIVE), ON_REQUEST)


def resume(ctx: Context, actor: Actor) -> bool:
    """Let paused sending go on; in the caller's transaction. Returns whether it was paused."""
    if ctx.store.pause() is None:
        return False
    ctx.store.set_pause(None)
    ctx.store.append([event(ctx, actor, "portal_resumed")])
    return True
