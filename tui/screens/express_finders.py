"""What a file is, found by hand where Express guessed wrong or nothing: its client, its template, its task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from core.domain.called import called
from core.domain.tax_ids import format_tax_id
from core.domain.text import Text
from core.office import views
from core.office.proposing import Proposal, tasks_for
from core.office.words import STATUS
from tui.desk import Desk
from tui.screens.choices import as_numbers
from tui.screens.express_guesses import told_task
from tui.screens.find import Find
from tui.screens.pick import Option
from tui.screens.place import Place

WHICH_CLIENT = Text("De que cliente é {file}?", "Which client's is {file}?")
WHICH_TEMPLATE = Text("Que documento é {file}?", "What document is {file}?")
WHICH_TASK = Text("A que tarefa de {client} anexar?", "To which of {client}'s tasks?")
NO_TASKS = Text(
    "Este cliente não tem tarefa aberta, nem concluída que esperasse este template.",
    "This client has no open task, nor a completed one that awaited this template.",
)
NO_CLIENTS = Text(
    "Nenhum cliente ainda ({keys[app.go_clients]} Clientes).", "No clients yet ({keys[app.go_clients]} Clients)."
)
NO_TEMPLATES = Text(
    "Nenhum template ainda ({keys[app.go_templates]} Templates).",
    "No templates yet ({keys[app.go_templates]} Templates).",
)


def clients(desk: Desk, _: Proposal) -> list[Option]:
    every = sorted(views.every(desk.ctx.store.clients), key=lambda one: as_numbers(one.id))
    return [Option(one.id, f"{one.id} {one.name}", format_tax_id(one.tax_id)) for one in every]


def templates(desk: Desk, _: Proposal) -> list[Option]:
    every = list(views.every(desk.ctx.store.templates))
    names = called(every)
    return [Option(one.id, names[one.id], one.department) for one in every]


def tasks(desk: Desk, found: Proposal) -> list[Option]:
    if found.client is None:
        return []
    fitting = tasks_for(desk.ctx, found.client.id, found.template.id if found.template else "")
    return [Option(one.id, told_task(one), STATUS[one.status].text(desk.lang)) for one in fitting]


class Finder(NamedTuple):
    """What is asked, what is offered, and what is said where that is nothing."""

    title: Text
    read: Callable[[Desk, Proposal], list[Option]]
    none: Text


FINDERS = {
    "client": Finder(WHICH_CLIENT, clients, NO_CLIENTS),
    "template": Finder(WHICH_TEMPLATE, templates, NO_TEMPLATES),
    "task": Finder(WHICH_TASK, tasks, NO_TASKS),
}


def find(place: Place[Any], kind: str, found: Proposal, choose: Callable[[str], None]) -> None:
    """Ask on a place what a file is; the answer is handed on."""
    finder, desk = FINDERS[kind], place.desk
    current = {"client": found.client, "template": found.template, "task": found.task}[kind]

    def chosen(value: str | None) -> None:
        if value is not None:
            choose(value)

    told = desk.say(finder.title, file=found.row.file_name, client=found.client.name if found.client else "")
    key = current.id if current is not None else ""
    place.console.open(Find(desk, told, lambda: finder.read(desk, found), key, finder.none), chosen)
