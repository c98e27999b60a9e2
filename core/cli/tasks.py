"""`malote tasks`, `complete`, `reopen`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.cli.call import DONE, NOT_ALL, Call
from core.delivery.plan import Already, Put, show_place
from core.delivery.settling import failure_params
from core.domain.checks import Obstacle, Skipped
from core.domain.failures import FAILURES
from core.domain.models import Task, TaskStatus, rfc3339
from core.domain.text import Text
from core.office import Refused, views
from core.office import tasks as use
from core.office.documents import where_it_is
from core.office.tasks import Completed, Foreseen

NO_TASKS = Text("Nenhuma tarefa. Traga-as: malote import PASTA.", "No tasks. Bring them: malote import FOLDER.")
NO_DOCUMENTS = Text(
    "Nenhum documento. Anexe: malote attach {task} ARQUIVO --template ID.",
    "No documents. Attach one: malote attach {task} FILE --template ID.",
)
HEADS = (
    Text("ID", "ID"),
    Text("Cliente", "Client"),
    Text("Tarefa", "Task"),
    Text("Compet.", "Period"),
    Text("Data legal", "Legal date"),
    Text("Situação", "Status"),
)
DOCUMENT_HEADS = (
    Text("Template", "Template"),
    Text("Documento", "Document"),
    Text("Versão", "Version"),
    Text("Envio", "Delivery"),
    Text("Onde está", "Where it is"),
)
STATUS = {TaskStatus.OPEN: Text("aberta", "open"), TaskStatus.COMPLETED: Text("concluída", "completed")}
DELIVERY = {
    "queued": Text("na fila", "queued"),
    "sending": Text("enviando", "sending"),
    "delivered": Text("entregue", "delivered"),
    "skipped": Text("não enviado", "skipped"),
    "failed": Text("falhou", "failed"),
    "cancelled": Text("cancelado", "cancelled"),
    "removed": Text("removido", "removed"),
    "held": Text("retido", "held"),
}
COMPLETED = Text("{task} concluída; documentos na fila: {count}.", "{task} completed; documents queued: {count}.")
SEND_NOW = Text("Para enviar agora: malote deliver.", "To send now: malote deliver.")
INACTIVE = Text(
    "A integração está inativa: nada sai até malote activate (--send-pending para estes).",
    "The integration is inactive: nothing leaves until malote activate (--send-pending for these).",
)
REOPENED = Text("{task} reaberta; o que estava na fila espera.", "{task} opened again; its queue waits.")
DECISIONS = {
    "delivered": Text("será criado", "will be created"),
    "replaced": Text("será substituído", "will be replaced"),
    "already_there": Text("já está lá", "is there already"),
    "kept_both": Text("ficará ao lado: {why}", "will be kept beside: {why}"),
    "skipped": Text("não será enviado: {why}", "will not be sent: {why}"),
    "failed": Text("vai falhar: {message}", "will fail: {message}"),
}
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
                call.tell(NO_DOCUMENTS, task=task.id)
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
        HEADS,
        [
            (
                one.id,
                f"{one.client} {clients[one.client].name}",
                one.name,
                one.period,
                f"{one.legal_date:%d/%m/%Y}" if one.legal_date else "",
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
            return _show_foreseen(call, use.foresee(ctx, actor, call.args.task))
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
            call.print(call.say(COMPLETED, task=one.task.id, count=len(one.queued)))
        if not active and done:
            call.tell(INACTIVE)
        elif any(one.queued for one in done):
            call.tell(SEND_NOW)
    for reason in refused:
        call.complain(reason)
    return NOT_ALL if refused else DONE


def _show_foreseen(call: Call, foreseen: list[Foreseen]) -> int:
    rows = [_foreseen(call, one) for one in foreseen]
    if call.json:
        call.dump(rows)
    elif not rows:
        call.print(call.say(NOTHING_TO_SEND))
    else:
        for row in rows:
            call.print(f"{row['task']}  {row['name']}: {row['says']}")
            if row["path"]:
                call.print(f"    {row['path']}")
    return NOT_ALL if any(row["decision"] == "failed" for row in rows) else DONE


def _foreseen(call: Call, one: Foreseen) -> dict[str, Any]:
    subject, plan = one.subject, one.plan
    decision, place, code = "failed", None, None
    params: dict[str, Any] = {}
    match plan:
        case Put():
            decision, place = plan.event, plan.place
            params = {"why": call.say(Text(*plan.params["why"]))} if "why" in plan.params else {}
        case Already():
            decision, place = "already_there", plan.place
        case Skipped():
            decision, params = "skipped", {"why": call.say(plan.why)}
        case Obstacle():
            code = plan.code
        case None:
            assert one.fault is not None
            code = one.fault.code
    if code is not None:
        told = failure_params(subject, one.fault.detail if one.fault else "")
        params["message"] = call.say(FAILURES[code].sentence, **told).strip()
    return {
        "task": subject.task.id,
        "document": subject.document.id,
        "name": subject.document.name,
        "decision": decision,
        "root": None if place is None else list(place.root),
        "folder": None if place is None else list(place.folder),
        "final_name": None if place is None else place.name,
        "path": None if place is None else show_place(place),
        "code": code,
        "says": call.say(DECISIONS[decision], **params),
    }


def reopen_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("task", metavar=Text("TAREFA", "TASK").text(lang))


def reopen_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        task = use.reopen_task(ctx, actor, call.args.task)
    if call.json:
        call.dump(task_json(task))
    else:
        call.print(call.say(REOPENED, task=task.id))
    return DONE
