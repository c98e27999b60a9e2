"""TinyDB's table over rows: the same operations and meanings, touching only the rows concerned."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

import tinydb.table
from tinydb.queries import QueryLike
from tinydb.table import Document
from tinydb.utils import LRUCache

from core.store.engine.body import as_json_list, decode
from core.store.engine.keyed import Keyed, Row
from core.store.engine.rows import Rows
from core.store.engine.schema import table_sql
from core.store.engine.storage import SQLiteStorage


class Table(Keyed, tinydb.table.Table):
    """One table: TinyDB's API, and the verbs of `Keyed`.

    It differs from TinyDB's in two ways: documents come in the order of their ids (TinyDB: of insertion), and ids are
    integers. The parameters are TinyDB's.
    """

    def __init__(
        self,
        storage: SQLiteStorage,
        name: str,
        cache_size: int = tinydb.table.Table.default_query_cache_capacity,
        persist_empty: bool = False,
    ) -> None:
        self._sqlite = storage
        self._sql = table_sql(name)
        self._cache_lock = threading.Lock()
        self._cache_version = -1
        if name in storage.logs:
            self._insert = f"INSERT INTO {self._sql} (body) VALUES (?2)"
        else:
            # as TinyDB: one more than the greatest, and not one that this object gave before
            self._insert = (
                f"INSERT INTO {self._sql} (doc_id, body) SELECT max(coalesce(free, ?1, 1), coalesce(?1, free, 1)), ?2"
                f" FROM (SELECT max(doc_id) + 1 AS free FROM {self._sql})"
            )
        self._statements = {}
        super().__init__(storage, name, cache_size=cache_size)
        self._next_id: int | None = None  # type: ignore[assignment]  # TinyDB infers None from its own None
        if persist_empty:
            storage.create(name)

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert a document; returns its id. A `Document` keeps its own: ValueError if that is taken."""
        if not isinstance(document, Mapping) or isinstance(document, self.document_class):
            return super().insert(document)
        body = self._sqlite.encode(self._name, document)
        doc_id = self._sqlite.execute(self._name, self._insert, (self._next_id, body)).lastrowid
        if doc_id is None:
            raise RuntimeError("SQLite gave no row id")
        self._next_id = doc_id + 1
        self.clear_cache()
        return doc_id

    def search(self, cond: QueryLike) -> list[Document]:
        """All documents that match. A cached answer is given only while nobody, in any process, has committed since."""
        is_cacheable: Callable[[], bool] = getattr(cond, "is_cacheable", lambda: True)
        connections = self._sqlite.connections
        if not is_cacheable() or connections.in_transaction():
            return [self._document(row) for row in self._matching(cond)]
        version = connections.data_version()  # before reading: the answer may be newer than that, never older
        cache = cast("LRUCache[QueryLike, list[Row]]", self._query_cache)  # texts: a caller may change its documents
        with self._cache_lock:
            if version != self._cache_version:
                cache.clear()
                self._cache_version = version
            rows = cache.get(cond)
        if rows is None:
            rows = list(self._matching(cond))
            with self._cache_lock:
                if version == self._cache_version:
                    cache[cond] = rows
        return [self._document(row) for row in rows]

    def get(
        self,
        cond: QueryLike | None = None,
        doc_id: int | None = None,
        doc_ids: Iterable[int] | None = None,
    ) -> Any:
        """The document with that id, or the list of those with those ids, or the first that matches; None if none."""
        if doc_id is not None:
            if not _is_id(doc_id):
                return None
            rows = self._sqlite.fetch(f"SELECT doc_id, body FROM {self._sql} WHERE doc_id = ?", (int(doc_id),))
            return self._document(rows[0]) if rows else None
        if doc_ids is not None:
            wanted = as_json_list(int(doc_id) for doc_id in doc_ids if _is_id(doc_id))
            some = "doc_id IN (SELECT value FROM json_each(?))"
            return self._documents(f"SELECT doc_id, body FROM {self._sql} WHERE {some} ORDER BY doc_id", (wanted,))
        if cond is not None:
            row = next(self._matching(cond), None)
            return None if row is None else self._document(row)
        raise RuntimeError("You have to pass either cond or doc_id or doc_ids")

    def clear_cache(self) -> None:
        """Forget all cached answers."""
        with self._cache_lock:
            self._query_cache.clear()

    def __len__(self) -> int:
        rows = self._sqlite.fetch(f"SELECT count(*) FROM {self._sql}")
        return int(rows[0][0]) if rows else 0

    def __iter__(self) -> Iterator[Document]:
        yield from map(self._document, self._rows())

    def _rows(self) -> list[Row]:
        return self._sqlite.fetch(f"SELECT doc_id, body FROM {self._sql} ORDER BY doc_id")

    def _matching(self, cond: QueryLike) -> Iterator[Row]:
        return (row for row in self._rows() if cond(decode(row[1])))

    def _document(self, row: Row) -> Document:
        return self.document_class(decode(row[1]), self.document_id_class(row[0]))

    def _documents(self, sql: str, parameters: Iterable[object]) -> list[Document]:
        return [self._document(row) for row in self._sqlite.fetch(sql, tuple(parameters))]

    def _get_next_id(self) -> int:
        if self._name in self._sqlite.logs:
            used = "SELECT max(seq) FROM sqlite_sequence WHERE name = ?"
            rows = self._sqlite.fetch(used, (self._sql[1:-1],))
        else:
            rows = self._sqlite.fetch(f"SELECT max(doc_id) FROM {self._sql}")
        greatest = rows[0][0] if rows else None
        free = 1 if greatest is None else int(greatest) + 1
        next_id = free if self._next_id is None else max(free, self._next_id)
        self._next_id = next_id + 1
        return next_id

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return {str(doc_id): decode(body) for doc_id, body in self._rows()}

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._sqlite.connections.transaction:
            self._sqlite.create(self._name)
            rows = Rows(self._sqlite, self._name)
            updater(rows)
            rows.save()
        self.clear_cache()


def _is_id(value: object) -> bool:
    """Whether TinyDB, whose keys are text, would find a document by it."""
    text = str(value)
    return text.isascii() and text.removeprefix("-").isdecimal() and text == str(int(text))
