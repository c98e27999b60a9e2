"""`malote log`, `malote errors`."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from core.cli.call import DONE, Call, plain
from core.domain.events import message
from core.domain.models import Event, Level, rfc3339
from core.domain.text import Text
from core.office import journal
from core.office.journal import Trouble

SIGNS = {Level.INFO: " ", Level.WARNING: "!", Level.ERROR: "✗"}
NO_ERRORS = Text("Nenhuma falha.", "No failures.")
NONE_AFTER = Text("Nada depois do número {seq}.", "Nothing after number {seq}.")
NO_EVENTS = Text("Nada aconteceu ainda.", "Nothing has happened yet.")
TO_DO = Text("    Para resolver: {remedy}", "    What to do: {remedy}")
AGAIN = Text("    Nova tentativa às {at}", "    Tried again at {at}")
MORE = Text("      … mais {count}", "      … {count} more")
POLL = 0.25
SHOWN = 5
PAGE = 1000


def event_json(event: Event, lang: str) -> dict[str, Any]:
    """An event in the form that other programs rely on (the design's section 6)."""
    return {
        "seq": event.seq,
        "at": rfc3339(event.at),
        "level": event.level,
        "code": event.code,
        "actor": event.actor,
        "delivery": event.delivery,
        "task": event.task,
        "client": event.client,
        "document": event.document,
        "folder": None if event.folder is None else list(event.folder),
        "name": event.name,
        "message": message(event, lang),
        "login": event.login,
    }


def show_event(call: Call, event: Event) -> None:
    """One line of the journal, for a person."""
    where = " ".join(part for part in (event.task, event.actor) if part)
    said = f"{event.at.astimezone():%d/%m %H:%M:%S} {SIGNS[event.level]} {message(event, call.lang)}"
    call.print(f"{said}  [{where}]" if where else said)


def log_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument(
        "--follow", "-f", action="store_true", help=Text("continua mostrando o que acontece", "keep showing").text(lang)
    )
    parser.add_argument(
        "--since", type=int, default=0, metavar="SEQ", help=Text("depois deste número", "after this number").text(lang)
    )


def log_command(call: Call) -> int:
    with call.reading() as ctx:
        seq = call.args.since
        seen = ctx.store.data_version()
        if not call.args.follow and ctx.store.last_seq() <= seq and not call.json:
            call.tell(NONE_AFTER if seq else NO_EVENTS, seq=seq)
        while True:
            while events := ctx.store.events_after(seq, limit=PAGE):
                for event in events:
                    if call.json:
                        sys.stdout.write(json.dumps(event_json(event, call.lang), ensure_ascii=False) + "\n")
                    else:
                        show_event(call, event)
                sys.stdout.flush()
                seq = events[-1].seq
            if not call.args.follow:
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
