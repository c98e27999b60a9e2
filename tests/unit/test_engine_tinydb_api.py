"""TinyDB's API keeps its meaning on SQLite: random operations give what TinyDB itself gives.

Without it, whoever knows TinyDB would be surprised by answers that differ from its documentation.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tinydb import Query, TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.operations import delete, increment
from tinydb.queries import QueryInstance
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from core.store.engine import Database, SQLiteStorage

TABLES = st.sampled_from(["_default", "Um", "um", 'x"; DROP TABLE doc_um; --', "ação"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=3)
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.text(max_size=2), SCALARS, max_size=2))
DOCUMENTS = st.dictionaries(st.sampled_from(["a", "b", "é", "$.x", 'q"']), VALUES, max_size=4)
IDS = st.integers(-3, 12)


def above(low: int, value: Any) -> bool:
    return isinstance(value, int) and value > low


def is_integer(value: Any) -> bool:
    return type(value) is int


CONDITIONS: st.SearchStrategy[QueryInstance] = st.one_of(
    st.builds(lambda value: where("a") == value, SCALARS),
    st.builds(lambda field: where(field).exists(), st.sampled_from(["a", "b", "é"])),
    st.builds(lambda low: where("b").test(partial(above, low)), IDS),
    st.builds(lambda value: ~(Query().a == value) & Query().b.exists(), SCALARS),
)


class SameAsTinyDB(RuleBasedStateMachine):
    """Every rule does the same to both and compares the answers, exceptions included."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "x.db"
        self.ours = Database(self.path)
        self.model = TinyDB(storage=MemoryStorage)
        self.name = "_default"

    def teardown(self) -> None:
        self.ours.close()
        self.directory.cleanup()

    def both(self, operation: Callable[[Any], Any]) -> None:
        answers = []
        for database in (self.model, self.ours):
            try:
                answers.append(in_any_order(operation(database.table(self.name))))
            except (KeyError, ValueError, RuntimeError) as error:
                answers.append(type(error))
        assert answers[0] == answers[1]

    @rule(name=TABLES)
    def other_table(self, name: str) -> None:
        self.name = name

    @rule(document=DOCUMENTS)
    def insert(self, document: dict[str, Any]) -> None:
        self.both(lambda table: table.insert(document))

    @rule(document=DOCUMENTS, doc_id=IDS)
    def insert_with_id(self, document: dict[str, Any], doc_id: int) -> None:
        self.both(lambda table: table.insert(Document(document, doc_id)))

    @rule(documents=st.lists(DOCUMENTS, max_size=3))
    def insert_multiple(self, documents: list[dict[str, Any]]) -> None:
        self.both(lambda table: table.insert_multiple(dict(document) for document in documents))

    @rule(fields=DOCUMENTS, condition=CONDITIONS)
    def update(self, fields: dict[str, Any], condition: QueryInstance) -> None:
        self.both(lambda table: table.update(fields, condition))

    @rule(fields=DOCUMENTS, doc_ids=st.lists(IDS, max_size=3, unique=True))
    def update_ids(self, fields: dict[str, Any], doc_ids: list[int]) -> None:
        kept = self.model.table(self.name)
        there = [doc_id for doc_id in doc_ids if kept.contains(doc_id=doc_id)]  # versions differ on absent ones
        self.both(lambda table: table.update(fields, doc_ids=there))

    @rule()
    def update_all(self) -> None:
        self.both(lambda table: table.update({"b": 1}))

    @rule()
    def update_by_function(self) -> None:
        has_number = where("b").test(is_integer)
        self.both(lambda table: table.update(increment("b"), has_number))
        self.both(lambda table: table.update_multiple([(increment("b"), has_number), (delete("a"), where("a") == 1)]))

    @rule(document=DOCUMENTS, condition=CONDITIONS)
    def upsert(self, document: dict[str, Any], condition: QueryInstance) -> None:
        self.both(lambda table: table.upsert(document, condition))

    @rule(document=DOCUMENTS, doc_id=IDS)
    def upsert_with_id(self, document: dict[str, Any], doc_id: int) -> None:
        self.both(lambda table: table.upsert(Document(document, doc_id)))

    @rule(condition=CONDITIONS)
    def remove(self, condition: QueryInstance) -> None:
        self.both(lambda table: table.remove(condition))

    @rule(doc_id=IDS)
    def remove_id(self, doc_id: int) -> None:
        self.both(lambda table: table.remove(doc_ids=[doc_id]))

    @rule(document=DOCUMENTS)
    def insert_after_removing_the_newest(self, document: dict[str, Any]) -> None:
        """TinyDB gives a removed document's id again only to another table object."""
        newest = max((kept.doc_id for kept in self.model.table(self.name)), default=0)
        self.both(lambda table: table.remove(doc_ids=[newest]))
        self.both(lambda table: table.insert(document))

    @rule()
    def truncate(self) -> None:
        self.both(lambda table: table.truncate())

    @rule()
    def drop_table(self) -> None:
        self.model.drop_table(self.name)
        self.ours.drop_table(self.name)

    @rule(condition=CONDITIONS)
    def search(self, condition: QueryInstance) -> None:
        self.both(lambda table: table.search(condition))
        self.both(lambda table: table.search(condition))  # from the cache
        self.both(lambda table: table.count(condition))
        self.both(lambda table: table.contains(condition))
        found = self.ours.table(self.name).get(condition)
        assert found is None or found in self.model.table(self.name).search(condition)

    @rule(doc_ids=st.lists(IDS, max_size=4))
    def by_ids(self, doc_ids: list[int]) -> None:
        self.both(lambda table: table.get(doc_ids=doc_ids))
        for doc_id in (*doc_ids, 1.0, True, float("nan"), "1"):
            self.both(partial(by_id, doc_id=doc_id))

    @invariant()
    def everything_is_equal(self) -> None:
        assert self.ours.tables() == self.model.tables()
        self.both(lambda table: [(document.doc_id, document) for document in table])
        self.both(len)


def by_id(table: Any, doc_id: object) -> tuple[Any, bool]:
    return table.get(doc_id=doc_id), table.contains(doc_id=doc_id)


def in_any_order(answer: Any) -> Any:
    """TinyDB's order is that of insertion, ours that of ids: no query promises one."""
    return sorted(answer, key=repr) if isinstance(answer, list) else answer


TestSameAsTinyDB = SameAsTinyDB.TestCase
TestSameAsTinyDB.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_a_reopened_database_has_what_was_put_in(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db") as db:
        db.insert({"name": "José", "list": [1, {"a": None}]})
        db.table("empty", persist_empty=True)
    with Database(str(tmp_path / "x.db")) as db:
        assert db.all() == [{"name": "José", "list": [1, {"a": None}]}]
        assert db.tables() == {"_default", "empty"}
        assert db.storage.read() == {"_default": {"1": {"name": "José", "list": [1, {"a": None}]}}, "empty": {}}


def test_plain_tinydb_and_its_middlewares_run_on_the_storage(tmp_path: Path) -> None:
    caching: Any = CachingMiddleware
    with TinyDB(tmp_path / "x.db", storage=caching(SQLiteStorage)) as db:
        db.insert_multiple({"n": n} for n in range(3))
        db.update({"n": 9}, doc_ids=[2])
        db.table("other").insert({"x": 1})
        db.drop_table("other")
    with Database(tmp_path / "x.db") as ours:
        assert ours.all() == [{"n": 0}, {"n": 9}, {"n": 2}]
        assert ours.tables() == {"_default"}


def test_a_document_that_json_cannot_hold_leaves_nothing(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db") as db:
        with pytest.raises(TypeError):
            db.insert_multiple([{"n": 1}, {"n": object()}])
        assert db.all() == []


def test_values_beyond_json_and_unicode_are_kept_as_tinydb_keeps_them(tmp_path: Path) -> None:
    """A file name that is not UTF-8 reaches a document as half a surrogate pair."""
    odd = {"inf": float("inf"), "name": "nota\udce7.pdf", "nul": "a\x00b", "big": 2**80, "emoji": "📦"}
    with Database(tmp_path / "x.db") as db:
        db.insert(odd)
        assert db.all() == [odd]
        assert db.get(where("name") == "nota\udce7.pdf") == odd


def test_a_callers_changes_to_a_found_document_do_not_reach_the_cache(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db") as db:
        db.insert({"a": {"b": 1}})
        db.search(where("a").exists())[0]["a"]["b"] = 2
        db.search(where("a").exists())[0]["a"]["b"] = 3
        assert db.search(where("a").exists()) == [{"a": {"b": 1}}]


def test_the_cache_ends_with_another_databases_commit(tmp_path: Path) -> None:
    query = where("n") == 1
    with Database(tmp_path / "x.db") as one, Database(tmp_path / "x.db") as other:
        one.insert({"n": 1})
        assert one.count(query) == 1
        other.update({"n": 2})
        assert one.count(query) == 0


def test_ids_given_by_two_databases_never_collide(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db") as one, Database(tmp_path / "x.db") as other:
        assert [one.insert({}), other.insert({}), one.insert({})] == [1, 2, 3]
        assert other.insert_multiple([{}, {}]) == [4, 5]
        assert one.insert_multiple([{}, {}]) == [6, 7]


def test_operations_by_id_read_no_other_row(tmp_path: Path) -> None:
    """The cost of one document must not grow with the table."""
    with Database(tmp_path / "x.db") as db:
        db.insert_multiple({"n": n} for n in range(50))
        statements: list[str] = []
        db.storage.connections.using(lambda connection: connection.set_trace_callback(statements.append))
        db.get(doc_id=7)
        db.get(doc_ids=[7, 8])
        db.contains(doc_id=7)
        db.update({"n": 0}, doc_ids=[7])
        db.upsert(Document({"n": 1}, 8))
        db.remove(doc_ids=[9])
        db.insert({"n": 2})
        db.storage.connections.using(lambda connection: connection.set_trace_callback(None))
        plans = [
            detail
            for statement in statements
            if "doc_" in statement and statement.split()[0] in {"SELECT", "UPDATE", "DELETE", "INSERT"}
            for *_, detail in db.storage.fetch(f"EXPLAIN QUERY PLAN {statement}")
        ]
        assert len(plans) > 6
        scans = [plan for plan in plans if plan.startswith("SCAN") and "doc_" in plan]
        assert scans == []
