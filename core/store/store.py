"""The Store on TinyDB on SQLite: repositories, outbox, journal and single facts in one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice, zip_longest
from math import ceil
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
    Mark,
    Pause,
    rfc3339,
)
from core.store import schema
from core.store.engine import Database
from core.store.repositories import ClientRows, DeliveryRows, DocumentRows, EmployeeRows, TaskRows, TemplateRows
from core.store.rows import Rows

F = TypeVar("F", bound=BaseModel)
WAITING: Mapping[str, object] = {"status": "queued", "hold": None}
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
        self.marks = Rows(database, "marks", Mark)
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
        until = rfc3339(now) + AFTER_ALL_TIMES
        clients = list(islice(self._clients_due(until, after_client), limit))
        share = ceil(limit / len(clients)) if clients else 0
        queues = [
            self._outbox.select(
                {**WAITING, "client": client}, order=("due_at", "doc_id"), ranges={"due_at": (None, until)}, limit=share
            )
            for client in clients
        ]
        turns = [row for turn in zip_longest(*queues) for row in turn if row is not None]
        return self.deliveries.items(turns[:limit])

    def _clients_due(self, until: str, after_client: str) -> Iterator[str]:
        """The clients that something is due for, each found by one step in the index."""
        for start, end in ((after_client, None), ("", after_client)):
            position = start
            while rows := self._outbox.select(
                WAITING, order=("client", "due_at"), after=(position, AFTER_ALL_TIMES), limit=1
            ):
                position = rows[0]["client"]
                if end is not None and position > end:
                    break
                if rows[0]["due_at"] < until:
                    yield position

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
