"""Publishing into a directory, beside the barest loop that is as durable: write, fsync, link, fsync of the folder.

Run with `python -m benchmarks.portal_directory [FOLDER]`; the folder decides which disk is measured.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.domain.models import Place
from core.portal.directory import DirectoryPortal
from core.ports import Absent

DOCUMENTS = 2000
SIZE = 50_000
FOLDERS = 40
AT_ONCE = 8
ROUNDS = 3


def bare(source: Path, root: Path) -> float:
    """Documents a second of the bare loop, folders made beforehand."""
    data = source.read_bytes()
    for n in range(FOLDERS):
        (root / f"Cliente {n}" / "Fiscal" / "DAS").mkdir(parents=True)

    def publish(n: int) -> None:
        folder = root / f"Cliente {n % FOLDERS}" / "Fiscal" / "DAS"
        temporary = root / f".{n}"
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        (folder / f"{n}.pdf").hardlink_to(temporary)
        temporary.unlink()
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(publish, range(DOCUMENTS)))
    return DOCUMENTS / (time.perf_counter() - start)


async def ours(source: Path, root: Path) -> float:
    """Documents a second of DirectoryPortal.publish, which makes the folders too."""
    portal = DirectoryPortal(root)
    numbers = iter(range(DOCUMENTS))

    async def work() -> None:
        for n in numbers:
            place = Place(root=(f"Cliente {n % FOLDERS}",), folder=("Fiscal", "DAS"), name=f"{n}.pdf")
            await portal.publish(source, place, Absent(), f"scratch-{n}")

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    rate = DOCUMENTS / (time.perf_counter() - start)
    await portal.close()
    return rate


def main() -> None:
    where = sys.argv[1] if len(sys.argv) > 1 else None
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    with tempfile.TemporaryDirectory(dir=where) as name:
        source = Path(name) / "source.pdf"
        source.write_bytes(os.urandom(SIZE))
        for round_ in range(ROUNDS):  # in turns, so that a slow moment of the disk meets both
            for which, found in rates.items():
                root = Path(name) / f"{which}{round_}"
                root.mkdir()
                found.append(bare(source, root) if which == "bare" else asyncio.run(ours(source, root)))
    median = {which: statistics.median(found) for which, found in rates.items()}
    print(f"{DOCUMENTS} documents of {SIZE} bytes into {FOLDERS} folders, {AT_ONCE} at once, median of {ROUNDS} rounds")
    print(f"write, fsync, link, fsync folder  {median['bare']:8.0f} documents/s")
    print(f"DirectoryPortal.publish           {median['ours']:8.0f} documents/s")
    print(f"ratio                             {median['ours'] / median['bare']:8.2f}")


if __name__ == "__main__":
    main()
