"""A document's lineage and its deliveries (the design's sections 2.3 and 2.4) as pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.models import Delivery, DeliveryStatus, Document, Hold, Origin, Task, TaskStatus

UNSENT = frozenset({DeliveryStatus.QUEUED, DeliveryStatus.FAILED, DeliveryStatus.SKIPPED})
"""What a newer version, or a removal, cancels; what is being sent finishes first."""


class Attached(StrEnum):
    NEW = "new"
    VERSION = "version"
    SAME = "same"  # the same bytes again: nothing changes
    TAKEN = "taken"  # another file's name, once rewritten, is this one's


@dataclass(frozen=True)
class File:
    """A file that is being attached: its own name, the legal name that the portal gets, and its bytes."""

    source_name: str
    name: str
    sha256: str
    size: int


def attach(
    siblings: Iterable[Document],
    file: File,
    task: Task,
    template: str,
    origin: Origin,
    key: str,
    by: str,
    now: datetime,
) -> tuple[Attached, Document]:
    """Find what attaching `file` makes: a new document, a new version of one, or nothing.

    Args:
        siblings: the task's documents.
        key: the id of a new document, should it be one.
        by: the id of who attaches.
    """
    live = [one for one in siblings if one.live and one.template == template and one.name == file.name]
    for document in live:
        if document.source_name != file.source_name:
            return Attached.TAKEN, document
        if document.sha256 == file.sha256:
            return Attached.SAME, document
        return Attached.VERSION, document.model_copy(
            update={
                "version": document.version + 1,
                "sha256": file.sha256,
                "size": file.size,
                "origin": origin,
                "attached_by": by,
                "attached_at": now,
            }
        )
    return Attached.NEW, Document(
        id=key,
        task=task.id,
        client=task.client,
        template=template,
        name=file.name,
        source_name=file.source_name,
        origin=origin,
        sha256=file.sha256,
        size=file.size,
        attached_by=by,
        attached_at=now,
    )


def was_removed(siblings: Iterable[Document], source_name: str, template: str) -> bool:
    """Whether someone removed a document of that file name here: an import never brings it back."""
    same = [one for one in siblings if one.template == template and one.source_name == source_name]
    return bool(same) and not any(one.live for one in same)


def hold_of(task: Task, deliveries: Iterable[Delivery]) -> Hold | None:
    """Why a delivery queued now would have to wait, given its task and its document's other deliveries."""
    if task.status is TaskStatus.OPEN:
        return Hold.REOPENED
    if any(one.status is DeliveryStatus.SENDING for one in deliveries):
        return Hold.EARLIER
    return None


def queue(document: Document, authorised_by: str, hold: Hold | None, key: str, now: datetime) -> Delivery:
    """The delivery of a document's present version, its task being completed."""
    return Delivery(
        id=key,
        document=document.id,
        version=document.version,
        task=document.task,
        client=document.client,
        template=document.template,
        sha256=document.sha256,
        size=document.size,
        authorised_by=authorised_by,
        queued_at=now,
        due_at=now,
        hold=hold,
    )


def again(delivery: Delivery, now: datetime, *, hold: Hold | None = None, authorised_by: str | None = None) -> Delivery:
    """Put an unsent delivery back into the queue, its tries counted anew; an unsettled intent stays."""
    return delivery.model_copy(
        update={
            "status": DeliveryStatus.QUEUED,
            "hold": hold,
            "due_at": now,
            "attempts": 0,
            "failure": None,
            "detail": "",
            "failing_since": None,
            "outcome": None,
            "settled_at": None,
            "authorised_by": authorised_by or delivery.authorised_by,
        }
    )


def cancel(delivery: Delivery, now: datetime) -> Delivery:
    """End an unsent delivery; its intent stays known, for its bytes may yet lie at the portal."""
    return delivery.model_copy(
        update={
            "status": DeliveryStatus.CANCELLED,
            "hold": None,
            "settled_at": now,
            "worker": None,
            "failure": None,
            "detail": "",
        }
    )


def missing_templates(task: Task, documents: Iterable[Document]) -> list[str]:
    """The templates that the task needs and has no live document of."""
    have = {one.template for one in documents if one.live}
    return [template for template in task.templates if template not in have]


def complete(task: Task, by: str, now: datetime) -> Task:
    return task.model_copy(update={"status": TaskStatus.COMPLETED, "completed_by": by, "completed_at": now})


def reopen(task: Task) -> Task:
    return task.model_copy(update={"status": TaskStatus.OPEN, "completed_by": None, "completed_at": None})
