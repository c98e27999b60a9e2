"""Documents per second from the queue to settled, everything durable, beside peers on the same machine and server.

python -m benchmarks.sending [--documents 3000] [--size 50000] [--times 3] [--directory D] [KIND…]

KIND: dir, wsgidav, rclone, apache (all that are installed by default). The peers take their turns with it, so that a
slow moment of the machine meets all of them:

- bare: a loop without any care that asks the same of the portal, eight at a time: write, fsync, link and fsync of the
  folder in a directory; PROPFIND, PUT and MOVE over httpx on a server
- put: PUT alone
- rclone: `rclone copy --transfers 8`
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks import portal_webdav as peers
from core.domain.models import Client, Task, Template
from core.domain.permissions import Actor
from core.office import activation, create_office, documents, open_office, sending
from core.office.tasks import complete_task
from tests.integration.webdav_servers import SERVERS, Served, installed, serving

CLIENTS = 40
AT_ONCE = 8
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


def malote(folder: Path, files: list[bytes], url: str) -> float:
    """Seconds that sending the same files takes, from the queue to settled; what the portal honours is known."""
    owner = Actor.outsider("benchmark")
    create_office(folder / "office", {"portal": {"url": url}})
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


def measure(kind: str, count: int, size: int, times: int, directory: str | None) -> None:
    turns: list[Rates] = []
    with ready(kind) as served:
        for turn in range(times):
            files = [os.urandom(16) * (size // 16) for _ in range(count)]
            with tempfile.TemporaryDirectory(dir=directory) as place:
                if served is None:
                    turns.append(to_directory(Path(place), files))
                else:
                    turns.append(to_server(served, f"{turn}", Path(place), files))
    told = f"{kind:8} {count:7,} x {size:,}"
    for who in turns[0]:
        told += f"  {who} {statistics.median(one[who] for one in turns):6,.0f}/s"
    ratios = [one["malote"] / one["bare"] for one in turns]
    told += f"  of bare {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    if "rclone" in turns[0]:
        told += f"  times rclone {statistics.median(one['malote'] / one['rclone'] for one in turns):.1f}"
    print(f"{told}  load {os.getloadavg()[0]:.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--documents", type=int, default=3000)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--directory", default=None)
    args = parser.parse_args()
    for kind in args.kinds or ["dir", *(kind for kind in SERVERS if installed(kind))]:
        measure(kind, args.documents, args.size, args.times, args.directory)


if __name__ == "__main__":
    main()
