"""The Store on TinyDB on SQLite: repositories, outbox, journal and single facts in one file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import lru_cache
from itertools import islice, zip_longest
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from core.domain.models import (
    Delivery,
    DeliveryStatus,
    Event,
    Hold,
    Integration,
    Level,
    MappingChange,
    Mark,
    Pause,
    Unkept,
    rfc3339,
)
from core.store import schema
from core.store.checking import Counting, check_events, check_rows
from core.store.engine import Database, Mentioned, Not, StoreError, decode
from core.store.repositories import (
    ClientRows,
    DeliveryRows,
    DocumentRows,
    EmployeeRows,
    TaskRows,
    TemplateRows,
    WaitingRows,
)
from core.store.rows import Rows, written

if TYPE_CHECKING:
    from core.ports import EventChoice

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
        self.waiting = WaitingRows(database)

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
            self._outbox.bodies(
                {**WAITING, "client": client}, order=("due_at", "doc_id"), ranges={"due_at": (None, until)}, limit=share
            )
            for client in clients
        ]
        turns = [body for turn in zip_longest(*queues) for body in turn if body is not None]
        return self.deliveries.items(turns[:limit])

    def _clients_due(self, until: str, after_client: str) -> Iterator[str]:
        """The clients that something is due for, each found by one step in the index."""
        for start, end in ((after_client, None), ("", after_client)):
            position = start
            while found := self._outbox.bodies(
                WAITING, order=("client", "due_at"), after=(position, AFTER_ALL_TIMES), limit=1
            ):
                first = self.deliveries.item(found[0])
                position = first.client
                if end is not None and position > end:
                    break
                if rfc3339(first.due_at) < until:
                    yield position

    def take_over(self, orphan: Delivery, worker: str) -> Delivery | None:
        taken = orphan.model_copy(update={"worker": worker, "epoch": orphan.epoch + 1})
        expected = {"status": "sending", "epoch": orphan.epoch}
        return taken if self._outbox.replace_if("id", taken.id, expected, self.deliveries.body(taken)) else None

    def settle(self, delivery: Delivery) -> bool:
        with self._database.joined():
            expected = {"status": "sending", "epoch": delivery.epoch}
            if not self._outbox.replace_if("id", delivery.id, expected, self.deliveries.body(delivery)):
                return False
            if delivery.status is DeliveryStatus.DELIVERED:
                self.deliveries.note_delivered([delivery])
            if delivery.status is not DeliveryStatus.SENDING:
                waiting = self._outbox.bodies({"document": delivery.document, "hold": str(Hold.EARLIER)})
                self.deliveries.save(one.model_copy(update={"hold": None}) for one in self.deliveries.items(waiting))
            return True

    # --- the journal

    def append(self, events: Sequence[Event]) -> None:
        bodies = [written(event, {}, without={"seq"}) for event in events]
        if len(bodies) == 1:
            self._events.append(bodies[0])
        elif bodies:
            self._events.append_many(bodies)

    def events_after(self, seq: int, *, limit: int = 1000) -> list[Event]:
        return _events(self._events.select(after=(seq,), order=("doc_id",), limit=limit))

    def find_events(
        self,
        choice: EventChoice,
        low: int = 0,
        high: int | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[Event]:
        mentioned = [
            Mentioned(_pattern(word), {"code": codes, "client": clients}) for word, codes, clients in choice.words
        ]
        rows = self._events.select(
            _where(choice), ranges={"doc_id": (low, high)}, descending=newest_first, limit=limit, mentioned=mentioned
        )
        return _events(rows)

    def find_seqs(self, choice: EventChoice, low: int, high: int) -> list[int]:
        if choice.words:
            raise ValueError("words are looked for in events, not in numbers")
        return self._events.column("doc_id", _where(choice), ranges={"doc_id": (low, high)})

    def events_of_document(self, document: str) -> list[Event]:
        return _events(self._events.select({"document": document}, order=("doc_id",)))

    def events_of_task(self, task: str) -> list[Event]:
        return _events(self._events.select({"task": task, "document": None}, order=("doc_id",)))

    def last_seq(self) -> int:
        rows = self._events.select(order=("doc_id",), descending=True, limit=1)
        return rows[0].doc_id if rows else 0

    def events_by_hour(self, code: str, since: datetime) -> dict[datetime, int]:
        hour = rfc3339(since)[: len("2026-10-05T14")]
        found = self._events.tally_between("code", "at", len(hour), f"{code} {hour}", f"{code} {AFTER_ALL_TIMES}")
        return {datetime.fromisoformat(f"{name[-len(hour) :]}:00:00Z"): count for name, count in found.items()}

    # --- single facts

    def _fact(self, name: str, model: type[F]) -> F | None:
        found = self._facts.bodies({"name": name}, limit=1)
        return _value(model, found[0]) if found else None

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

    def unkept(self) -> Unkept | None:
        return self._fact("unkept", Unkept)

    def set_unkept(self, unkept: Unkept | None) -> None:
        self._set_fact("unkept", unkept)

    def last_mapping_changes(self, actor: str, limit: int = 50) -> list[MappingChange]:
        table = self._database.table("mapping_changes")
        return self.mapping_changes.items(
            table.bodies({"actor": actor}, order=("at", "doc_id"), descending=True, limit=limit)
        )

    def data_version(self) -> int:
        return self._database.data_version()

    def copy_to(self, path: Path) -> None:
        self._database.copy_to(path)

    def check(self, told: Callable[[int, int], None] | None = None) -> None:
        self._database.check()
        named = {"client": self.clients, "template": self.templates, "task": self.tasks, "document": self.documents}
        others = (self.employees, self.marks, self.mapping_changes, self.waiting)
        rows = cast(dict[str, Rows[Any]], named)
        count = Counting(told, sum(one.count() for one in (*rows.values(), self.deliveries, *others)) + self.last_seq())
        with self.snapshot():
            check_rows(rows, self.deliveries, others, count)
            self.integration(), self.pause(), self.unkept()
        check_events(self._events, count)

    def close(self) -> None:
        self._database.close()


def _where(choice: EventChoice) -> dict[str, object]:
    where: dict[str, object] = {}
    if choice.level is not Level.INFO:
        where["level"] = Not(str(Level.INFO)) if choice.level is Level.WARNING else str(choice.level)
    if choice.client is not None:
        where["client"] = choice.client
    if choice.seqs is not None:
        where["doc_id"] = list(choice.seqs)
    return where


def _pattern(word: str) -> str:
    """What LIKE finds a folded word by, with any accents: a sign that may bear one in Portuguese is any sign."""
    return f"%{re.sub(r'[aceinou]|[^a-z0-9]', '_', word)}%"


@lru_cache(maxsize=8)
def _value(model: type[F], body: str) -> F | None:
    value = decode(body)["value"]
    try:
        return None if value is None else model.model_validate(value)
    except ValidationError as error:
        raise StoreError("damaged", f"{model.__name__}: {error.errors()[0]['msg']}") from None


def _events(rows: Sequence[object]) -> list[Event]:
    try:
        return [Event.model_validate({**row, "seq": row.doc_id}) for row in rows]  # type: ignore[attr-defined,dict-item]
    except ValidationError as error:
        raise StoreError("damaged", f"Event: {error.errors()[0]['msg']}") from None
