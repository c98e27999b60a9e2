"""What confirming a file that waits would do, before anyone does it: whose it is, its task, and what would leave.

What Express guessed is proposed, or what a person corrected of it; a task of another period never is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.domain.express import Waiting
from core.domain.lineage import Attached
from core.domain.models import Client, Rule, Task, TaskStatus, Template
from core.domain.permissions import Actor
from core.domain.recognition import Guess, Reading
from core.domain.text import Sentence, Text
from core.express.reading.limits import Unreadable
from core.express.remember import remembered
from core.office.confirming import NOTHING_TO_REMEMBER, Effect, candidates, effect_of, find_waiting, text_of
from core.office.context import Context
from core.office.documents import UNREADABLE, keep, objections, readable_name
from core.office.errors import Refused
from core.office.express import known_of
from core.office.guard import OtherClient
from core.office.rules import check_rule
from core.office.tasks import find_task
from core.office.views import template_names
from core.ports import TaskChoice

NO_CLIENT = Text("Não se sabe de que cliente é.", "It is not known which client's it is.")
NO_TEMPLATE = Text("Não se sabe que documento é.", "It is not known what document it is.")
NO_TASK = Text("Nenhuma tarefa aberta de {client} espera {template}.", "No open task of {client} awaits {template}.")
NO_TASK_OF = Text(
    "Nenhuma tarefa aberta de {client} espera {template} de {period}.",
    "No open task of {client} awaits {template} of {period}.",
)
SEVERAL = Text("Mais de uma tarefa serve: {tasks}.", "More than one task fits: {tasks}.")
NOT_ALLOWED = Text(
    "Quem está aqui não tem permissão para o departamento {department}.",
    "You may not handle the department {department}.",
)
TAKEN = Text(
    "A tarefa {task} já tem outro arquivo com o nome que este teria no portal: {other}.",
    "The task {task} has another file already with the name that this one would get at the portal: {other}.",
)


@dataclass(frozen=True)
class Choice:
    """What a person says in place of a guess; what is empty is as Express guesses it."""

    client: str = ""
    template: str = ""
    period: str = ""
    task: str = ""


@dataclass(frozen=True)
class Proposal:
    """What confirming would do.

    Args:
        tasks: that come into question, where none is certain.
        called: what the template is called.
        effect: what it would do to the task.
        trouble: why it cannot be confirmed so.
    """

    row: Waiting
    client: Client | None = None
    template: Template | None = None
    called: str = ""
    period: str = ""
    task: Task | None = None
    tasks: tuple[Task, ...] = ()
    effect: Effect | None = None
    trouble: Sentence | None = None


def propose(ctx: Context, actor: Actor, key: str, choice: Choice, called: Mapping[str, str] | None = None) -> Proposal:
    """Say what confirming a file that waits would do; cheap: nothing is read but the office.

    Args:
        called: what templates are called, where that is known: see `template_names`, which reads all of them.

    Raises:
        Refused: it waits no more.
    """
    with ctx.store.snapshot():
        return _propose(ctx, actor, find_waiting(ctx, key), choice, called)


def tasks_for(ctx: Context, client: str, template: str) -> list[Task]:
    """The tasks of a client that a person may choose from: the open ones, those that await the template first, then
    the completed ones that awaited it, the latest first."""
    awaiting = [one.id for one in candidates(ctx, client, template)] if template else []
    rest = [one.id for one in candidates(ctx, client)]
    done: Sequence[str] = ()
    if template:
        choice = TaskChoice(
            status=TaskStatus.COMPLETED, client=client, templates=(template,), order="period", descending=True
        )
        done = ctx.store.tasks.choose(choice)
    ids = list(dict.fromkeys([*awaiting, *rest, *done]))
    tasks = ctx.store.tasks.get_many(ids)
    return [tasks[one] for one in ids if one in tasks]


def text_or_reason(ctx: Context, key: str) -> Reading | Sentence:
    """What a file that waits says, or why it cannot be read; takes as long as reading it does.

    Raises:
        Refused: it waits no more.
    """
    try:
        return text_of(ctx, key)
    except Unreadable as why:
        return Sentence(UNREADABLE, {"file": find_waiting(ctx, key).name, "reason": why.sentence})


def rule_of(ctx: Context, key: str, task: str) -> Rule:
    """The rule that would remember a file that waits; nothing is kept as yet.

    Raises:
        Refused: it waits no more, cannot be read, or has nothing that would stand on the next one too.
    """
    row, found = find_waiting(ctx, key), find_task(ctx, task)
    try:
        reading = text_of(ctx, key)
    except Unreadable as why:
        raise Refused(UNREADABLE, file=row.file_name, reason=why.sentence) from None
    rule = remembered(reading, ctx.store.clients.get(found.client), found.period, known_of(ctx))
    if check_rule(rule) is not None:
        raise Refused(NOTHING_TO_REMEMBER, file=row.file_name)
    return rule


def objections_to(ctx: Context, task: str, files: Iterable[Path]) -> list[OtherClient]:
    """All that speaks against attaching some files to a task, where attaching them names only the first."""
    found = find_task(ctx, task)
    kept = [(found, readable_name(path.name), keep(ctx, path)) for path in files]
    return list(objections(ctx, kept).values())


def _propose(
    ctx: Context, actor: Actor, row: Waiting, choice: Choice, called: Mapping[str, str] | None = None
) -> Proposal:
    store, found = ctx.store, row.recognition
    named = "" if choice.client or choice.template or choice.period else str(row.params.get("task") or "")
    task = store.tasks.get(choice.task or named)
    client_id = task.client if task is not None else choice.client or found.client or _best(found.clients)
    template_id = choice.template or found.template or _best(found.templates)
    if not template_id and task is not None and len(task.templates) == 1:
        (template_id,) = task.templates
    period = choice.period or found.period or _best(found.periods)
    client = store.clients.get(client_id) if client_id else None
    template = store.templates.get(template_id) if template_id else None
    names = {} if template is None else template_names(ctx) if called is None else called
    name = names.get(template_id, template.name if template else "")
    known = Proposal(row, client, template, name, task.period if task else period, task)

    def trouble(text: Text, among: Sequence[Task] = (), /, **params: object) -> Proposal:
        return replace(known, tasks=tuple(among), trouble=Sentence(text, params))

    if client is None:
        return trouble(NO_CLIENT)
    if template is None:
        return trouble(NO_TEMPLATE)
    if not actor.may_handle(template.department):
        return trouble(NOT_ALLOWED, department=template.department)
    if task is None:
        tasks = candidates(ctx, client.id, template.id)
        fitting = [one for one in tasks if one.period == period] if period else tasks
        if not fitting:
            text = NO_TASK_OF if period else NO_TASK
            return trouble(text, tasks, client=client.name, template=name, period=period)
        if len(fitting) > 1:
            return trouble(SEVERAL, fitting, tasks=", ".join(f"{one.id} ({one.period})" for one in fitting))
        (task,) = fitting
    effect = effect_of(ctx, row, task, template)
    taken = Sentence(TAKEN, {"task": task.id, "other": effect.document}) if effect.what is Attached.TAKEN else None
    return replace(known, period=task.period, task=task, effect=effect, trouble=taken)


def _best(guesses: Sequence[Guess]) -> str:
    return guesses[0].value if guesses else ""
