"""What a write to the state costs, without the office's repositories.

One transaction as an office makes it (a 400-byte document under three indexes, an event, a counter) in databases of
growing size, beside a bare SQLite commit of one row and TinyDB's own JSON file.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tinydb import TinyDB

from benchmarks.figures import Figure
from core.store.engine import Database, Index

INDEXES = (
    Index("deliveries", "id", unique=True),
    Index("deliveries", "state", "due"),
    Index("deliveries", "task"),
)
FILL = 20_000  # documents a transaction while filling
BARE, TINYDB = "bare SQLite commit", "TinyDB's JSON file"

Timings = dict[str, float]
"""Median µs by operation."""


def document(number: int) -> dict[str, object]:
    """A document of about 400 bytes whose key looks random, as a digest does."""
    key = f"{number * 2654435761 % 2**32:08x}-{number:012x}"
    made: dict[str, object] = {
        "id": key,
        "state": ("queued", "sending", "delivered", "failed")[number % 4],
        "due": f"2026-10-{number % 28 + 1:02}T12:00:00Z",
        "task": f"T{number % 5000:05}",
        "folder": ["Fiscal", "DAS", "2026"],
        "name": f"DAS_Competência_{number:08}.pdf",
    }
    made["note"] = "x" * (400 - len(str(made)))
    return made


def side_by_side(operations: dict[str, Callable[[int], object]], start: int, times: int) -> Timings:
    """Median µs of each operation, called by turns so that what else the disk does falls on all of them."""
    taken: dict[str, list[float]] = {name: [] for name in operations}
    for number in range(start, start + times):
        for name, operation in operations.items():
            begun = time.perf_counter()
            operation(number)
            taken[name].append((time.perf_counter() - begun) * 1e6)
    return {name: statistics.median(one) for name, one in taken.items()}


@contextmanager
def bare_insert(path: Path) -> Iterator[Callable[[int], object]]:
    """One row into one table, WAL, synchronous=FULL: what no store on SQLite can be faster than."""
    connection = sqlite3.connect(path, isolation_level=None)
    for sql in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE t (id INTEGER PRIMARY KEY, b)"):
        connection.execute(sql)

    def insert(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t (b) VALUES (?)", (f"{number:0400}",))
        connection.execute("COMMIT")

    yield insert
    connection.close()


def engine(directory: Path, existing: int, times: int) -> Timings:
    """Writes and reads in a database with `existing` documents, beside a bare commit."""
    with (
        Database(directory / "engine.db", indexes=INDEXES, logs={"events"}) as db,
        bare_insert(directory / "bare.db") as bare,
    ):
        deliveries, events = db.table("deliveries"), db.table("events")
        for low in range(0, existing, FILL):
            deliveries.put_many("id", map(document, range(low, min(low + FILL, existing))))

        def write(number: int) -> None:
            with db.transaction():
                deliveries.insert(document(number))
                events.append({"code": "queued", "delivery": number, "at": "2026-10-01T12:00:00Z"})
                db.counters.add("deliveries.queued", 1)

        def claim(number: int) -> None:
            found = document(number)
            deliveries.replace_if("id", found["id"], {"state": found["state"]}, {**found, "state": "sending"})

        def page(number: int) -> None:
            deliveries.select({"state": "queued"}, order=("due", "doc_id"), after=("2026-10-14", number), limit=50)

        return side_by_side(
            {
                BARE: bare,
                "insert, event and counter": write,
                "insert alone": lambda number: deliveries.insert(document(number + times)),
                "compare and set": claim,
                "by key": lambda number: deliveries.by("id", document(number)["id"]),
                "a page of 50": page,
            },
            existing,
            times,
        )


def tinydb_json(directory: Path, existing: int, times: int) -> Timings:
    """TinyDB's own storage: one insert into a file of `existing` documents, beside a bare commit."""
    with TinyDB(directory / "tinydb.json") as db, bare_insert(directory / "bare.db") as bare:
        db.insert_multiple(map(document, range(existing)))
        return side_by_side({BARE: bare, TINYDB: lambda n: db.insert(document(n))}, existing, times)


def measure(quick: bool) -> Iterator[Figure]:
    """The engine's operations in databases of two sizes."""
    for existing in (1_000, 20_000) if quick else (1_000, 100_000):
        with tempfile.TemporaryDirectory() as name:
            timings = engine(Path(name), existing, 100 if quick else 1_000)
        bare = timings.pop(BARE)
        for what, median in timings.items():
            yield Figure(f"engine: {what}, {existing:,} rows", median, "µs", peers={BARE: bare})
