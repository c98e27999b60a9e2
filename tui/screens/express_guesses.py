"""What one file seems to be: each guess as a row, with what speaks for it and where that stands in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core.domain.models import Task
from core.domain.recognition import Guess
from core.domain.text import Text
from core.office.proposing import Proposal
from core.office.words import STATUS
from tui.desk import Desk
from tui.screens.choices import months
from tui.widgets.paper import Mark
from tui.widgets.rows import Row

KINDS = {
    "client": Text("Cliente", "Client"),
    "template": Text("Template", "Template"),
    "period": Text("Compet.", "Period"),
    "task": Text("Tarefa", "Task"),
}
SIGNS = {"client": Text("cli", "cli"), "template": Text("tem", "tem"), "period": Text("com", "per")}
CHOSEN = "▸ "
BY_HAND = Text("escolhido aqui", "chosen here")
SERVES = Text("serve", "fits")
UNCHOSEN = Text("nenhum palpite: {key} procura", "no guess: {key} finds one")
FINDERS = {"client": "express_file.client", "template": "express_file.template", "task": "express_file.task"}
"""The keys that find what was not guessed, by name."""


class Shown(NamedTuple):
    """A guess as a row shows it."""

    kind: str
    value: str
    name: str
    sure: str
    why: str
    chosen: bool
    guess: Guess | None


def guesses(desk: Desk, found: Proposal, names: Mapping[str, str]) -> Iterable[Shown]:
    """The guesses of each kind, best first, and the tasks that fit.

    Args:
        names: of clients and templates, by kind and id.
    """
    known = found.row.recognition
    client, template = found.client, found.template
    chosen = {
        "client": (client.id, f"{client.id} {client.name}") if client else ("", ""),
        "template": (template.id, found.called) if template else ("", ""),
        "period": (found.period, months(found.period)) if found.period else ("", ""),
    }
    for kind, guessed in (("client", known.clients), ("template", known.templates), ("period", known.periods)):
        value, name = chosen[kind]
        if value and all(one.value != value for one in guessed):
            yield Shown(kind, value, name, "", desk.say(BY_HAND), True, None)
        elif not guessed and kind in FINDERS:
            yield Shown(kind, "", "—", "", desk.say(UNCHOSEN, key=desk.keys[FINDERS[kind]]), False, None)
        for one in guessed:
            shown = months(one.value) if kind == "period" else names.get(f"{kind}:{one.value}", one.value)
            why = Text(*one.reason).text(desk.lang)
            yield Shown(kind, one.value, shown, f"{one.confidence:.0%}", why, one.value == value, one)
    for task in [found.task] if found.task is not None else found.tasks:
        why = desk.say(STATUS[task.status]) if found.task is not None else desk.say(SERVES)
        yield Shown("task", task.id, told_task(task), "", why, task is found.task, None)


def rows(desk: Desk, shown: Sequence[Shown]) -> Iterable[Row]:
    """Their rows; a kind is named once."""
    before = ""
    for one in shown:
        kind = desk.say(KINDS[one.kind]) if one.kind != before else ""
        before = one.kind
        name = (CHOSEN if one.chosen else "  ") + one.name
        tone = "strong" if one.chosen else ""
        yield Row(f"{one.kind}:{one.value}", (kind, name, one.sure, one.why), ("muted", tone, "", ""))


def marks(desk: Desk, one: Shown) -> list[Mark]:
    """Where in the text its evidence stands."""
    sign = desk.say(SIGNS[one.kind]) if one.kind in SIGNS else ""
    spans = one.guess.spans if one.guess is not None else ()
    return [Mark(span.start, span.end, sign) for span in spans if span.end > span.start]


def told_task(one: Task) -> str:
    """A task in a list."""
    return f"{one.id} {one.name} · {months(one.period)}"
