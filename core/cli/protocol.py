"""`malote protocol`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from core.cli.call import DONE, Call
from core.domain.destinations import show_place
from core.domain.figures import dated
from core.domain.periods import parse_period
from core.domain.text import Text

FILE = Text("ARQUIVO", "FILE")
HEADS = (
    Text("Entregue em", "Delivered on"),
    Text("Tarefa", "Task"),
    Text("Versão", "Version"),
    Text("Situação", "State"),
    Text("Enviado por", "Sent by"),
    Text("Bytes", "Bytes"),
    Text("Onde", "Where"),
)
ABOUT = Text("{client} {name}, competência {period}", "{client} {name}, period {period}")
CODE = Text("Código da lista: {code}", "Code of the list: {code}")
WRITTEN = Text(
    "{file}: entregas: {count}. Código da lista: {code}", "{file}: deliveries: {count}. Code of the list: {code}"
)
ASKING = Text("perguntando ao portal: {done} de {total}", "asking the portal: {done} of {total}")


def protocol_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("client", metavar=Text("CLIENTE", "CLIENT").text(lang))
    parser.add_argument(
        "--period",
        required=True,
        metavar="2026-10",
        help=Text("a competência; um ano (2026) traz também os meses", "the period; a year takes in its months").text(
            lang
        ),
    )
    parser.add_argument(
        "--to",
        metavar=FILE.text(lang),
        help=Text(
            "grava num arquivo novo: .pdf (para o cliente), .csv ou .json", "write a new file: .pdf, .csv or .json"
        ).text(lang),
    )


def protocol_command(call: Call) -> int:
    from core.office import protocol as protocols
    from core.office import protocol_files

    period = parse_period(call.args.period)
    file = Path(call.args.to).expanduser().absolute() if call.args.to else None
    with call.office() as (ctx, actor):
        found = protocols.gather(ctx, actor, call.args.client, period)
        total = len(found.entries)

        def told(done: int) -> None:
            if sys.stderr.isatty() and total > 50:
                sys.stderr.write("\r" + call.say(ASKING, done=done, total=total) + ("\n" if done == total else " "))

        found = protocols.check(ctx, found, told)
    if file is not None:
        protocol_files.write(found, file, call.lang)
    if call.json:
        call.dump(protocol_files.as_json(found))
        return DONE
    for line in protocols.what_lacks(found, call.lang):
        call.tell(Text("{line}", "{line}"), line=line)
    if found.pending:
        call.tell(protocols.PENDING, count=found.pending)
    if file is not None:
        call.print(call.say(WRITTEN, file=file, count=len(found.entries), code=found.code))
        return DONE
    client = found.client
    if not found.entries:
        call.tell(protocols.NOTHING, client=f"{client.id} {client.name}", period=period)
        return DONE
    call.print(call.say(ABOUT, client=client.id, name=client.name, period=period))
    rows = (
        (
            dated(one.at, "%d/%m/%Y %H:%M", call.lang),
            one.task.id,
            one.version,
            protocols.STATES[one.state].text(call.lang),
            one.by_name,
            one.size,
            show_place(one.place),
        )
        for one in found.entries
    )
    call.table(HEADS, rows)
    call.print(call.say(CODE, code=found.code))
    return DONE
