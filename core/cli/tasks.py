"""`malote tasks`, `complete`, `reopen`."""

from __future__ import annotations

from argparse import ArgumentParser
from shlex import quote
from typing import Any

from core.cli.call import DONE, NOT_ALL, Call
from core.domain.destinations import show_place
from core.domain.figures import dated
from core.domain.models import Task, TaskStatus, rfc3339
from core.domain.text import Text
from core.office import Refused, views
from core.office import tasks as use
from core.office.documents import where_it_is
from core.office.foresight import Foreseen, Outlook, foresee
from core.office.tasks import Completed
from core.office.words import (
    DELIVERY,
    DOCUMENT_HEADS,
    NO_DOCUMENTS,
    NO_TASKS,
    REOPENED,
    STATUS,
    TASK_HEADS,
    TO_DO,
)

COMPLETED = Text("{task} concluída; documentos na fila: {count}.", "{task} completed; documents queued: {count}.")
SEND_NOW = Text("Para enviar agora: malote deliver.", "To send now: malote deliver.")
INACTIVE = Text(
    "A integração está inativa: nada sai até malote activate (--send-pending para estes).",
    "The integration is inactive: nothing leaves until malote activate (--send-pending for these).",
)
ALREADY_OPEN = Text("{task} já está aberta.", "{task} is open already.")
ALREADY_COMPLETED = Text(
    "{task} já estava concluída; documentos na fila: {count}.",
    "{task} was completed already; documents queued: {count}.",
)
NOTHING_TO_SEND = Text("Nada a enviar.", "Nothing to send.")


def task_json(task: Task) -> dict[str, Any]:
    return task.model_dump(mode="json")


def tasks_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument(
        "task",
        nargs="?",
        metavar=Text("TAREFA", "TASK").text(lang),
        help=Text("mostra uma tarefa e seus documentos", "shows one task and its documents").text(lang),
    )
    parser.add_argument(
        "--status",
        choices=tuple(one.value for one in TaskStatus),
        help=Text("abertas ou concluídas", "open or completed").text(lang),
    )


def tasks_command(call: Call) -> int:
    with call.reading() as ctx:
        if call.args.task:
            task = use.find_task(ctx, call.args.task)
            found = views.documents_of(ctx, task.id)
            if call.json:
                call.dump({**task_json(task), "documents": [_document_json(one) for one in found]})
                return DONE
            client = ctx.store.clients.get(task.client)
            call.print(f"{task.id}  {task.name}  {task.period}  {call.say(STATUS[task.status])}")
            call.print(f"{task.client}  {client.name if client else ''}")
            if not found:
                call.tell(NO_DOCUMENTS, task=quote(task.id))
            call.table(DOCUMENT_HEADS, [_document_row(call, one) for one in found])
            return DONE
        status = TaskStatus(call.args.status) if call.args.status else None
        listed = list(views.tasks(ctx, status))
        clients = ctx.store.clients.get_many(one.client for one in listed)
    if call.json:
        call.dump([{**task_json(one), "client_name": clients[one.client].name} for one in listed])
        return DONE
    if not listed:
        call.tell(NO_TASKS)
    call.table(
        TASK_HEADS,
        [
            (
                one.id,
                f"{one.client} {clients[one.client].name}",
                one.name,
                one.period,
                dated(one.legal_date, "%d/%m/%Y", call.lang) if one.legal_date else "",
                call.say(STATUS[one.status]),
            )
            for one in listed
        ],
    )
    return DONE


def _document_json(view: views.DocumentView) -> dict[str, Any]:
    document, delivery = view.document, view.delivery
    placement = document.placement
    return {
        "document": document.id,
        "template": document.template,
        "name": document.name,
        "origin": document.origin,
        "version": document.version,
        "sha256": document.sha256,
        "size": document.size,
        "removed_at": None if document.removed_at is None else rfc3339(document.removed_at),
        "delivery": None if delivery is None else delivery.id,
        "status": None if delivery is None else delivery.status,
        "hold": None if delivery is None else delivery.hold,
        "code": None if delivery is None else delivery.failure,
        "root": None if placement is None else list(placement.place.root),
        "folder": None if placement is None else list(placement.place.folder),
        "placed_name": None if placement is None else placement.place.name,
        "seen": bool(placement and placement.seen),
    }


def _document_row(call: Call, view: views.DocumentView) -> tuple[object, ...]:
    document, delivery = view.document, view.delivery
    status = "" if delivery is None else "held" if delivery.hold else str(delivery.status)
    if not document.live:
        status = "removed"
    shown = call.say(DELIVERY[status]) if status else ""
    return document.template, document.name, document.version, shown, where_it_is(document)


def complete_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "exemplos:\n  malote complete T0001 --dry-run     mostra onde cada documento vai parar\n"
        "  malote complete T0001 T0002",
        "examples:\n  malote complete T0001 --dry-run     shows where each document will go\n"
        "  malote complete T0001 T0002",
    ).text(lang)
    parser.add_argument("task", nargs="+", metavar=Text("TAREFA", "TASK").text(lang))
    parser.add_argument(
        "--force",
        action="store_true",
        help=Text("mesmo faltando documentos", "although documents are missing").text(lang),
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=Text("só mostra caminhos, decisões e falhas por vir", "only show paths, decisions, failures").text(lang),
    )


def complete_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        if call.args.dry_run:
            return _show_outlook(call, foresee(ctx, actor, call.args.task))
        done: list[Completed] = []
        refused: list[Refused] = []
        for key in call.args.task:
            try:
                done.append(use.complete_task(ctx, actor, key, force=call.args.force))
            except Refused as error:
                refused.append(error)
        active = ctx.store.integration().active
    if call.json:
        call.dump(
            [{"task": one.task.id, "status": one.task.status, "queued": [d.id for d in one.queued]} for one in done]
        )
    else:
        for one in done:
            said = ALREADY_COMPLETED if one.was_completed else COMPLETED
            call.print(call.say(said, task=one.task.id, count=len(one.queued)))
        if not active and done:
            call.tell(INACTIVE)
        elif any(one.queued for one in done):
            call.tell(SEND_NOW)
    for reason in refused:
        call.complain(reason)
    return NOT_ALL if refused else DONE


def _show_outlook(call: Call, outlook: Outlook) -> int:
    if call.json:
        call.dump([_foreseen_json(call, one) for one in outlook.foreseen])
    else:
        for one in outlook.foreseen:
            call.print(f"{one.subject.task.id}  {one.subject.document.name}: {one.sentence.say(call.lang)}")
            if one.place is not None:
                call.print(f"    {show_place(one.place)}")
            if one.remedy is not None:
                call.print(f"    {call.say(TO_DO, remedy=one.remedy.say(call.lang))}")
        if not outlook.foreseen:
            call.print(call.say(NOTHING_TO_SEND))
    refused = False
    if not call.args.force:
        for task, missing in outlook.missing.items():
            refused = True
            call.tell(use.MISSING, task=task, missing=", ".join(missing))
            call.tell(TO_DO, remedy=call.say(use.ATTACH_OR_FORCE, task=task))
    if not outlook.active:
        call.tell(INACTIVE)
    return NOT_ALL if refused or any(one.code for one in outlook.foreseen) else DONE


def _foreseen_json(call: Call, one: Foreseen) -> dict[str, Any]:
    place = one.place
    return {
        "task": one.subject.task.id,
        "document": one.subject.document.id,
        "name": one.subject.document.name,
        "decision": one.decision,
        "root": None if place is None else list(place.root),
        "folder": None if place is None else list(place.folder),
        "final_name": None if place is None else place.name,
        "code": one.code,
        "message": one.sentence.say(call.lang),
        "remedy": None if one.remedy is None else one.remedy.say(call.lang),
    }


def reopen_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("task", metavar=Text("TAREFA", "TASK").text(lang))


def reopen_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        was_open = use.find_task(ctx, call.args.task).status is TaskStatus.OPEN
        task = use.reopen_task(ctx, actor, call.args.task)
    if call.json:
        call.dump(task_json(task))
    else:
        call.print(call.say(ALREADY_OPEN if was_open else REOPENED, task=task.id))
    return DONE
