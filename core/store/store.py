"""The Store on TinyDB on SQLite: repositories, outbox, journal and single facts in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from core.domain.models import (
    Delivery,
    DeliveryStatus,
    Event,
    Hold,
    Integration,
    MappingChange,
    Pause,
    rfc3339,
)
from core.store import schema
from core.store.engine import Database
from core.store.repositories import ClientRows, DeliveryRows, DocumentRows, EmployeeRows, TaskRows, TemplateRows
from core.store.rows import Rows

F = TypeVar("F", bound=BaseModel)
AFTER_ALL_TIMES = "~"


def open_store(path: Path, *, wait: float = 10.0, mode: int = 0o600) -> SqliteStore:
    """Open an office's `state.db`, making it where it is missing.

    Args:
        wait: seconds that a writer waits for its turn.
        mode: the file's mode, when it is made.

    Raises:
        StoreError: the file cannot be used; its `code` says why.
    """
    return SqliteStore(
        Database(
            path,
            indexes=schema.INDEXES,
            logs={schema.EVENTS},
            tallies=schema.TALLIES,
            application=schema.APPLICATION,
            version=schema.VERSION,
            migrations=schema.MIGRATIONS,
            wait=wait,
            mode=mode,
        )
    )


class SqliteStore:
    """See `core.ports.Store` for what each call promises."""

    def __init__(self, database: Database):
        self._database = database
        self._events = database.table(schema.EVENTS)
        self._facts = database.table("facts")
        self._outbox = database.table("deliveries")
        self.clients = ClientRows(database)
        self.templates = TemplateRows(database)
        self.employees = EmployeeRows(database)
        self.tasks = TaskRows(database)
        self.documents = DocumentRows(database)
        self.deliveries = DeliveryRows(database)
        self.mapping_changes = Rows(database, "mapping_changes", MappingChange)

    def transaction(self) -> AbstractContextManager[None]:
        return self._database.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        return self._database.snapshot()

    # --- the outbox

    def claim(self, worker: str, now: datetime, limit: int, after_client: str) -> list[Delivery]:
        with self.transaction():
            if not self.integration().active or self.pause() is not None:
                return []
            taken = [
                one.model_copy(update={"status": DeliveryStatus.SENDING, "worker": worker, "epoch": one.epoch + 1})
                for one in self._due(now, limit, after_client)
            ]
            self.deliveries.save(taken)
            return taken

    def _due(self, now: datetime, limit: int, after_client: str) -> list[Delivery]:
        """The due deliveries, one of each client in turn, from the client after `after_client` on."""
        taken: list[Delivery] = []
        queues: list[Iterator[Delivery]] = []
        for queue in self._clients_waiting(now, after_client):
            if len(taken) == limit:
                return taken
            first = next(queue, None)
            if first is not None:
                taken.append(first)
                queues.append(queue)
        while queues and len(taken) < limit:
            turn = [(queue, next(queue, None)) for queue in queues[: limit - len(taken)]]
            taken += [delivery for _, delivery in turn if delivery is not None]
            queues = [queue for queue, delivery in turn if delivery is not None]
        return taken

    def _clients_waiting(self, now: datetime, after_client: str) -> Iterator[Iterator[Delivery]]:
        for start, end in ((after_client, None), ("", after_client)):
            client: str | None = start
            while client is not None:
                client = self._next_client(client)
                if client is None or (end is not None and client > end):
                    break
                yield self._queue_of(client, now)

    def _next_client(self, client: str) -> str | None:
        rows = self._outbox.select(
            {"status": "queued", "hold": None}, order=("client", "due_at"), after=(client, AFTER_ALL_TIMES), limit=1
        )
        return rows[0]["client"] if rows else None

    def _queue_of(self, client: str, now: datetime) -> Iterator[Delivery]:
        until = rfc3339(now) + AFTER_ALL_TIMES
        where = {"status": "queued", "hold": None, "client": client}
        position: tuple[object, ...] | None = None
        while rows := self._outbox.select(
            where, order=("due_at", "doc_id"), after=position, limit=32, ranges={"due_at": (None, until)}
        ):
            yield from self.deliveries.items(rows)
            position = (rows[-1]["due_at"], rows[-1].doc_id)

    def take_over(self, orphan: Delivery, worker: str) -> Delivery | None:
        taken = orphan.model_copy(update={"worker": worker, "epoch": orphan.epoch + 1})
        expected = {"status": "sending", "epoch": orphan.epoch}
        return taken if self._outbox.replace_if("id", taken.id, expected, self.deliveries.row(taken)) else None

    def settle(self, delivery: Delivery) -> bool:
        with self.transaction():
            row = self.deliveries.row(delivery)
            expected = {"status": "sending", "epoch": delivery.epoch}
            if not self._outbox.replace_if("id", delivery.id, expected, row):
                return False
            if delivery.status is not DeliveryStatus.SENDING:
                waiting = self._outbox.select({"document": delivery.document, "hold": str(Hold.EARLIER)})
                self.deliveries.save(one.model_copy(update={"hold": None}) for one in self.deliveries.items(waiting))
            return True

    # --- the journal

    def append(self, events: Sequence[Event]) -> None:
        rows = [event.model_dump(mode="json", exclude={"seq"}) for event in events]
        if len(rows) == 1:
            self._events.append(rows[0])
        elif rows:
            self._events.append_many(rows)

    def events_after(self, seq: int, *, limit: int = 1000) -> list[Event]:
        return _events(self._events.select(after=(seq,), order=("doc_id",), limit=limit))

    def events_of_document(self, document: str) -> list[Event]:
        return _events(self._events.select({"document": document}, order=("doc_id",)))

    def events_of_task(self, task: str) -> list[Event]:
        return _events(self._events.select({"task": task, "document": None}, order=("doc_id",)))

    def last_seq(self) -> int:
        rows = self._events.select(order=("doc_id",), descending=True, limit=1)
        return rows[0].doc_id if rows else 0

    # --- single facts

    def _fact(self, name: str, model: type[F]) -> F | None:
        row = self._facts.by("name", name)
        return None if row is None or row["value"] is None else model.model_validate(row["value"])

    def _set_fact(self, name: str, value: BaseModel | None) -> None:
        self._facts.put("name", {"name": name, "value": None if value is None else value.model_dump(mode="json")})

    def integration(self) -> Integration:
        return self._fact("integration", Integration) or Integration()

    def set_integration(self, integration: Integration) -> None:
        self._set_fact("integration", integration)

    def pause(self) -> Pause | None:
        return self._fact("pause", Pause)

    def set_pause(self, pause: Pause | None) -> None:
        self._set_fact("pause", pause)

    def last_mapping_changes(self, actor: str, limit: int = 50) -> list[MappingChange]:
        table = self._database.table("mapping_changes")
        return self.mapping_changes.items(
            table.select({"actor": actor}, order=("at", "doc_id"), descending=True, limit=limit)
        )

    def data_version(self) -> int:
        return self._database.data_version()

    def close(self) -> None:
        self._database.close()


def _events(rows: Sequence[object]) -> list[Event]:
    return [Event.model_validate({**row, "seq": row.doc_id}) for row in rows]  # type: ignore[attr-defined,dict-item]
