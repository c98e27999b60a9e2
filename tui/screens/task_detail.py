"""What a task's screen tells: of the task, a row for each document, and where one is, why there and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.events import message
from core.domain.failures import FAILURES
from core.domain.figures import dated
from core.domain.models import Client, Delivery, Task, TaskStatus, Template
from core.domain.text import Text
from core.office import Context, views
from core.office import tasks as use
from core.office.documents import where_it_is
from core.office.foresight import missing_of
from core.office.journal import Story
from core.office.views import DocumentView
from core.office.words import DELIVERY, STATUS
from tui.desk import Desk
from tui.remedies import remedy_of
from tui.widgets.lines import Line, Part, line, spread, width_of, wrapped
from tui.widgets.rows import Row

LEGAL, TARGET = Text("data legal {date}", "legal date {date}"), Text("meta {date}", "target {date}")
ASSIGNEE = Text("responsável {who}", "assignee {who}")
COMPLETED_BY = Text("concluída por {who} em {at}", "completed by {who} at {at}")
MISSING = Text("! falta documento de: {missing}", "! no document yet of: {missing}")
WHERE, WHY, AFTER = Text("Onde:", "Where:"), Text("Por quê:", "Why:"), Text("A seguir:", "Next:")
FAILS = Text("Falha:", "Failure:")
SEEN_SIGN = "◆"
"""Beside the name of a document that someone marked as seen (Cadeado)."""
SIGNS = {
    "queued": "…",
    "sending": "↑",
    "delivered": "✓",
    "skipped": "·",
    "failed": "✗",
    "cancelled": "-",
    "removed": "-",
    "held": "‖",
    "": " ",
}
TONES = {"failed": "error", "delivered": "good", "removed": "muted", "cancelled": "muted", "held": "warning"}
DETAIL = 6


@dataclass(frozen=True)
class Found:
    """A task with its documents."""

    task: Task
    client: Client | None
    documents: Sequence[DocumentView]
    missing: Sequence[str]
    templates: Mapping[str, Template]
    have: frozenset[str]
    active: bool


def read(ctx: Context, key: str) -> Found:
    """Read a task and what is to be told of it.

    Raises:
        Refused: there is no such task.
    """
    task = use.find_task(ctx, key)
    seen = views.documents_of(ctx, task.id)
    return Found(
        task,
        ctx.store.clients.get(task.client),
        seen,
        missing_of(ctx, [task]).get(task.id, ()),
        ctx.store.templates.get_many([*task.templates, *(one.document.template for one in seen)]),
        frozenset(one.document.template for one in seen if one.document.live),
        ctx.store.integration().active,
    )


def head(desk: Desk, found: Found, width: int) -> list[Line]:
    """The task itself, over its documents."""
    task = found.task
    client = f"{task.client} {found.client.name if found.client else ''}"
    done = task.status is TaskStatus.COMPLETED
    status: Part = ("✓ " if done else "○ ") + desk.say(STATUS[task.status]) + " ", "good" if done else "warning"
    about = [client, task.period]
    if task.legal_date is not None:
        about.append(desk.say(LEGAL, date=dated(task.legal_date, "%d/%m/%Y", desk.lang)))
    if task.target_date is not None:
        about.append(desk.say(TARGET, date=dated(task.target_date, "%d/%m/%Y", desk.lang)))
    if task.assignee:
        about.append(desk.say(ASSIGNEE, who=task.assignee))
    last: Line = ()
    if task.completed_by is not None and task.completed_at is not None:
        at = dated(task.completed_at, "%d/%m/%Y %H:%M", desk.lang)
        last = line((" " + desk.say(COMPLETED_BY, who=task.completed_by.lstrip("@"), at=at), "muted"))
    elif found.missing:
        last = line((" " + desk.say(MISSING, missing=", ".join(found.missing)), "warning"))
    return [
        spread([(f" {task.id}  {task.name}", "strong")], [status], width),
        line(" " + fitting(about, width)),
        last,
        (),
    ]


def row(desk: Desk, found: Found, one: DocumentView) -> Row:
    """A document's row."""
    document, delivery = one.document, one.delivery
    status = "" if delivery is None else "held" if delivery.hold else str(delivery.status)
    if not document.live:
        status = "removed"
    tone = TONES.get(status, "")
    seen = document.placement is not None and document.placement.seen
    template = found.templates.get(document.template)
    cells = (
        SIGNS[status],
        (SEEN_SIGN + " " if seen else "") + document.name,
        template.name if template else document.template,
        str(document.version),
        desk.say(DELIVERY[status]) if status else "",
        where_it_is(document),
    )
    return Row(document.id, cells, (tone, "", "", "", tone, "muted"))


def below(desk: Desk, delivery: Delivery | None, story: Story, width: int) -> list[Line]:
    """What became of a document so far, in few lines.

    Args:
        delivery: its last one.
    """
    lang = desk.lang
    told: list[Line] = []
    if delivery is not None and delivery.failure is not None:
        failure = FAILURES[delivery.failure].sentence.text(lang)
        last = next((event for event in reversed(story.events) if event.params.get("failure")), None)
        said = message(last, lang) if last is not None else failure
        told += wrapped(f"{desk.say(FAILS):<9} {said}", width, "error", most=2)
    code = delivery.failure if delivery is not None and delivery.status == "failed" else None
    after = remedy_of(desk, code, story.next)
    for named, said in ((WHERE, story.where.say(lang)), (WHY, story.why.say(lang)), (AFTER, after)):
        if said != "-":
            told += wrapped(f"{desk.say(named):<9} {said}", width, most=2)
    return told[:DETAIL]


def fitting(parts: Sequence[str], width: int) -> str:
    """As many parts as there is room for, whole ones."""
    told = parts[0]
    for one in parts[1:]:
        if width_of(told) + width_of(one) + 5 > width:
            break
        told += " · " + one
    return told
