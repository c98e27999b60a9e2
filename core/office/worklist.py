"""The tasks as someone wants to see them: chosen and sorted in the store, read page by page; and one task's story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.domain.models import Event, Task, TaskStatus
from core.domain.permissions import Actor
from core.domain.text import fold
from core.office.context import Context
from core.office.views import every
from core.ports import TaskChoice

SOON = timedelta(days=3)
"""So long before its legal date an open task is due soon."""


@dataclass(frozen=True)
class Wanted:
    """What someone wants to see of the tasks; what is empty does not matter.

    Args:
        department: tasks that need a template of it.
        legal: the legal date, from one day on and before another, either open.
        failing: only tasks with a delivery that failed or has been failing for a while.
        ids: only these.
        order: one of `core.ports.TASK_ORDERS`.
    """

    status: TaskStatus | None = None
    period: str = ""
    client: str = ""
    name: str = ""
    department: str = ""
    legal: tuple[date | None, date | None] = (None, None)
    failing: bool = False
    ids: tuple[str, ...] | None = None
    order: str = "id"
    descending: bool = False


@dataclass(frozen=True)
class Known:
    """A client as lists need it: its name, and the folded words that it is found by (id, name, tax number)."""

    name: str
    words: str


def clients_known(ctx: Context) -> dict[str, Known]:
    """All clients by their ids."""
    return {one.id: Known(one.name, fold(f"{one.id} {one.name} {one.tax_id}")) for one in every(ctx.store.clients)}


def choose(ctx: Context, wanted: Wanted) -> list[str]:
    """The ids of the tasks that are wanted, in their order."""
    return ctx.store.tasks.choose(_choice(ctx, wanted))


@dataclass(frozen=True)
class Searchable:
    """The tasks that are wanted, in their order, with what they are found by: id, client and folded words.

    Read once for all keys of a search: the store looks at 5,000 tasks in 12 ms, this in one.
    """

    wanted: Wanted
    tasks: Sequence[tuple[str, str, str]]

    def find(self, text: str, clients: Mapping[str, Known]) -> list[str]:
        """The ids of those where each word is in name, period, id, legal date or client, accents not mattering.

        Args:
            clients: what clients are found by, see `clients_known`.
        """
        left = self.tasks
        for word in fold(text).split():
            named = {key for key, one in clients.items() if word in one.words}
            left = [one for one in left if word in one[2] or one[1] in named]
        return [key for key, _, _ in left]


def searchable(ctx: Context, wanted: Wanted) -> Searchable:
    """Read what the wanted tasks are found by."""
    return Searchable(wanted, ctx.store.tasks.words(_choice(ctx, wanted)))


def _choice(ctx: Context, wanted: Wanted) -> TaskChoice:
    ids = wanted.ids
    if wanted.failing:
        failing = ctx.store.deliveries.failing_tasks(ctx.now())
        ids = tuple(failing if ids is None else failing.intersection(ids))
    templates = None
    if wanted.department:
        templates = tuple(one.id for one in every(ctx.store.templates) if one.department == wanted.department)
    return TaskChoice(
        status=wanted.status,
        period=wanted.period or None,
        client=wanted.client or None,
        name=wanted.name or None,
        ids=ids,
        templates=templates,
        legal_from=wanted.legal[0],
        legal_before=wanted.legal[1],
        order=wanted.order,
        descending=wanted.descending,
    )


def departments(ctx: Context) -> dict[str, int]:
    """The templates' departments, in their order, and how many templates each has."""
    found: dict[str, int] = {}
    for one in every(ctx.store.templates):
        found[one.department] = found.get(one.department, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: fold(pair[0])))


def due(task: Task, today: date) -> int | None:
    """Days until an open task's legal date, negative when it is overdue; None for others and those without one."""
    if task.status is not TaskStatus.OPEN or task.legal_date is None:
        return None
    return (task.legal_date - today).days


def task_story(ctx: Context, actor: Actor, task: str) -> list[Event]:
    """What happened to a task and to those of its documents that the actor may handle, oldest first."""
    with ctx.store.snapshot():
        documents = ctx.store.documents.of_task(task)
        templates = ctx.store.templates.get_many(one.template for one in documents)
        allowed: Iterable[str] = [
            one.id
            for one in documents
            if one.template in templates and actor.may_handle(templates[one.template].department)
        ]
        found = [*ctx.store.events_of_task(task)]
        for key in allowed:
            found += ctx.store.events_of_document(key)
    return sorted(found, key=lambda one: one.seq)
