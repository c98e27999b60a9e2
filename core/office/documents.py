"""Documents: attaching, removing, and what the client has seen (the design's sections 2.4 and 2.5)."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.domain.destinations import show_place
from core.domain.lineage import UNSENT, Attached, File, attach
from core.domain.models import Delivery, DeliveryStatus, Document, Mark, Origin, Task, TaskStatus, Template
from core.domain.names import legal_file_name
from core.domain.permissions import Actor
from core.domain.reasons import reason_of
from core.domain.text import Sentence, Text
from core.office.actors import require_department
from core.office.context import STORE_ERRORS, Context
from core.office.errors import OfficeUnusable, Refused
from core.office.mapping import find_templates
from core.office.queue import NEWER, REMOVED, cancel_unsent, event, queue_document, requeue
from core.office.tasks import find_task
from core.ports import Blob

if TYPE_CHECKING:
    from core.office.guard import OtherClient

UNREADABLE = Text("O arquivo {file} não pode ser lido: {reason}.", "{file} cannot be read: {reason}.")
LOOK_AT_FILE = Text("Confira o caminho e a permissão do arquivo.", "Look at its path and its permissions.")
TWICE = Text(
    "Há dois arquivos {name} nesta linha; um tomaria o lugar do outro. Nada foi anexado.",
    "There are two files {name} on this line; one would take the other's place. Nothing was attached.",
)
NOT_AWAITED = Text(
    "a tarefa {task} não espera o template {template} (espera: {awaited})",
    "the task {task} does not await the template {template} (it awaits: {awaited})",
)
NO_BYTES = Text("o arquivo está vazio (0 bytes)", "the file is empty (0 bytes)")
NO_FILE = Text("não é um arquivo comum", "it is no regular file")
NAME_TAKEN = Text(
    "{source} ficaria no portal com o nome {name}, que já é do arquivo {other} desta tarefa.",
    "{source} would be {name} at the portal, which is this task's file {other} already.",
)
RENAME = Text("Renomeie o arquivo e anexe de novo.", "Rename the file and attach it again.")
UNKNOWN = Text("Não há documento {document}.", "There is no document {document}.")
SEE_DOCUMENTS = Text(
    "Use o código do documento ou TAREFA/NOME DO ARQUIVO (malote tasks TAREFA mostra).",
    "Use the document's id or TASK/FILE NAME (malote tasks TASK shows them).",
)
SEVERAL = Text("Há mais de um documento {document}: {ids}.", "There is more than one document {document}: {ids}.")
USE_ID = Text("Use um desses códigos.", "Use one of these ids.")
ALREADY_REMOVED = Text("O documento {name} já foi removido.", "The document {name} has been removed already.")
NOT_THERE_YET = Text("{name} ainda não está no portal.", "{name} is not at the portal yet.")
BEING_SENT = Text("{name} está sendo enviado agora.", "{name} is being sent right now.")
SHORTLY = Text("Repita em instantes.", "Try again shortly.")
BYTES_BACK = Text("o arquivo foi anexado de novo", "the file was attached again")
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FILE_LOST = ("file_missing", "file_changed")
DELIVER_FIRST = Text("Envie antes: malote deliver.", "Send it first: malote deliver.")
REMAINS = Text("A cópia no portal fica: {place}", "The portal's copy stays: {place}")
NEVER_SENT = Text("O documento nunca foi enviado.", "The document was never sent.")


@dataclass(frozen=True)
class AttachedFile:
    """What attaching one file made."""

    what: Attached
    document: Document
    delivery: Delivery | None
    warnings: tuple[Sentence, ...]


def attach_files(
    ctx: Context,
    actor: Actor,
    task: str,
    files: Iterable[Path],
    template: str,
    origin: Origin = Origin.MANUAL,
    copied: Callable[[Path, int], None] | None = None,
    *,
    confirm_client: bool = False,
) -> list[AttachedFile]:
    """Attach files to a task under a template, all or none; to a completed task, they are queued at once.

    Their bytes are kept, durably, before anything says that they are attached.

    Args:
        copied: told of which file how many bytes are copied so far; what it raises ends it, nothing being attached.
        confirm_client: attach also what bears another client's number and not the task's client's.

    Raises:
        OtherClient: a file bears another client's number, and nobody confirmed that it is this one's.
        Refused: task or template is unknown, the actor may not handle its department, or a file cannot be taken.
    """
    found = find_task(ctx, task)
    (kind,) = find_templates(ctx, [template])
    require_department(actor, kind)
    named = [(readable_name(path.name), path) for path in files]
    if twice := [name for name, count in Counter(name for name, _ in named).items() if count > 1]:
        raise Refused(TWICE, RENAME, name=twice[0])
    kept = [(name, keep(ctx, path, partial(copied, path) if copied else None)) for name, path in named]
    against = objections(ctx, [(found, name, blob) for name, blob in kept])
    if against and not confirm_client:
        raise next(iter(against.values()))
    with ctx.store.transaction():
        found = find_task(ctx, task)
        made = [attach_blob(ctx, actor, found, kind, name, blob, origin) for name, blob in kept]
        for place, objection in against.items():
            note_confirmed(ctx, actor, made[place].document, objection)
        return made


def objections(ctx: Context, files: Sequence[tuple[Task, str, Blob]]) -> dict[int, OtherClient]:
    """Which of the files being attached bear another client's number, by their places; bytes that their task has
    already are not read again."""
    from core.office.guard import Guard, Item  # noqa: PLC0415 - most commands attach nothing, and need no reader

    have = {
        (one.task, one.sha256) for one in ctx.store.documents.of_tasks({task.id for task, _, _ in files}) if one.live
    }
    new = [place for place, (task, _, blob) in enumerate(files) if (task.id, blob.sha256) not in have]
    if not new:
        return {}
    against = Guard(ctx).check(Item(files[place][1], files[place][2], files[place][0].client) for place in new)
    return {new[place]: objection for place, objection in against.items()}


def note_confirmed(ctx: Context, actor: Actor, document: Document, objection: OtherClient) -> None:
    """Write into the journal that someone confirmed whose a document is; in the caller's transaction."""
    params = {"number": objection.evidence[0].number, "other_name": objection.evidence[0].client_name}
    ctx.store.append([event(ctx, actor, "client_confirmed", document=document, params=params)])


def keep(ctx: Context, path: Path, copied: Callable[[int], None] | None = None) -> Blob:
    """Keep a file's bytes; `copied` is told how many are copied so far.

    Raises:
        Refused: it cannot be read.
        OfficeUnusable: there is no room for them.
    """
    try:
        return ctx.blobs.keep(path, copied)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise OfficeUnusable(*STORE_ERRORS["disk_full"], file=ctx.folder / "spool") from None
        reason = NO_FILE if path.exists() and not path.is_file() else reason_of(error)
        raise Refused(UNREADABLE, LOOK_AT_FILE, file=path, reason=reason) from None


def readable_name(name: str) -> str:
    """A file's name as text: what is no UTF-8 was written by a Windows of this country."""
    return os.fsencode(name).decode("cp1252", "replace") if any("\ud800" <= sign <= "\udfff" for sign in name) else name


def attach_blob(
    ctx: Context,
    actor: Actor,
    task: Task,
    template: Template,
    source_name: str,
    blob: Blob,
    origin: Origin,
    authorised_by: str | None = None,
) -> AttachedFile:
    """Attach bytes that are kept already; in the caller's transaction.

    Args:
        authorised_by: whose permission its delivery carries; the actor's own by default.

    Raises:
        Refused: its name, made legal, is another file's of this task.
    """
    name, warnings = legal_file_name(source_name)
    if template.id not in task.templates and task.templates:
        awaited = ", ".join(task.templates)
        warnings += (Sentence(NOT_AWAITED, {"task": task.id, "template": template.id, "awaited": awaited}),)
    if not blob.size:
        warnings += (Sentence(NO_BYTES),)
    siblings = ctx.store.documents.of_task(task.id)
    file = File(source_name, name, blob.sha256, blob.size)
    what, document = attach(siblings, file, task, template.id, origin, ctx.new_id(), actor.id, ctx.now())
    if what is Attached.TAKEN:
        raise Refused(NAME_TAKEN, RENAME, source=source_name, name=name, other=document.source_name)
    if what is Attached.SAME:
        return AttachedFile(what, document, bytes_are_back(ctx, actor, document), warnings)
    ctx.store.documents.save([document])
    code = "attached" if what is Attached.NEW else "version_attached"
    params = {"size": document.size, "version": document.version}
    ctx.store.append([event(ctx, actor, code, document=document, params=params)])
    if unicodedata.normalize("NFC", source_name) != name:
        ctx.store.append([event(ctx, actor, "name_rewritten", document=document, params={"source": source_name})])
    earlier = [] if what is Attached.NEW else ctx.store.deliveries.of_document(document.id)
    if any(one.status in UNSENT for one in earlier):
        cancel_unsent(ctx, actor, document, earlier, NEWER)
    delivery = None
    if task.status is TaskStatus.COMPLETED:
        delivery = queue_document(ctx, actor, task, document, earlier, authorised_by or actor.id)
    return AttachedFile(what, document, delivery, warnings)


def bytes_are_back(ctx: Context, actor: Actor, document: Document) -> Delivery | None:
    """Queue again what failed because its bytes had gone or changed, now that they have been attached again."""
    deliveries = ctx.store.deliveries.of_document(document.id)
    lost = [one for one in deliveries if one.failure in FILE_LOST and one.status is DeliveryStatus.FAILED]
    requeue(ctx, actor, lost, BYTES_BACK)
    return lost[-1] if lost else None


def find_document(ctx: Context, key: str) -> Document:
    """The document of that id, or of `TASK/FILE NAME`; of a removed one and a live one, the live.

    Raises:
        Refused: there is none, or more than one.
    """
    document = ctx.store.documents.get(key)
    if document is not None:
        return document
    task, _, name = key.rpartition("/")
    same = [one for one in ctx.store.documents.of_task(task) if name in (one.name, one.source_name)]
    found = [one for one in same if one.live] or same[-1:]
    if not found:
        raise Refused(UNKNOWN, SEE_DOCUMENTS, document=key)
    if len(found) > 1:
        raise Refused(SEVERAL, USE_ID, document=key, ids=", ".join(one.id for one in found))
    return found[0]


def remove_document(ctx: Context, actor: Actor, key: str) -> tuple[Document, Sentence]:
    """End a document's lineage and cancel what of it is unsent; the portal's copy stays.

    Returns:
        The document, and a sentence that says where the portal's copy is.

    Raises:
        Refused: it is unknown, removed already, or of a department that the actor may not handle.
    """
    with ctx.store.transaction():
        document = find_document(ctx, key)
        if not document.live:
            raise Refused(ALREADY_REMOVED, name=document.name)
        require_department(actor, find_templates(ctx, [document.template])[0])
        removed = document.model_copy(update={"removed_at": ctx.now()})
        ctx.store.documents.save([removed])
        remains = what_remains(document)
        params = {"remains": [remains.say("pt"), remains.say("en")]}
        ctx.store.append([event(ctx, actor, "removed", document=document, params=params)])
        cancel_unsent(ctx, actor, removed, ctx.store.deliveries.of_document(document.id), REMOVED)
        return removed, remains


def what_remains(document: Document) -> Sentence:
    """Where the portal's copy of a document is, if there is one."""
    if document.placement is None:
        return Sentence(NEVER_SENT)
    return Sentence(REMAINS, {"place": where_it_is(document)})


def where_it_is(document: Document) -> str:
    """Where a document's last version lies at the portal, as people read it; empty while nowhere."""
    return show_place(document.placement.place) if document.placement else ""


def mark_seen(ctx: Context, actor: Actor, key: str, *, seen: bool) -> Document:
    """Say, for portals that cannot, that the client has seen a document (Cadeado), or take that back.

    Raises:
        Refused: it is unknown, not at the portal yet, or of a department that the actor may not handle.
    """
    with ctx.store.transaction():
        document = find_document(ctx, key)
        require_department(actor, find_templates(ctx, [document.template])[0])
        if any(one.status is DeliveryStatus.SENDING for one in ctx.store.deliveries.of_document(document.id)):
            raise Refused(BEING_SENT, SHORTLY, name=document.name)  # what is in flight was decided without the mark
        if document.placement is None:
            raise Refused(NOT_THERE_YET, DELIVER_FIRST, name=document.name)
        if document.placement.seen == seen:
            return document
        placement = document.placement.model_copy(update={"seen": seen})
        changed = document.model_copy(update={"placement": placement})
        ctx.store.documents.save([changed])
        ctx.store.marks.save([Mark(id=Mark.of(placement.place, placement.sha256), seen=seen)])
        code = "seen_marked" if seen else "seen_unmarked"
        place = show_place(placement.place)
        ctx.store.append([event(ctx, actor, code, document=document, params={"place": place})])
        return changed
