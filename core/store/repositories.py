"""The repositories whose aggregates are asked for more than their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from core.domain.called import Kind
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
from core.store.engine import Database, decode
from core.store.rows import Rows
from core.store.words import words_of

if TYPE_CHECKING:
    from core.domain.express import Waiting
    from core.ports import TaskChoice

UNSETTLED = frozenset({DeliveryStatus.SENDING, DeliveryStatus.QUEUED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED})

SECOND = len("2026-10-05T14:30:00")

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

    def extra(self, item: Template) -> dict[str, Any]:
        return {"unmapped": True if item.send and not item.destination else None}

    def without_destination(self) -> int:
        return self._table.count_where({"unmapped": True})

    def kinds(self) -> list[Kind]:
        return list(map(Kind._make, self._table.columns(Kind._fields, order="id")))


class EmployeeRows(Rows[Employee]):
    def __init__(self, database: Database):
        super().__init__(database, "employees", Employee)

    def by_login(self, login: str) -> Employee | None:
        found = self._table.bodies({"login": login}, limit=1)
        return self.item(found[0]) if found else None


class TaskRows(Rows[Task]):
    def __init__(self, database: Database):
        super().__init__(database, "tasks", Task)

    def extra(self, item: Task) -> dict[str, Any]:
        return {"words": words_of(item.model_dump(mode="json"))}

    def page_of(self, status: TaskStatus, *, after: str | None = None, limit: int = 500) -> list[Task]:
        position = None if after is None else (after,)
        return self.items(self._table.bodies({"status": str(status)}, order=("id",), after=position, limit=limit))

    def counts(self) -> dict[str, int]:
        return self._table.tally("status")

    def periods(self) -> dict[str, int]:
        return self._table.tally("period")

    def choose(self, choice: TaskChoice) -> list[str]:
        return [one for (one,) in self._chosen(("id",), choice)]

    def words(self, choice: TaskChoice) -> list[tuple[str, str, str]]:
        return [(one, client, words) for one, client, words in self._chosen(("id", "client", "words"), choice)]

    def _chosen(self, fields: Sequence[str], choice: TaskChoice) -> list[tuple[Any, ...]]:
        where = {
            "status": None if choice.status is None else str(choice.status),
            "period": choice.period,
            "client": choice.client,
            "name": choice.name,
            "id": choice.ids,
        }
        legal = _days(choice.legal_from, choice.legal_before)
        return self._table.columns(
            fields,
            {field: value for field, value in where.items() if value is not None},
            ranges={"legal_date": legal} if any(legal) else {},
            shares={} if choice.templates is None else {"templates": choice.templates},
            order={"name": "words"}.get(choice.order, choice.order),
            descending=choice.descending,
        )

    def count_open(self, legal_from: date | None, legal_before: date) -> int:
        ranges = {"legal_date": _days(legal_from, legal_before)}
        return self._table.count_where({"status": "open"}, ranges=ranges)


def _days(start: date | None, end: date | None) -> tuple[str | None, str | None]:
    return (start.isoformat() if start else None), (end.isoformat() if end else None)


class DocumentRows(Rows[Document]):
    def __init__(self, database: Database):
        super().__init__(database, "documents", Document)

    def extra(self, item: Document) -> dict[str, Any]:
        return {"path": item.placement.place.path if item.placement and item.live else None}

    def of_task(self, task: str) -> list[Document]:
        return self.items(self._table.bodies({"task": task}, order=("doc_id",)))

    def of_tasks(self, tasks: Iterable[str]) -> list[Document]:
        return self.items(self._table.bodies({"task": list(tasks)}))

    def placed_at(self, path: str) -> list[Document]:
        return self.items(self._table.bodies({"path": path}))

    def with_bytes(self, sha256: str) -> list[Document]:
        return [one for one in self.items(self._table.bodies({"sha256": sha256}, order=("doc_id",))) if one.live]

    def uses(self, sha256: str, since: datetime) -> bool:
        ended = (row["removed_at"] for row in self._table.select({"sha256": sha256}))
        return any(at is None or at > rfc3339(since) for at in ended)


class WaitingRows(Rows["Waiting"]):
    def __init__(self, database: Database):
        super().__init__(database, "waiting")

    def model(self) -> type[Waiting]:
        from core.domain.express import Waiting  # noqa: PLC0415 - 3 ms, and the dashboard only counts them

        return Waiting

    def remove(self, keys: Iterable[str]) -> None:
        found = self._table.by_many("id", keys)
        if found:
            self._table.remove(doc_ids=[one.doc_id for one in found])

    def with_bytes(self, sha256: str) -> list[Waiting]:
        return self.items(self._table.bodies({"sha256": sha256}, order=("doc_id",)))

    def named(self, name: str) -> Waiting | None:
        found = self._table.bodies({"name": name}, limit=1)
        return self.item(found[0]) if found else None

    def counts(self) -> dict[str, int]:
        return self._table.tally("doubt")


class DeliveryRows(Rows[Delivery]):
    def __init__(self, database: Database):
        super().__init__(database, "deliveries", Delivery)
        self._database = database
        self._last = database.table("last_deliveries")

    def save(self, items: Iterable[Delivery]) -> None:
        items = list(items)
        delivered = [one for one in items if one.status is DeliveryStatus.DELIVERED]
        if not delivered:
            return super().save(items)
        with self._database.transaction():
            super().save(items)
            self.note_delivered(delivered)
        return None

    def note_delivered(self, delivered: Iterable[Delivery]) -> None:
        """Keep each template's last delivery apart, to the second: asked for all at once, where deliveries are many."""
        moments = sorted((rfc3339(one.settled_at), one.template) for one in delivered if one.settled_at is not None)
        for key, moment in {template: moment for moment, template in moments}.items():
            before = self._last.bodies({"template": key}, limit=1)
            if not before or moment[:SECOND] > decode(before[0])["at"]:
                self._last.put("template", {"template": key, "at": moment})

    def last_by_template(self) -> dict[str, datetime]:
        return {row["template"]: datetime.fromisoformat(row["at"]) for row in self._last.all()}

    def extra(self, item: Delivery) -> dict[str, Any]:
        return {"path": item.intent.place.path if item.intent and item.status in UNSETTLED else None}

    def of_document(self, document: str) -> list[Delivery]:
        return self.items(self._table.bodies({"document": document}, order=("doc_id",)))

    def of_documents(self, documents: Iterable[str]) -> list[Delivery]:
        return self.items(self._table.bodies({"document": list(documents)}))

    def of_task(self, task: str) -> list[Delivery]:
        return self.items(self._table.bodies({"task": task}, order=("doc_id",)))

    def intending(self, path: str) -> list[Delivery]:
        return self.items(self._table.bodies({"path": path}))

    def sending(self) -> list[Delivery]:
        return self.items(self._table.bodies({"status": "sending"}))

    def failed(self, code: str | None = None) -> list[Delivery]:
        where = {"status": "failed"} if code is None else {"status": "failed", "failure": code}
        return sorted(self.items(self._table.bodies(where)), key=lambda one: one.id)

    def retrying(self) -> list[Delivery]:
        return self.items(self._table.bodies({"status": "queued"}, ranges=FAILING))

    def held(self, hold: str) -> list[Delivery]:
        return self.items(self._table.bodies({"status": "queued", "hold": hold}))

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

    def held_tasks(self, hold: str) -> int:
        return len(self._table.column("task", {"status": "queued", "hold": hold}, distinct=True))

    def next_due(self) -> datetime | None:
        found = self._table.bodies({"status": "queued", "hold": None}, order=("due_at",), limit=1)
        return self.item(found[0]).due_at if found else None

    def due_after(self, moment: datetime) -> list[Delivery]:
        where = {"status": "queued", "hold": None}
        return self.items(self._table.bodies(where, ranges={"due_at": (rfc3339(moment), None)}))

    def failing_tasks(self, now: datetime) -> set[str]:
        long_ago = rfc3339(now - CONSIDERED_URGENT)
        failed = self._table.column("task", {"status": "failed"}, ranges=FAILING, distinct=True)
        waiting = self._table.column(
            "task", {"status": "queued"}, ranges={**FAILING, "failing_since": (None, long_ago)}, distinct=True
        )
        return {*failed, *waiting}

    def failed_tasks(self, now: datetime) -> int:
        return len(self.failing_tasks(now))
