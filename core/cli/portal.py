"""`malote status`, `folders`, `portal check`."""

from __future__ import annotations

from argparse import ArgumentParser

from core.cli.call import DONE, Call
from core.domain.figures import dated
from core.domain.models import rfc3339
from core.domain.text import Counted, Text
from core.office import health, views
from core.office.findings import in_words
from core.office.words import COMPLETED_TASKS, OPEN_TASKS

ACTIVE = Text("Integração: ativa desde {since}", "Integration: active since {since}")
INACTIVE = Text("Integração: inativa (ative com: malote activate)", "Integration: inactive (malote activate)")
PORTAL = Text("Portal: {url} ({state})", "Portal: {url} ({state})")
WELL = Text("responde", "reachable")
ILL = Text("não atende; por quê: malote portal check", "unreachable; why: malote portal check")
PAUSED = Text("Envios em pausa: {why}", "Sending paused: {why}")
UNKEPT = Text(
    "O portal não cumpre exclusive = true desde {since} (malote portal check)",
    "The portal has not kept exclusive = true since {since} (malote portal check)",
)
TEMPLATES = Text(
    "Templates: {total}, {without} sem pasta de destino", "Templates: {total}, {without} without destination"
)
TASKS = Text("Tarefas: {states}", "Tasks: {states}")
DELIVERIES = Text("Envios: {states}", "Deliveries: {states}")
STATES = {
    "delivered": Counted(Text("{count} entregue", "{count} delivered"), Text("{count} entregues", "{count} delivered")),
    "queued": Counted(*[Text("{count} na fila", "{count} queued")] * 2),
    "sending": Counted(*[Text("{count} saindo", "{count} sending")] * 2),
    "skipped": Counted(Text("{count} não enviado", "{count} skipped"), Text("{count} não enviados", "{count} skipped")),
    "failed": Counted(*[Text("{count} com falha", "{count} failed")] * 2),
    "cancelled": Counted(
        Text("{count} cancelado", "{count} cancelled"), Text("{count} cancelados", "{count} cancelled")
    ),
}
ON_REQUEST = Counted(
    Text(
        "Só a pedido: 1, concluído com a integração inativa (malote activate --send-pending)",
        "On request only: 1, completed while inactive (malote activate --send-pending)",
    ),
    Text(
        "Só a pedido: {count}, concluídos com a integração inativa (malote activate --send-pending)",
        "On request only: {count}, completed while inactive (malote activate --send-pending)",
    ),
)
PRIORITY = Counted(
    Text(
        "Prioridade: falha no envio de documentos ao Portal do Cliente em 1 tarefa (malote errors)",
        "Priority: sending documents to the client's portal failed in 1 task (malote errors)",
    ),
    Text(
        "Prioridade: falha no envio de documentos ao Portal do Cliente em {count} tarefas (malote errors)",
        "Priority: sending documents to the client's portal failed in {count} tasks (malote errors)",
    ),
)
UNKNOWN = Counted(
    Text(
        "Express: 1 arquivo espera por alguém (malote express --waiting)",
        "Express: 1 file waits for someone (malote express --waiting)",
    ),
    Text(
        "Express: {count} arquivos esperam por alguém (malote express --waiting)",
        "Express: {count} files wait for someone (malote express --waiting)",
    ),
)
MAKE_FOLDERS = Text(
    "cria no portal as pastas dos clientes que ainda não têm", "make the folders of the clients that have none yet"
)
NO_FOLDERS = Text("O cliente {client} ainda não tem pastas no portal.", "The client {client} has no folders yet.")


def status_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def status_command(call: Call) -> int:
    with call.reading() as ctx:
        now, url, answers = views.overview(ctx), ctx.config.portal.url, health.reachable(ctx)
        unknown = views.unknown_files(ctx)
    since = now.integration.since
    open_tasks, completed = now.tasks.get("open", 0), now.tasks.get("completed", 0)
    if call.json:
        call.dump(
            {
                "integration": {
                    "active": now.integration.active,
                    "standard_folders": now.integration.standard_folders,
                    "since": None if since is None else rfc3339(since),
                },
                "portal": {
                    "url": url,
                    "reachable": answers,
                    "unkept": None if now.unkept is None else now.unkept.code,
                },
                "templates": {"total": now.templates, "without_destination": now.without_destination},
                "tasks": {"open": open_tasks, "completed": completed},
                "deliveries": now.deliveries,
                "held": now.held,
                "priority": {"failed_tasks": now.failed_tasks},
                "express": {"waiting": unknown},
            }
        )
        return DONE
    if now.integration.active and since is not None:
        call.print(call.say(ACTIVE, since=dated(since, "%d/%m/%Y %H:%M", call.lang)))
    else:
        call.print(call.say(INACTIVE))
    call.print(call.say(PORTAL, url=url, state=call.say(WELL if answers else ILL)))
    if now.pause is not None:
        call.print(call.say(PAUSED, why=health.told(now.pause).say(call.lang).strip()))
    if now.unkept is not None:
        call.print(call.say(UNKEPT, since=dated(now.unkept.since, "%d/%m/%Y %H:%M", call.lang)))
    call.print(call.say(TEMPLATES, total=now.templates, without=now.without_destination))
    tasks = (OPEN_TASKS.say(call.lang, open_tasks), COMPLETED_TASKS.say(call.lang, completed))
    call.print(call.say(TASKS, states=", ".join(tasks)))
    states = (STATES[key].say(call.lang, now.deliveries[key]) for key in STATES)
    call.print(call.say(DELIVERIES, states=", ".join(states)))
    if waiting := now.held.get("inactive"):
        call.print(ON_REQUEST.say(call.lang, waiting))
    if now.failed_tasks:
        call.print(PRIORITY.say(call.lang, now.failed_tasks))
    if unknown:
        call.print(UNKNOWN.say(call.lang, unknown))
    return DONE


def folders_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("client", metavar=Text("CLIENTE", "CLIENT").text(lang))


def folders_command(call: Call) -> int:
    with call.reading() as ctx:
        found = views.client_folders(ctx, call.args.client)
    if call.json:
        call.dump([list(one) for one in found])
        return DONE
    if not found:
        call.tell(NO_FOLDERS, client=call.args.client)
    for one in found:
        call.print("  " * (len(one) - 1) + one[-1])
    return DONE


def portal_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("action", choices=("check",), metavar="check")
    parser.add_argument("--make-folders", action="store_true", help=MAKE_FOLDERS.text(lang))


def portal_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        checked = health.check_portal(ctx, actor, make_folders=call.args.make_folders)
    report = checked.report
    if call.json:
        call.dump(
            {
                "url": report.url,
                "exclusive": report.exclusive,
                "findings": dict(report.findings),
                "free": report.free,
                "without_folder": [one.id for one in checked.without_folder],
                "made_folders": [one.id for one in checked.made],
                "resumed": checked.resumed,
            }
        )
        return DONE
    for sign, sentence in in_words(checked):
        call.print(f"{sign} {sentence.say(call.lang)}")
    return DONE
