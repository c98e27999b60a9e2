"""A portal whose documents lie in a SQLite file: the worked example of `core.ports.Portal`."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from core.domain.models import Names, Place
from core.domain.names import SCRATCH_FOLDER
from core.domain.text import fold
from core.portal.tree import component
from core.ports import Absent, Condition, Conflict, Found, PortalFault, PortalReport

T = TypeVar("T")
TABLES = """
CREATE TABLE IF NOT EXISTS folders (path TEXT PRIMARY KEY, parent TEXT, name TEXT);
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, parent TEXT, name TEXT, body BLOB, seen INTEGER DEFAULT 0);
"""


class DatabasePortal:
    """Every publish is one transaction, so nothing is ever half there and no scratch is left behind."""

    linger = 0.0  # a dead process's transaction is rolled back: nothing of it can take effect later
    unkept = ""  # no option asks for what it cannot do

    def __init__(self, path: Path):
        self.url = f"sqlite://{path}"
        self._path = path

    async def check(self) -> PortalReport:
        await self._in_thread(lambda db: db.execute("SELECT count(*) FROM files").fetchone())
        return PortalReport(self.url, exclusive=True)

    async def folders(self, root: Names, folder: Names) -> list[str]:
        sql, here = "SELECT name FROM folders WHERE parent = ?", _path(root, folder)
        found = await self._in_thread(lambda db: [name for (name,) in db.execute(sql, (here,))])
        return sorted((name for name in found if not name.startswith(".")), key=lambda name: (fold(name), name))

    async def names(self, root: Names, folder: Names) -> frozenset[str]:
        here = _path(root, folder)
        sql = "SELECT name FROM folders WHERE parent = ? UNION SELECT name FROM files WHERE parent = ?"
        return await self._in_thread(lambda db: frozenset(name for (name,) in db.execute(sql, (here, here))))

    async def make_folder(self, root: Names) -> None:
        _path(root, ())
        await self._in_thread(lambda db: _make_folders(db, root))

    async def look(self, place: Place) -> Found | None:
        path = _path(place.root, place.folder, place.name)

        def look(db: sqlite3.Connection) -> Found | None:
            if row := db.execute("SELECT length(body), seen FROM files WHERE path = ?", (path,)).fetchone():
                return Found(is_file=True, size=row[0], seen=bool(row[1]))
            return Found(is_file=False) if _is_folder(db, path) else None

        return await self._in_thread(look)

    async def digest(self, place: Place) -> str | None:
        path = _path(place.root, place.folder, place.name)
        row = await self._in_thread(lambda db: db.execute("SELECT body FROM files WHERE path = ?", (path,)).fetchone())
        return None if row is None else hashlib.sha256(row[0]).hexdigest()

    async def publish(self, source: Path, place: Place, condition: Condition, scratch: str) -> None:
        path = _path(place.root, place.folder, place.name)
        if not place.root:
            raise PortalFault("name_invalid")

        def publish(db: sqlite3.Connection) -> None:
            try:
                body = source.read_bytes()
            except OSError as error:
                raise PortalFault("file_missing", str(error)) from error
            there = db.execute("SELECT body, seen FROM files WHERE path = ?", (path,)).fetchone()
            if isinstance(condition, Absent):
                fits = there is None and not _is_folder(db, path)
            else:
                fits = there is not None and not there[1] and hashlib.sha256(there[0]).hexdigest() == condition.sha256
            if not fits:
                raise Conflict  # whoever came first has the name; the engine looks again and decides anew
            parent = _make_folders(db, (*place.root, *place.folder))
            row = (path, parent, component(place.name), body)
            db.execute("REPLACE INTO files (path, parent, name, body) VALUES (?, ?, ?, ?)", row)

        await self._in_thread(publish)

    async def recover(self, place: Place, scratch: str, sha256: str, expected: str | None) -> None:
        _path(place.root, place.folder, place.name)  # nothing is ever left behind

    async def scratches(self) -> list[tuple[str, float]]:
        return []

    async def discard(self, scratch: str) -> None:
        pass

    async def close(self) -> None:
        pass

    async def _in_thread(self, act: Callable[[sqlite3.Connection], T]) -> T:
        def run() -> T:
            with self._transaction() as db:
                return act(db)

        return await asyncio.to_thread(run)  # the engine's loop must not wait for a disk

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._path.as_uri()}?mode=rw", uri=True, timeout=30, isolation_level=None)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One write at a time: what a condition has seen stays true until the commit."""
        try:
            with closing(self._connect()) as db:
                db.executescript(TABLES)
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")  # without it, closing rolls everything back
        except sqlite3.Error as error:
            code = "portal_full" if error.sqlite_errorcode == sqlite3.SQLITE_FULL else "portal_unreachable"
            raise PortalFault(code, str(error)) from error


def _path(root: Names, folder: Names, *name: str) -> str:
    """One text for a place, each name checked and in NFC: nothing can lead elsewhere."""
    names = [component(one) for one in (*root, *folder, *name)]
    if names and names[0].casefold() == SCRATCH_FOLDER:
        raise PortalFault("name_invalid")
    return "/".join(names)


def _is_folder(db: sqlite3.Connection, path: str) -> bool:
    return db.execute("SELECT 1 FROM folders WHERE path = ?", (path,)).fetchone() is not None


def _make_folders(db: sqlite3.Connection, names: Names) -> str:
    parent = ""
    for level, one in enumerate(names, 1):
        path = _path(names[:level], ())
        if db.execute("SELECT 1 FROM files WHERE path = ?", (path,)).fetchone():
            raise PortalFault("name_invalid", "a file, not a folder")
        db.execute("INSERT OR IGNORE INTO folders VALUES (?, ?, ?)", (path, parent, component(one)))
        parent = path
    return parent
