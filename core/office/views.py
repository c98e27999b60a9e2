"""Paged reads, for faces that list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.domain.models import Delivery, Document, Names, Task, TaskStatus
from core.office.context import Context
from core.office.errors import Refused
from core.office.registry import SEE_CLIENTS, UNKNOWN_CLIENT
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


def client_folders(ctx: Context, key: str) -> list[Names]:
    """The paths of all folders below a client's root at the portal, read level by level.

    Raises:
        Refused: the client is unknown.
        PortalFault: the portal could not be read.
    """
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

    return asyncio.run(walk())
