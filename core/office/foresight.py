"""Completion looked at dry (the design's section 2.3): every final path, every decision, every failure to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.delivery.plan import Already, Plan, Put, Subject, plan, subjects
from core.delivery.settling import failure_params
from core.domain.checks import Obstacle, Skipped
from core.domain.failures import FAILURES
from core.domain.lineage import missing_templates, queue
from core.domain.models import Delivery, DeliveryStatus, Document, Place, Task, TaskStatus
from core.domain.permissions import Actor
from core.domain.text import Sentence, Text, as_sentence
from core.office.context import Context
from core.office.loop import in_loop
from core.office.tasks import find_task
from core.ports import PortalFault

FAILED = "failed"
SAID = {
    "delivered": Text("será criado", "will be created"),
    "replaced": Text("será substituído", "will be replaced"),
    "already_there": Text("já está lá", "is there already"),
    "kept_both": Text("ficará ao lado: {why}", "will be kept beside: {why}"),
    "skipped": Text("não será enviado: {why}", "will not be sent: {why}"),
    FAILED: Text("vai falhar: {message}", "will fail: {message}"),
}


@dataclass(frozen=True)
class Foreseen:
    """What completing would do with one document.

    Args:
        decision: the event it would end with; `failed` where `code` says why.
        place: where it would lie.
        sentence, remedy: the same in words.
    """

    subject: Subject
    decision: str
    sentence: Sentence
    place: Place | None = None
    code: str | None = None
    remedy: Sentence | None = None


@dataclass(frozen=True)
class Outlook:
    """What completing tasks would do, and what it would be refused for.

    Args:
        missing: the names of needed templates without document, by open task; only tasks that lack some.
        active: whether the integration is; otherwise nothing would leave.
        seq: the last event before it was looked at: what came later may have changed it.
    """

    tasks: tuple[str, ...]
    foreseen: tuple[Foreseen, ...]
    missing: dict[str, list[str]]
    active: bool
    seq: int


def foresee(
    ctx: Context, actor: Actor, keys: Iterable[str], looked: Callable[[int, int], None] | None = None
) -> Outlook:
    """Say what completing these tasks would do, writing nothing.

    Args:
        looked: told how many documents of how many were looked at; what it raises ends the looking.

    Raises:
        Refused: a task is unknown.
    """
    seq = ctx.store.last_seq()
    tasks = [find_task(ctx, key) for key in keys]
    live = [one for task in tasks for one in ctx.store.documents.of_task(task.id) if one.live]
    wanted = [delivery for one in live if (delivery := _would_queue(ctx, actor, one)) is not None]
    return Outlook(
        tasks=tuple(task.id for task in tasks),
        foreseen=tuple(in_loop(_foresee(ctx, wanted, looked))),
        missing=missing_of(ctx, tasks),
        active=ctx.store.integration().active,
        seq=seq,
    )


def missing_of(ctx: Context, tasks: Iterable[Task]) -> dict[str, list[str]]:
    """The names of the templates that open tasks need and have no document of, by task; only tasks that lack some."""
    found = {
        task.id: missing_templates(task, ctx.store.documents.of_task(task.id))
        for task in tasks
        if task.status is TaskStatus.OPEN
    }
    names = ctx.store.templates.get_many(key for keys in found.values() for key in keys)
    return {task: [names[key].name if key in names else key for key in keys] for task, keys in found.items() if keys}


def _would_queue(ctx: Context, actor: Actor, document: Document) -> Delivery | None:
    deliveries = ctx.store.deliveries.of_document(document.id)
    latest = next((one for one in reversed(deliveries) if one.version == document.version), None)
    if latest is None:
        return queue(document, actor.id, None, "", ctx.now())
    if latest.status in (DeliveryStatus.DELIVERED, DeliveryStatus.SENDING):
        return None
    return latest


async def _foresee(
    ctx: Context, wanted: Sequence[Delivery], looked: Callable[[int, int], None] | None
) -> list[Foreseen]:
    portal = ctx.portal()
    foreseen = []
    try:
        for count, subject in enumerate(subjects(ctx.store, wanted)):
            if looked is not None:
                looked(count, len(wanted))
            try:
                outcome = await plan(subject, ctx.store, ctx.blobs, portal, ctx.now())
            except PortalFault as fault:
                foreseen.append(_failing(subject, fault.code, fault.detail))
            else:
                foreseen.append(_told(subject, outcome))
    finally:
        await portal.close()
    return foreseen


def _told(subject: Subject, outcome: Plan) -> Foreseen:
    match outcome:
        case Put():
            why = {key: Text(*value) for key, value in outcome.params.items() if key == "why"}
            return Foreseen(subject, outcome.event, Sentence(SAID[outcome.event], why), outcome.place)
        case Already():
            return Foreseen(subject, "already_there", Sentence(SAID["already_there"]), outcome.place)
        case Skipped():
            return Foreseen(subject, "skipped", Sentence(SAID["skipped"], {"why": outcome.why}))
        case Obstacle():
            return _failing(subject, outcome.code)


def _failing(subject: Subject, code: str, detail: str = "") -> Foreseen:
    params = {**failure_params(subject), "detail": as_sentence(detail)}
    failure = FAILURES[code]
    message = Text(*(Sentence(failure.sentence, params).say(lang).strip() for lang in ("pt", "en")))
    said = Sentence(SAID[FAILED], {"message": message})
    return Foreseen(subject, FAILED, said, code=code, remedy=Sentence(failure.remedy, params))
