"""Publishing into a directory, beside the barest loop that is as durable: write, fsync, link, fsync of the folder."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.sending import AT_ONCE, SIZE, bare
from core.domain.models import Place
from core.portal.directory import DirectoryPortal
from core.ports import Absent

FOLDERS = 40
ROUNDS = 3


async def ours(source: Path, root: Path, count: int) -> float:
    """Documents a second of DirectoryPortal.publish, which makes the folders too."""
    portal = DirectoryPortal(root)
    numbers = iter(range(count))

    async def work() -> None:
        for n in numbers:
            place = Place(root=(f"Cliente {n % FOLDERS}",), folder=("Fiscal", "DAS"), name=f"{n}.pdf")
            await portal.publish(source, place, Absent(), f"scratch-{n}")

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    rate = count / (time.perf_counter() - start)
    await portal.close()
    return rate


def measure(quick: bool) -> Iterator[Figure]:
    """The adapter alone."""
    count = 200 if quick else 2_000
    with tempfile.TemporaryDirectory() as name:
        source, bytes_ = Path(name) / "source.pdf", os.urandom(SIZE)
        source.write_bytes(bytes_)
        loop, adapter = [], []
        for turn in range(ROUNDS):  # in turns, so that a slow moment of the disk meets both
            root = Path(name) / f"{turn}"
            root.mkdir()
            loop.append(count / bare(Path(name) / f"bare{turn}", [bytes_] * count))
            adapter.append(asyncio.run(ours(source, root, count)))
    peers = {"bare loop of the same": statistics.median(loop)}
    yield Figure("dir: adapter alone", statistics.median(adapter), "documents/s", peers=peers)
