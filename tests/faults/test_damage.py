"""Damaged files of the office: one clear sentence with the file's name, exit status 3, and nothing made worse."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.program import Program, build, name_of


def say_no(program: Program, *words: str) -> str:
    """Run a command that must end with status 3 and one sentence beside its remedy; returns the sentence."""
    done = program.call(*words)
    assert done.returncode == 3, (done.stdout, done.stderr)
    sentence, *remedy = done.stderr.splitlines()
    assert len(remedy) <= 1, done.stderr
    assert all(line.startswith("Para resolver: ") for line in remedy)
    return sentence


def flip(offset: int, count: int) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(offset)
            old = file.read(count)
            file.seek(offset)
            file.write(bytes(byte ^ 0xFF for byte in old))

    return damage


def cut(share: float) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with path.open("r+b") as file:
            file.truncate(int(path.stat().st_size * share))

    return damage


def scribble(old: bytes, new: bytes) -> Callable[[Path], None]:
    """Bytes of rows change and SQLite cannot notice."""

    def damage(path: Path) -> None:
        body = path.read_bytes()
        assert old in body
        path.write_bytes(body.replace(old, new))

    return damage


def another_application(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE moz_places (id INTEGER)")
        other.commit()


def no_database(path: Path) -> None:
    path.write_text("Este arquivo é um bilhete, não um banco de dados.\n" * 20, encoding="utf-8")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 999")
        other.commit()
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("PRAGMA journal_mode = WAL")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(flip(0, 16), id="signature"),
        pytest.param(flip(16, 4), id="page-size"),
        pytest.param(flip(16, 84), id="header"),
        pytest.param(flip(100, 12), id="schema-page"),
        pytest.param(flip(68, 4), id="application-id"),
        pytest.param(cut(0.5), id="half"),
        pytest.param(cut(0.001), id="stump"),
        pytest.param(cut(0), id="emptied"),
        pytest.param(Path.unlink, id="removed"),
        pytest.param(another_application, id="another-application"),
        pytest.param(no_database, id="no-database"),
        pytest.param(newer, id="newer-version"),
    ],
)
def test_damaged_state(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """Whoever sees this restores a backup: the damaged file must still be what it was, and no new one in its place."""
    program = build(tmp_path, tasks=5)
    state = program.office / "state.db"
    damage(state)
    before = state.read_bytes() if state.exists() else None
    assert str(state) in say_no(program, "deliver")
    assert (state.read_bytes() if state.exists() else None) == before
    assert program.tree() == {}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(scribble(b'"period":"2026-10"', b'"period":"2026-\xff0"'), id="no-text"),
        pytest.param(scribble(b'"period":"2026-10"', b'"period"="2026-10"'), id="no-json"),
        pytest.param(scribble(b'"period":"2026-10"', b'"perio_":"2026-10"'), id="no-task"),
    ],
)
def test_damaged_rows(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """What SQLite cannot notice ends in a sentence too, not in a programmer's traceback."""
    program = build(tmp_path, tasks=5)
    state = program.office / "state.db"
    damage(state)
    for words in (("complete", "T0000"), ("deliver",)):
        assert str(state) in say_no(program, *words)
    assert program.tree() == {}


def test_a_damaged_schema(tmp_path: Path) -> None:
    """SQLite then speaks of functions that there are not, in bytes that are no text: still a sentence."""
    program = build(tmp_path, tasks=5)
    state = program.office / "state.db"
    scribble(b"json_extract", b"json_extr\xffct")(state)
    assert str(state) in say_no(program, "deliver")
    assert program.tree() == {}


def test_a_restored_backup_works(tmp_path: Path) -> None:
    """The remedy that the sentence names is one."""
    program = build(tmp_path, tasks=5)
    backup = tmp_path / "backup"
    shutil.copytree(program.office, backup)
    flip(0, 100)(program.office / "state.db")
    say_no(program, "deliver")
    shutil.rmtree(program.office)
    backup.rename(program.office)
    assert program.call("deliver").returncode == 0
    program.check()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        pytest.param(b'[portal]\nurl = "dir:///p"\n[sending]\nconcurrency = oito\n', "linha 4, coluna 15", id="value"),
        pytest.param(b'[portal\nurl = "dir:///p"\n', "linha 1, coluna 8", id="bracket"),
        pytest.param(b'[portal]\nurl = "dir:///p\n', "linha 2, coluna 16", id="quote"),
        pytest.param(b'[portal]\nurl = "dir:///p"\nurl = "dir:///q"\n', "linha 3", id="twice"),
        pytest.param(b'[portal]\nurl = """dir:///p\n', "linha 3, coluna 1", id="unfinished"),
        pytest.param(b'[portal]\nurl = "dir:///S\xe3o"\n', "linha 2, coluna 16", id="not-utf-8"),
        pytest.param(b"\x00\xff\xfe\x01" * 50, "linha 1, coluna ", id="binary"),
        pytest.param(b"", "linha 1, coluna 1", id="empty"),
        pytest.param(b'[portal]\nurl = "dir:///p"\nexclusiv = true\n', "linha 3, coluna 1", id="unknown-key"),
        pytest.param(b'[portal]\nurl = "dir:///p"\n\n[sending]\nconcurrency = 0\n', "linha 5, coluna 1", id="range"),
        pytest.param(b'[portal]\nurl = "gopher://portal"\n', "linha 2, coluna 1", id="url"),
        pytest.param(b'[portal]\nurl = "dir://relativo"\n', "linha 2, coluna 1", id="relative-url"),
        pytest.param(b'[portal]\nurl = "dir:///p"\nfile_mode = "0444"\n', "linha 3, coluna 1", id="mode"),
    ],
)
def test_damaged_configuration(tmp_path: Path, text: bytes, where: str) -> None:
    """A slip in an editor is found at once by file, line and column."""
    program = build(tmp_path, tasks=1)
    file = program.office / "malote.toml"
    file.write_bytes(text)
    sentence = say_no(program, "deliver")
    assert str(file) in sentence
    assert where in sentence
    assert file.read_bytes() == text
    assert program.tree() == {}


@pytest.mark.parametrize(("code", "change"), [("file_missing", False), ("file_changed", True)])
def test_damaged_spool(tmp_path: Path, code: str, change: bool) -> None:
    """Bytes that rotted never reach a client; attaching the file again mends it, and the rest is not held up."""
    program = build(tmp_path, tasks=5)
    with program.opened() as ctx:
        (document,) = ctx.store.documents.of_task("T0002")
        blob = ctx.blobs.path(document.sha256)
    if change:
        blob.chmod(0o600)
        blob.write_bytes(blob.read_bytes()[::-1])
    else:
        blob.unlink()
    assert program.call("deliver").returncode == 1
    (error,) = program.json("errors")
    assert (error["code"], error["task"], error["retry_at"]) == (code, "T0002", None)
    assert len(program.tree()) == 4
    again = program.folder / "files" / "T0002" / name_of("T0002")
    assert program.call("attach", "T0002", str(again), "--template", "das").returncode == 0
    assert program.call("deliver").returncode == 0
    assert program.json("errors") == []
    program.check()
