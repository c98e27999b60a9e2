"""What an attached document costs the state: `python -m benchmarks.state [--million]`.

One transaction through the office's repositories (the document, its event, all indexes) in offices of growing size,
beside a bare SQLite commit of one row. The engine alone, and TinyDB's JSON file, are in `benchmarks.state_engine`.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.state_engine import BARE, FILL, Figures, bare_insert, side_by_side
from core.domain.models import Document, Event
from core.store import open_store

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


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


def office(directory: Path, existing: int, times: int) -> Figures:
    """Attaching in an office that has `existing` documents, beside a bare commit."""
    store = open_store(directory / "state.db")
    with bare_insert(directory / "bare.db") as bare:
        begun = time.perf_counter()
        for low in range(0, existing, FILL):
            made = [document(number) for number in range(low, min(low + FILL, existing))]
            with store.transaction():
                store.documents.save(made)
                store.append([attached(one) for one in made])
        print(f"  {existing:,} documents and events put in {time.perf_counter() - begun:.1f} s")

        def attach(number: int) -> None:
            one = document(number)
            with store.transaction():
                store.documents.save([one])
                store.append([attached(one)])

        operations = {
            BARE: bare,
            "attach: document, event, indexes": attach,
            "a document by its id": lambda number: store.documents.get(document(number % existing).id),
            "a task's documents": lambda number: store.documents.of_task(f"T{number % existing // 50:07}"),
            "100 events after a number": lambda number: store.events_after(number % existing, limit=100),
            "counts of deliveries": lambda _: store.deliveries.counts(),
        }
        figures = side_by_side(operations, existing, times)
    store.close()
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="also with 1,000,000 documents (two minutes)")
    parser.add_argument("--times", type=int, default=1000, help="operations measured for each figure")
    parser.add_argument("--directory", type=Path, help="where; the default is a temporary directory")
    chosen = parser.parse_args()
    print("µs: median, mean")
    for existing in [1_000, 100_000, *([1_000_000] if chosen.million else [])]:
        with tempfile.TemporaryDirectory(dir=chosen.directory) as name:
            figures = office(Path(name), existing, chosen.times)
        for what, (median, mean) in figures.items():
            ratio = f"{median / figures[BARE][0]:>8.2f} × bare" if what != BARE else ""
            print(f"{existing:>10,} {what:<34}{median:>9.0f}{mean:>9.0f}{ratio}")


if __name__ == "__main__":
    main()
