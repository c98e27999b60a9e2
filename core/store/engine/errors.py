"""What can be wrong with a database file, told apart by a code that faces translate."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Literal

Code = Literal[
    "not_ours",
    "newer_version",
    "read_only",
    "damaged",
    "disk_full",
    "busy",
    "io_error",
    "duplicate",
    "closed",
]

SENTENCES: dict[Code, str] = {
    "not_ours": "this file is not a database of this program",
    "newer_version": "this database was written by a newer version of this program",
    "read_only": "this database can only be read",
    "damaged": "this database is damaged",
    "disk_full": "there is no space left for this database",
    "busy": "another program kept this database busy",
    "io_error": "the system could not read or write this database",
    "duplicate": "this value is already taken",
    "closed": "this database has been closed",
}

_BY_PRIMARY_CODE: dict[int, Code] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_IOERR: "io_error",
    sqlite3.SQLITE_CANTOPEN: "io_error",
}

_TAKEN = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_ROWID,
}

_BY_ERRNO: dict[int, Code] = {
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
    errno.EROFS: "read_only",
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EIO: "io_error",
}

_FULL = 1024 * 1024  # SQLite reports a full disk as an I/O error when it was its shared memory that did not fit


_SAID_OF_DAMAGE = (
    "malformed JSON",
    "no such function",
)  # of a row; of the schema, as our own SQL names none but SQLite's


class StoreError(Exception):
    """The database cannot do what was asked; whatever was asked has not been done.

    `code` is one of `Code` and stable; `detail` says which file and what SQLite said.
    """

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{SENTENCES[code]} ({detail})" if detail else SENTENCES[code])
        self.code: Code = code
        self.detail = detail


class DuplicateKeyError(StoreError, ValueError):
    """A unique index refused a document; a ValueError too, as TinyDB's answer to a taken document id is."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("duplicate", detail)


def translated(error: Exception, path: str) -> Exception:
    """The StoreError for what sqlite3 or the system raised, or the same error when it is a mistake in the program.

    `path` is the database's, for the detail.
    """
    if isinstance(error, OSError):
        cause = _BY_ERRNO.get(error.errno or 0)
        return StoreError(cause, f"{path}: {error.strerror}") if cause else error
    if isinstance(error, sqlite3.ProgrammingError) and "closed database" in str(error):
        return StoreError("closed", path)
    number = getattr(error, "sqlite_errorcode", None)
    if number is None and "decode to UTF-8" in str(error):  # Python's own word for a broken text
        return StoreError("damaged", f"{path}: {error}")
    if number is None:
        return error
    if number == sqlite3.SQLITE_ERROR and any(said in str(error) for said in _SAID_OF_DAMAGE):
        return StoreError("damaged", f"{path}: {error}")
    if number in _TAKEN:
        return DuplicateKeyError(f"{path}: {error}")
    code = _BY_PRIMARY_CODE.get(number & 0xFF)
    if code is None:
        return error
    if code == "io_error" and _disk_is_full(path):
        code = "disk_full"
    return StoreError(code, f"{path}: {error}")


def _disk_is_full(path: str) -> bool:
    try:
        space = os.statvfs(Path(path).parent)
    except OSError:
        return False
    return space.f_bavail * space.f_frsize < _FULL
