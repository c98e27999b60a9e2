"""The documentation's example of a portal adapter keeps the contract: whoever copies it starts from what works."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import SplitResult

import pytest

from core.domain.models import Place
from core.portal import SCHEMES, PortalOptions
from core.portal.tree import component
from core.ports import Absent, Condition, Portal, Unchanged
from docs.examples.database_portal import TABLES, DatabasePortal, _make_folders, _path
from tests.portal_contract import NEW, OLD, Outside, PortalContract, at, file, sha


class Death(BaseException):
    """The process ends here."""


class DatabaseOutside:
    """Someone else with the same file."""

    def __init__(self, path: Path):
        self.path = path

    def _run(self, sql: str, *values: object) -> list[tuple[str, bytes]]:
        with closing(sqlite3.connect(self.path, timeout=30)) as db, db:
            return db.execute(sql, values).fetchall()

    def put(self, place: Place, data: bytes) -> None:
        with closing(sqlite3.connect(self.path, timeout=30)) as db, db:
            parent = _make_folders(db, (*place.root, *place.folder))
            row = (_path(place.root, place.folder, place.name), parent, component(place.name), data)
            db.execute("REPLACE INTO files (path, parent, name, body) VALUES (?, ?, ?, ?)", row)

    save = put

    def read(self, place: Place) -> bytes | None:
        path = _path(place.root, place.folder, place.name)
        return next((body for _, body in self._run("SELECT path, body FROM files WHERE path = ?", path)), None)

    def remove(self, place: Place) -> None:
        self._run("DELETE FROM files WHERE path = ?", _path(place.root, place.folder, place.name))

    def mark_seen(self, place: Place) -> None:
        self._run("UPDATE files SET seen = 1 WHERE path = ?", _path(place.root, place.folder, place.name))

    def tree(self) -> set[str]:
        return {path for path, _ in self._run("SELECT path, '' FROM files UNION SELECT path, '' FROM folders")}

    def scratch_area(self) -> list[str]:
        return []

    async def die(self, source: Path, place: Place, condition: Condition, scratch: str, step: int) -> bool:
        try:
            await Dying(self.path, step).publish(source, place, condition, scratch)
        except Death:
            return True
        return False


class Dying(DatabasePortal):
    """Ends before its step-th statement."""

    def __init__(self, path: Path, step: int):
        super().__init__(path)
        self._left = iter(range(step))

    def _connect(self) -> sqlite3.Connection:
        def count(_: str) -> None:
            if next(self._left, None) is None:
                raise Death

        class Counted(sqlite3.Connection):
            def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
                count(sql)
                return super().execute(sql, *values)  # type: ignore[arg-type]  # as sqlite3 has it

        return sqlite3.connect(f"{self._path.as_uri()}?mode=rw", uri=True, isolation_level=None, factory=Counted)


@pytest.fixture
def portal(tmp_path: Path) -> DatabasePortal:
    with closing(sqlite3.connect(tmp_path / "portal.db")) as db:
        db.executescript(TABLES)
    return DatabasePortal(tmp_path / "portal.db")


@pytest.fixture
def outside(tmp_path: Path) -> DatabaseOutside:
    return DatabaseOutside(tmp_path / "portal.db")


class TestDatabasePortal(PortalContract):
    """All of the contract but one: it never has scratches."""

    async def test_scratches_of_the_dead_are_found_and_discarded(
        self, portal: Portal, outside: Outside, tmp_path: Path
    ) -> None:
        for step in range(12):
            outside.put(at(), OLD)
            await outside.die(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s", step)
            assert await portal.scratches() == []


async def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A portal that is not mounted must not be made anew, empty, in its place."""
    from core.ports import PortalFault

    with pytest.raises(PortalFault) as raised:
        await DatabasePortal(tmp_path / "none.db").publish(file(tmp_path, NEW), at(), Absent(), "s")
    assert raised.value.code == "portal_unreachable"
    assert not (tmp_path / "none.db").exists()


def test_registered_by_its_scheme_it_does_the_main_job(
    portal: DatabasePortal, outside: DatabaseOutside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.domain.models import Client, Task, Template
    from core.office import activation, create_office, documents, open_office, sending
    from core.office.tasks import complete_task
    from tests.office_setup import OWNER

    def opened(parts: SplitResult, options: PortalOptions) -> Portal:
        return DatabasePortal(Path(parts.path))

    monkeypatch.setitem(SCHEMES, "sqlite", opened)
    create_office(tmp_path / "e", {"portal": {"url": f"sqlite://{tmp_path / 'portal.db'}"}})
    (tmp_path / "das.pdf").write_bytes(NEW)
    with open_office(tmp_path / "e") as ctx:
        ctx.store.clients.save([Client(id="1", name="Alfa", portal=("Alfa",))])
        ctx.store.templates.save([Template(id="das", name="DAS", department="Fiscal", destination=("Fiscal",))])
        ctx.store.tasks.save([Task(id="T", client="1", name="DAS", period="2026-10", templates=("das",))])
        activation.activate(ctx, OWNER)
        documents.attach_files(ctx, OWNER, "T", [tmp_path / "das.pdf"], "das")
        complete_task(ctx, OWNER, "T")
        assert sending.deliver(ctx).outcomes == {"delivered": 1}
    assert outside.read(Place(root=("Alfa",), folder=("Fiscal",), name="das.pdf")) == NEW
