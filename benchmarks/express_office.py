"""Files a second that Express recognises and attaches in an office, beside bare pypdfium2 on the same files.

python -m benchmarks.express_office [--files 1000] [--rounds 3] [--folder /tmp]

Generated documents (`express_documents`) of 1,000 clients, each with its open task: a dry run with two reading
processes, attaching with one and with two, the inbox, and how long the guard takes to read the same files once more.
Everything is durable: the office lies on a disk.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.express_documents import Office, documents, office, tasks
from benchmarks.reading import bare, peak
from core.delivery.liveness import living
from core.domain.models import Employee, Task
from core.domain.permissions import Actor
from core.office import Context, activation, create_office, inbox, open_office
from core.office.express import Express
from core.office.guard import Guard, Item
from core.office.reading import Source, readers_of
from core.ports import Blob

OWNER = Actor.outsider("dono")


def prepared(folder: Path, of: Office, awaited: list[Task]) -> Path:
    """A new office with the clients, the templates and the tasks."""
    create_office(folder, {"portal": {"url": f"dir://{folder}"}, "office": {"tax_ids": [of.own]}})
    with open_office(folder) as ctx, ctx.store.transaction():
        ctx.store.clients.save(of.clients)
        ctx.store.templates.save(of.templates)
        ctx.store.employees.save([Employee(id="ana", name="Ana", admin=True)])
        ctx.store.tasks.save(one.model_copy(update={"assignee": "ana"}) for one in awaited)
        activation.activate(ctx, OWNER)
    return folder


def recognised(ctx: Context, files: list[Path], processes: int, *, dry: bool) -> tuple[float, int]:
    """Seconds for all files, the readers' start left out, and how many were known."""
    sources = [Source(path, path.name) for path in files]
    with readers_of(ctx, processes) as readers:
        express = Express(ctx, readers)
        for _ in readers.read_all(files[: 8 * processes]):
            pass
        start = time.perf_counter()
        known = sum(one.known for one in (express.foresee(sources) if dry else express.attach(sources)))
        return time.perf_counter() - start, known


def dropped(ctx: Context, files: list[Path]) -> float:
    """Seconds from all files lying quiet in the inbox to their being attached or put aside."""
    for path in files:
        shutil.copyfile(path, ctx.folder / "inbox" / path.name)
    inbox.QUIET = 0.0
    with living(ctx.workers, "w"):
        box = inbox.Inbox(ctx, "w")
        start = time.perf_counter()
        box.look()
        return time.perf_counter() - start


def guarded(ctx: Context, files: list[Path]) -> float:
    """Seconds that the guard takes over files whose bytes are kept."""
    kept = [Item(path.name, ctx.blobs.keep(path), "1") for path in files]
    assert all(isinstance(one.blob, Blob) for one in kept)
    start = time.perf_counter()
    Guard(ctx).check(kept)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    args = parser.parse_args()
    of = office(random.Random(7))
    made = list(documents(7, args.files, of))
    awaited = list(tasks(of, made).values())
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        (folder / "files").mkdir()
        files = [folder / "files" / f"{number:05}.pdf" for number in range(len(made))]
        for path, document in zip(files, made, strict=True):
            path.write_bytes(document.data)
        offices = (prepared(folder / f"office{number}", of, awaited) for number in range(10_000))
        known: dict[str, int] = {}

        def run(title: str, processes: int, *, dry: bool) -> float:
            with open_office(next(offices)) as ctx:
                seconds, known[title] = recognised(ctx, files, processes, dry=dry)
            return seconds

        def in_office(measure: Callable[[Context, list[Path]], float]) -> float:
            with open_office(next(offices)) as ctx:
                return measure(ctx, files)

        ways: dict[str, Callable[[], float]] = {
            "bare pypdfium2, 1 process": lambda: bare(files, 1),
            "bare pypdfium2, 2 processes": lambda: bare(files, 2),
            "dry run, 2 processes": lambda: run("dry run, 2 processes", 2, dry=True),
            "attach, 1 process": lambda: run("attach, 1 process", 1, dry=False),
            "attach, 2 processes": lambda: run("attach, 2 processes", 2, dry=False),
            "inbox, 2 processes": lambda: in_office(dropped),
            "guard alone, 2 processes": lambda: in_office(guarded),
        }
        seconds: dict[str, list[float]] = {title: [] for title in ways}
        for _ in range(args.rounds):  # in turns, so that a slow moment of the machine meets all
            for title, way in ways.items():
                seconds[title].append(way())
    one, two = (statistics.median(list(seconds.values())[at]) for at in (0, 1))
    print(f"{len(files)} files, median of {args.rounds} rounds")
    for title, taken in seconds.items():
        median = statistics.median(taken)
        told = f"  {known[title]} known" if title in known else ""
        print(
            f"{title:28} {len(files) / median:6.0f} files/s  {one / median:5.2f} of bare, 1 process"
            f"  {two / median:5.2f} of bare, 2 processes{told}"
        )
    print(f"memory: {peak(os.getpid()) / 1e6:.0f} MB here")


if __name__ == "__main__":
    main()
