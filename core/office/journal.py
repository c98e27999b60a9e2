"""The journal: what happened, what failed and how to mend it, and one document's story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.delivery.plan import Subject, subjects
from core.delivery.settling import failure_params
from core.domain import story
from core.domain.failures import FAILURES
from core.domain.models import Document, Event, Pause
from core.domain.permissions import Actor
from core.domain.text import Sentence, as_sentence
from core.office.actors import require_department
from core.office.context import Context
from core.office.documents import find_document
from core.office.mapping import find_templates


@dataclass(frozen=True)
class Trouble:
    """One line of the errors: a delivery that failed or waits, or (subject None) all sending, paused."""

    subject: Subject | None
    code: str
    message: Sentence
    remedy: Sentence
    attempts: int
    at: datetime
    retry_at: datetime | None


def troubles(ctx: Context) -> list[Trouble]:
    """Everything that failed or waits after a failure; what is wrong with the portal as a whole first, once."""
    with ctx.store.snapshot():
        pause = ctx.store.pause()
        deliveries = [*ctx.store.deliveries.failed(), *ctx.store.deliveries.retrying()]
        found = subjects(ctx.store, deliveries)
    return [*([_of_portal(pause)] if pause else []), *(_of_delivery(subject) for subject in found)]


def _of_portal(pause: Pause) -> Trouble:
    failure = FAILURES[pause.code]
    params = {"detail": as_sentence(pause.detail)}
    return Trouble(
        subject=None,
        code=pause.code,
        message=Sentence(failure.sentence, params),
        remedy=Sentence(failure.remedy, params),
        attempts=pause.attempts,
        at=pause.since,
        retry_at=pause.retry_at,
    )


def _of_delivery(subject: Subject) -> Trouble:
    delivery = subject.delivery
    assert delivery.failure is not None
    failure = FAILURES[delivery.failure]
    params = {**failure_params(subject), "detail": as_sentence(delivery.detail)}
    waits = delivery.status == "queued"
    return Trouble(
        subject=subject,
        code=delivery.failure,
        message=Sentence(failure.sentence, params),
        remedy=Sentence(failure.remedy, params),
        attempts=delivery.attempts,
        at=delivery.failing_since or delivery.queued_at,
        retry_at=delivery.due_at if waits else None,
    )


@dataclass(frozen=True)
class Story:
    """A document and what the journal says of it, its task's events among it, oldest first."""

    document: Document
    events: tuple[Event, ...]
    where: Sentence
    why: Sentence
    next: Sentence


def explain(ctx: Context, actor: Actor, key: str) -> Story:
    """Tell where a document is, why there, what happened and what comes next, from the events alone.

    Raises:
        Refused: there is no such document, or the actor may not handle its department.
    """
    with ctx.store.snapshot():
        document = find_document(ctx, key)
        require_department(actor, find_templates(ctx, [document.template])[0])
        own = ctx.store.events_of_document(document.id)
        tasks = ctx.store.events_of_task(document.task)
    events = tuple(sorted([*own, *tasks], key=lambda event: event.seq))
    return Story(document, events, story.where(events), story.why(events), story.what_next(events))
