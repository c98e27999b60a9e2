"""Paged reads, for faces that list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from core.delivery.liveness import anyone
from core.domain.called import called
from core.domain.models import (
    Delivery,
    Document,
    Event,
    Integration,
    Names,
    Pause,
    Task,
    TaskStatus,
    Template,
    Unkept,
)
from core.domain.story import PLACED
from core.office.context import Context
from core.office.errors import Refused
from core.office.loop import in_loop

if TYPE_CHECKING:
    from core.ports import Repository


class Identified(Protocol):
    @property
    def id(self) -> str: ...


I = TypeVar("I", bound=Identified)  # noqa: E741


def every(repository: Repository[I]) -> Iterator[I]:
    """All of an aggregate, in the order of ids, read page by page."""
    return _pages(lambda after: repository.page(after=after))


def tasks(ctx: Context, status: TaskStatus | None = None) -> Iterator[Task]:
    """All tasks, or those of one status."""
    if status is None:
        return every(ctx.store.tasks)
    return _pages(lambda after: ctx.store.tasks.page_of(status, after=after))


def _pages(read: Callable[[str | None], list[I]]) -> Iterator[I]:
    after = None
    while page := read(after):
        yield from page
        after = page[-1].id


@dataclass(frozen=True)
class DocumentView:
    """A document with its present version's delivery, if it has one."""

    document: Document
    delivery: Delivery | None


def documents_of(ctx: Context, task: str) -> list[DocumentView]:
    """A task's documents, removed ones too, oldest first."""
    with ctx.store.snapshot():
        documents = ctx.store.documents.of_task(task)
        deliveries = ctx.store.deliveries.of_task(task)
    latest = {(one.document, one.version): one for one in deliveries}
    return [DocumentView(one, latest.get((one.id, one.version))) for one in documents]


@dataclass(frozen=True)
class Overview:
    """The office's counters, without asking the portal."""

    integration: Integration
    pause: Pause | None
    unkept: Unkept | None
    templates: int
    without_destination: int
    tasks: dict[str, int]
    deliveries: dict[str, int]
    held: dict[str, int]
    failed_tasks: int


def overview(ctx: Context) -> Overview:
    """Read the office's counters; quick enough to be read at every change."""
    store = ctx.store
    with store.snapshot():
        return Overview(
            integration=store.integration(),
            pause=store.pause(),
            unkept=store.unkept(),
            templates=store.templates.count(),
            without_destination=store.templates.without_destination(),
            tasks=store.tasks.counts(),
            deliveries=store.deliveries.counts(),
            held=store.deliveries.held_counts(),
            failed_tasks=store.deliveries.failed_tasks(ctx.now()),
        )


def legal_dates(ctx: Context, today: date) -> tuple[int, int]:
    """How many open tasks are overdue, and how many are due today; counted on an index."""
    tomorrow = today + timedelta(days=1)
    with ctx.store.snapshot():
        return ctx.store.tasks.count_open(None, today), ctx.store.tasks.count_open(today, tomorrow)


def outcomes(ctx: Context, since: datetime) -> dict[str, dict[datetime, int]]:
    """How many deliveries ended in each way by hour of UTC, from the hour of `since` on; kept, not counted."""
    with ctx.store.snapshot():
        return {code: ctx.store.events_by_hour(code, since) for code in (*PLACED, "failed", "skipped")}


def unknown_files(ctx: Context) -> int:
    """How many files Express did not know and that wait for someone; kept, not counted."""
    return sum(ctx.store.waiting.counts().values())


def last_placed(ctx: Context, within: int) -> Event | None:
    """The last event of a document that reached the portal, if it is among the last ones of the journal."""
    found = ctx.store.events_after(ctx.store.last_seq() - within, limit=within)
    return next((one for one in reversed(found) if one.code in PLACED), None)


def version(ctx: Context) -> int:
    """Changes whenever anyone has committed (the design's *Processes*: asked four times a second)."""
    return ctx.store.data_version()


def last_seq(ctx: Context) -> int:
    """The number of the journal's last event."""
    return ctx.store.last_seq()


def events(ctx: Context, after: int, limit: int) -> list[Event]:
    """The journal's events above `after`, oldest first."""
    return ctx.store.events_after(after, limit=limit)


def names_of(ctx: Context, clients: Iterable[str]) -> dict[str, str]:
    """Clients' names by their ids."""
    return {key: one.name for key, one in ctx.store.clients.get_many(clients).items()}


def template_names(ctx: Context) -> dict[str, str]:
    """What templates are called, by their ids: those of one name told apart."""
    return called(ctx.store.templates.kinds())


def last_deliveries(ctx: Context) -> dict[str, datetime]:
    """When something was delivered last, by template; only templates of which anything ever was."""
    return ctx.store.deliveries.last_by_template()


def is_recognised(template: Template) -> bool:
    """Whether Express has rules for a template's documents: the office's own, or the catalogue's."""
    return bool(template.rules or _catalogue_has(template.name, template.department))


@lru_cache(maxsize=100_000)
def _catalogue_has(name: str, department: str) -> bool:
    from core.catalog import rules_for  # noqa: PLC0415 - the first paint does without

    return bool(rules_for(name, department))


def worker_runs(ctx: Context) -> bool:
    """Whether any worker of this host sends for the office."""
    return anyone(ctx.workers)


def client_folders(ctx: Context, key: str) -> list[Names]:
    """The paths of all folders below a client's root at the portal, read level by level.

    Raises:
        Refused: the client is unknown.
        PortalFault: the portal could not be read.
    """
    from core.office.registry import SEE_CLIENTS, UNKNOWN_CLIENT  # noqa: PLC0415 - the first paint does without

    client = ctx.store.clients.get(key)
    if client is None:
        raise Refused(UNKNOWN_CLIENT, SEE_CLIENTS, client=key)

    async def walk() -> list[Names]:
        portal = ctx.portal()
        found: list[Names] = []
        try:
            level: list[Names] = [()] if client.portal else []
            while level:
                below = await asyncio.gather(*(portal.folders(client.portal, folder) for folder in level))
                level = [(*folder, name) for folder, names in zip(level, below, strict=True) for name in names]
                found += level
        finally:
            await portal.close()
        return sorted(found)

    return in_loop(walk())
