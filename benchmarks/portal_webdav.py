"""Publishing over WebDAV beside bare loops of httpx and `rclone copy`, against the servers of the tests on loopback.

What the worker asks of a portal for a new document
is a look and a publish: PROPFIND, PUT, MOVE. The bare loop makes the same three requests, its folders made beforehand.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from os import urandom
from pathlib import Path

import httpx

from benchmarks.figures import Figure
from core.domain.models import Place
from core.portal.webdav import WebDavPortal
from core.portal.webdav.verbs import LOOK
from core.ports import Absent
from tests.integration.webdav_servers import SERVERS, Served, installed, serving

SIZE = 50_000
FOLDERS = 40
AT_ONCE = 8
RCLONE_COPY = ("rclone", "copy", "--transfers", "8", "--config", "/dev/null")


async def at_once(documents: int, work: Callable[[int], Awaitable[object]]) -> float:
    """Documents a second, so many at once."""
    numbers = iter(range(documents))

    async def take() -> None:
        for n in numbers:
            await work(n)

    start = time.perf_counter()
    await asyncio.gather(*(take() for _ in range(AT_ONCE)))
    return documents / (time.perf_counter() - start)


async def ours(served: Served, root: str, source: Path, documents: int, *, exclusive: bool = False) -> float:
    """What the worker asks of the portal; folders are made too, and the probe has been run before."""
    portal = WebDavPortal(f"webdav+{served.url}/{root}", exclusive=exclusive)
    await portal.check()

    async def work(n: int) -> None:
        place = Place(root=(f"Cliente {n % FOLDERS}",), folder=("Fiscal", "DAS"), name=f"{n}.pdf")
        await portal.look(place)
        await portal.publish(source, place, Absent(), f"scratch-{n}")

    try:
        return await at_once(documents, work)
    finally:
        await portal.close()


async def bare(served: Served, root: str, source: Path, documents: int, *, put_alone: bool = False) -> float:
    """A loop of httpx without any care: PROPFIND, PUT, MOVE; or PUT alone."""
    url, body = f"{served.url}/{root}", source.read_bytes()  # noqa: ASYNC240 - read once, as fast as it can be
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=limits) as client:
        await client.request("MKCOL", f"{url}/.malote/")
        for n in range(FOLDERS):
            for folder in ("", "/Fiscal", "/Fiscal/DAS"):
                await client.request("MKCOL", f"{url}/Cliente {n}{folder}/")

        async def work(n: int) -> None:
            target = f"{url}/Cliente%20{n % FOLDERS}/Fiscal/DAS/{n}.pdf"
            if put_alone:
                done = await client.put(target, content=body)
            else:
                await client.request("PROPFIND", target, content=LOOK, headers={"Depth": "0"})
                scratch = f"{url}/.malote/scratch-{n}"
                await client.put(scratch, content=body)
                done = await client.request("MOVE", scratch, headers={"Destination": target, "Overwrite": "F"})
            assert done.status_code == 201, done.status_code

        return await at_once(documents, work)


def rclone_copy(served: Served, root: str, source: Path, documents: int) -> float:
    """`rclone copy --transfers 8` of as many files."""
    with tempfile.TemporaryDirectory() as name:
        for n in range(documents):
            folder = Path(name) / f"Cliente {n % FOLDERS}" / "Fiscal" / "DAS"
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / f"{n}.pdf")
        start = time.perf_counter()
        subprocess.run(
            [*RCLONE_COPY, "--webdav-url", served.url, name, f":webdav:{root}"],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        return documents / (time.perf_counter() - start)


def measure(quick: bool) -> Iterator[Figure]:
    """The adapter alone, on each server that is installed, without and with the lock that `exclusive` asks for."""
    documents = 60 if quick else 1_000
    for kind in filter(installed, SERVERS):
        with tempfile.TemporaryDirectory() as name, serving(kind) as served:
            source = Path(name) / "source.pdf"
            source.write_bytes(urandom(SIZE))
            rates = {}
            for way in ("adapter", "bare", "exclusive"):
                assert httpx.request("MKCOL", f"{served.url}/{way}/", trust_env=False).status_code == 201
                made = bare if way == "bare" else partial(ours, exclusive=way == "exclusive")
                rates[way] = asyncio.run(made(served, way, source, documents))
            peers = {"bare loop of the same": rates["bare"]}
            yield Figure(f"{kind}: adapter alone", rates["adapter"], "documents/s", peers=peers)
            yield Figure(f"{kind}: adapter alone, exclusive", rates["exclusive"], "documents/s")
