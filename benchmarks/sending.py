"""Documents per second from the queue to settled, everything durable, beside peers on the same machine and server.

Into a directory, and onto WsgiDAV, rclone and Apache where they are installed. The peers take their turns with it, so
that a slow moment of the machine meets all of them:

- bare: a loop without any care that asks the same of the portal, eight at a time: write, fsync, link and fsync of the
  folder in a directory; PROPFIND, PUT and MOVE over httpx on a server
- put: PUT alone
- rclone: `rclone copy --transfers 8`
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks import portal_webdav as peers
from benchmarks.figures import Figure
from core.domain.models import Client, Task, Template
from core.domain.permissions import Actor
from core.office import Context, activation, create_office, documents, open_office, sending
from core.office.tasks import complete_task
from tests.integration.webdav_servers import SERVERS, Served, installed, serving

CLIENTS = 40
AT_ONCE = 8
SIZE = 50_000
TITLES = {"malote": "Malote", "bare": "bare loop of the same", "put": "PUT alone", "rclone": "rclone copy"}
Rates = dict[str, float]


def bare(folder: Path, files: list[bytes]) -> float:
    """Seconds that eight threads take to put every file in place: write, fsync, link, fsync the folder."""
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
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(put, range(len(files))))
    return time.perf_counter() - start


def malote(folder: Path, files: list[bytes], url: str, fill: Callable[[Context], object] = lambda _: None) -> float:
    """Seconds that sending the same files takes, from the queue to settled; what the portal honours is known.

    `fill` puts into the new office what is to lie there already.
    """
    owner = Actor.outsider("benchmark")
    create_office(folder / "office", {"portal": {"url": url}})
    with open_office(folder / "office") as ctx:
        ctx.store.clients.save(Client(id=str(n), name=str(n), portal=(f"{n:04}",)) for n in range(CLIENTS))
        ctx.store.templates.save([Template(id="das", name="DAS", department="Fiscal", destination=("Fiscal", "DAS"))])
        ctx.store.tasks.save(
            Task(id=str(n), client=str(n), name="DAS", period="2026-10", templates=("das",)) for n in range(CLIENTS)
        )
        activation.activate(ctx, owner)
        fill(ctx)
        source = folder / "files"
        source.mkdir()
        for number, body in enumerate(files):
            (source / f"{number}.pdf").write_bytes(body)
        for task in range(CLIENTS):
            mine = [source / f"{number}.pdf" for number in range(task, len(files), CLIENTS)]
            documents.attach_files(ctx, owner, str(task), mine, "das")
            complete_task(ctx, owner, str(task))
        portal = ctx.portal()

        async def found_out() -> None:
            await portal.check()
            await portal.close()

        asyncio.run(found_out())
        start = time.perf_counter()
        summary = sending.deliver(ctx)
        seconds = time.perf_counter() - start
    assert summary.outcomes == {"delivered": len(files)}, summary
    return seconds


def to_directory(folder: Path, files: list[bytes]) -> Rates:
    """One turn of each."""
    portal = folder / "portal"
    portal.mkdir()
    loop = bare(folder / "bare", files)
    return {"malote": len(files) / malote(folder, files, f"dir://{portal}"), "bare": len(files) / loop}


def to_server(served: Served, name: str, folder: Path, files: list[bytes]) -> Rates:
    """One turn of each, each into an empty folder of the server."""
    source = folder / "source.pdf"
    source.write_bytes(files[0])
    for kind in ("malote", "bare", "put", "rclone"):
        assert httpx.request("MKCOL", f"{served.url}/{name}{kind}/", trust_env=False).status_code == 201
    count = len(files)
    found = {
        "malote": count / malote(folder, files, f"webdav+{served.url}/{name}malote"),
        "bare": asyncio.run(peers.bare(served, f"{name}bare", source, count)),
        "put": asyncio.run(peers.bare(served, f"{name}put", source, count, put_alone=True)),
    }
    if installed("rclone"):
        found["rclone"] = peers.rclone_copy(served, f"{name}rclone", source, min(count, 600))
    return found


@contextmanager
def ready(kind: str) -> Iterator[Served | None]:
    """The server, if that is one."""
    if kind == "dir":
        yield None
    else:
        with serving(kind) as served:
            yield served


def turns(kind: str, count: int, times: int) -> Iterator[Rates]:
    """Everyone's documents a second, by turns."""
    with ready(kind) as served:
        for turn in range(times):
            files = [os.urandom(16) * (SIZE // 16) for _ in range(count)]
            with tempfile.TemporaryDirectory() as place:
                yield (
                    to_directory(Path(place), files)
                    if served is None
                    else to_server(served, f"{turn}", Path(place), files)
                )


def measure(quick: bool) -> Iterator[Figure]:
    """Rates and their ratios, the median of the turns."""
    count, times = (120, 1) if quick else (1_000, 3)
    for kind in ("dir", *filter(installed, SERVERS)):
        found = list(turns(kind, count, times))

        def of(other: str, found: list[Rates] = found) -> float:
            return statistics.median(one["malote"] / one[other] for one in found)

        rates = {TITLES[who]: statistics.median(one[who] for one in found) for who in found[0]}
        where = f"{kind}, {times} x {count:,} x {SIZE // 1000} kB"
        yield Figure(where, rates.pop(TITLES["malote"]), "documents/s", peers=rates)
        yield Figure(f"{where}: of the bare loop", of("bare"), "times", least=None if kind == "dir" else 0.85)
        if "rclone" in found[0]:
            yield Figure(f"{where}: of rclone copy", of("rclone"), "times", least=5)
