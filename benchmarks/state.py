"""What an attached document costs the state.

One transaction through the office's repositories (the document, its event, all indexes) in offices of growing size,
beside a bare SQLite commit of one row. The engine alone, and TinyDB's JSON file, are in `benchmarks.state_engine`.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import FLAT, Figure
from benchmarks.state_engine import BARE, FILL, TINYDB, Timings, bare_insert, side_by_side, tinydb_json
from core.domain.models import Document, Event
from core.store import open_store

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ATTACH = "attach: document, event, indexes"
JSON_MOST = 100_000
"""Documents that TinyDB's own file is asked to hold: it takes half a second to write them, at every insert."""


def document(number: int) -> Document:
    """A document whose ids are spread as digests are, some fifty to a task."""
    key = f"{number * 2654435761 % 2**32:08x}"
    return Document(
        id=f"01990000-{key}-{number:012x}",
        task=f"T{number // 50:07}",
        client=str(number % 500),
        template="das",
        name=f"DAS_Competência_{number:08}.pdf",
        source_name=f"DAS_Competência_{number:08}.pdf",
        sha256=key * 8,
        size=50_000,
        attached_by="fiscal",
        attached_at=NOW,
    )


def attached(one: Document) -> Event:
    """The event of its attaching."""
    return Event(
        at=NOW,
        code="attached",
        actor="fiscal",
        login="ana",
        task=one.task,
        client=one.client,
        document=one.id,
        name=one.name,
        params={"size": one.size, "version": 1},
    )


def office(directory: Path, existing: int, times: int) -> Timings:
    """Attaching in an office that has `existing` documents, beside a bare commit."""
    store = open_store(directory / "state.db")
    with bare_insert(directory / "bare.db") as bare:
        for low in range(0, existing, FILL):
            made = [document(number) for number in range(low, min(low + FILL, existing))]
            with store.transaction():
                store.documents.save(made)
                store.append([attached(one) for one in made])

        def attach(number: int) -> None:
            one = document(number)
            with store.transaction():
                store.documents.save([one])
                store.append([attached(one)])

        operations = {
            BARE: bare,
            ATTACH: attach,
            "a document by its id": lambda number: store.documents.get(document(number % existing).id),
            "a task's documents": lambda number: store.documents.of_task(f"T{number % existing // 50:07}"),
            "100 events after a number": lambda number: store.events_after(number % existing, limit=100),
            "counts of deliveries": lambda _: store.deliveries.counts(),
        }
        timings = side_by_side(operations, existing, times)
    store.close()
    return timings


def measure(quick: bool) -> Iterator[Figure]:
    """Offices of growing size, TinyDB's own file beside them where that ends."""
    sizes = (1_000, 20_000) if quick else (1_000, 100_000, 1_000_000)
    of_bare = []
    for existing in sizes:
        with tempfile.TemporaryDirectory() as name:
            timings = office(Path(name), existing, 100 if quick else 1_000)
        peers = {BARE: timings.pop(BARE)}
        if existing <= JSON_MOST:
            with tempfile.TemporaryDirectory() as name:
                peers[TINYDB] = tinydb_json(Path(name), existing, 5)[TINYDB]
        of_bare.append(timings[ATTACH] / peers[BARE])
        for what, median in timings.items():
            yield Figure(f"{what}, {existing:,} documents", median, "µs", peers=peers if what == ATTACH else {})
        yield Figure(f"attach of the bare commit, {existing:,} documents", of_bare[-1], "times", most=2)
    grown = f"attach, {sizes[-1]:,} documents of {sizes[0]:,} (each of its bare commit)"
    yield Figure(grown, of_bare[-1] / of_bare[0], "times", most=FLAT)
