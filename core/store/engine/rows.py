"""The dict that TinyDB's own operations read and change, over the rows they touch and no others."""

from collections.abc import Iterator, MutableMapping
from typing import Any

from core.store.engine.body import decode
from core.store.engine.schema import table_sql
from core.store.engine.storage import SQLiteStorage

Body = dict[str, Any]


class Rows(MutableMapping[int, Body]):
    """A table's documents by id, inside a transaction; `save` writes what was changed.

    Asking for an id reads its row. Walking over the ids reads all rows, as a query does that is a Python function.
    """

    def __init__(self, storage: SQLiteStorage, name: str) -> None:
        self._storage = storage
        self._name = name
        self._table = table_sql(name)
        self._texts: dict[int, str | None] = {}  # as read; None where there is no row
        self._documents: dict[int, Body] = {}
        self._complete = False

    def __getitem__(self, doc_id: int) -> Body:
        if doc_id not in self._texts and not self._complete:
            rows = self._storage.fetch(f"SELECT body FROM {self._table} WHERE doc_id = ?", (doc_id,))
            self._texts[doc_id] = rows[0][0] if rows else None
            if rows:
                self._documents[doc_id] = decode(rows[0][0])
        return self._documents[doc_id]

    def __setitem__(self, doc_id: int, document: Body) -> None:
        if doc_id not in self:
            self._texts[doc_id] = None
        self._documents[doc_id] = document

    def __delitem__(self, doc_id: int) -> None:
        self[doc_id]
        del self._documents[doc_id]

    def __iter__(self) -> Iterator[int]:
        self._read_all()
        return iter(self._documents)

    def __len__(self) -> int:
        self._read_all()
        return len(self._documents)

    def clear(self) -> None:
        """Remove all documents, which need not be read for it."""
        self._storage.execute(self._name, f"DELETE FROM {self._table}")
        self._texts.clear()
        self._documents.clear()
        self._complete = True

    def save(self) -> None:
        """Write what differs from the rows as they were read."""
        removed: list[tuple[int]] = []
        added: list[tuple[int, str]] = []
        changed: list[tuple[str, int]] = []
        for doc_id, before in self._texts.items():
            if doc_id not in self._documents:
                if before is not None:
                    removed.append((doc_id,))
                continue
            text = self._storage.encode(self._name, self._documents[doc_id])
            if before is None:
                added.append((doc_id, text))
            elif text != before:
                changed.append((text, doc_id))
        for sql, rows in (
            (f"DELETE FROM {self._table} WHERE doc_id = ?", removed),
            (f"UPDATE {self._table} SET body = ? WHERE doc_id = ?", changed),
            (f"INSERT INTO {self._table} (doc_id, body) VALUES (?, ?)", added),
        ):
            if rows:
                self._storage.connections.execute_many(sql, rows)

    def _read_all(self) -> None:
        if self._complete:
            return
        for doc_id, text in self._storage.fetch(f"SELECT doc_id, body FROM {self._table} ORDER BY doc_id"):
            if doc_id not in self._texts:
                self._texts[doc_id] = text
                self._documents[doc_id] = decode(text)
        self._complete = True
