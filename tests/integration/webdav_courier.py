"""The least that a sender must do with a portal, as the worker does it; also as a process that can be killed.

`python -m tests.integration.webdav_courier STATE URL DOCUMENTS EXCLUSIVE` delivers and replaces documents and keeps its
intents in STATE, a line each, written before the request: `I n version epoch` and `D n version`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.models import Place
from core.portal.webdav import WebDavPortal
from core.portal.webdav.requests import Deadlines
from core.ports import Absent, Conflict, PortalFault, Unchanged

ROOTS = 7


def content(n: int, version: int) -> bytes:
    """The bytes of a version of a document: no two alike, of various sizes."""
    return (f"{n} {version} ".encode() * 2000)[: 200 + random.Random(n * 1000 + version).randrange(9000)]


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def place_of(n: int) -> Place:
    return Place(root=(f"Cliente {n % ROOTS}",), folder=("Fiscal", "DAS"), name=f"Guia {n}.pdf")


@dataclass
class Courier:
    """Delivers one version after the other; what ended in the dark is looked at before it is tried again."""

    portal: WebDavPortal
    folder: Path
    journal: list[str] = field(default_factory=list)
    conflicts: int = 0

    def note(self, line: str) -> None:
        self.journal.append(line)

    async def deliver(self, n: int, version: int, *, epoch: int = 0, dark: bool = False) -> None:
        """Until it lies there.

        Args:
            dark: whether a try of `epoch` may have taken effect (its process died).
        """
        place, data = place_of(n), content(n, version)
        expected = sha(content(n, version - 1)) if version else None
        source = self.folder / f"{n}-{version}"
        source.write_bytes(data)
        while True:
            scratch = f"d{n}-{version}-{epoch}"
            try:
                if dark:
                    await self.portal.recover(place, scratch, sha(data), expected)
                    dark = False
                if await self.portal.digest(place) == sha(data):
                    break
                epoch += 1
                self.note(f"I {n} {version} {epoch}")
                condition = Absent() if expected is None else Unchanged(expected)
                await self.portal.publish(source, place, condition, f"d{n}-{version}-{epoch}")
                break
            except Conflict:
                self.conflicts += 1
            except PortalFault as fault:
                if fault.code not in {"portal_unreachable", "portal_busy", "portal_error", "portal_full"}:
                    raise
                dark = dark or fault.unknown
                await asyncio.sleep(0.02)
        self.note(f"D {n} {version}")
        source.unlink()


class FileCourier(Courier):
    """Its journal is a file, so that another process can go on."""

    def __init__(self, portal: WebDavPortal, folder: Path, state: Path):
        super().__init__(portal, folder)
        self._file = state.open("a")

    def note(self, line: str) -> None:
        self._file.write(line + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def unfinished(state: Path, documents: int, versions: int) -> list[tuple[int, int, int]]:
    """(document, version, last epoch tried) of what is not delivered yet; of each document the next version only."""
    done: set[tuple[int, int]] = set()
    epochs: dict[tuple[int, int], int] = {}
    for line in state.read_text().splitlines() if state.exists() else []:
        what, *numbers = line.split()
        n, version = int(numbers[0]), int(numbers[1])
        if what == "D":
            done.add((n, version))
        else:
            epochs[n, version] = int(numbers[2])
    left = []
    for n in range(documents):
        missing = [version for version in range(versions) if (n, version) not in done]
        if missing:
            version = missing[0]
            left.append((n, version, epochs.get((n, version), 0)))
    return left


async def run(state: Path, url: str, documents: int, exclusive: bool, versions: int = 2) -> None:
    portal = WebDavPortal(url, exclusive=exclusive, facts=state.parent, deadlines=Deadlines(request=2), lock_seconds=1)
    with tempfile.TemporaryDirectory() as name:
        courier = FileCourier(portal, Path(name), state)
        work = iter(unfinished(state, documents, versions))

        async def take() -> None:
            for n, version, epoch in work:
                await courier.deliver(n, version, epoch=epoch, dark=epoch > 0)
                for later in range(version + 1, versions):
                    await courier.deliver(n, later)

        await asyncio.gather(*(take() for _ in range(8)))
    await portal.close()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "exclusive"))
