"""`malote log`, `malote errors`."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from core.cli.call import DONE, Call
from core.domain.events import message
from core.domain.figures import dated
from core.domain.models import Event, Level, rfc3339
from core.domain.text import Text, plain, plain_json
from core.office import journal
from core.office.journal import Trouble
from core.office.log import Filter, Matcher, event_json

SIGNS = {Level.INFO: " ", Level.WARNING: "!", Level.ERROR: "✗"}
NO_ERRORS = Text("Nenhuma falha.", "No failures.")
NONE_AFTER = Text("Nada depois do número {seq}.", "Nothing after number {seq}.")
NONE_FITS = Text("Nada corresponde a estes filtros.", "Nothing fits these filters.")
NO_EVENTS = Text("Nada aconteceu ainda.", "Nothing has happened yet.")
TO_DO = Text("    Para resolver: {remedy}", "    What to do: {remedy}")
AGAIN = Text("    Nova tentativa às {at}", "    Tried again at {at}")
MORE = Text("      … mais {count}", "      … {count} more")
MOMENT = "%d/%m %H:%M:%S"
POLL = 0.25
SHOWN = 5
PAGE = 1000


def show_event(call: Call, event: Event) -> None:
    """One line of the journal, for a person."""
    where = " ".join(part for part in (event.task, event.actor) if part)
    said = f"{dated(event.at, MOMENT, call.lang)} {SIGNS[event.level]} {message(event, call.lang)}"
    call.print(f"{said}  [{where}]" if where else said)


def log_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument(
        "--follow", "-f", action="store_true", help=Text("continua mostrando o que acontece", "keep showing").text(lang)
    )
    parser.add_argument(
        "--since", type=int, default=0, metavar="SEQ", help=Text("depois deste número", "after this number").text(lang)
    )
    levels = [str(one) for one in Level if one is not Level.INFO]
    parser.add_argument(
        "--level", choices=levels, help=Text("deste nível e mais graves", "of this level and graver").text(lang)
    )
    parser.add_argument("--client", metavar="ID", help=Text("deste cliente", "of this client").text(lang))
    parser.add_argument(
        "--text",
        default="",
        metavar="WORDS",
        help=Text("com estas palavras, acentos à parte", "with these words, accents aside").text(lang),
    )


def log_command(call: Call) -> int:
    args = call.args
    wanted = Filter(Level(args.level or Level.INFO), args.client, args.text)
    with call.reading() as ctx:
        seq, shown = args.since, 0
        matcher = Matcher(ctx, wanted, call.lang)
        seen = ctx.store.data_version()
        while True:
            last = ctx.store.last_seq()
            while events := ctx.store.find_events(matcher.choice, seq + 1, last + 1, limit=PAGE):
                for event in filter(matcher.takes, events):
                    shown += 1
                    if call.json:
                        sys.stdout.write(
                            plain_json(json.dumps(event_json(event, call.lang), ensure_ascii=False)) + "\n"
                        )
                    else:
                        show_event(call, event)
                sys.stdout.flush()
                seq = events[-1].seq
            seq = max(seq, last)
            if not args.follow:
                if not (shown or call.json):
                    call.tell(NONE_FITS if wanted else NONE_AFTER if args.since else NO_EVENTS, seq=args.since)
                return DONE
            while (version := ctx.store.data_version()) == seen:
                time.sleep(POLL)
            seen = version


def errors_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def errors_command(call: Call) -> int:
    with call.reading() as ctx:
        found = journal.troubles(ctx)
    if call.json:
        call.dump([_json(one, call.lang) for one in found])
        return DONE
    if not found:
        call.tell(NO_ERRORS)
    for group in _by_cause(call, found).values():
        _show_group(call, group)
    return DONE


def _by_cause(call: Call, found: list[Trouble]) -> dict[tuple[str, str], list[Trouble]]:
    """The failures that one sentence and one remedy speak of, together."""
    groups: dict[tuple[str, str], list[Trouble]] = {}
    for one in found:
        groups.setdefault((one.message.say(call.lang), one.remedy.say(call.lang)), []).append(one)
    return groups


def _show_group(call: Call, group: list[Trouble]) -> None:
    first = group[0]
    call.print(f"{'✗' if first.retry_at is None else '↻'} {len(group)}  {first.message.say(call.lang).strip()}")
    call.print(call.say(TO_DO, remedy=first.remedy.say(call.lang)))
    if first.retry_at is not None:
        call.print(call.say(AGAIN, at=f"{first.retry_at.astimezone():%H:%M:%S}"))
    for one in group[:SHOWN]:
        if one.subject is not None:
            subject = one.subject
            call.print(f"      {subject.task.id}/{subject.document.name}  {subject.client.id} {subject.client.name}")
    if len(group) > SHOWN:
        call.print(call.say(MORE, count=len(group) - SHOWN))


def _json(one: Trouble, lang: str) -> dict[str, Any]:
    subject = one.subject
    return {
        "delivery": None if subject is None else subject.delivery.id,
        "task": None if subject is None else subject.task.id,
        "client": None if subject is None else subject.client.id,
        "client_name": None if subject is None else subject.client.name,
        "template": None if subject is None else subject.template.id,
        "document": None if subject is None else subject.document.id,
        "code": one.code,
        "message": plain(one.message.say(lang).strip()),
        "remedy": plain(one.remedy.say(lang)),
        "attempts": one.attempts,
        "at": rfc3339(one.at),
        "retry_at": None if one.retry_at is None else rfc3339(one.retry_at),
    }
