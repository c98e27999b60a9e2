"""Documents per second into a directory portal, with everything durable, beside a bare write-fsync-link loop.

python -m benchmarks.sending [--documents 3000] [--size 50000] [--directory D]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.domain.models import Client, Task, Template
from core.domain.permissions import Actor
from core.office import activation, create_office, documents, open_office, sending
from core.office.tasks import complete_task

CLIENTS = 40


def bare(folder: Path, files: list[bytes], threads: int) -> float:
    """Seconds that `threads` threads take to put every file in place: write, fsync, link, fsync the folder."""
    targets = [folder / f"{number:04}" / "Fiscal" / "DAS" for number in range(CLIENTS)]
    for target in targets:
        target.mkdir(parents=True)

    def put(number: int) -> None:
        place = os.open(targets[number % CLIENTS], os.O_RDONLY)
        file = os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o644, dir_fd=place)
        os.write(file, files[number])
        os.fsync(file)
        os.link(f"/proc/self/fd/{file}", f"{number}.pdf", dst_dir_fd=place)
        os.fsync(place)
        os.close(file)
        os.close(place)

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(put, range(len(files))))
    return time.perf_counter() - start


def malote(folder: Path, files: list[bytes], url: str | None = None) -> float:
    """Seconds that `malote deliver` takes for the same files, from the queue to settled."""
    owner = Actor.outsider("benchmark")
    (folder / "portal").mkdir()
    create_office(folder / "office", {"portal": {"url": url or f"dir://{folder}/portal"}})
    with open_office(folder / "office") as ctx:
        ctx.store.clients.save(Client(id=str(n), name=str(n), portal=(f"{n:04}",)) for n in range(CLIENTS))
        ctx.store.templates.save([Template(id="das", name="DAS", department="Fiscal", destination=("Fiscal", "DAS"))])
        ctx.store.tasks.save(
            Task(id=str(n), client=str(n), name="DAS", period="2026-10", templates=("das",)) for n in range(CLIENTS)
        )
        activation.activate(ctx, owner)
        source = folder / "files"
        source.mkdir()
        for number, body in enumerate(files):
            (source / f"{number}.pdf").write_bytes(body)
        for task in range(CLIENTS):
            mine = [source / f"{number}.pdf" for number in range(task, len(files), CLIENTS)]
            documents.attach_files(ctx, owner, str(task), mine, "das")
            complete_task(ctx, owner, str(task))
        start = time.perf_counter()
        summary = sending.deliver(ctx)
        seconds = time.perf_counter() - start
    assert summary.outcomes == {"delivered": len(files)}, summary
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=3000)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--directory", default=None)
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    for _ in range(args.times):
        files = [os.urandom(16) * (args.size // 16) for _ in range(args.documents)]
        with tempfile.TemporaryDirectory(dir=args.directory) as place:
            loop = bare(Path(place) / "bare", files, 8)
            ours = malote(Path(place), files)
        print(
            f"{args.documents} x {args.size} bytes: bare loop {args.documents / loop:,.0f}/s, "
            f"malote {args.documents / ours:,.0f}/s, ratio {loop / ours:.2f}"
        )


if __name__ == "__main__":
    main()
