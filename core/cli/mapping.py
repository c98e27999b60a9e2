"""`malote templates`, `map`, `unmap`, `undo`, `redo`."""

from __future__ import annotations

from argparse import ArgumentParser

from core.cli.call import DONE, Call
from core.domain.destinations import parse_destination, show_destination
from core.domain.models import MappingChange, Names
from core.domain.text import Text
from core.office import mapping
from core.office.views import every
from core.office.words import NO_FOLDER, NOT_SENT, NOTHING_CHANGED, TEMPLATE_HEADS

NO_TEMPLATES = Text(
    "Nenhum template. Traga os do escritório: malote import PASTA.", "No templates. Bring them: malote import FOLDER."
)
ALL_MAPPED = Text("Todos os templates têm pasta de destino.", "All templates have a destination.")
UNDONE = Text("Desfeito:", "Undone:")
REDONE = Text("Refeito:", "Redone:")


def templates_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument(
        "--unmapped", action="store_true", help=Text("só os sem pasta de destino", "only those without one").text(lang)
    )


def templates_command(call: Call) -> int:
    with call.reading() as ctx:
        found = list(every(ctx.store.templates))
    if call.args.unmapped:
        found = [one for one in found if one.send and not one.destination]
    if call.json:
        call.dump(
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "department": one.department,
                    "destination": list(one.destination) if one.destination else None,
                    "destination_source": one.destination_source,
                    "send": one.send,
                }
                for one in found
            ]
        )
        return DONE
    if not found:
        call.tell(ALL_MAPPED if call.args.unmapped else NO_TEMPLATES)
    none = call.say(NO_FOLDER)
    call.table(
        TEMPLATE_HEADS,
        [
            (
                one.id,
                one.name,
                one.department,
                show_destination(one.destination) if one.destination else none if one.send else call.say(NOT_SENT),
            )
            for one in found
        ],
    )
    return DONE


def map_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        'exemplo:\n  malote map balancete balancete_acum --to "Contabilidade > Balancete > {ano}"\n\n'
        "{ano}, {mes} e {competencia} viram os da tarefa no envio.",
        'example:\n  malote map balancete balancete_acum --to "Contabilidade > Balancete > {ano}"\n\n'
        "{ano}, {mes} and {competencia} become the task's when it is sent.",
    ).text(lang)
    parser.add_argument("template", nargs="+", metavar="TEMPLATE")
    parser.add_argument(
        "--to",
        required=True,
        metavar='"Fiscal > DAS"',
        help=Text("pasta de destino, abaixo da pasta do cliente", "destination, below the client's folder").text(lang),
    )


def map_command(call: Call) -> int:
    destination = parse_destination(call.args.to)
    with call.office() as (ctx, actor):
        change = mapping.map_templates(ctx, actor, call.args.template, destination)
        return _told(call, change)


def unmap_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("template", nargs="+", metavar="TEMPLATE")


def unmap_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        return _told(call, mapping.map_templates(ctx, actor, call.args.template, None))


def undo_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def undo_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        change = mapping.undo(ctx, actor)
    return _stepped(call, UNDONE, {one.template: one.before for one in change.changes})


def redo_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def redo_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        change = mapping.redo(ctx, actor)
    return _stepped(call, REDONE, {one.template: one.after for one in change.changes})


def _stepped(call: Call, what: Text, now: dict[str, Names | None]) -> int:
    if call.json:
        call.dump([{"id": template, "destination": folder} for template, folder in now.items()])
        return DONE
    call.print(call.say(what))
    for template, folder in now.items():
        call.print(f"  {template}  →  {show_destination(folder) if folder else call.say(NO_FOLDER)}")
    return DONE


def _told(call: Call, change: MappingChange | None) -> int:
    changes = () if change is None else change.changes
    if call.json:
        call.dump([{"id": one.template, "destination": one.after} for one in changes])
        return DONE
    if change is None:
        call.tell(NOTHING_CHANGED)
    for one in changes:
        call.print(f"{one.template}  →  {show_destination(one.after) if one.after else call.say(NO_FOLDER)}")
    return DONE
