"""Several processes that attach to one office at once, and one that reads it meanwhile.

Beside them as many processes with a bare SQLite commit each, SQLite's own busy handler waiting.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.state import attached, document
from core.store import open_store

PROCESSES = 4
APART = 1_000_000
"""Between the numbers of two processes' documents."""
PATIENCE, PAUSE = 300.0, 0.005
"""Seconds that the reader goes on at most, and between two looks."""


def attach(path: Path, process: int, times: int) -> list[float]:
    """Seconds of each of so many attachings."""
    store, taken = open_store(path), []
    for number in range(process * APART, process * APART + times):
        one = document(number)
        start = time.perf_counter()
        with store.transaction():
            store.documents.save([one])
            store.append([attached(one)])
        taken.append(time.perf_counter() - start)
    store.close()
    return taken


def commit(path: Path, process: int, times: int) -> list[float]:
    """Seconds of each of so many bare commits."""
    connection, taken = sqlite3.connect(path, isolation_level=None, timeout=60), []
    connection.execute("PRAGMA synchronous = FULL")
    for number in range(times):
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t (b) VALUES (?)", (f"{process}{number:0400}",))
        connection.execute("COMMIT")
        taken.append(time.perf_counter() - start)
    connection.close()
    return taken


def read(path: Path, last: int) -> list[float]:
    """Seconds of each look at what is new, until event `last` has come."""
    store, taken, seen, begun = open_store(path), [], 0, time.perf_counter()
    while seen < last and time.perf_counter() - begun < PATIENCE:
        start = time.perf_counter()
        events = store.events_after(seen, limit=100)
        taken.append(time.perf_counter() - start)
        seen = events[-1].seq if events else seen
        time.sleep(PAUSE)
    store.close()
    return taken


def measure(quick: bool) -> Iterator[Figure]:
    """Commits a second of all together, and the longest that one waited."""
    times = 100 if quick else 1_000
    with (
        tempfile.TemporaryDirectory() as name,
        ProcessPoolExecutor(PROCESSES + 1, mp_context=get_context("spawn")) as pool,
    ):
        ours, bare = Path(name, "state.db"), Path(name, "bare.db")
        open_store(ours).close()
        connection = sqlite3.connect(bare)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, b)")
        connection.close()
        list(pool.map(read, [ours] * (PROCESSES + 1), [0] * (PROCESSES + 1)))  # all are there and imported
        rates, longest = {}, {}
        for way, path in ((commit, bare), (attach, ours)):
            start = time.perf_counter()
            running = [pool.submit(way, path, process, times) for process in range(PROCESSES)]
            looks = pool.submit(read, ours, PROCESSES * times) if way is attach else None
            taken = [one for process in running for one in process.result()]
            rates[way] = len(taken) / (time.perf_counter() - start)
            longest[way] = max(taken)
    assert looks is not None
    peer = f"{PROCESSES} processes of bare commits"
    yield Figure(
        f"attaching in {PROCESSES} processes at once", rates[attach], "documents/s", peers={peer: rates[commit]}
    )
    yield Figure("longest that one attaching took", longest[attach] * 1e3, "ms", peers={peer: longest[commit] * 1e3})
    yield Figure("a reader's look meanwhile, median", statistics.median(looks.result()) * 1e3, "ms")
    yield Figure("a reader's look meanwhile, longest", max(looks.result()) * 1e3, "ms")
