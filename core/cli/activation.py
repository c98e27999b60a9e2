"""`malote activate`, `malote deactivate`."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Iterable
from typing import Any

from core.cli.call import DONE, Call
from core.domain.destinations import show_destination
from core.domain.figures import dated
from core.domain.models import Template
from core.domain.text import Text
from core.office import activation
from core.office.activation import Preview

WOULD_GET = Text("Templates que ganham pasta padrão: {count}", "Templates that get a standard folder: {count}")
WITHOUT = Text("Templates que ficam sem pasta: {count}", "Templates left without a folder: {count}")
MAP_THEM = Text(
    'Escolha a pasta deles: malote map TEMPLATE… --to "Pasta > Subpasta".',
    'Choose their folder: malote map TEMPLATE… --to "Folder > Subfolder".',
)
PENDING = Text(
    "Documentos de tarefas concluídas com a integração inativa, não enviados: {count}",
    "Documents of tasks completed while inactive, not sent: {count}",
)
SEND_THEM = Text("Para enviá-los: malote activate --send-pending.", "To send them: malote activate --send-pending.")
NOTHING_DONE = Text("Nada foi alterado (--dry-run).", "Nothing was changed (--dry-run).")
ACTIVE = Text("Integração ativa desde {since}.", "Integration active since {since}.")
WOULD_QUEUE = Text("Iriam para a fila: {count}.", "Would be queued: {count}.")
QUEUED = Text("De volta à fila: {count}.", "Queued: {count}.")
INACTIVE = Text(
    "Integração inativa; {count} envios esperam na fila.", "Integration inactive; {count} deliveries wait in the queue."
)


def activate_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument(
        "--standard-folders",
        action=BooleanOptionalAction,
        default=None,
        help=Text(
            "pastas padrão para os templates que o catálogo conhece", "standard folders for templates that are known"
        ).text(lang),
    )
    parser.add_argument(
        "--send-pending",
        action="store_true",
        help=Text(
            "envia também o que foi concluído com a integração inativa", "also send what was completed while inactive"
        ).text(lang),
    )
    parser.add_argument("--dry-run", action="store_true", help=Text("só mostra o que mudaria", "only show").text(lang))


def activate_command(call: Call) -> int:
    args = call.args
    with call.office() as (ctx, actor):
        if args.dry_run:
            wanted = args.standard_folders
            if wanted is None:
                wanted = ctx.store.integration().standard_folders
            seen = activation.preview(ctx, standard_folders=wanted)
            if call.json:
                call.dump(_json(seen, active=ctx.store.integration().active, queued=0))
            else:
                _show(call, seen, told_pending=not args.send_pending)
                if args.send_pending:
                    call.print(call.say(WOULD_QUEUE, count=seen.pending))
                call.tell(NOTHING_DONE)
            return DONE
        done = activation.activate(ctx, actor, standard_folders=args.standard_folders, send_pending=args.send_pending)
    if call.json:
        call.dump(_json(done.preview, active=True, queued=done.queued))
        return DONE
    assert done.integration.since is not None
    call.print(call.say(ACTIVE, since=dated(done.integration.since, "%d/%m/%Y %H:%M", call.lang)))
    _show(call, done.preview, told_pending=not args.send_pending)
    if args.send_pending:
        call.print(call.say(QUEUED, count=done.queued))
    return DONE


def deactivate_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def deactivate_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        activation.deactivate(ctx, actor)
        waiting = ctx.store.deliveries.counts()["queued"]
    if call.json:
        call.dump({"active": False, "queued": waiting})
    else:
        call.print(call.say(INACTIVE, count=waiting))
    return DONE


def _show(call: Call, seen: Preview, *, told_pending: bool = True) -> None:
    call.print(call.say(WOULD_GET, count=len(seen.configured)))
    _list(call, seen.configured)
    call.print(call.say(WITHOUT, count=len(seen.without_destination)))
    _list(call, seen.without_destination)
    if seen.without_destination:
        call.tell(MAP_THEM)
    if seen.pending and told_pending:
        call.print(call.say(PENDING, count=seen.pending))
        call.tell(SEND_THEM)


def _list(call: Call, templates: Iterable[Template]) -> None:
    for one in templates:
        where = f"  →  {show_destination(one.destination)}" if one.destination else ""
        call.print(f"  {one.id}  {one.name}{where}")


def _json(seen: Preview, *, active: bool, queued: int) -> dict[str, Any]:
    return {
        "active": active,
        "configured": [{"id": one.id, "destination": one.destination} for one in seen.configured],
        "without_destination": [one.id for one in seen.without_destination],
        "pending": seen.pending,
        "queued": queued,
    }
