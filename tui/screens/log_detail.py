"""Everything about one line of the journal: in a pane below the list, and whole, as plain text to copy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from core.domain.destinations import show_place
from core.domain.events import message
from core.domain.figures import dated
from core.domain.models import Delivery, Document, Event
from core.domain.text import Text, in_language
from core.office import log
from core.office.log import About
from core.office.words import DELIVERY, TO_DO
from tui.desk import Desk
from tui.remedies import by_key
from tui.screens.log_list import TONES, sign_of
from tui.screens.panel import number
from tui.widgets.lines import Line, line, wrapped

TASK, CLIENT, TEMPLATE = Text("tarefa", "task"), Text("cliente", "client"), Text("template", "template")
BY = Text("por", "by")
DELIVERY_HEAD = Text("envio", "delivery")
ATTEMPTS = Text("tentativas {count}", "attempts {count}")
QUEUED_AT = Text("na fila às {at}", "queued at {at}")
TOOK = Text("levou {time}", "took {time}")
FAILING_SINCE = Text("falha desde {at}", "failing since {at}")
AGAIN_AT = Text("nova tentativa às {at}", "tried again at {at}")
DOCUMENT = Text("documento", "document")
VERSION = Text("versão {version}", "version {version}")
BYTES = Text("{count} bytes", "{count} bytes")
AT_PORTAL = Text("no portal", "at the portal")
SEEN = Text("visto pelo cliente (Cadeado)", "seen by the client")
ANSWER = Text("resposta do portal", "the portal's answer")
LINE = Text("linha", "line")
DAY, MOMENT = "%d/%m/%Y %H:%M:%S", "%d/%m %H:%M:%S"


class Fact(NamedTuple):
    """One thing about a line: what it is, what is to be said of it, and how important that is in a small pane."""

    head: str
    said: tuple[str, ...]

    def text(self) -> str:
        return f"{self.head}: {' · '.join(self.said)}"


def facts(about: About, lang: str) -> Iterable[Fact]:
    """All that is known about a line, the most useful first."""
    event, delivery, document = about.event, about.delivery, about.document
    if answer := event.params.get("detail") or (delivery.detail if delivery and delivery.failure else ""):
        yield Fact(ANSWER.text(lang), (in_language(str(answer), lang),))
    if delivery is not None:
        yield Fact(DELIVERY_HEAD.text(lang), tuple(_of_delivery(delivery, event, lang)))
    if event.task is not None:
        task = about.task
        said = (event.task, f"{task.name} {task.period}") if task else (event.task,)
        yield Fact(TASK.text(lang), (*said, *_by(event, lang)))
    elif by := tuple(_by(event, lang)):
        yield Fact(LINE.text(lang), (f"nº {number(event.seq, lang)}", *by))
    if document is not None or delivery is not None or event.name:
        yield Fact(DOCUMENT.text(lang), tuple(_of_document(document, delivery, event, lang)))
    if document is not None and document.placement is not None:
        placed = document.placement
        told = (
            show_place(placed.place),
            dated(placed.at, DAY, lang),
            *((SEEN.text(lang),) if placed.seen else ()),
        )
        yield Fact(AT_PORTAL.text(lang), told)


def _by(event: Event, lang: str) -> Iterable[str]:
    if event.actor:
        login = f" ({event.login})" if event.login and event.login != event.actor.lstrip("@") else ""
        yield f"{BY.text(lang)} {event.actor.lstrip('@')}{login}"


def _of_delivery(delivery: Delivery, event: Event, lang: str) -> Iterable[str]:
    yield DELIVERY["held" if delivery.hold else str(delivery.status)].text(lang)
    yield ATTEMPTS.say(lang, count=delivery.attempts + (delivery.outcome is not None and delivery.outcome != "skipped"))
    yield QUEUED_AT.say(lang, at=dated(delivery.queued_at, MOMENT, lang))
    if event.at > delivery.queued_at:
        yield TOOK.say(lang, time=duration(event.at - delivery.queued_at, lang))
    if delivery.failing_since is not None:
        yield FAILING_SINCE.say(lang, at=dated(delivery.failing_since, MOMENT, lang))
    if retry_at := event.params.get("retry_at"):
        yield AGAIN_AT.say(lang, at=f"{datetime.fromisoformat(retry_at).astimezone():%H:%M:%S}")


def _of_document(document: Document | None, delivery: Delivery | None, event: Event, lang: str) -> Iterable[str]:
    yield event.name or (document.name if document else "-")
    of = delivery or document
    if of is not None:
        yield VERSION.say(lang, version=of.version)
        yield BYTES.say(lang, count=number(of.size, lang))
        yield f"sha256 {of.sha256[:8]}…{of.sha256[-4:]}"


def duration(time: timedelta, lang: str) -> str:
    """A stretch of time as people say it."""
    seconds = time.total_seconds()
    if seconds < 60:
        text = f"{seconds:.1f} s"
        return text.replace(".", ",") if lang == "pt" else text
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} d"


def pane(about: About, desk: Desk, width: int, height: int) -> list[Line]:
    """The most important of it in so many lines; what to do, by the console's keys."""
    event, lang = about.event, desk.lang
    tone = TONES[event.level] or "strong"
    lines: list[Line] = [line("")]
    lines += wrapped(f"{sign_of(event)} {message(event, lang)}", width, tone, most=2)
    if todo := by_key(desk, event.params.get("failure")) or log.remedy(event, lang):
        lines += wrapped(TO_DO.say(lang, remedy=todo), width, most=2 if height > 6 else 1)
    for fact in facts(about, lang):
        if len(lines) < height:
            lines.append(line((" " + _fitting(fact, width - 2), "muted")))
    return [*lines[:height], *[()] * (height - len(lines))]


def _fitting(fact: Fact, width: int) -> str:
    """A fact in one line, whole parts of it; at least the first."""
    told = f"{fact.head} {fact.said[0]}"
    for part in fact.said[1:]:
        if len(told) + len(part) + 3 <= width:
            told += " · " + part
    return told


def plain_text(about: About, lang: str) -> str:
    """All of it, a line a thing, to be copied to where there may be no console: what to do is a command."""
    event, delivery, document = about.event, about.delivery, about.document
    parts = [f"{dated(event.at, DAY, lang)} {sign_of(event)} {message(event, lang)}"]
    if todo := log.remedy(event, lang):
        parts.append(TO_DO.say(lang, remedy=todo))
    if event.client is not None:
        name = f" {about.client.name}" if about.client else ""
        parts.append(f"{CLIENT.text(lang)}: {event.client}{name}")
    parts += [fact.text() for fact in facts(about, lang) if fact.head != LINE.text(lang)]
    if about.template is not None:
        parts.append(
            f"{TEMPLATE.text(lang)}: {about.template.id} · {about.template.name} · {about.template.department}"
        )
    of = delivery or document
    if of is not None:
        parts.append(f"sha256: {of.sha256}")
    ids = (("document", event.document), ("delivery", event.delivery), ("actor", event.actor), ("login", event.login))
    parts.append(f"{LINE.text(lang)}: nº {number(event.seq, lang)} · {event.code} · {event.level}")
    parts += [f"{name}: {value}" for name, value in ids if value]
    return "\n".join(parts) + "\n"
