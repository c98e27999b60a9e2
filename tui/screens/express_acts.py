"""What is done with a file that waits, from the queue and from its own screen: said first, asked where it sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.domain.express import Waiting, doubt_of
from core.domain.lineage import Attached
from core.domain.models import Rule, Task, TaskStatus
from core.domain.permissions import OUTSIDER
from core.domain.text import Text
from core.office import confirming, rules
from core.office.confirming import ChangedMeanwhile, Confirmed
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
TO_CORRECT = Text(
    "{keys[list.open]} vê; lá, {keys[express_file.client]} cliente, {keys[express_file.template]} template, "
    "{keys[express_file.task]} tarefa.",
    "{keys[list.open]} looks; there {keys[express_file.client]} client, {keys[express_file.template]} template, "
    "{keys[express_file.task]} task.",
)
COMPLETED_MEANWHILE = Text(
    "! {who} concluiu a tarefa {task} depois da pergunta.", "! {who} has completed the task {task} since it was asked."
)
REOPENED_MEANWHILE = Text(
    "! A tarefa {task} foi reaberta depois da pergunta.", "! The task {task} has been reopened since it was asked."
)
CHANGED_MEANWHILE = Text(
    "! A tarefa {task} mudou depois da pergunta: veja o que vale agora.",
    "! The task {task} has changed since it was asked: see what holds now.",
)
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


def doubt_now(desk: Desk, row: Waiting) -> tuple[str, Mapping[str, Any]] | None:
    """What is still in doubt after what was corrected, with what fills its sentence; None where nothing is."""
    choice = choice_of(desk, row.id)
    if choice == Choice():
        return row.doubt, row.params
    if choice.task:
        return None
    given = {"client": choice.client, "template": choice.template, "period": choice.period}
    known = row.recognition.model_copy(update={part: value for part, value in given.items() if value})
    if (left := doubt_of(known)) is None:
        return None
    return (row.doubt, row.params) if left.doubt == row.doubt else (left.doubt, {"reason": ("", "")})


def plan(desk: Desk, found: Proposal) -> list[tuple[str, str]]:
    """What confirming would do: sentences, each with its tone."""
    task, template, client, effect = found.task, found.template, found.client, found.effect
    if found.trouble is not None or task is None or template is None or client is None or effect is None:
        return [] if found.trouble is None else [("! " + found.trouble.say(desk.lang), "warning")]
    named = {"task": task.id, "name": task.name, "period": months(task.period), "client": client.name}
    into = desk.say(INTO, **named)
    if found.called != task.name:
        into += " " + desk.say(UNDER, template=found.called)
    told = [(into, "strong")]
    if task.templates and template.id not in task.templates:
        told.append(("! " + desk.say(NOT_AWAITED, template=found.called), "warning"))
    if effect.what is Attached.SAME:
        return [*told, (desk.say(SAME), "")]
    about = [desk.say(VERSION)] if effect.what is Attached.VERSION else []
    completed = task.status is TaskStatus.COMPLETED
    about += [desk.say(COMPLETES if effect.completes else IS_COMPLETED if completed else STAYS_OPEN)]
    if effect.leaves:
        about.append(desk.say(LEAVE_ONE if effect.leaves == 1 else LEAVE, count=effect.leaves))
    elif completed or effect.completes:
        about.append(desk.say(INACTIVE))
    return [*told, (" ".join(about), "warning" if effect.leaves else "")]


def since(desk: Desk, before: Task, now: Task) -> str:
    """What became of a task since something was asked about it."""
    if now.status is before.status:
        return desk.say(CHANGED_MEANWHILE, task=now.id)
    if now.status is TaskStatus.OPEN:
        return desk.say(REOPENED_MEANWHILE, task=now.id)
    return desk.say(COMPLETED_MEANWHILE, task=now.id, who=(now.completed_by or "").removeprefix(OUTSIDER))


def confirm(
    place: Place[Any],
    key: str,
    done: Callable[[str], None],
    *,
    looked: bool,
    rule: Rule | None = None,
    asked: Task | None = None,
) -> None:
    """Attach a file that waits.

    Args:
        done: told what came of it.
        looked: whether its text stands on the screen: then one key does, unless something leaves.
        rule: is kept for its template, once it is attached.
        asked: the task as it was when this was asked before: what has changed is said, and it is asked anew.
    """
    desk = place.desk
    ctx, actor = desk.ctx, desk.actor

    def proposed(found: Proposal) -> None:
        told = plan(desk, found)
        effect = found.effect
        if found.trouble is not None or found.task is None or effect is None:
            hint = "" if looked else " " + desk.say(TO_CORRECT)
            place.notice((told[0][0] if told else "") + hint, "warning")
        elif looked and asked is None and not effect.leaves and not effect.completes:
            attach(found)
        else:
            question = desk.say(ASK, file=found.row.file_name, task=found.task.id)
            yes = desk.say(YES_SEND if effect.leaves else YES)
            about = [*([since(desk, asked, found.task)] if asked else []), *(text for text, _ in told)]

            def sure(wanted: bool | None) -> None:
                if wanted:
                    attach(found)

            place.console.open(Confirm(desk, question, about, yes), sure)

    def attach(found: Proposal, *, confirm_client: bool = False) -> None:
        task, template = found.task, found.template
        assert task is not None
        assert template is not None

        def do() -> Confirmed | OtherClient | ChangedMeanwhile:
            try:
                made = confirming.confirm(
                    ctx,
                    actor,
                    key,
                    task=task.id,
                    template=template.id,
                    confirm_client=confirm_client,
                    expected=found.effect,
                )
            except (OtherClient, ChangedMeanwhile) as against:
                return against
            if rule is not None:
                own = rules.rules_of(ctx, template.id).own
                rules.save_rules(ctx, actor, template.id, (*own, rule))
            return made

        def attached(made: Confirmed | OtherClient | ChangedMeanwhile) -> None:
            if isinstance(made, ChangedMeanwhile):
                place.notice("")
                confirm(place, key, done, looked=looked, rule=rule, asked=task)
                return
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
            told += desk.say(RULED, template=found.called) if rule is not None else ""
            desk.memory.get(CHOICES, {}).pop(key, None)
            done("✓ " + told)

        place.act(do, attached, desk.say(READING))

    choice = choice_of(desk, key)
    if asked is not None:  # about this one, though another may fit better now
        choice = replace(choice, task=asked.id)
    place.act(lambda: propose(ctx, actor, key, choice), proposed)


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
