"""Tallies: what a dashboard shows must be what is there, whoever wrote it and however."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import where

from core.store.engine import Database, Index, Tally

KEYED = (Index("tasks", "id", unique=True),)
TALLIES = (Tally("tasks", "status"),)
STATUS = st.sampled_from(["open", "completed", "it's", None])


def _counted(db: Database) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in db.table("tasks").all():
        value = row.get("status") or ""
        counts[value] = counts.get(value, 0) + 1
    return counts


@given(st.lists(st.tuples(st.sampled_from("abc"), STATUS, st.sampled_from(["put", "update", "remove", "insert"]))))
def test_a_tally_is_what_counting_would_give(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str | None, str]]
) -> None:
    """A wrong tally would tell an office of failures that are none, or hide some."""
    with Database(tmp_path_factory.mktemp("db") / "x.db", indexes=KEYED, tallies=TALLIES) as db:
        table = db.table("tasks")
        for key, status, how in steps:
            document = {"id": key, "status": status}
            match how:
                case "put":
                    table.put("id", document)
                case "update":
                    table.update({"status": status}, where("id") == key)
                case "remove":
                    table.remove(where("id") == key)
                case _:
                    table.insert({"status": status})
        assert table.tally("status") == _counted(db)


def test_an_older_file_is_counted_when_a_tally_is_declared(tmp_path: Path) -> None:
    """An office made before the tally existed would read zero everywhere."""
    with Database(tmp_path / "x.db", indexes=KEYED) as db:
        db.table("tasks").put_many("id", [{"id": str(n), "status": "open"} for n in range(5)])
    with Database(tmp_path / "x.db", indexes=KEYED, tallies=TALLIES) as db:
        assert db.table("tasks").tally("status") == {"open": 5}
        db.table("tasks").put("id", {"id": "1", "status": "completed"})
        assert db.table("tasks").tally("status") == {"open": 4, "completed": 1}


def test_what_is_rolled_back_is_not_counted(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db", indexes=KEYED, tallies=TALLIES) as db:
        table = db.table("tasks")
        with pytest.raises(RuntimeError), db.transaction():
            table.put("id", {"id": "1", "status": "open"})
            raise RuntimeError
        assert table.tally("status") == {}


def test_a_dropped_table_begins_again_at_nothing(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db", indexes=KEYED, tallies=TALLIES) as db:
        db.table("tasks").put("id", {"id": "1", "status": "open"})
        db.drop_table("tasks")
        assert db.table("tasks").tally("status") == {}
        db.table("tasks").put("id", {"id": "1", "status": "open"})
        assert db.table("tasks").tally("status") == {"open": 1}


def test_asking_for_a_tally_that_is_not_kept_is_refused(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db") as db, pytest.raises(ValueError, match="no tally"):
        db.table("tasks").tally("status")
