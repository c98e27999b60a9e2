"""Bad networks and sudden deaths between us and real servers: every document arrives once, and nothing else stays."""

from __future__ import annotations

import asyncio
import itertools
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from core.portal.webdav import WebDavPortal
from core.portal.webdav.facts import FactsFile
from core.portal.webdav.requests import Deadlines
from core.ports import Absent, PortalFault, Unchanged
from tests.integration.proxy import (
    PAGE,
    CutAnswer,
    CutRequest,
    Delay,
    Fault,
    Instead,
    LoseAnswer,
    Proxy,
    proxied,
)
from tests.integration.webdav_courier import Courier, content, place_of, sha, unfinished
from tests.integration.webdav_servers import FACTS, SERVERS, Served, needs, serving
from tests.portal_contract import NEW, OLD, at, file

DEADLINES = Deadlines(request=1.5)
REST = 0.003
"""Seconds between two looks of a reader: without, it and the server that answers it take all of the processor."""

_numbers = itertools.count()


@dataclass(frozen=True)
class Spot:
    """An empty portal on a server: its name there, and its folder on the server's disk."""

    served: Served
    name: str

    @property
    def path(self) -> Path:
        return self.served.root / self.name

    def url(self, port: int) -> str:
        return f"webdav+http://localhost:{port}/{self.name}"


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    needs(request.param)
    with serving(request.param) as running:
        yield running


@pytest.fixture
def spot(served: Served) -> Spot:
    name = f"p{next(_numbers)}"
    assert httpx.request("MKCOL", f"{served.url}/{name}/", trust_env=False, verify=False).status_code == 201
    return Spot(served, name)


@pytest.fixture
async def proxy(spot: Spot, tmp_path: Path) -> AsyncIterator[Proxy]:
    """Between us and the server; what the server honours is known."""
    port, kind = spot.served.port, spot.served.kind
    if kind not in FACTS:
        portal = WebDavPortal(spot.url(port), facts=tmp_path)
        await portal.check()
        await portal.close()
        FACTS[kind] = FactsFile(tmp_path, portal.url).read() or pytest.fail("no facts were kept")
    async with proxied(port) as between:
        for known in (port, between.port):
            FactsFile(tmp_path, spot.url(known)).write(FACTS[kind])
        yield between


@pytest.fixture
async def portal(spot: Spot, proxy: Proxy, tmp_path: Path) -> AsyncIterator[WebDavPortal]:
    portal = WebDavPortal(spot.url(proxy.port), facts=tmp_path, deadlines=DEADLINES, lock_seconds=1)
    yield portal
    await portal.close()


def once(method: str, fault: Fault) -> Plan:
    return Plan({method: fault})


class Plan:
    """The first request of a method meets a fault, those after it none."""

    def __init__(self, faults: dict[str, Fault]):
        self.faults = dict(faults)

    def __call__(self, method: str, path: str) -> Fault | None:
        return self.faults.pop(method, None)


def litter(spot: Spot) -> list[str]:
    area = spot.path / ".malote"
    return [path.name for path in area.iterdir() if path.name != ".DAV"] if area.exists() else []


IN_THE_DARK = [CutRequest(), LoseAnswer(), CutAnswer(), Delay(2.0)]


@pytest.mark.parametrize("fault", IN_THE_DARK, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize(
    ("expected", "method"),
    [
        *(pytest.param(None, method, id=f"create-{method}") for method in ("PUT", "MOVE")),  # it takes no lock
        *(pytest.param(OLD, method, id=f"replace-{method}") for method in ("PUT", "MOVE", "LOCK", "UNLOCK")),
    ],
)
async def test_every_dark_end_is_known_and_mended(
    portal: WebDavPortal,
    proxy: Proxy,
    spot: Spot,
    tmp_path: Path,
    method: str,
    fault: Fault,
    expected: bytes | None,
) -> None:
    """A lost answer would send a document twice, or not at all."""
    source, old = file(tmp_path, NEW), None if expected is None else sha(expected)
    if expected is not None:
        await portal.publish(file(tmp_path, expected, "old"), at(), Absent(), "s0")
    proxy.plan = once(method, fault)
    condition = Absent() if old is None else Unchanged(old)
    try:
        await portal.publish(source, at(), condition, "s1")
    except PortalFault as raised:
        assert raised.code in {"portal_unreachable", "portal_error"}
        assert raised.unknown, "nobody would look at what came of it"
        while True:
            try:
                await portal.recover(at(), "s1", sha(NEW), old)
                break
            except PortalFault as busy:
                assert busy.code == "portal_busy"
                await asyncio.sleep(0.1)
        if await portal.digest(at()) != sha(NEW):
            assert await portal.digest(at()) == old
            while True:
                try:
                    await portal.publish(source, at(), condition, "s2")
                    break
                except PortalFault as busy:
                    assert busy.code == "portal_busy"
    assert (spot.path / at().path).read_bytes() == NEW
    assert set(litter(spot)) <= {"s1"}, "what a late PUT leaves is known by its name"
    for scratch, _ in await portal.scratches():
        await portal.discard(scratch)
    assert litter(spot) == []


@pytest.mark.parametrize("answer", [PAGE, Instead(503, {"Retry-After": "3"}), Instead(429, {"Retry-After": "3"})])
@pytest.mark.parametrize("method", ["PUT", "MOVE", "PROPFIND"])
async def test_answers_from_in_between(
    portal: WebDavPortal, proxy: Proxy, spot: Spot, tmp_path: Path, method: str, answer: Instead
) -> None:
    """A proxy's page would count as a delivery; its wish to be left alone would not be honoured."""
    proxy.plan = once(method, answer)
    with pytest.raises(PortalFault) as raised:
        await portal.look(at())
        await portal.publish(file(tmp_path, NEW), at(), Absent(), "s1")
    assert raised.value.code == "portal_unreachable"
    assert raised.value.retry_after == (None if answer is PAGE else 3)
    assert not (spot.path / at().path).exists()
    if not raised.value.unknown:
        assert litter(spot) == []


WEATHER: tuple[Fault, ...] = (
    CutRequest(),
    CutAnswer(),
    LoseAnswer(),
    Delay(0.05),
    PAGE,
    Instead(503, {"Retry-After": "0"}),
    Instead(507),
    Instead(502),
)


def stormy(seed: int) -> Storm:
    return Storm(random.Random(seed))


class Storm:
    """One request in eight meets a fault."""

    def __init__(self, chance: random.Random):
        self.chance = chance
        self.met: Counter[str] = Counter()

    def __call__(self, method: str, path: str) -> Fault | None:
        if self.chance.random() > 0.12:
            return None
        fault = self.chance.choice(WEATHER)
        self.met[f"{method} {type(fault).__name__}"] += 1
        return fault


class Reader:
    """Polls final names all the while, straight from the server, and remembers what no version is."""

    def __init__(self, spot: Spot, documents: int, *, empty_too: bool):
        self.url = f"{spot.served.url}/{spot.name}"
        self.documents = documents
        self.wrong: list[str] = []
        self.reads = 0
        self._empty_too = empty_too
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read_on)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _read_on(self) -> None:
        with httpx.Client(trust_env=False, verify=False, timeout=20) as client:
            while not self._done.wait(REST):
                n = random.randrange(self.documents)
                try:
                    answer = client.get(f"{self.url}/{quote(place_of(n).path)}")
                except httpx.HTTPError:
                    continue
                self.reads += 1
                if answer.status_code != 200 or (self._empty_too and not answer.content):
                    continue
                versions = content(n, 0), content(n, 1)
                if answer.content not in versions and not _of_two_moments(answer.content, *versions):
                    self.wrong.append(f"{n}: {len(answer.content)} bytes")


def _of_two_moments(answer: bytes, old: bytes, new: bytes) -> bool:
    """Whether an answer has the old file's length and the new one's bytes.

    Apache asks for a file's size and then opens it by name: a whole file that takes another's place in between is
    answered so, with zeros where it is shorter. The file is whole; only the server could mend that.
    """
    return answer == (new + bytes(len(old)))[: len(old)]


async def weather(spot: Spot, proxy: Proxy, folder: Path, documents: int, *, exclusive: bool) -> Storm:
    portal = WebDavPortal(spot.url(proxy.port), exclusive=exclusive, facts=folder, deadlines=DEADLINES, lock_seconds=1)
    storm = stormy(documents)
    proxy.plan = storm
    courier = Courier(portal, folder)
    numbers = iter(range(documents))

    async def take() -> None:
        for n in numbers:
            for version in (0, 1):
                await courier.deliver(n, version)

    with Reader(spot, documents, empty_too=exclusive) as reader:
        await asyncio.gather(*(take() for _ in range(8)))
    proxy.plan = lambda _method, _path: None
    await sweep(portal)
    await portal.close()
    assert reader.wrong == []
    assert reader.reads > 0
    settled(spot, documents)
    return storm


async def sweep(portal: WebDavPortal) -> None:
    """What belongs to no delivery any more: PUTs that a proxy handed on after their sender had given up."""
    for scratch, _ in await portal.scratches():
        await portal.discard(scratch)


def settled(spot: Spot, documents: int) -> None:
    """Every document lies at its name once, in its last version, and nothing else lies anywhere."""
    there = {str(path.relative_to(spot.path)): path for path in spot.path.rglob("*") if path.is_file()}
    there = {name: path for name, path in there.items() if "/.DAV/" not in f"/{name}"}
    assert set(there) == {place_of(n).path for n in range(documents)}
    for n in range(documents):
        assert there[place_of(n).path].read_bytes() == content(n, 1)


@pytest.mark.parametrize("exclusive", [False, True])
async def test_weather(spot: Spot, proxy: Proxy, tmp_path: Path, exclusive: bool) -> None:
    storm = await weather(spot, proxy, tmp_path, 25, exclusive=exclusive)
    assert storm.met


@pytest.mark.soak
@pytest.mark.parametrize("exclusive", [False, True])
async def test_weather_for_long(spot: Spot, proxy: Proxy, tmp_path: Path, exclusive: bool) -> None:
    storm = await weather(spot, proxy, tmp_path, 1000, exclusive=exclusive)
    print(spot.served.kind, exclusive, sum(storm.met.values()), dict(storm.met))


def killed_at_random(spot: Spot, folder: Path, documents: int, exclusive: bool, kills: int) -> int:
    """Deliver in processes that are killed at random instants, until all is delivered; returns how many were."""
    state, chance, died = folder / "journal", random.Random(documents), 0
    url = spot.url(spot.served.port)
    command = [sys.executable, "-m", "tests.integration.webdav_courier", str(state), url, str(documents)]
    while unfinished(state, documents, 2):
        process = subprocess.Popen([*command, "exclusive" if exclusive else ""])
        try:
            process.wait(0.6 + chance.random() * 0.8 if died < kills else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            died += 1
        else:
            assert process.returncode == 0
    return died


async def after_kills(spot: Spot, folder: Path, documents: int, exclusive: bool, kills: int) -> None:
    with Reader(spot, documents, empty_too=exclusive) as reader:
        died = await asyncio.to_thread(killed_at_random, spot, folder, documents, exclusive, kills)
    assert reader.wrong == []
    assert died > 0
    portal = WebDavPortal(spot.url(spot.served.port))
    await sweep(portal)
    await portal.close()
    settled(spot, documents)


@pytest.mark.parametrize("exclusive", [False, True])
async def test_killed(spot: Spot, proxy: Proxy, tmp_path: Path, exclusive: bool) -> None:
    await after_kills(spot, tmp_path, 90, exclusive, 2)


@pytest.mark.soak
@pytest.mark.parametrize("exclusive", [False, True])
async def test_killed_often(spot: Spot, proxy: Proxy, tmp_path: Path, exclusive: bool) -> None:
    await after_kills(spot, tmp_path, 1000, exclusive, 40)


def test_journal_of_the_killed(tmp_path: Path) -> None:
    """The tests above would prove nothing if what was intended were not known."""
    state = tmp_path / "journal"
    state.write_text("I 0 0 1\nD 0 0\nI 0 1 1\nI 1 0 1\nI 1 0 2\n")
    assert unfinished(state, 3, 2) == [(0, 1, 1), (1, 0, 2), (2, 0, 0)]
