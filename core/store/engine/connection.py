"""One SQLite connection a thread, and transactions over them.

SQLite must not be carried across a fork (its locks are not inherited, its bookkeeping of them is): idle connections are
closed before a fork and opened again when needed, on both sides. Never fork inside a transaction or a snapshot.
"""

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from core.store.engine import forking
from core.store.engine.errors import StoreError, translated
from core.store.engine.handle import Handle
from core.store.engine.turn import give_turn, take_turn

CHECKPOINT_PAGES = 2000  # SQLite's own checkpoint, at a commit: about 8 MB of log
LOG_LIMIT = 32 * 1024 * 1024  # bytes; a log that constant readers kept from being reset is reset by force
LOOK_AT_LOG_EVERY = 256  # commits
WAIT_FOR_READERS = 250  # ms, for that

Parameters = Sequence[Any]
T = TypeVar("T")


class Connections:
    """The connections of one open database, a thread each.

    `connect` opens one; `open_turn` opens the lock file, or is None where nothing may be written. Where `lasting` is
    False, a connection would not notice others' commits, and is opened anew for each statement or snapshot.
    """

    def __init__(
        self,
        path: str,
        connect: Callable[[], sqlite3.Connection],
        open_turn: Callable[[], int] | None,
        wait: float,
        *,
        lasting: bool = True,
    ) -> None:
        self.path = path
        self.lasting = lasting
        self.transaction = Transaction(self)
        self.snapshot = Snapshot(self)
        self._connect = connect
        self._open_turn = open_turn
        self._wait = wait
        self._closed = False
        self._local = threading.local()
        self._handles: weakref.WeakSet[Handle] = weakref.WeakSet()
        self._registering = threading.Lock()
        self._watcher = Handle()
        self._commits = 0
        self._abandoned: list[object] = []
        forking.watch(self)

    def handle(self) -> Handle:
        """This thread's handle. Its connection is opened by the first statement."""
        try:
            handle: Handle = self._local.handle
        except AttributeError:
            handle = Handle()
            with self._registering:
                self._handles.add(handle)
            self._local.handle = handle
        return handle

    def in_transaction(self) -> bool:
        """Whether this thread is inside a transaction or a snapshot, so that it may see another state than others."""
        handle = self.handle()
        return bool(handle.depth or handle.snapshots)

    def fetch(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """All rows of a reading statement, at once: an unfinished cursor would keep the log from being reset."""
        handle = self.handle()
        with handle.lock:
            cursor = self._run(handle, sql, parameters)
            try:
                rows = cursor.fetchall()
            except sqlite3.Error as error:
                raise self._failed(handle, error) from None
            if not (self.lasting or handle.snapshots):
                handle.close()
        return rows

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one writing statement, in this thread's transaction or in one of its own.

        Returns its cursor, of which only `lastrowid` and `rowcount` may be used.
        """
        handle = self.handle()
        if handle.depth:
            return self._run(handle, sql, parameters)
        with self.transaction:
            return self._run(handle, sql, parameters)

    def execute_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        """Run one writing statement for each row, all or none of them, inside this thread's transaction."""
        handle = self.handle()
        with self.transaction:
            try:
                self._opened(handle).executemany(sql, rows)
            except sqlite3.Error as error:
                raise self._failed(handle, error) from None

    @contextmanager
    def joined(self) -> Iterator[None]:
        """A transaction; where one is open, a part of it that is not undone by itself, and so costs nothing."""
        if self.handle().depth:
            yield
        else:
            with self.transaction:
                yield

    def using(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """What `function` makes of this thread's connection, in the transaction or snapshot that is open."""
        handle = self.handle()
        with handle.lock:
            try:
                return function(self._opened(handle))
            except sqlite3.Error as error:
                raise self._failed(handle, error) from None

    def data_version(self) -> int:
        """A number that changes with every commit of any connection, this process's or another's."""
        if not self.lasting:
            return Path(self.path).stat().st_mtime_ns
        watcher = self._watcher
        with watcher.lock:
            row = self._run(watcher, "PRAGMA data_version", ()).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close every thread's connection, after the statement that it is in."""
        with self._registering:
            self._closed = True
            handles = (*self._handles, self._watcher)
        for handle in handles:
            with handle.lock:
                if not handle.depth:
                    handle.close()

    def begin(self) -> None:
        """Open a transaction on this thread, or a part of the one that is open."""
        handle = self.handle()
        handle.lock.acquire()
        try:
            if handle.depth:
                self._run(handle, f"SAVEPOINT s{handle.depth}", ())
            else:
                self._begin(handle)
            handle.depth += 1
        except BaseException:
            handle.lock.release()
            raise

    def end(self, *, commit: bool) -> None:
        """Close what `begin` opened: keep it if `commit`, else undo it. A failed commit raises and keeps nothing."""
        handle = self.handle()
        try:
            handle.depth -= 1
            if not handle.depth:
                self._end(handle, commit=commit)
            elif handle.failure is None:
                name = f"s{handle.depth}"
                if not commit:
                    self._run(handle, f"ROLLBACK TO {name}", ())
                self._run(handle, f"RELEASE {name}", ())
            elif commit:
                raise handle.failure
        finally:
            handle.lock.release()

    def _begin(self, handle: Handle) -> None:
        if self._open_turn is None:
            raise StoreError("read_only", self.path)
        if handle.snapshots:
            raise RuntimeError("a snapshot only reads")
        if handle.turn is None:
            try:
                handle.turn = self._open_turn()
            except OSError as error:
                raise translated(error, self.path) from None
        take_turn(handle.turn, self.path, self._wait)
        try:
            handle.failure = None
            self._run(handle, "BEGIN IMMEDIATE", ())
        except BaseException:
            give_turn(handle.turn)
            raise

    def _end(self, handle: Handle, *, commit: bool) -> None:
        connection = self._opened(handle)
        try:
            if commit:
                self._run(handle, "COMMIT", ())
                self._look_at_log(connection)
        finally:
            failure, handle.failure = handle.failure, None
            try:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                if failure is None:
                    raise translated(error, self.path) from None
            finally:
                if handle.turn is not None:
                    give_turn(handle.turn)
                if self._closed:
                    handle.close()

    def _run(self, handle: Handle, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        if handle.failure is not None:
            raise handle.failure
        try:
            return self._opened(handle).execute(sql, parameters)
        except sqlite3.Error as error:
            raise self._failed(handle, error) from None

    def _failed(self, handle: Handle, error: sqlite3.Error) -> Exception:
        """What to raise. On a full disk SQLite may end the transaction itself: what follows must not be kept alone."""
        found = translated(error, self.path)
        if handle.depth and isinstance(found, StoreError) and found.code != "duplicate":
            handle.failure = found
        return found

    def _look_at_log(self, connection: sqlite3.Connection) -> None:
        self._commits += 1
        if self._commits % LOOK_AT_LOG_EVERY != 1:
            return
        try:
            if Path(f"{self.path}-wal").stat().st_size > LOG_LIMIT:
                connection.execute(f"PRAGMA busy_timeout = {WAIT_FOR_READERS}")
                connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
                connection.execute(f"PRAGMA busy_timeout = {int(self._wait * 1000)}")
        except (OSError, sqlite3.Error):
            pass  # the commit is done; the log is looked at again later

    def _opened(self, handle: Handle) -> sqlite3.Connection:
        if handle.connection is None:
            if self._closed:
                raise StoreError("closed", self.path)
            handle.connection = self._connect()
        return handle.connection

    def before_fork(self) -> None:
        """Close what is idle, and wait until the other threads' statements and transactions are done."""
        self._registering.acquire()
        for handle in (*self._handles, self._watcher):
            handle.lock.acquire()
            if not (handle.depth or handle.snapshots):
                handle.close()

    def after_fork(self, *, child: bool) -> None:
        """Go on, in the parent or in the `child`."""
        for handle in (*self._handles, self._watcher):
            if child and (handle.depth or handle.snapshots):
                self._abandoned.append(handle.connection)  # closing it here would touch the parent's files
                handle.connection, handle.depth, handle.snapshots = None, 0, 0
                handle.close()
            handle.lock.release()
        self._registering.release()


class Transaction:
    """`with` it, several operations are one commit; an exception undoes them all. Inside another it is part of it."""

    __slots__ = ("_connections",)

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def __enter__(self) -> None:
        self._connections.begin()

    def __exit__(self, kind: object, value: object, traceback: object) -> None:
        self._connections.end(commit=kind is None)


class Snapshot:
    """`with` it, several reads see one committed state. To be left soon: while it is open, the log cannot be reset."""

    __slots__ = ("_connections",)

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def __enter__(self) -> None:
        handle = self._connections.handle()
        handle.lock.acquire()
        try:
            handle.snapshots += 1
            if not handle.depth and handle.snapshots == 1:
                self._connections.fetch("BEGIN")
                self._connections.fetch("SELECT 1 FROM sqlite_master LIMIT 1")  # the first read fixes the state
        except BaseException:
            handle.snapshots -= 1
            handle.lock.release()
            raise

    def __exit__(self, kind: object, value: object, traceback: object) -> None:
        handle = self._connections.handle()
        handle.snapshots -= 1
        try:
            if not (handle.depth or handle.snapshots) and handle.connection and handle.connection.in_transaction:
                self._connections.fetch("COMMIT")
        finally:
            handle.lock.release()
