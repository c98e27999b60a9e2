"""tasks.csv: another task system hands its work over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from core.domain.lineage import missing_templates
from core.domain.models import Document, Task, TaskStatus
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office.context import Context
from core.office.intake.cells import read_date, read_id, read_line, read_list, read_period, read_status
from core.office.intake.sheet import Change, Column, Counts, Progress, Sheet, changes, count, keyed, known_ids, save
from core.office.tasks import finish, queue_unsent

COLUMNS = (
    Column("id", ("código", "cód", "código da tarefa"), read_id, needed=True),
    Column("client", ("cliente", "código do cliente"), read_id, needed=True),
    Column("name", ("nome", "tarefa", "nome da tarefa"), read_line, needed=True),
    Column("period", ("competência", "período", "mês de competência"), read_period, needed=True),
    Column("legal_date", ("data legal", "vencimento", "prazo legal"), read_date),
    Column("target_date", ("data meta", "meta", "prazo meta"), read_date),
    Column("assignee", ("responsável",), read_id),
    Column("templates", ("template", "templates de documento", "documentos"), read_list),
    Column("status", ("situação", "estado"), read_status),
    Column("completed_by", ("concluída por", "concluído por", "quem concluiu"), read_id),
)
_FIELDS = frozenset({"id", "client", "name", "period", "legal_date", "target_date", "assignee", "templates"})

NO_CLIENT = Text("Não há este cliente", "There is no such client")
NO_TEMPLATE = Text("Não há este template", "There is no such template")
NO_EMPLOYEE = Text("Não há este funcionário", "There is no such employee")
NO_ASSIGNEE = Text(
    "{file}, linha {line}: o responsável {assignee} não está entre os funcionários",
    "{file}, line {line}: the assignee {assignee} is not among the employees",
)
HAS_DOCUMENTS = Text(
    "A tarefa já tem documentos do cliente {client}; o cliente não pode mudar",
    "The task has documents of the client {client} already; its client cannot change",
)
BATCH = 500
"""Tasks completed in one transaction: others want to write too."""


class Finished(NamedTuple):
    """A task that its row says is completed, and by whom; `counted`: the row is new or changed otherwise."""

    task: str
    by: str
    counted: bool


def take_tasks(ctx: Context, actor: Actor, sheet: Sheet, finished: list[Finished]) -> Counts:
    """Register and change tasks; those to be completed are added to `finished`. In the caller's transaction."""
    rows = list(keyed(sheet))
    existing = ctx.store.tasks.get_many(one.values["id"] for one in rows)
    changed = changes(sheet, rows, existing, Task, _FIELDS)
    _check_names(ctx, sheet, changed)
    _check_clients_stay(ctx, sheet, changed)
    if sheet.refused:
        return Counts()
    save(ctx.store.tasks, (one.after for one in changed if one.before != one.after))
    finished += [
        Finished(one.after.id, one.given.values.get("completed_by", actor.id), one.before != one.after)
        for one in changed
        if one.after.status is TaskStatus.OPEN and one.given.values.get("status") is TaskStatus.COMPLETED
    ]
    return count(changed)


def complete_tasks(ctx: Context, actor: Actor, file: str, finished: list[Finished], progress: Progress) -> None:
    """Complete the tasks whose rows say so, their documents being in; what is missing is an event."""
    for start in range(0, len(finished), BATCH):
        progress(file, start, len(finished))
        with ctx.store.transaction():
            _complete(ctx, actor, {one.task: one.by for one in finished[start : start + BATCH]})
    progress(file, len(finished), len(finished))


def _complete(ctx: Context, actor: Actor, by: dict[str, str]) -> None:
    tasks = [one for one in ctx.store.tasks.get_many(by).values() if one.status is TaskStatus.OPEN]
    documents: dict[str, list[Document]] = {one.id: [] for one in tasks}
    for document in ctx.store.documents.of_tasks(documents):
        documents[document.task].append(document)
    missing = {one.id: missing_templates(one, documents[one.id]) for one in tasks}
    templates = ctx.store.templates.get_many({key for keys in missing.values() for key in keys})
    ended = [finish(ctx, actor, one, by[one.id], [templates[key].name for key in missing[one.id]]) for one in tasks]
    ctx.store.tasks.save(task for task, _ in ended)
    ctx.store.append([event for _, events in ended for event in events])
    for task, _ in ended:
        queue_unsent(ctx, actor, task, documents[task.id], by[task.id])


def _check_names(ctx: Context, sheet: Sheet, changed: list[Change[Task]]) -> None:
    """Every client, template and employee that a row names is known, or of this import."""
    clients = known_ids(ctx.store.clients, (one.after.client for one in changed))
    templates = known_ids(ctx.store.templates, (key for one in changed for key in one.after.templates))
    people = ({one.after.assignee, one.given.values.get("completed_by", "")} for one in changed)
    employees = known_ids(ctx.store.employees, set().union(*people))
    warned: set[str] = set()
    for one in changed:
        row, values = one.given.row, one.given.values
        if one.after.client not in clients:
            sheet.problem(row, "client", NO_CLIENT)
        for key in values.get("templates", ()):
            if key not in templates:
                sheet.problem(row, "templates", NO_TEMPLATE, key)
        if (by := values.get("completed_by", "")) and by not in employees:
            sheet.problem(row, "completed_by", NO_EMPLOYEE)
        assignee = values.get("assignee", "")
        if assignee and assignee not in employees and assignee not in warned:
            warned.add(assignee)
            sheet.warn(NO_ASSIGNEE, line=row.line, assignee=assignee)


def _check_clients_stay(ctx: Context, sheet: Sheet, changed: Iterable[Change[Task]]) -> None:
    """No byte ever leaves a task's client: a task with documents, removed ones too, keeps it."""
    moved = {one.after.id: one for one in changed if one.before is not None and one.before.client != one.after.client}
    if not moved:
        return
    for key in {document.task for document in ctx.store.documents.of_tasks(moved)}:
        before = moved[key].before
        assert before is not None
        sheet.problem(moved[key].given.row, "client", HAS_DOCUMENTS, client=before.client)
