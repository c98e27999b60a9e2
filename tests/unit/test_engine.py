"""The store's own verbs over rows: keys, pages, logs, counters, transactions."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.store.engine import Database, DuplicateKeyError, Index, Mentioned, Not, StoreError

INDEXES = (
    Index("jobs", "id", unique=True),
    Index("jobs", "state", "due"),
    Index("jobs", "due", where="{error} IS NOT NULL"),
    Index("jobs", "rank", where="{kind} = 'failed'"),
    Index("jobs", "client.id"),
    Index("jobs", "doc_id", "client", where="{level} <> 'info'"),
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "x.db", indexes=INDEXES, logs={"events"}, wait=0.05) as opened:
        yield opened


def job(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, **fields}


def test_put_replaces_the_document_with_that_key_as_a_whole(db: Database) -> None:
    jobs = db.table("jobs")
    assert jobs.put("id", job("a", state="new", extra=1)) == 1
    assert jobs.put("id", job("b")) == 2
    assert jobs.put("id", job("a", state="old")) == 1
    assert jobs.all() == [job("a", state="old"), job("b")]
    jobs.put_many("id", [job("b", n=1), job("c", n=2), job("c", n=3)])
    assert jobs.by("id", "c") == job("c", n=3)
    assert jobs.by("id", "nobody") is None
    assert jobs.by_many("id", ["c", "a", "nobody"]) == [job("a", state="old"), job("c", n=3)]


def test_put_takes_a_declared_key_and_a_document_that_has_it(db: Database) -> None:
    with pytest.raises(ValueError, match="no unique index"):
        db.table("jobs").put("state", {"state": "x"})
    with pytest.raises(ValueError, match="lacks its key"):
        db.table("jobs").put("id", {"state": "x"})


def test_a_taken_key_is_refused_and_nothing_of_the_operation_stays(db: Database) -> None:
    jobs = db.table("jobs")
    jobs.insert(job("a"))
    with pytest.raises(DuplicateKeyError) as refused:
        jobs.insert_multiple([job("b"), job("a")])
    assert refused.value.code == "duplicate"
    with db.transaction():
        jobs.insert(job("c"))
        with pytest.raises(ValueError, match="already taken"):
            jobs.insert_multiple([job("d"), job("a")])
    assert [document["id"] for document in jobs] == ["a", "c"]


def test_compare_and_set_changes_only_what_is_as_expected(db: Database) -> None:
    jobs = db.table("jobs")
    jobs.put("id", job("a", state="queued", epoch=1))
    assert not jobs.replace_if("id", "a", {"state": "queued", "epoch": 2}, job("a", state="x"))
    assert not jobs.replace_if("id", "a", {"owner": "me"}, job("a", state="x"))
    assert jobs.replace_if("id", "a", {"state": ["new", "queued"], "owner": None}, job("a", state="sending"))
    assert jobs.all() == [job("a", state="sending")]


def test_select_filters_sorts_and_pages(db: Database) -> None:
    jobs = db.table("jobs")
    for n in range(10):
        jobs.insert(job(f"j{n}", state="odd" if n % 2 else "even", due=n // 4, client={"id": n % 3}))
    jobs.insert(job("none", state="even"))
    ids = [document["id"] for document in jobs.select({"state": "even"}, order=("due", "doc_id"), limit=3)]
    assert ids == ["none", "j0", "j2"]
    assert [document["id"] for document in jobs.select({"due": None})] == ["none"]
    assert [document["id"] for document in jobs.select({"due": [2, None]})] == ["j8", "j9", "none"]
    assert [document["id"] for document in jobs.select({"client.id": 1}, descending=True)] == ["j7", "j4", "j1"]
    assert [document["id"] for document in jobs.select(ranges={"doc_id": (3, 5), "due": (0, None)})] == ["j2", "j3"]
    assert jobs.count_where({"state": "odd"}, ranges={"due": (1, 2)}) == 2
    assert jobs.count_by("state", {"client.id": 0}) == {"even": 2, "odd": 2}
    assert jobs.count_by("due") == {None: 1, 0: 4, 1: 4, 2: 2}
    assert db.table("absent").select({"a": 1}) == []
    assert db.table("absent").count_where() == 0
    assert db.table("absent").count_by("a") == {}


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([None, 0, 1, "a", "b"]), st.sampled_from([None, 0, 2.5, "z"])), max_size=14
    ),
    size=st.integers(1, 4),
    descending=st.booleans(),
)
def test_pages_together_are_the_whole_in_order(rows: list[tuple[Any, Any]], size: int, descending: bool) -> None:
    """A list in the console that skipped or repeated a row at a page's edge would hide a failure."""
    import tempfile

    order = ("f", "g", "doc_id")
    with tempfile.TemporaryDirectory() as directory, Database(Path(directory) / "x.db") as db:
        table = db.table("t")
        table.insert_multiple({"f": f, "g": g} if f is not None else {"g": g} for f, g in rows)
        whole = table.select(order=order, descending=descending)
        seen: list[Any] = []
        after: tuple[Any, ...] | None = None
        while page := table.select(order=order, after=after, descending=descending, limit=size):
            seen += page
            after = (page[-1].get("f"), page[-1]["g"], page[-1].doc_id)
        assert [document.doc_id for document in seen] == [document.doc_id for document in whole]
        assert len(whole) == len(rows)


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ({"where": {"id": "a"}}, "id"),
        ({"where": {"id": ["a", "b"]}}, "id"),
        ({"where": {"state": "new"}, "order": ("due", "doc_id"), "after": ("x", 5)}, "state_due"),
        ({"where": {"state": "new"}, "ranges": {"due": ("a", "b")}, "order": ("due",)}, "state_due"),
        ({"order": ("due", "doc_id"), "ranges": {"error": ("", None)}}, "due"),
        ({"where": {"kind": "failed"}, "order": ("rank", "doc_id"), "after": (3, 5)}, "rank"),
        ({"where": {"client.id": 7}}, "client.id"),
        ({"where": {"level": Not("info")}, "ranges": {"doc_id": (5, 50)}, "descending": True}, "doc_id_client"),
        ({"where": {"level": Not("info")}, "ranges": {"doc_id": (5, None)}}, "doc_id_client"),
        ({"after": (500,)}, "PRIMARY KEY"),
    ],
)
def test_select_walks_the_declared_indexes(db: Database, arguments: dict[str, Any], fields: str) -> None:
    """A page must cost the same at a million documents as at a thousand."""
    jobs = db.table("jobs")
    jobs.insert_multiple(job(f"j{n}", state="new", due=str(n), rank=n, client={"id": n % 9}) for n in range(300))
    for sql, parameters in jobs.statements(**arguments):
        plan = db.storage.fetch(f"EXPLAIN QUERY PLAN {sql}", [*parameters, 10])
        steps = [str(row[3]) for row in plan]
        assert steps[0].startswith(("SEARCH", "SCAN")), steps
        assert f"{fields} (" in steps[0] or steps[0].endswith(fields), steps
        assert not any("TEMP B-TREE" in step for step in steps) or " IN " in sql, steps


def test_select_takes_what_is_not_and_what_is_mentioned(db: Database) -> None:
    jobs = db.table("jobs")
    made = (job("a", level="info", word="São"), job("b", level="error", word="Sao"), job("c", word="x"))
    jobs.insert_multiple([*made, job("sao", level=1)])

    def ids(**how: Any) -> list[str]:
        return [one["id"] for one in jobs.select(**how)]

    assert ids(where={"level": Not("info")}) == ["b", "sao"], "an absent value is neither"
    assert ids(mentioned=[Mentioned("%s_o%", {})]) == ["a", "b", "sao"]
    assert ids(mentioned=[Mentioned("%s_o%", {"word": ["x"], "id": []})]) == ["a", "b", "c", "sao"]
    assert ids(mentioned=[Mentioned("%s_o%", {}), Mentioned("%err%", {})]) == ["b"]


def test_an_appended_id_is_never_used_twice(db: Database) -> None:
    """A reader that remembers the last event it has read would miss one that got an old number."""
    events = db.table("events")
    assert events.append({"n": 1}) == 1
    assert events.append_many([{"n": 2}, {"n": 3}]) == [2, 3]
    assert events.append_many([]) == []
    events.remove(doc_ids=[2, 3])
    assert events.append({"n": 4}) == 4
    events.truncate()
    assert events.insert({"n": 5}) == 5
    assert events.insert_multiple([{"n": 6}, {"n": 7}]) == [6, 7]
    assert [document["n"] for document in events.select(after=(5,))] == [6, 7]
    with pytest.raises(ValueError, match="not declared as a log"):
        db.table("jobs").append({})


def test_counters_are_committed_with_the_rest(db: Database) -> None:
    db.counters.add("sent.ok", 2)
    with pytest.raises(ZeroDivisionError), db.transaction():
        db.counters.add("sent.ok", 5)
        raise ZeroDivisionError
    db.counters.add("sent.ok", -3)
    db.counters.add("sent%", 1)
    assert db.counters.get("sent.ok") == -1
    assert db.counters.get("absent") == 0
    assert db.counters.all("sent.") == {"sent.ok": -1}
    assert db.counters.all() == {"sent%": 1, "sent.ok": -1}
    assert db.tables() == set()


def test_a_transaction_is_kept_as_a_whole_or_not_at_all(db: Database) -> None:
    jobs, events = db.table("jobs"), db.table("events")
    with db.transaction():
        jobs.insert(job("a"))
        events.append({"what": "a"})
        assert len(jobs) == 1
    with pytest.raises(ZeroDivisionError), db.transaction():
        jobs.update({"state": "x"})
        events.append({"what": "b"})
        db.table("new").insert({})
        db.drop_table("jobs")
        with db.transaction():
            jobs.insert(job("c"))
        raise ZeroDivisionError
    assert jobs.all() == [job("a")]
    assert events.all() == [{"what": "a"}]
    assert db.tables() == {"jobs", "events"}


def test_a_failed_part_of_a_transaction_leaves_the_rest_alone(db: Database) -> None:
    jobs = db.table("jobs")
    with db.transaction():
        jobs.insert_multiple([job("a"), job("z")])
        with pytest.raises(ZeroDivisionError), db.transaction():
            jobs.insert(job("b"))
            raise ZeroDivisionError
        with pytest.raises(ZeroDivisionError):
            jobs.update(lambda document: document.update(n=1 / len(document["id"].strip("z"))))
    assert jobs.all() == [job("a"), job("z")]


def test_others_see_only_what_is_committed(db: Database) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(len(db.table("jobs")))

    def in_another_thread() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    db.table("jobs").insert(job("a"))
    version = db.data_version()
    with db.transaction():
        db.table("jobs").insert(job("b"))
        in_another_thread()
        assert db.data_version() == version
    in_another_thread()
    assert seen == [1, 2]
    assert db.data_version() != version


def test_a_snapshot_is_one_state(db: Database, tmp_path: Path) -> None:
    with Database(tmp_path / "x.db", indexes=INDEXES, logs={"events"}) as other:
        with db.snapshot():
            assert len(db.table("jobs")) == 0
            other.table("jobs").insert(job("a"))
            with db.snapshot():
                assert db.table("jobs").all() == []
            assert db.table("jobs").by("id", "a") is None
            with pytest.raises(RuntimeError, match="only reads"):
                db.table("jobs").insert(job("b"))
        assert db.table("jobs").by("id", "a") == job("a")


def test_who_waits_too_long_for_the_turn_is_told(db: Database) -> None:
    told: list[str] = []

    def write() -> None:
        try:
            db.counters.add("x", 1)
        except StoreError as error:
            told.append(error.code)

    with db.transaction():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert told == ["busy"]
    write()
    assert db.counters.get("x") == 1


def test_threads_lose_no_update(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db") as db:
        db.insert({"n": 0})

        def count() -> None:
            for _ in range(30):
                with db.transaction():
                    db.update({"n": db.get(doc_id=1)["n"] + 1}, doc_ids=[1])

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert db.all() == [{"n": 120}]


@pytest.mark.parametrize("field", ['a"b', "a\\b", "", "a..b", "a\n"])
def test_a_field_that_sqlite_cannot_name_is_refused(db: Database, field: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        db.table("jobs").by(field, 1)


@pytest.mark.parametrize("field", ["x'y", "a b", "$", "[0]", "ação", "x'); DROP TABLE doc_jobs; --"])
def test_any_other_field_and_value_is_only_data(db: Database, field: str) -> None:
    jobs = db.table("jobs")
    jobs.insert({field: "'; DROP TABLE doc_jobs; --"})
    assert jobs.by(field, "'; DROP TABLE doc_jobs; --") is not None
    assert jobs.select({field: ["'", '"']}) == []


def test_nan_is_refused_where_an_index_must_read_the_document(db: Database) -> None:
    with pytest.raises(ValueError, match="JSON"):
        db.table("jobs").insert(job("a", n=float("nan")))
    assert db.table("plain").insert({"n": float("nan")}) == 1
