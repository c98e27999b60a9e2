"""Opening a file: whose it is, what version, what shape; a clear error and untouched data where it is not usable."""

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.store.engine import Database, Index, StoreError, field_sql, handle, table_sql


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def refusal(open_it: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as refused:
        open_it()
    assert refused.value.detail
    return refused.value.code


def text_file(path: Path) -> None:
    path.write_text("Balancete de outubro\n" * 20)


def short_file(path: Path) -> None:
    path.write_bytes(b"SQLite")


def other_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE doc_clients (doc_id INTEGER PRIMARY KEY, body TEXT)")
    connection.close()


def other_application(path: Path) -> None:
    Database(path, application="ledger").close()


def directory(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [text_file, short_file, other_sqlite, other_application, directory])
def test_what_is_not_ours_is_left_alone(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Opening the wrong file must not cost somebody that file."""
    make(tmp_path / "x.db")
    before = contents(tmp_path)
    assert refusal(lambda: Database(tmp_path / "x.db", application="office")) == "not_ours"
    assert contents(tmp_path) == before


def test_a_newer_versions_file_is_left_alone(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db", version=3) as db:
        db.insert({"n": 1})
    before = contents(tmp_path)
    assert refusal(lambda: Database(tmp_path / "x.db", version=2)) == "newer_version"
    assert contents(tmp_path) == before


def test_a_newer_version_is_seen_while_it_is_only_in_the_log(tmp_path: Path) -> None:
    Database(tmp_path / "x.db").close()
    with Database(tmp_path / "x.db", version=2, migrations={1: lambda connection: None}) as newer:
        assert refusal(lambda: Database(tmp_path / "x.db")) == "newer_version"
        assert newer.tables() == set()


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch(mode=0o644)
    with Database(tmp_path / "x.db") as db:
        assert db.insert({}) == 1
    assert sorted(contents(tmp_path)) == ["x.db", "x.db.lock"]


def test_a_log_without_its_database_is_not_swallowed(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db") as db:
        db.insert({"n": 1})
        (tmp_path / "copy.db-wal").write_bytes((tmp_path / "x.db-wal").read_bytes())
    assert refusal(lambda: Database(tmp_path / "copy.db")) == "damaged"


@pytest.mark.parametrize("mode", [0o600, 0o660])
def test_all_files_have_the_mode_asked_for(tmp_path: Path, mode: int) -> None:
    """Clients' data would be readable to others, or an office's group locked out."""
    umask = os.umask(0o027 if mode == 0o660 else 0)
    try:
        with Database(tmp_path / "x.db", mode=mode) as db:
            db.insert({})
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(umask)
    assert modes == dict.fromkeys(["x.db", "x.db-wal", "x.db-shm", "x.db.lock"], mode)


def test_missing_places_are_said_as_tinydb_says_them(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Database(tmp_path / "no" / "x.db")
    with pytest.raises(FileNotFoundError):
        Database(tmp_path / "x.db", access_mode="r")
    assert contents(tmp_path) == {}
    Database(tmp_path / "no" / "x.db", create_dirs=True).close()
    assert (tmp_path / "no" / "x.db").exists()


def test_read_only_reads_and_sees_others_commits_and_writes_nothing(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db") as writer, Database(tmp_path / "x.db", read_only=True) as reader:
        writer.insert({"n": 1})
        assert reader.all() == [{"n": 1}]
        assert refusal(lambda: reader.insert({})) == "read_only"
        writer.insert({"n": 2})
        assert len(reader.search(lambda document: True)) == 2


def test_a_complete_file_is_read_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a read-only disk, where SQLite cannot make the files that it reads through."""
    with Database(tmp_path / "x.db") as db:
        db.insert({"n": 1})
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with Database(tmp_path / "x.db") as reader:
        before = contents(tmp_path)
        assert reader.all() == [{"n": 1}]
        with reader.snapshot():
            assert reader.get(doc_id=1) == {"n": 1}
        assert refusal(lambda: reader.insert({})) == "read_only"
        assert contents(tmp_path) == before
        monkeypatch.undo()
        with Database(tmp_path / "x.db") as db:  # somebody else may write after all
            db.insert({"n": 2})
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        assert len(reader) == 2


@pytest.mark.parametrize("where", ["catalogue", "rows"])
def test_damage_is_said_and_not_made_worse(tmp_path: Path, where: str) -> None:
    path = tmp_path / "x.db"
    with Database(path, indexes=[Index("_default", "n")]) as db:
        db.insert_multiple({"n": n, "text": "x" * 300} for n in range(200))
    damaged = bytearray(path.read_bytes())
    low = 100 if where == "catalogue" else 3 * 4096
    damaged[low : low + 5 * 4096] = b"\xff" * (5 * 4096)
    path.write_bytes(damaged)

    def use() -> None:
        with Database(path, indexes=[Index("_default", "n")]) as db:
            db.check()

    assert refusal(use) == "damaged"
    assert path.read_bytes() == damaged


def limit_size(db: Database, pages: int) -> None:
    def limit(connection: sqlite3.Connection) -> None:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + pages}").fetchone()

    db.storage.connections.using(limit)


def test_a_full_disk_undoes_the_whole_transaction(tmp_path: Path) -> None:
    """SQLite itself ends a transaction then: what the program goes on to write must not be kept alone."""
    with Database(tmp_path / "x.db") as db:
        db.insert({"n": 1})
        limit_size(db, 2)
        assert refusal(lambda: db.insert({"big": "x" * 100_000})) == "disk_full"

        def careless() -> None:
            with db.transaction():
                db.insert({"n": 2})
                for _ in range(2):
                    with pytest.raises(StoreError):
                        db.insert({"big": "x" * 100_000})
                with pytest.raises(StoreError):
                    db.insert({"n": 3})

        assert refusal(careless) == "disk_full"
        assert db.all() == [{"n": 1}]
        db.insert({"n": 4})
    with Database(tmp_path / "x.db") as db:
        assert [document["n"] for document in db] == [1, 4]


def test_a_migration_runs_once_and_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with Database(path) as db:
        db.table("clients").insert({"name": "Ana"})

    def rename(connection: sqlite3.Connection) -> None:
        table = table_sql("clients")
        connection.execute(f"UPDATE {table} SET body = json_set(body, '$.title', {field_sql('name')})")
        connection.execute(f"UPDATE {table} SET body = json_remove(body, '$.name')")

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute(f"DELETE FROM {table_sql('clients')}")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Database(path, version=3, migrations={1: rename, 2: fail})
    for _ in range(2):
        with Database(path, version=2, migrations={1: rename}) as db:
            assert db.table("clients").all() == [{"title": "Ana"}]
    assert refusal(lambda: Database(path, version=3, migrations={2: rename}, read_only=True)) == "read_only"
    with pytest.raises(KeyError):
        Database(path, version=3)


def test_indexes_follow_their_declaration(tmp_path: Path) -> None:
    path = tmp_path / "x.db"

    def indexes(db: Database) -> list[str]:
        rows = db.storage.fetch("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY sql")
        return [str(row[0]) for row in rows]

    with Database(path) as db:
        db.table("t").insert_multiple([{"a": 1}, {"a": 2}, {"b": 1}, {"b": 1}])
    with Database(path, indexes=[Index("t", "a", unique=True), Index("later", "x")]) as db:
        assert len(indexes(db)) == 1
        assert db.table("t").put("a", {"a": 2, "c": 3}) == 2
        db.table("later").insert({"x": 1})
        assert len(indexes(db)) == 2
    with Database(path, indexes=[Index("t", "a", where="{b} = 1")]) as db:
        assert "b" in indexes(db)[0]
        assert len(indexes(db)) == 1
    assert refusal(lambda: Database(path, indexes=[Index("t", "b", unique=True)])) == "duplicate"


def test_a_table_becomes_a_log_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with Database(path, indexes=[Index("events", "n")]) as db:
        db.table("events").insert_multiple([{"n": 1}, {"n": 2}])
    for expected in (3, 4):
        with Database(path, indexes=[Index("events", "n")], logs={"events"}) as db:
            events = db.table("events")
            assert events.append({"n": expected}) == expected
            events.remove(doc_ids=[expected])
            assert events.by("n", 2) == {"n": 2}


def test_the_log_is_reset_although_somebody_always_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the file beside the database grows until the disk is full."""
    import core.store.engine.connection as module

    monkeypatch.setattr(module, "LOG_LIMIT", 1_000_000)
    monkeypatch.setattr(module, "LOOK_AT_LOG_EVERY", 32)
    turns = (threading.Semaphore(0), threading.Semaphore(0))
    done = threading.Event()

    with Database(tmp_path / "x.db") as db:
        db.insert({})

        def read(me: int) -> None:
            while not done.is_set():
                with db.snapshot():
                    turns[1 - me].release()  # the other may leave, now that one is inside
                    turns[me].acquire(timeout=5)

        readers = [threading.Thread(target=read, args=(me,)) for me in (0, 1)]
        for reader in readers:
            reader.start()
        sizes = []
        for n in range(500):
            db.insert({"n": n, "text": "x" * 20_000})
            sizes.append((tmp_path / "x.db-wal").stat().st_size)
        done.set()
        for reader in readers:
            reader.join()
    assert max(sizes) < 5_000_000  # of 11 MB written


def test_a_closed_database_says_so(tmp_path: Path) -> None:
    db = Database(tmp_path / "x.db")
    db.insert({})
    db.close()
    for use in (lambda: db.insert({}), lambda: len(db), db.data_version):
        assert refusal(use) == "closed"


def test_closing_while_a_thread_ends_closes_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the second time the number may be another file's, which would be closed under who writes it."""
    closed: list[int] = []
    ending = threading.Event()

    def slowly(number: int) -> None:
        closed.append(number)
        ending.set()
        time.sleep(0.1)
        os.close(number)

    db = Database(tmp_path / "x.db")
    thread = threading.Thread(target=lambda: db.table("t").insert({}))
    monkeypatch.setattr(handle, "os", SimpleNamespace(close=slowly))
    thread.start()
    assert ending.wait(10)
    db.close()
    thread.join()
    assert len(closed) == len(set(closed)) > 0


def test_a_path_with_any_characters_is_that_path(tmp_path: Path) -> None:
    path = tmp_path / "escritório #1?mode=ro&x=%41.db"
    with Database(path) as db:
        db.insert({})
    assert path.stat().st_size > 0


def test_a_forked_process_has_connections_of_its_own(tmp_path: Path) -> None:
    """A connection carried across a fork corrupts the database."""
    with Database(tmp_path / "x.db") as db:
        db.insert({"who": "parent"})
        child = os.fork()
        if not child:
            try:
                db.insert({"who": "child"})
            finally:
                os._exit(0)
        db.insert({"who": "parent"})
        assert os.waitpid(child, 0)[1] == 0
        assert sorted(document["who"] for document in db) == ["child", "parent", "parent"]
        db.check()
