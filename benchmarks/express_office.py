"""Files a second that Express recognises and attaches in an office, beside bare pypdfium2 on the same files.

Generated documents (`express_documents`) of 1,000 clients, each with its open task: a dry run with two reading
processes, attaching with one and with two, the inbox, and how long the guard takes to read the same files once more.
Everything is durable: the office lies on a disk.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.express_documents import Office, documents, office, tasks
from benchmarks.figures import Figure
from benchmarks.memory import peak
from benchmarks.reading import BARE_ONE, BARE_TWO, bare, in_turns
from core.delivery.liveness import living
from core.domain.models import Employee, Task
from core.domain.permissions import Actor
from core.office import Context, activation, create_office, inbox, open_office
from core.office.express import Express
from core.office.guard import Guard, Item
from core.office.reading import Source, readers_of
from core.ports import Blob

OWNER = Actor.outsider("dono")
DRY, ATTACH_ONE, ATTACH_TWO = "dry run, 2 processes", "attach, 1 process", "attach, 2 processes"
INBOX, GUARD = "inbox, 2 processes", "guard alone, 2 processes"


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


def recognised(ctx: Context, files: list[Path], *, processes: int, dry: bool) -> float:
    """Seconds for all files, the readers' start left out."""
    sources = [Source(path, path.name) for path in files]
    with readers_of(ctx, processes) as readers:
        express = Express(ctx, readers)
        for _ in readers.read_all(files[: 8 * processes]):
            pass
        start = time.perf_counter()
        known = sum(one.known for one in (express.foresee(sources) if dry else express.attach(sources)))
        seconds = time.perf_counter() - start
    assert known > len(files) * 0.8, known
    return seconds


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


def measure(quick: bool) -> Iterator[Figure]:
    """Files a second of each way, beside bare pypdfium2 in as many processes."""
    of = office(random.Random(7))
    made = list(documents(7, 106 if quick else 1_000, of))
    awaited = list(tasks(of, made).values())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "files").mkdir()
        files = [folder / "files" / f"{number:05}.pdf" for number in range(len(made))]
        for path, document in zip(files, made, strict=True):
            path.write_bytes(document.data)
        offices = (prepared(folder / f"office{number}", of, awaited) for number in count())

        def in_office(way: Callable[[Context, list[Path]], float]) -> float:
            with open_office(next(offices)) as ctx:
                return way(ctx, files)

        seconds = in_turns(
            {
                BARE_ONE: lambda: bare(files, 1),
                BARE_TWO: lambda: bare(files, 2),
                DRY: lambda: in_office(partial(recognised, processes=2, dry=True)),
                ATTACH_ONE: lambda: in_office(partial(recognised, processes=1, dry=False)),
                ATTACH_TWO: lambda: in_office(partial(recognised, processes=2, dry=False)),
                INBOX: lambda: in_office(dropped),
                GUARD: lambda: in_office(guarded),
            },
            1 if quick else 2,
        )
        environment = {**os.environ, "MALOTE_OFFICE": str(next(offices))}
        command = [sys.executable, "-m", "tui", "express", *map(str, files)]
        used = peak(command, environment, statuses=(0, 1))  # 1: some are left to a person
    rates = {way: len(files) / taken for way, taken in seconds.items()}
    for way in (DRY, ATTACH_ONE, ATTACH_TWO, INBOX, GUARD):
        peer = BARE_ONE if way == ATTACH_ONE else BARE_TWO
        yield Figure(f"{way}, {len(files):,} files", rates[way], "files/s", peers={peer: rates[peer]})
    yield Figure(f"{DRY}: of bare", rates[DRY] / rates[BARE_TWO], "times", least=0.6)
    yield Figure(f"{ATTACH_ONE}: of bare", rates[ATTACH_ONE] / rates[BARE_ONE], "times", least=0.5)
    yield Figure(f"memory of malote express, {len(files):,} files", used, "MB")
