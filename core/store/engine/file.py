"""The file: whether it is ours, said before a byte of it is touched; making a new one; opening a connection to it."""

import os
import sqlite3
import stat
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from core.store.engine.connection import CHECKPOINT_PAGES, LOG_LIMIT
from core.store.engine.errors import StoreError, translated
from core.store.engine.schema import COUNTERS_SQL, META_SQL

LAYOUT = 1  # of this engine's own tables
MODE = 0o600

_HEADER = 100  # bytes; offsets from SQLite's file format, section 1.3
_MAGIC = b"SQLite format 3\x00"
_USER_VERSION = 60
_APPLICATION_ID = 68


@dataclass(frozen=True)
class Identity:
    """Whose file it is: an application's name, and the version of its schema that this program knows."""

    application: str
    version: int

    @property
    def number(self) -> int:
        """SQLite's application_id: a positive 32-bit number."""
        return zlib.crc32(b"tinydb on sqlite: " + self.application.encode()) >> 1 or 1


def look(path: str, identity: Identity) -> bool:
    """Whether there is a database of ours at `path`; False if there is nothing, or an empty file.

    Touches nothing. Raises StoreError: not_ours, newer_version, damaged, read_only (it cannot even be read).
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise StoreError("not_ours", f"{path} is no regular file")
        with Path(path).open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        header = b""
    except PermissionError as error:
        raise StoreError("read_only", f"{path}: {error.strerror}") from error
    if not header:
        for log in (f"{path}-wal", f"{path}-journal"):
            if _size(log):  # a new database would swallow it
                raise StoreError("damaged", f"{log} is there, its database is not")
        return False
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise StoreError("not_ours", f"{path} is no SQLite file")
    number, version = (struct.unpack_from(">i", header, offset)[0] for offset in (_APPLICATION_ID, _USER_VERSION))
    if number != identity.number:
        raise StoreError("not_ours", f"{path} was made by another application")
    if version > identity.version:
        raise _newer(path, version, identity)
    return True


def create(path: str, identity: Identity, mode: int) -> None:
    """Make a new database at `path`, whole or not at all. To be called in turn, where `look` found nothing."""
    new = f"{path}.new"
    for leftover in (new, f"{new}-wal", f"{new}-shm", f"{new}-journal"):
        Path(leftover).unlink(missing_ok=True)
    try:
        fd = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        os.fchmod(fd, mode)  # whatever the umask says
        os.close(fd)
        connection = connect(new, "rw", wait=1)
        try:
            connection.execute("BEGIN")
            connection.execute(f"PRAGMA application_id = {identity.number}")
            connection.execute(f"PRAGMA user_version = {identity.version}")
            connection.execute(META_SQL)
            connection.execute(COUNTERS_SQL)
            rows = (("application", identity.application), ("layout", LAYOUT))
            connection.executemany("INSERT INTO _meta VALUES (?, ?)", rows)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        Path(new).replace(path)
        directory = os.open(Path(path).parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except sqlite3.Error as error:
        raise translated(error, path) from None
    finally:
        Path(new).unlink(missing_ok=True)


def connect(path: str, mode: str, *, wait: float) -> sqlite3.Connection:
    """Open a connection: `mode` "rw", "ro", or "immutable" (nothing may be written beside it, and nobody does)."""
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    connection = sqlite3.connect(
        f"file:{quote(path)}?{query}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,  # Handle.lock keeps to one thread at a time
        timeout=wait,
        cached_statements=512,
    )
    for pragma in (
        "synchronous = FULL",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        f"journal_size_limit = {LOG_LIMIT}",
        "cache_size = -16000",  # KiB
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def verify(connection: sqlite3.Connection, path: str, identity: Identity) -> int:
    """The schema's version, as committed; raises StoreError: not_ours, newer_version, damaged."""
    try:
        meta = dict(connection.execute("SELECT key, value FROM _meta").fetchall())
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise StoreError("damaged", f"{path}: {error}") from error
        raise translated(error, path) from None
    except sqlite3.Error as error:
        raise translated(error, path) from None
    if meta.get("application") != identity.application:
        raise StoreError("not_ours", f"{path} was made by {meta.get('application')}")
    if version > identity.version or meta.get("layout", 0) > LAYOUT:
        raise _newer(path, version, identity)
    return version


def reading_mode(path: str, *, read_only: bool) -> str:
    """How an existing database can be opened here: "rw", "ro" or "immutable".

    SQLite reads a database with a log through files beside it. Where it may not write those and there is no log, the
    file is complete and can be read alone.
    """
    writable_directory = os.access(Path(path).parent, os.W_OK | os.X_OK)
    if writable_directory and os.access(path, os.W_OK):
        return "ro" if read_only else "rw"
    return "ro" if writable_directory or Path(f"{path}-wal").exists() else "immutable"


def connector(path: str, *, read_only: bool, wait: float) -> Callable[[], sqlite3.Connection]:
    """A function that opens a connection to a database known to be ours."""

    def opened() -> sqlite3.Connection:
        mode = reading_mode(path, read_only=read_only)
        try:
            connection = connect(path, mode, wait=wait)
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.OperationalError as error:
            if mode != "rw" and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CANTOPEN:
                raise StoreError("read_only", f"{path}: reading it takes writing into its directory") from error
            raise translated(error, path) from None
        except sqlite3.Error as error:
            raise translated(error, path) from None
        return connection

    return opened


def _newer(path: str, version: int, identity: Identity) -> StoreError:
    return StoreError("newer_version", f"{path}: version {version}, known are those up to {identity.version}")


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
