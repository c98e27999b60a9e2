"""`Database`: TinyDB, with a SQLite file for its storage."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

import tinydb
import tinydb.table

from core.store.engine.connection import Snapshot, Transaction
from core.store.engine.counters import Counters
from core.store.engine.file import MODE
from core.store.engine.schema import Index, Migration
from core.store.engine.storage import SQLiteStorage
from core.store.engine.table import Table
from core.store.engine.tallies import Tally


class Database(tinydb.TinyDB):
    """TinyDB's API over a SQLite file that several processes and threads use at once.

    - `path`: the file; made if it is missing or empty, with its `-wal`, `-shm` and `.lock` beside it. FileNotFoundError
      if its directory is missing (unless `create_dirs`), or if it is missing itself and `read_only`.
    - `indexes`, `logs`, `tallies`: made when missing, whatever the file holds already; other indexes are dropped.
    - `application`, `version`: whose file it is, and which schema this program knows. `migrations[n]` changes a file of
      version n into one of n + 1, on a connection inside a transaction, which it must not end.
    - `wait`: seconds to wait for other writers. Readers never wait.
    - `mode`: the permissions of files that are made, whatever the umask.

    Raises StoreError, whose `code` says why, and leaves the file as it was: not_ours, newer_version, read_only,
    damaged, disk_full, busy, io_error. So do all operations; closed after `close`.
    """

    table_class: type[tinydb.table.Table] = Table
    default_storage_class: type[tinydb.Storage] = SQLiteStorage  # type: ignore[assignment]  # TinyDB infers its own

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
        mode: int = MODE,
        create_dirs: bool = False,
        access_mode: str = "r+",
    ) -> None:
        super().__init__(
            path,
            indexes=indexes,
            logs=logs,
            tallies=tallies,
            application=application,
            version=version,
            migrations=migrations,
            wait=wait,
            read_only=read_only or access_mode in {"r", "rb"},
            mode=mode,
            create_dirs=create_dirs,
        )

    @property
    def storage(self) -> SQLiteStorage:
        """The storage, whose `read` and `write` take everything at once."""
        return cast(SQLiteStorage, self._storage)

    @property
    def counters(self) -> Counters:
        """Named sums, changed in the current transaction."""
        return self.storage.counters

    def table(self, name: str, **kwargs: Any) -> Table:
        """The table of that name, always the same object; it comes into being with its first write."""
        return cast(Table, super().table(name, **kwargs))

    def transaction(self) -> Transaction:
        """`with db.transaction():` several operations in any tables are one commit; none if an exception leaves.

        Inside another it is part of it: an exception undoes its own part, and everything if it goes on. Other threads
        and processes see nothing before the commit; they wait for their turn to write. To be left soon, and not across
        an `await`. Raises StoreError("busy") after `wait` seconds.
        """
        return self.storage.connections.transaction

    def joined(self) -> AbstractContextManager[None]:
        """`transaction`, but inside another no part that is undone by itself: for what fails only as a whole."""
        return self.storage.connections.joined()

    def snapshot(self) -> Snapshot:
        """`with db.snapshot():` several reads of one committed state. To be left soon: the log is kept meanwhile."""
        return self.storage.connections.snapshot

    def data_version(self) -> int:
        """A number that changes with each commit, of this process or another; comparable on this object only."""
        return self.storage.connections.data_version()

    def copy_to(self, path: str | os.PathLike[str]) -> None:
        """Write one committed state into a new file, compactly; others read and write meanwhile."""
        self.storage.connections.fetch("VACUUM INTO ?", (os.fspath(path),))

    def check(self) -> None:
        """Read the whole file; raises StoreError("damaged") if anything is wrong. Takes long on a large one."""
        self.storage.check()

    def tables(self) -> set[str]:
        """The names of all tables."""
        return self.storage.table_names()

    def drop_tables(self) -> None:
        """Remove all tables with their documents, indexes and logs' last ids. Counters stay."""
        with self.transaction():
            for name in self.storage.table_names():
                self.storage.drop(name)
        self._tables.clear()

    def drop_table(self, name: str) -> None:
        """Remove one table, if there is one of that name."""
        self.storage.drop(name)
        self._tables.pop(name, None)
