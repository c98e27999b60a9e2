"""The repositories whose aggregates are asked for more than their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.domain.failures import CONSIDERED_URGENT
from core.domain.models import (
    Client,
    Delivery,
    DeliveryStatus,
    Document,
    Employee,
    Names,
    Task,
    TaskStatus,
    Template,
    rfc3339,
)
from core.store.engine import Database
from core.store.rows import Rows

UNSETTLED = frozenset({DeliveryStatus.SENDING, DeliveryStatus.QUEUED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED})

FAILING: Mapping[str, tuple[object | None, object | None]] = {"failure": ("", None)}
"""Those with a failure: they failed, or wait after one; asked so, the index of failures serves."""


class ClientRows(Rows[Client]):
    def __init__(self, database: Database):
        super().__init__(database, "clients", Client)

    def roots(self) -> list[tuple[str, Names]]:
        return [(row["id"], tuple(row["portal"])) for row in self._table.all() if row["portal"]]


class TemplateRows(Rows[Template]):
    def __init__(self, database: Database):
        super().__init__(database, "templates", Template)

    def row(self, item: Template) -> dict[str, Any]:
        unmapped = True if item.send and not item.destination else None
        return {**super().row(item), "unmapped": unmapped}

    def without_destination(self) -> int:
        return self._table.count_where({"unmapped": True})


class EmployeeRows(Rows[Employee]):
    def __init__(self, database: Database):
        super().__init__(database, "employees", Employee)

    def by_login(self, login: str) -> Employee | None:
        row = self._table.by("login", login)
        return None if row is None else Employee.model_validate(dict(row))


class TaskRows(Rows[Task]):
    def __init__(self, database: Database):
        super().__init__(database, "tasks", Task)

    def page_of(self, status: TaskStatus, *, after: str | None = None, limit: int = 500) -> list[Task]:
        position = None if after is None else (after,)
        return self.items(self._table.select({"status": str(status)}, order=("id",), after=position, limit=limit))

    def counts(self) -> dict[str, int]:
        return self._table.tally("status")


class DocumentRows(Rows[Document]):
    def __init__(self, database: Database):
        super().__init__(database, "documents", Document)

    def row(self, item: Document) -> dict[str, Any]:
        path = item.placement.place.path if item.placement and item.live else None
        return {**super().row(item), "path": path}

    def of_task(self, task: str) -> list[Document]:
        return self.items(self._table.select({"task": task}, order=("doc_id",)))

    def of_tasks(self, tasks: Iterable[str]) -> list[Document]:
        return self.items(self._table.by_many("task", list(tasks)))

    def placed_at(self, path: str) -> list[Document]:
        return self.items(self._table.select({"path": path}))

    def uses(self, sha256: str, since: datetime) -> bool:
        ended = (row["removed_at"] for row in self._table.select({"sha256": sha256}))
        return any(at is None or at > rfc3339(since) for at in ended)


class DeliveryRows(Rows[Delivery]):
    def __init__(self, database: Database):
        super().__init__(database, "deliveries", Delivery)

    def row(self, item: Delivery) -> dict[str, Any]:
        path = item.intent.place.path if item.intent and item.status in UNSETTLED else None
        return {**super().row(item), "path": path}

    def of_document(self, document: str) -> list[Delivery]:
        return self.items(self._table.select({"document": document}, order=("doc_id",)))

    def of_documents(self, documents: Iterable[str]) -> list[Delivery]:
        return self.items(self._table.by_many("document", list(documents)))

    def of_task(self, task: str) -> list[Delivery]:
        return self.items(self._table.select({"task": task}, order=("doc_id",)))

    def intending(self, path: str) -> list[Delivery]:
        return self.items(self._table.select({"path": path}))

    def sending(self) -> list[Delivery]:
        return self.items(self._table.select({"status": "sending"}))

    def failed(self, code: str | None = None) -> list[Delivery]:
        where = {"status": "failed"} if code is None else {"status": "failed", "failure": code}
        return sorted(self.items(self._table.select(where)), key=lambda one: one.id)

    def retrying(self) -> list[Delivery]:
        return self.items(row for row in self._table.select(ranges=FAILING) if row["status"] == DeliveryStatus.QUEUED)

    def held(self, hold: str) -> list[Delivery]:
        return self.items(self._table.select({"status": "queued", "hold": hold}))

    def uses(self, sha256: str, since: datetime) -> bool:
        unfinished = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.FAILED)
        rows = self._table.select({"sha256": sha256})
        return any(row["status"] in unfinished or (row["settled_at"] or "") > rfc3339(since) for row in rows)

    def counts(self) -> dict[str, int]:
        found = self._table.tally("status")
        return {status: found.get(status, 0) for status in DeliveryStatus}

    def held_counts(self) -> dict[str, int]:
        found = self._table.count_by("hold", {"status": "queued"})
        return {hold: count for hold, count in found.items() if hold is not None}

    def next_due(self) -> datetime | None:
        rows = self._table.select({"status": "queued", "hold": None}, order=("due_at",), limit=1)
        return self.items(rows)[0].due_at if rows else None

    def failed_tasks(self, now: datetime) -> int:
        long_ago = rfc3339(now - CONSIDERED_URGENT)
        failing = self._table.select(ranges=FAILING)
        return len(
            {
                row["task"]
                for row in failing
                if row["status"] == DeliveryStatus.FAILED or (row["failing_since"] or "") < long_ago
            }
        )
