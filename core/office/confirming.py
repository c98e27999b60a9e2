"""What a person decides about a file that Express left: whose it is, what it is, or that it is nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.domain.express import Waiting
from core.domain.lineage import Attached, File, attach, missing_templates
from core.domain.models import Client, DeliveryStatus, Document, Origin, Rule, Task, TaskStatus, Template
from core.domain.names import legal_file_name, next_free
from core.domain.permissions import Actor
from core.domain.recognition import Reading
from core.domain.text import Text
from core.express.reading.limits import Unreadable
from core.express.remember import remembered
from core.office.actors import require_department
from core.office.context import Context
from core.office.documents import UNREADABLE, AttachedFile, attach_blob, note_confirmed, objections
from core.office.errors import Refused
from core.office.express import known_of
from core.office.mapping import find_templates
from core.office.queue import event
from core.office.reading import keep_file, readers_of
from core.office.registry import SEE_CLIENTS, UNKNOWN_CLIENT
from core.office.rules import check_rule, other_templates, store_rules
from core.office.tasks import complete_task, find_task
from core.office.unrecognised import DISCARDED, folder_of, made, moved, remove_if
from core.ports import Blob, TaskChoice

UNKNOWN = Text("Não há arquivo {key} esperando.", "There is no file {key} that waits.")
SEE_WAITING = Text("Veja os que esperam: malote express --waiting.", "See what waits: malote express --waiting.")
SAY_TEMPLATE = Text("Não se sabe que documento é {file}.", "It is not known what document {file} is.")
GIVE_TEMPLATE = Text("Diga com --template ID.", "Say so with --template ID.")
SAY_TASK = Text("Não se sabe de que tarefa é {file}.", "It is not known which task {file} is for.")
GIVE_TASK = Text("Diga com --task TAREFA ou --client CLIENTE.", "Say so with --task TASK or --client CLIENT.")
NO_TASK = Text("Nenhuma tarefa aberta de {client} espera {template}.", "No open task of {client} awaits {template}.")
SEVERAL = Text("Mais de uma tarefa serve: {tasks}.", "More than one task fits: {tasks}.")
CHOOSE_TASK = Text("Escolha uma com --task TAREFA.", "Choose one with --task TASK.")
NOTHING_TO_REMEMBER = Text(
    "Nada em {file} o distingue dos outros documentos; nenhuma regra foi feita.",
    "Nothing in {file} tells it from other documents; no rule was made.",
)
WRITE_A_RULE = Text("Confirme sem --remember, ou escreva a regra.", "Confirm without --remember, or write the rule.")
CHANGED = Text(
    "A tarefa {task} mudou enquanto se decidia sobre {file}; nada foi feito.",
    "The task {task} changed while {file} was being decided about; nothing was done.",
)
_DONE = (DeliveryStatus.DELIVERED, DeliveryStatus.SENDING)


@dataclass(frozen=True)
class Effect:
    """What confirming a file does to a task as it is.

    Args:
        client, period, status: the task's.
        document: that the file becomes, or whose name it would take.
        completes: whether the task is completed by it.
        leaves: how many deliveries leave at once.
    """

    client: str
    period: str
    status: TaskStatus
    what: Attached
    document: str
    completes: bool
    leaves: int


class ChangedMeanwhile(Refused):
    """Confirming would no longer do what was said of it: it is to be said anew."""


@dataclass(frozen=True)
class Confirmed:
    """What confirming a file made: its document, the rule that remembers it, whether its task is completed.

    `catches` are other templates whose known documents that rule also catches, with those files' names.
    """

    attached: AttachedFile
    rule: Rule | None
    catches: dict[str, list[str]]
    completed: bool


def find_waiting(ctx: Context, key: str) -> Waiting:
    """The file that waits, by its id or the name under which it lies.

    Raises:
        Refused: there is none.
    """
    found = ctx.store.waiting.get(key) or ctx.store.waiting.named(unicodedata.normalize("NFC", key))
    if found is None:
        raise Refused(UNKNOWN, SEE_WAITING, key=key)
    return found


def path_of(ctx: Context, row: Waiting) -> Path:
    """Where a file that waits lies."""
    return folder_of(ctx) / row.name


def text_of(ctx: Context, key: str) -> Reading:
    """What a file that waits says, read anew: the guesses' spans are places in it.

    Raises:
        Refused: there is none.
        Unreadable: it cannot be read.
    """
    with readers_of(ctx, 1) as readers:
        return readers.read(path_of(ctx, find_waiting(ctx, key)))


def confirm(
    ctx: Context,
    actor: Actor,
    key: str,
    *,
    task: str | None = None,
    client: str | None = None,
    template: str | None = None,
    remember: bool = False,
    confirm_client: bool = False,
    expected: Effect | None = None,
) -> Confirmed:
    """Attach a file that waits, as a person says; what is not said is as Express would guess it.

    Args:
        task: which task; where it is not given, the one open task of the client that awaits the template.
        remember: make a rule of it for the template, so that the like is known from now on.
        confirm_client: although the file bears another client's number and not this one's.
        expected: what the person was told that it does.

    Raises:
        ChangedMeanwhile: it would do something else than was expected.
        OtherClient: it bears another client's number, and nobody confirmed that it is this one's.
        Refused: task, client or template are unknown or not clear, or the actor may not handle the department.
    """
    row = find_waiting(ctx, key)
    kind = _template(ctx, row, task, template)
    require_department(actor, kind)
    chosen = find_task(ctx, task) if task else _task(ctx, row, kind, client)
    path = path_of(ctx, row)
    try:
        blob = keep_file(ctx, path, None)
    except Unreadable as why:
        raise Refused(UNREADABLE, why.remedy, file=path, reason=why.sentence) from None
    against = objections(ctx, [(chosen, row.file_name, blob)])
    if against and not confirm_client:
        raise against[0]
    rule = _rule(ctx, row, kind, chosen, blob) if remember else None
    catches = other_templates(ctx, rule, kind.id) if rule else {}
    with ctx.store.transaction():
        find_waiting(ctx, row.id)
        chosen = find_task(ctx, chosen.id)
        if expected is not None and effect_of(ctx, row, chosen, find_templates(ctx, [kind.id])[0]) != expected:
            raise ChangedMeanwhile(CHANGED, task=chosen.id, file=row.file_name)
        attached = attach_blob(ctx, actor, chosen, kind, row.file_name, blob, Origin.EXPRESS)
        ctx.store.waiting.remove([row.id])
        for objection in against.values():
            note_confirmed(ctx, actor, attached.document, objection)
        params = {"file": row.file_name}
        ctx.store.append([event(ctx, actor, "express_confirmed", document=attached.document, params=params)])
        present = find_templates(ctx, [kind.id])[0]
        if rule is not None and rule not in present.rules:
            store_rules(ctx, actor, [present.model_copy(update={"rules": (*present.rules, rule)})])
        completed = _completed(ctx, actor, chosen)
    remove_if(path, blob.sha256)
    return Confirmed(attached, rule, catches, completed)


def effect_of(ctx: Context, row: Waiting, task: Task, template: Template) -> Effect:
    """Say what attaching a file that waits to a task would do."""
    siblings = ctx.store.documents.of_task(task.id)
    file = File(row.file_name, legal_file_name(row.file_name)[0], row.sha256, row.size)
    what, document = attach(siblings, file, task, template.id, Origin.EXPRESS, "", "", datetime.min)
    after = [*(one for one in siblings if one.id != document.id), document]
    is_open = task.status is TaskStatus.OPEN
    completes = ctx.config.express.complete and is_open and not missing_templates(task, after)
    leaves = 0
    if ctx.store.integration().active:
        if completes:
            leaves = _unsent(ctx, after)
        elif not is_open and what is not Attached.SAME:
            leaves = int(template.send)
    return Effect(task.client, task.period, task.status, what, document.source_name, completes, leaves)


def _unsent(ctx: Context, documents: Sequence[Document]) -> int:
    """How many of a task's documents leave once it is completed."""
    live = [one for one in documents if one.live and one.origin is not Origin.ACCOUNTING]
    templates = ctx.store.templates.get_many({one.template for one in live})
    sent = {
        (one.document, one.version)
        for one in ctx.store.deliveries.of_documents([one.id for one in live if one.id])
        if one.status in _DONE
    }
    return sum((one.id, one.version) not in sent and templates[one.template].send for one in live)


def discard(ctx: Context, actor: Actor, key: str) -> Path:
    """Put a file aside for good; it is kept among what was discarded, which nobody looks at again.

    Returns:
        Where it lies now.

    Raises:
        Refused: there is none, or it is of a department that the actor may not handle.
    """
    with ctx.store.transaction():
        row = find_waiting(ctx, key)
        if row.recognition.template and (found := ctx.store.templates.get(row.recognition.template)):
            require_department(actor, found)
        folder = made(ctx, folder_of(ctx) / DISCARDED)
        taken: set[str] = set()
        name = row.name
        while not moved(path_of(ctx, row), folder / name):
            taken.add(name)
            name = next_free(legal_file_name(row.name)[0], taken)
        ctx.store.waiting.remove([row.id])
        place = (folder / name).relative_to(ctx.folder)
        params = {"file": row.file_name, "place": str(place)}
        ctx.store.append([event(ctx, actor, "express_discarded", name=row.name, params=params)])
    return folder / name


def candidates(ctx: Context, client: str, template: str | None = None) -> list[Task]:
    """The open tasks of a client, those that await the template where one is given, by period."""
    choice = TaskChoice(
        status=TaskStatus.OPEN, client=client, templates=None if template is None else (template,), order="period"
    )
    ids = ctx.store.tasks.choose(choice)
    tasks = ctx.store.tasks.get_many(ids)
    return [tasks[one] for one in ids]


def _template(ctx: Context, row: Waiting, task: str | None, template: str | None) -> Template:
    key = template or row.recognition.template
    if key is None and task is not None and len(awaited := find_task(ctx, task).templates) == 1:
        key = awaited[0]
    if key is None and row.recognition.templates:
        key = row.recognition.templates[0].value
    if key is None:
        raise Refused(SAY_TEMPLATE, GIVE_TEMPLATE, file=row.file_name)
    return find_templates(ctx, [key])[0]


def _task(ctx: Context, row: Waiting, template: Template, client: str | None) -> Task:
    found = row.recognition
    key = client or found.client or (found.clients[0].value if found.clients else None)
    if key is None:
        raise Refused(SAY_TASK, GIVE_TASK, file=row.file_name)
    whose: Client | None = ctx.store.clients.get(key)
    if whose is None:
        raise Refused(UNKNOWN_CLIENT, SEE_CLIENTS, client=key)
    tasks = candidates(ctx, key, template.id)
    period = found.period or (found.periods[0].value if found.periods else None)
    fitting = [one for one in tasks if one.period == period] or tasks
    if not fitting:
        raise Refused(NO_TASK, CHOOSE_TASK, client=f"{key} {whose.name}", template=template.name)
    if len(fitting) > 1:
        raise Refused(SEVERAL, CHOOSE_TASK, tasks=", ".join(f"{one.id} ({one.period})" for one in fitting))
    return fitting[0]


def _rule(ctx: Context, row: Waiting, template: Template, task: Task, blob: Blob) -> Rule:
    """The rule that remembers a file as one of this template.

    Raises:
        Refused: it has no text, or nothing that would stand on the next one too.
    """
    with readers_of(ctx, 1) as readers:
        try:
            reading = readers.read(ctx.blobs.path(blob.sha256))
        except Unreadable as why:
            raise Refused(UNREADABLE, WRITE_A_RULE, file=row.file_name, reason=why.sentence) from None
    rule = remembered(reading, ctx.store.clients.get(task.client), task.period, known_of(ctx))
    if check_rule(rule) is not None:
        raise Refused(NOTHING_TO_REMEMBER, WRITE_A_RULE, file=row.file_name)
    return rule


def _completed(ctx: Context, actor: Actor, task: Task) -> bool:
    """Complete the task, where the office wants that and nothing is missing; in the caller's transaction."""
    if not ctx.config.express.complete or task.status is not TaskStatus.OPEN:
        return False
    if missing_templates(task, ctx.store.documents.of_task(task.id)):
        return False
    complete_task(ctx, actor, task.id)
    return True
