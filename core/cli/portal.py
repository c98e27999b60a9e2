"""`malote status`, `folders`, `portal check`."""

from __future__ import annotations

from argparse import ArgumentParser

from core.cli.call import DONE, Call
from core.domain.models import rfc3339
from core.domain.text import Text
from core.office import health, views

ACTIVE = Text("Integração: ativa desde {since}", "Integration: active since {since}")
INACTIVE = Text("Integração: inativa (ative com: malote activate)", "Integration: inactive (malote activate)")
PORTAL = Text("Portal: {url} ({state})", "Portal: {url} ({state})")
WELL = Text("responde", "reachable")
ILL = Text("não responde", "unreachable")
PAUSED = Text("Envios em pausa: {why}", "Sending paused: {why}")
TEMPLATES = Text(
    "Templates: {total}, {without} sem pasta de destino", "Templates: {total}, {without} without destination"
)
TASKS = Text("Tarefas: {open} abertas, {completed} concluídas", "Tasks: {open} open, {completed} completed")
DELIVERIES = Text(
    "Envios: {delivered} entregues, {queued} na fila, {sending} saindo, {skipped} não enviados, "
    "{failed} com falha, {cancelled} cancelados",
    "Deliveries: {delivered} delivered, {queued} queued, {sending} sending, {skipped} skipped, "
    "{failed} failed, {cancelled} cancelled",
)
ON_REQUEST = Text(
    "Só a pedido: {count}, concluídos com a integração inativa (malote activate --send-pending)",
    "On request only: {count}, completed while inactive (malote activate --send-pending)",
)
PRIORITY = Text(
    "Prioridade: falha no envio de documentos ao Portal do Cliente em {count} tarefas (malote errors)",
    "Priority: sending documents to the client's portal failed in {count} tasks (malote errors)",
)
NO_FOLDERS = Text("O cliente {client} ainda não tem pastas no portal.", "The client {client} has no folders yet.")
CHECKED = Text("O portal {url} responde e aceita documentos.", "The portal {url} is reachable and takes documents.")
EXCLUSIVE = Text(
    "Publicação exclusiva: nada de ninguém pode ser sobrescrito.", "Exclusive: nobody's file can be overwritten."
)
WINDOW = Text(
    "Há uma pequena janela: se outra pessoa gravar o mesmo nome no mesmo instante, um dos dois pode se perder.",
    "There is a small window: when someone writes the very same name at the same moment, one of the two may be lost.",
)
FREE = Text("Espaço livre: {free} MB.", "Free space: {free} MB.")
RESUMED = Text("Os envios, que estavam em pausa, continuam.", "Sending, which was paused, goes on.")
WITHOUT = Text(
    "Clientes ainda sem pasta no portal (será criada no primeiro envio): {count}",
    "Clients without a folder yet (made at the first sending): {count}",
)


def status_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def status_command(call: Call) -> int:
    with call.reading() as ctx:
        now, url, answers = views.overview(ctx), ctx.config.portal.url, health.reachable(ctx)
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
                "portal": {"url": url, "reachable": answers},
                "templates": {"total": now.templates, "without_destination": now.without_destination},
                "tasks": {"open": open_tasks, "completed": completed},
                "deliveries": now.deliveries,
                "held": now.held,
                "priority": {"failed_tasks": now.failed_tasks},
            }
        )
        return DONE
    if now.integration.active and since is not None:
        call.print(call.say(ACTIVE, since=f"{since.astimezone():%d/%m/%Y %H:%M}"))
    else:
        call.print(call.say(INACTIVE))
    call.print(call.say(PORTAL, url=url, state=call.say(WELL if answers else ILL)))
    if now.pause is not None:
        call.print(call.say(PAUSED, why=health.told(now.pause).say(call.lang).strip()))
    call.print(call.say(TEMPLATES, total=now.templates, without=now.without_destination))
    call.print(call.say(TASKS, open=open_tasks, completed=completed))
    call.print(call.say(DELIVERIES, **now.deliveries))
    if waiting := now.held.get("inactive"):
        call.print(call.say(ON_REQUEST, count=waiting))
    if now.failed_tasks:
        call.print(call.say(PRIORITY, count=now.failed_tasks))
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


def portal_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        checked = health.check_portal(ctx, actor)
    report = checked.report
    if call.json:
        call.dump(
            {
                "url": report.url,
                "exclusive": report.exclusive,
                "findings": dict(report.findings),
                "free": report.free,
                "without_folder": [one.id for one in checked.without_folder],
                "resumed": checked.resumed,
            }
        )
        return DONE
    call.print(call.say(CHECKED, url=report.url))
    call.print(call.say(EXCLUSIVE if report.exclusive else WINDOW))
    if report.free is not None:
        call.print(call.say(FREE, free=report.free // 1_000_000))
    if checked.without_folder:
        call.print(call.say(WITHOUT, count=len(checked.without_folder)))
    if checked.resumed:
        call.print(call.say(RESUMED))
    return DONE
