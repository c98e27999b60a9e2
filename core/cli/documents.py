"""`malote attach`, `remove`, `seen`, `unseen`, `explain`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from core.cli.call import DONE, Call
from core.cli.journal import show_event
from core.domain.models import Origin
from core.domain.text import Text
from core.office import documents, journal
from core.office.log import event_json
from core.office.words import ATTACHED, HAPPENED, NEXT, QUEUED_TOO, REMOVED, SEEN, UNSEEN, WHERE, WHY

DOCUMENT = Text("DOCUMENTO", "DOCUMENT")
DOCUMENT_HELP = Text("código, ou TAREFA/NOME DO ARQUIVO", "id, or TASK/FILE NAME")


def attach_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "exemplo:\n  malote attach T0001 'DAS 2026-10.pdf' --template das",
        "example:\n  malote attach T0001 'DAS 2026-10.pdf' --template das",
    ).text(lang)
    parser.add_argument("task", metavar=Text("TAREFA", "TASK").text(lang))
    parser.add_argument("file", nargs="+", type=Path, metavar=Text("ARQUIVO", "FILE").text(lang))
    parser.add_argument("--template", required=True, metavar="ID")
    parser.add_argument(
        "--origin",
        choices=tuple(one.value for one in Origin),
        default=Origin.MANUAL,
        help=Text("accounting: já está no portal", "accounting: at the portal already").text(lang),
    )
    parser.add_argument(
        "--confirm-client",
        action="store_true",
        help=Text(
            "anexa mesmo que o arquivo traga o número de outro cliente, e não o deste",
            "attach although the file bears another client's number, and not this one's",
        ).text(lang),
    )


def attach_command(call: Call) -> int:
    args = call.args
    with call.office() as (ctx, actor):
        attached = documents.attach_files(
            ctx,
            actor,
            args.task,
            args.file,
            args.template,
            Origin(args.origin),
            confirm_client=args.confirm_client,
        )
    if call.json:
        call.dump(
            [
                {
                    "document": one.document.id,
                    "task": one.document.task,
                    "template": one.document.template,
                    "name": one.document.name,
                    "version": one.document.version,
                    "sha256": one.document.sha256,
                    "what": one.what,
                    "delivery": None if one.delivery is None else one.delivery.id,
                    "warnings": [warning.say(call.lang) for warning in one.warnings],
                }
                for one in attached
            ]
        )
        return DONE
    for one in attached:
        what = call.say(ATTACHED[one.what], name=one.document.name, version=one.document.version)
        call.print(call.say(QUEUED_TOO, what=what) if one.delivery else what)
        for warning in one.warnings:
            call.print(f"  {warning.say(call.lang)}")
    return DONE


def _document_argument(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("document", metavar=DOCUMENT.text(lang), help=DOCUMENT_HELP.text(lang))


remove_arguments = seen_arguments = unseen_arguments = explain_arguments = _document_argument


def remove_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        document, remains = documents.remove_document(ctx, actor, call.args.document)
    if call.json:
        call.dump({"document": document.id, "remains": documents.where_it_is(document) or None})
    else:
        call.print(call.say(REMOVED, name=document.name))
        call.print(remains.say(call.lang))
    return DONE


def seen_command(call: Call) -> int:
    return _mark(call, seen=True)


def unseen_command(call: Call) -> int:
    return _mark(call, seen=False)


def _mark(call: Call, *, seen: bool) -> int:
    with call.office() as (ctx, actor):
        document = documents.mark_seen(ctx, actor, call.args.document, seen=seen)
    if call.json:
        call.dump({"document": document.id, "seen": seen})
    else:
        call.print(call.say(SEEN if seen else UNSEEN, name=document.name))
    return DONE


def explain_command(call: Call) -> int:
    with call.office() as (ctx, actor):
        story = journal.explain(ctx, actor, call.args.document)
    if call.json:
        call.dump(
            {
                "document": story.document.id,
                "task": story.document.task,
                "name": story.document.name,
                "where": story.where.say(call.lang),
                "why": story.why.say(call.lang),
                "next": story.next.say(call.lang),
                "events": [event_json(one, call.lang) for one in story.events],
            }
        )
        return DONE
    call.print(f"{story.document.task}/{story.document.name}")
    call.print(f"{call.say(WHERE)}: {story.where.say(call.lang)}")
    if (why := story.why.say(call.lang)) != "-":
        call.print(f"{call.say(WHY)}: {why}")
    call.print(f"{call.say(HAPPENED)}:")
    for one in story.events:
        show_event(call, one)
    call.print(f"{call.say(NEXT)}: {story.next.say(call.lang)}")
    return DONE
