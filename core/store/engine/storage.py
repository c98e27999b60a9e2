"""TinyDB's storage on SQLite: opens the file, keeps its schema, and serves tables row by row or wholesale."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tinydb import Storage

from core.store.engine import file, schema
from core.store.engine.body import decode, encode
from core.store.engine.connection import Connections, Parameters
from core.store.engine.counters import Counters
from core.store.engine.errors import StoreError, translated
from core.store.engine.schema import Index, Migration, table_sql
from core.store.engine.tallies import Tally, forget, missing, start
from core.store.engine.turn import give_turn, open_turn, take_turn


class SQLiteStorage(Storage):
    """One SQLite file, its parameters those of `Database`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        indexes: Sequence[Index] = (),
        logs: Iterable[str] = (),
        tallies: Iterable[Tally] = (),
        application: str = "tinydb",
        version: int = 1,
        migrations: Mapping[int, Migration] | None = None,
        wait: float = 10.0,
        read_only: bool = False,
        mode: int = file.MODE,
        create_dirs: bool = False,
    ) -> None:
        self.path = os.path.realpath(path)
        self.indexes = tuple(indexes)
        self.logs = frozenset(logs)
        self.tallies = tuple(tallies)
        self.counters = Counters(self)
        self._identity = file.Identity(application, version)
        self._migrations = dict(migrations or {})
        self._wait = wait
        self._indexed = {index.table for index in self.indexes}
        if create_dirs:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        turn = partial(open_turn, f"{self.path}.lock", mode)
        if not file.look(self.path, self._identity):
            self._create(turn, mode, read_only=read_only)
        self.mode = file.reading_mode(self.path, read_only=read_only)
        connect = file.connector(self.path, read_only=read_only, wait=wait)
        self.connections = Connections(
            self.path, connect, turn if self.mode == "rw" else None, wait, lasting=self.mode != "immutable"
        )
        try:
            self._prepare()
        except BaseException:
            self.connections.close()
            raise

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Everything, as TinyDB's storages give it; None if there is no table."""
        with self.connections.snapshot:
            tables = {name: self._documents(name) for name in sorted(self.table_names())}
        return tables or None

    def write(self, data: Mapping[str, Mapping[Any, Mapping[str, Any]]]) -> None:
        """Replace everything, in one transaction."""
        with self.connections.transaction:
            for name in self.table_names() - data.keys():
                self.drop(name)
            for name, documents in data.items():
                self.create(name)
                self.execute(name, f"DELETE FROM {table_sql(name)}")
                rows = [(int(doc_id), self.encode(name, document)) for doc_id, document in documents.items()]
                self.connections.execute_many(f"INSERT INTO {table_sql(name)} VALUES (?, ?)", rows)

    def close(self) -> None:
        """Close every connection; later use raises StoreError("closed")."""
        self.connections.close()

    def fetch(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """All rows of a statement that reads one table; none where the table does not exist."""
        try:
            return self.connections.fetch(sql, parameters)
        except sqlite3.OperationalError as error:
            if _no_such_table(error):
                return []
            raise

    def execute(self, name: str, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run a statement that writes the table `name`, which is made if it is missing."""
        try:
            return self.connections.execute(sql, parameters)
        except sqlite3.OperationalError as error:
            if not _no_such_table(error):
                raise
        self.create(name)
        return self.connections.execute(sql, parameters)

    def execute_many(self, name: str, sql: str, rows: Sequence[Parameters]) -> None:
        """Run a statement that writes the table `name` for each row, all or none; the table is made if missing."""
        try:
            self.connections.execute_many(sql, rows)
        except sqlite3.OperationalError as error:
            if not _no_such_table(error):
                raise
            with self.connections.transaction:
                self.create(name)
                self.connections.execute_many(sql, rows)

    def create(self, name: str) -> None:
        """Make the table `name` if it is missing."""
        with self.connections.transaction:
            self.connections.using(partial(self._create_table, name=name))

    def drop(self, name: str) -> None:
        """Remove the table `name` with all its documents, if there is one."""
        with self.connections.transaction:
            self.connections.execute(f"DROP TABLE IF EXISTS {table_sql(name)}")
            for tally in self.tallies:
                if tally.table == name:
                    self.connections.using(partial(forget, tally=tally))

    def table_names(self) -> set[str]:
        """The names of all tables with documents."""
        rows = self.connections.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
        return set(schema.table_names(name for (name,) in rows))

    def encode(self, name: str, document: Mapping[str, Any] | str) -> str:
        """The text of a document for the table `name`."""
        return encode(document, indexed=name in self._indexed)

    def check(self) -> None:
        """Read the whole file; raises StoreError("damaged") if anything is wrong. Takes long on a large one."""
        found = [str(row[0]) for row in self.connections.fetch("PRAGMA integrity_check(5)")]
        if found != ["ok"]:
            raise StoreError("damaged", f"{self.path}: {'; '.join(found)}")
        wanted = schema.statements(self.table_names(), self.indexes, self.logs)
        for tally in self.tallies:
            wanted |= tally.triggers()
        rows = self.connections.fetch("SELECT name, sql FROM sqlite_master")
        for name, sql in rows:  # SQLite itself finds no fault in a trigger of which a letter has changed
            if sql != wanted.get(name, sql):
                raise StoreError("damaged", f"{self.path}: {name}")

    def _documents(self, name: str) -> dict[str, Any]:
        rows = self.fetch(f"SELECT doc_id, body FROM {table_sql(name)} ORDER BY doc_id")
        return {str(doc_id): decode(body) for doc_id, body in rows}

    def _create(self, open_lock: Callable[[], int], mode: int, *, read_only: bool) -> None:
        if read_only:
            raise FileNotFoundError(f"there is no database at {self.path}")
        try:
            lock = open_lock()
            try:
                take_turn(lock, self.path, self._wait)
                try:
                    if not file.look(self.path, self._identity):  # or another process was faster
                        file.create(self.path, self._identity, mode)
                finally:
                    give_turn(lock)
            finally:
                os.close(lock)
        except OSError as error:
            raise translated(error, self.path) from None

    def _prepare(self) -> None:
        """Bring the schema to this program's version and indexes; writes only where something is to be done."""
        connections = self.connections
        with connections.snapshot:
            version = connections.using(lambda connection: file.verify(connection, self.path, self._identity))
            changed = connections.using(self._is_out_of_date)
        if self.mode != "rw":
            if version < self._identity.version:
                raise StoreError("read_only", f"{self.path} is of version {version} and has to be migrated first")
            return
        if connections.fetch("PRAGMA journal_mode")[0][0] != "wal":  # a copy made by VACUUM INTO is not
            connections.fetch("PRAGMA journal_mode = WAL")
        for number in range(version, self._identity.version):
            with connections.transaction:
                connections.using(partial(self._migrate, number=number))
        if changed or version < self._identity.version:
            with connections.transaction:
                connections.using(self._bring_up_to_date)

    def _create_table(self, connection: sqlite3.Connection, name: str) -> None:
        schema.create_table(connection, name, self.indexes, log=name in self.logs)
        self._start_tallies(connection)

    def _is_out_of_date(self, connection: sqlite3.Connection) -> bool:
        return schema.out_of_date(connection, self.indexes, self.logs) or bool(missing(connection, self.tallies))

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> None:
        schema.bring_up_to_date(connection, self.indexes, self.logs)
        self._start_tallies(connection)

    def _start_tallies(self, connection: sqlite3.Connection) -> None:
        for tally in missing(connection, self.tallies):
            start(connection, tally)

    def _migrate(self, connection: sqlite3.Connection, number: int) -> None:
        if connection.execute("PRAGMA user_version").fetchone()[0] != number:
            return  # another process was faster
        self._migrations[number](connection)
        if not connection.in_transaction:
            raise RuntimeError(f"the migration from version {number} ended the transaction that it runs in")
        connection.execute(f"PRAGMA user_version = {number + 1}")


def _no_such_table(error: sqlite3.Error) -> bool:
    return str(error).startswith("no such table")
