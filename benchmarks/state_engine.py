"""What a write to the state costs: `python -m benchmarks.state_engine [--million]`.

One transaction as an office makes it (a 400-byte document under three indexes, an event, a counter) in databases of
growing size, beside a bare SQLite commit of one row and TinyDB's own JSON file.
"""

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tinydb import TinyDB

from core.store.engine import Database, Index

INDEXES = (
    Index("deliveries", "id", unique=True),
    Index("deliveries", "state", "due"),
    Index("deliveries", "task"),
)
FILL = 20_000  # documents a transaction while filling
BARE = "bare SQLite commit"

Figures = dict[str, tuple[float, float]]


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


def side_by_side(operations: dict[str, Callable[[int], object]], start: int, times: int) -> Figures:
    """Median and mean µs of each operation, called by turns so that what else the disk does falls on all of them."""
    taken: dict[str, list[float]] = {name: [] for name in operations}
    for number in range(start, start + times):
        for name, operation in operations.items():
            begun = time.perf_counter()
            operation(number)
            taken[name].append((time.perf_counter() - begun) * 1e6)
    return {name: (statistics.median(figures), statistics.fmean(figures)) for name, figures in taken.items()}


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


def engine(directory: Path, existing: int, times: int) -> Figures:
    """Writes and reads in a database with `existing` documents, beside a bare commit."""
    path = directory / "engine.db"
    with Database(path, indexes=INDEXES, logs={"events"}) as db, bare_insert(directory / "bare.db") as bare:
        deliveries, events = db.table("deliveries"), db.table("events")
        begun = time.perf_counter()
        for low in range(0, existing, FILL):
            deliveries.put_many("id", map(document, range(low, min(low + FILL, existing))))
        print(
            f"  {existing:,} documents put in {time.perf_counter() - begun:.1f} s; {path.stat().st_size / 1e6:.0f} MB"
        )

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


def tinydb_json(directory: Path, existing: int, times: int) -> Figures:
    """TinyDB's own storage: one insert into a file of `existing` documents, beside a bare commit."""
    with TinyDB(directory / "tinydb.json") as db, bare_insert(directory / "bare.db") as bare:
        db.insert_multiple(map(document, range(existing)))
        return side_by_side(
            {BARE: bare, "TinyDB's JSON file, insert": lambda n: db.insert(document(n))}, existing, times
        )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="also with 1,000,000 documents (a minute)")
    parser.add_argument("--times", type=int, default=2000, help="operations measured for each figure")
    parser.add_argument("--directory", type=Path, help="where; the default is a temporary directory")
    chosen = parser.parse_args()
    sizes = [1_000, 100_000, *([1_000_000] if chosen.million else [])]
    print(f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} processors; µs: median, mean")
    runs = [(engine, size, chosen.times) for size in sizes] + [(tinydb_json, size, 20) for size in (1_000, 10_000)]
    for run, existing, times in runs:
        with tempfile.TemporaryDirectory(dir=chosen.directory) as name:
            figures = run(Path(name), existing, times)
        for what, (median, mean) in figures.items():
            ratio = f"{median / figures[BARE][0]:>8.2f} × bare" if what != BARE else ""
            print(f"{existing:>10,} {what:<28}{median:>9.0f}{mean:>9.0f}{ratio}")


if __name__ == "__main__":
    main()
