"""Tasks: completing sends, reopening holds (the design's section 2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from core.domain.lineage import complete, missing_templates, reopen
from core.domain.models import Delivery, DeliveryStatus, Document, Event, Hold, Task, TaskStatus
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office.context import Context
from core.office.errors import Refused
from core.office.queue import event, queue_document

UNKNOWN = Text("Não há tarefa {task}.", "There is no task {task}.")
SEE_TASKS = Text("Veja as cadastradas: malote tasks.", "See what there is: malote tasks.")
MISSING = Text(
    "A tarefa {task} ainda não tem documento de: {missing}.", "The task {task} has no document yet of: {missing}."
)
ATTACH_OR_FORCE = Text(
    "Anexe (malote attach {task_q} ARQUIVO --template ID) ou conclua assim mesmo (malote complete {task_q} --force).",
    "Attach it (malote attach {task_q} FILE --template ID) or complete anyway (malote complete {task_q} --force).",
)


@dataclass(frozen=True)
class Completed:
    task: Task
    queued: tuple[Delivery, ...]
    was_completed: bool = False


def find_task(ctx: Context, key: str) -> Task:
    """The task of that id.

    Raises:
        Refused: there is none.
    """
    task = ctx.store.tasks.get(key)
    if task is None:
        raise Refused(UNKNOWN, SEE_TASKS, task=key)
    return task


def complete_task(ctx: Context, actor: Actor, key: str, *, force: bool = False, by: str | None = None) -> Completed:
    """Complete a task and queue what of it is unsent; completing it again does the latter only.

    Args:
        force: complete although a needed template has no document.
        by: whose permission its deliveries carry; the actor's own by default.

    Raises:
        Refused: the task is unknown, or lacks a document.
    """
    with ctx.store.transaction():
        task = find_task(ctx, key)
        documents = ctx.store.documents.of_task(key)
        missing = missing_templates(task, documents)
        if missing and not force and task.status is TaskStatus.OPEN:
            names = ", ".join(_names(ctx, missing))
            raise Refused(MISSING, ATTACH_OR_FORCE, task=key, task_q=quote(key), missing=names)
        by = by or actor.id
        was_completed = task.status is TaskStatus.COMPLETED
        if not was_completed:
            task, events = finish(ctx, actor, task, by, _names(ctx, missing))
            ctx.store.tasks.save([task])
            ctx.store.append(events)
        queued = queue_unsent(ctx, actor, task, documents, by)
    return Completed(task, tuple(queued), was_completed)


def finish(ctx: Context, actor: Actor, task: Task, by: str, missing: Sequence[str]) -> tuple[Task, list[Event]]:
    """The open task as completed, with the events that tell of it; `missing` names the templates without document."""
    named: dict[str, Any] = {"task": task.id, "client": task.client}
    events = [event(ctx, actor, "completed", **named, params={"task_name": task.name})]
    if missing:
        params = {"task_name": task.name, "missing": ", ".join(missing)}
        events.append(event(ctx, actor, "missing_documents", **named, params=params))
    return complete(task, by, ctx.now()), events


def queue_unsent(ctx: Context, actor: Actor, task: Task, documents: Iterable[Document], by: str) -> list[Delivery]:
    """Queue what is unsent of a completed task's documents; in the caller's transaction."""
    return [
        delivery
        for document in documents
        if document.live
        and (delivery := queue_document(ctx, actor, task, document, _earlier(ctx, document), by)) is not None
    ]


def reopen_task(ctx: Context, actor: Actor, key: str) -> Task:
    """Open a completed task again; what of it is still queued is held until it is completed again.

    Raises:
        Refused: the task is unknown.
    """
    with ctx.store.transaction():
        task = find_task(ctx, key)
        if task.status is TaskStatus.OPEN:
            return task
        opened = reopen(task)
        ctx.store.tasks.save([opened])
        ctx.store.deliveries.save(
            one.model_copy(update={"hold": Hold.REOPENED})
            for one in ctx.store.deliveries.of_task(key)
            if one.status is DeliveryStatus.QUEUED
        )
        named: dict[str, Any] = {"task": key, "client": task.client}
        ctx.store.append([event(ctx, actor, "reopened", **named, params={"task_name": task.name})])
        return opened


def _earlier(ctx: Context, document: Document) -> list[Delivery]:
    return ctx.store.deliveries.of_document(document.id)


def _names(ctx: Context, templates: Iterable[str]) -> list[str]:
    found = ctx.store.templates.get_many(templates)
    return [found[key].name if key in found else key for key in templates]
