"""What is done with a file that waits, from the queue and from its own screen: said first, asked where it sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.domain.express import Waiting
from core.domain.lineage import Attached
from core.domain.models import Rule, TaskStatus
from core.domain.text import Text
from core.office import confirming, rules
from core.office.confirming import Confirmed
from core.office.guard import OtherClient
from core.office.proposing import Choice, Proposal, propose
from core.office.unrecognised import DISCARDED as DISCARDED_FOLDER
from core.office.unrecognised import folder_of
from core.office.words import ATTACHED, QUEUED_TOO
from tui.desk import Desk
from tui.screens.choices import months
from tui.screens.completion import LEAVE, LEAVE_ONE
from tui.screens.confirm import Confirm
from tui.screens.confirm_client import ConfirmClient
from tui.screens.place import Place

INTO = Text("{task} {name} · {period} · {client}", "{task} {name} · {period} · {client}")
UNDER = Text("como {template}", "as {template}")
ASK = Text("Anexar {file} à tarefa {task}?", "Attach {file} to the task {task}?")
YES, YES_SEND = Text("anexar", "attach"), Text("anexar e enviar", "attach and send")
VERSION = Text("É uma nova versão do documento que a tarefa já tem.", "It is a new version of the task's document.")
SAME = Text(
    "A tarefa já tem estes mesmos bytes: nada muda, e o arquivo sai desta lista.",
    "The task has these very bytes: nothing changes, and the file leaves this list.",
)
COMPLETES = Text("A tarefa fica concluída.", "The task is completed.")
IS_COMPLETED = Text("A tarefa já está concluída.", "The task is completed already.")
STAYS_OPEN = Text("A tarefa fica aberta: nada é enviado agora.", "The task stays open: nothing is sent now.")
INACTIVE = Text("A integração está inativa: nada sai agora.", "The integration is inactive: nothing leaves now.")
NOT_AWAITED = Text("A tarefa não espera {template}.", "The task does not await {template}.")
TO_CORRECT = Text("Enter vê; lá, l cliente, t template, a tarefa.", "Enter looks; there l client, t template, a task.")
READING = Text("Lendo o arquivo e anexando…", "Reading the file and attaching…")
INTO_TASK = Text("{what} à tarefa {task}", "{what} to the task {task}")
DONE_TOO = Text("; tarefa concluída", "; task completed")
RULED = Text("; regra guardada em {template}", "; rule kept for {template}")
DISCARD = Text("Descartar {file}?", "Discard {file}?")
KEPT = Text(
    "O arquivo fica guardado em {place}; o Express não o olha mais.",
    "The file is kept in {place}; Express looks at it no more.",
)
YES_DISCARD = Text("descartar", "discard")
DISCARDED = Text("{file} descartado; está em {place}", "{file} discarded; it lies in {place}")
CHOICES = "express_choices"
"""What the desk remembers: what was corrected of each file that still waits."""


def choice_of(desk: Desk, key: str) -> Choice:
    """What a person has corrected of a file's guesses."""
    found: Choice = desk.memory.get(CHOICES, {}).get(key, Choice())
    return found


def choose(desk: Desk, key: str, **given: str) -> None:
    """Correct a file's guesses; a task that was chosen before is forgotten where something else is."""
    given = given if "task" in given else {**given, "task": ""}
    desk.memory.setdefault(CHOICES, {})[key] = replace(choice_of(desk, key), **given)


def plan(desk: Desk, found: Proposal) -> list[tuple[str, str]]:
    """What confirming would do: sentences, each with its tone."""
    task, template, client = found.task, found.template, found.client
    if found.trouble is not None or task is None or template is None or client is None:
        return [] if found.trouble is None else [("! " + found.trouble.say(desk.lang), "warning")]
    named = {"task": task.id, "name": task.name, "period": months(task.period), "client": client.name}
    into = desk.say(INTO, **named)
    if template.name != task.name:
        into += " " + desk.say(UNDER, template=template.name)
    told = [(into, "strong")]
    if task.templates and template.id not in task.templates:
        told.append(("! " + desk.say(NOT_AWAITED, template=template.name), "warning"))
    if found.what is Attached.SAME:
        return [*told, (desk.say(SAME), "")]
    about = [desk.say(VERSION)] if found.what is Attached.VERSION else []
    completed = task.status is TaskStatus.COMPLETED
    about += [desk.say(COMPLETES if found.completes else IS_COMPLETED if completed else STAYS_OPEN)]
    if found.leaves:
        about.append(desk.say(LEAVE_ONE if found.leaves == 1 else LEAVE, count=found.leaves))
    elif completed or found.completes:
        about.append(desk.say(INACTIVE))
    return [*told, (" ".join(about), "warning" if found.leaves else "")]


def confirm(
    place: Place[Any],
    key: str,
    done: Callable[[str], None],
    *,
    looked: bool,
    rule: Rule | None = None,
) -> None:
    """Attach a file that waits.

    Args:
        done: told what came of it.
        looked: whether its text stands on the screen: then one key does, unless something leaves.
        rule: is kept for its template, once it is attached.
    """
    desk = place.desk
    ctx, actor = desk.ctx, desk.actor

    def proposed(found: Proposal) -> None:
        told = plan(desk, found)
        if found.trouble is not None or found.task is None:
            hint = "" if looked else " " + desk.say(TO_CORRECT)
            place.notice((told[0][0] if told else "") + hint, "warning")
        elif looked and not found.leaves and not found.completes:
            attach(found)
        else:
            question = desk.say(ASK, file=found.row.file_name, task=found.task.id)
            yes = desk.say(YES_SEND if found.leaves else YES)

            def sure(wanted: bool | None) -> None:
                if wanted:
                    attach(found)

            place.console.open(Confirm(desk, question, [text for text, _ in told], yes), sure)

    def attach(found: Proposal, *, confirm_client: bool = False) -> None:
        task, template = found.task, found.template
        assert task is not None
        assert template is not None

        def do() -> Confirmed | OtherClient:
            try:
                made = confirming.confirm(
                    ctx, actor, key, task=task.id, template=template.id, confirm_client=confirm_client
                )
            except OtherClient as against:
                return against
            if rule is not None:
                own = rules.rules_of(ctx, template.id).own
                rules.save_rules(ctx, actor, template.id, (*own, rule))
            return made

        def attached(made: Confirmed | OtherClient) -> None:
            if isinstance(made, OtherClient):
                place.notice("")
                place.console.open(
                    ConfirmClient(desk, [made]), lambda yes: attach(found, confirm_client=True) if yes else None
                )
                return
            document = made.attached.document
            told = desk.say(ATTACHED[made.attached.what], name=document.name, version=document.version)
            told = desk.say(INTO_TASK, what=told, task=document.task)
            told = desk.say(QUEUED_TOO, what=told) if made.attached.delivery else told
            told += desk.say(DONE_TOO) if made.completed else ""
            told += desk.say(RULED, template=template.name) if rule is not None else ""
            desk.memory.get(CHOICES, {}).pop(key, None)
            done("✓ " + told)

        place.act(do, attached, desk.say(READING))

    place.act(lambda: propose(ctx, actor, key, choice_of(desk, key)), proposed)


def discard(place: Place[Any], row: Waiting, done: Callable[[str], None]) -> None:
    """Put a file aside, once that is wanted; it is kept, and where is said."""
    desk = place.desk

    def sure(wanted: bool | None) -> None:
        if wanted:
            place.act(lambda: confirming.discard(desk.ctx, desk.actor, row.id), discarded)

    def discarded(path: Path) -> None:
        desk.memory.get(CHOICES, {}).pop(row.id, None)
        done("✓ " + desk.say(DISCARDED, file=row.file_name, place=path.relative_to(desk.ctx.folder)))

    about = [desk.say(KEPT, place=folder_of(desk.ctx) / DISCARDED_FOLDER)]
    place.console.open(Confirm(desk, desk.say(DISCARD, file=row.file_name), about, desk.say(YES_DISCARD)), sure)
