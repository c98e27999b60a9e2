"""Bad networks and `kill -9` at once, between the whole program and real WebDAV servers: every delivery ends once, no
scratch file stays, what was seen stays as it was, and nobody ever reads half a file or another client's."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from core.office import Context, documents, sending
from tests.faults.process import REPOSITORY
from tests.faults.program import OWNER, Program, build, name_of, path_of, seeded
from tests.integration.proxy import PAGE, CutAnswer, CutRequest, Delay, Fault, Instead, LoseAnswer, Proxy, proxied
from tests.integration.webdav_servers import SERVERS, Served, needs, serving

TIMEOUT = 2
"""Seconds for the portal to answer, in the office's configuration; so long the dead's requests are waited for."""
WEATHER: tuple[Fault, ...] = (
    CutRequest(),
    CutAnswer(),
    LoseAnswer(),
    Delay(0.1),
    Delay(TIMEOUT + 0.5),
    PAGE,
    Instead(502),
    Instead(503, {"Retry-After": "1"}),
    Instead(429, {"Retry-After": "1"}),
    Instead(507),
)
REST = 0.003
"""Seconds between two looks of the reader: without, it and the server that answers it take all of the processor."""
CHANGING = {"PUT", "MOVE", "LOCK"}
NAMES = ("{}.pdf", "{} (1).pdf", "{} (2).pdf")
"""The names under which a document may come to lie."""


@pytest.fixture(params=SERVERS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    needs(request.param)
    with serving(request.param) as running:
        yield running


@dataclass
class Storm:
    """Some requests meet a fault: such a share of those that publish, fewer of the others."""

    chance: random.Random
    share: float
    raging: bool = True
    met: Counter[str] = field(default_factory=Counter)

    def __call__(self, method: str, path: str) -> Fault | None:
        if not self.raging or self.chance.random() > self.share / (1 if method in CHANGING else 4):
            return None
        fault = self.chance.choice(WEATHER)
        self.met[f"{method} {type(fault).__name__}"] += 1
        return fault


class Reader(threading.Thread):
    """Polls every final name all the while, straight from the server, and remembers what should not have been there."""

    def __init__(self, program: WebDavProgram):
        super().__init__()
        self.program = program
        self.reads = 0
        self.wrong: list[str] = []
        self.done = threading.Event()

    def run(self) -> None:
        with httpx.Client(trust_env=False, verify=False, timeout=20) as client:
            while not self.done.is_set():
                self._read_all(client)

    def _read_all(self, client: httpx.Client) -> None:
        with self.program.opened() as ctx:
            paths = {task: path_of(ctx, task) for task, _ in list(self.program.latest)}
        for task, path in random.sample(list(paths.items()), len(paths)):
            for name in NAMES:
                if self.done.wait(REST):
                    return
                place = name.format(path.removesuffix(".pdf"))
                try:
                    answer = client.get(f"{self.program.url}/{quote(place)}")
                except httpx.HTTPError:
                    continue
                self.reads += 1
                if answer.status_code == 200 and not self._belongs(answer.content, task, place):
                    self.wrong.append(f"{place}: {len(answer.content)} bytes {answer.content[:30]!r}")

    def _belongs(self, read: bytes, task: str, place: str) -> bool:
        versions = self.program.written[task]
        if read in versions or read == self.program.kept.get(place) or read in self.program.foreign:
            return True
        # Apache asks for a file's size and then opens it by name: a whole file, of the length of the one before it.
        lengths = {len(one) for one in versions} | {len(one) for one in self.program.foreign}
        return len(read) in lengths and any((one + bytes(len(read)))[: len(read)] == read for one in versions)


@dataclass
class WebDavProgram(Program):
    """An office on a WebDAV portal.

    Args:
        url: of the portal's root, without anything in between.
        written: task to all versions of its document.
        foreign: what others have put there.
    """

    url: str = ""
    written: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    foreign: list[bytes] = field(default_factory=list)

    def write(self, task: str, name: str, size: int = 2000) -> Path:
        path = super().write(task, name, size)
        self.written[task].append(path.read_bytes())
        return path

    def mark_seen(self, task: str) -> None:
        """Somebody says that the client has seen what lies there now."""
        with self.opened() as ctx:
            document = documents.find_document(ctx, f"{task}/{name_of(task)}")
            if document.placement is None or any(
                one.status == "sending" for one in ctx.store.deliveries.of_document(document.id)
            ):
                return
            documents.mark_seen(ctx, OWNER, document.id, seen=True)
            path = document.placement.place.path
            self.kept[path] = (self.portal / path).read_bytes()

    def sent(self) -> int:
        """How many deliveries have ended at the portal."""
        with self.opened() as ctx:
            return ctx.store.deliveries.counts()["delivered"]

    def is_sent(self, ctx: Context, task: str) -> bool:
        """Whether a task's document has nothing under way."""
        return all(one.status == "delivered" for one in ctx.store.deliveries.of_task(task))

    def meddle(self, path: str) -> bool:
        """Someone else puts a file there with a client of their own, whole, if nothing has that name."""
        body = b"alheio " + os.urandom(2000)
        self.foreign.append(body)
        folders = path.split("/")[:-1]
        target, beside = f"{self.url}/{quote(path)}", f"{self.url}/{quote(path)}.alheio"
        with httpx.Client(trust_env=False, verify=False, timeout=20) as client:
            for level in range(1, len(folders) + 1):
                client.request("MKCOL", f"{self.url}/{quote('/'.join(folders[:level]))}/")
            assert client.put(beside, content=body).status_code == 201
            moved = client.request("MOVE", beside, headers={"Destination": target, "Overwrite": "F"})
            if moved.status_code != 201:
                client.delete(beside)
                return False
        self.kept[path] = body
        return True


@contextmanager
def at_work(program: Program, words: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`malote WORDS`, which tells its story into a file; killed at the end of the block."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tui", words],
            env=program.environment(),
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert "Traceback" not in log.read_text(errors="replace"), log.read_text(errors="replace")


def killed(program: Program, chance: random.Random, log: Path, most: int) -> bool:
    """Let it work, and kill it soon after it has told of some deliveries; returns whether it was still at work."""
    lines, patience = chance.randint(0, most), time.monotonic() + chance.uniform(1, 8 * TIMEOUT)
    with at_work(program, chance.choice(("deliver", "deliver", "deliver", "run")), log) as process:
        while process.poll() is None and time.monotonic() < patience and log.read_bytes().count(b"\n") < lines:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.3))
        return process.poll() is None


def send_through(program: WebDavProgram, weather: Storm, kills: int, deliveries: int) -> str:
    """Send with processes that are killed, through bad weather, while people go on with their work; then calmly."""
    tasks, chance, rounds, hits = list(program.written), weather.chance, 0, 0
    seen: set[str] = set()
    while hits < kills or program.sent() < deliveries:
        rounds += 1
        assert rounds < 4 * kills + deliveries
        hits += killed(program, chance, program.folder / "log", len(tasks) // 2)
        with program.opened() as ctx:
            for task in chance.sample(tasks, 2):
                if task not in seen:
                    program.mark_seen(task)
                    seen.add(task)
                program.meddle(path_of(ctx, chance.choice(tasks)))
            for task in chance.sample(tasks, len(tasks) // 4):
                if program.is_sent(ctx, task):
                    program.attach(ctx, task, name_of(task))
            sending.retry(ctx, OWNER, None)  # what waits for an hour, or for a person
    in_storm, weather.raging = program.sent(), False
    for _ in range(20):
        if program.call("deliver").returncode == 0:
            break
        with program.opened() as ctx:
            sending.retry(ctx, OWNER, None)
    told = f"{in_storm} delivered in the storm, {hits} kills in {rounds} rounds, {program.versions.total()} versions"
    return f"{told}, {weather.met.total()} faults: {dict(weather.met)}"


@pytest.mark.parametrize(
    ("kills", "tasks", "deliveries", "share"),
    [pytest.param(2, 24, 24, 0.05, id="small"), pytest.param(60, 300, 2000, 0.005, id="full", marks=pytest.mark.soak)],
)
async def test_every_delivery_ends_once(
    served: Served, tmp_path: Path, kills: int, tasks: int, deliveries: int, share: float
) -> None:
    """A bad night at an office: otherwise a document would be missing in the morning, or lie there twice, or torn."""
    chance = seeded()
    portal = served.root / "Clientes"
    portal.mkdir()
    portal.chmod(0o777)
    async with proxied(served.port) as proxy:
        settings = {"url": f"webdav+http://localhost:{proxy.port}/Clientes", "timeout": TIMEOUT}
        office = build(tmp_path, clients=7, tasks=0, portal=portal, settings=settings).office
        program = WebDavProgram(tmp_path, office, portal, url=f"{served.url}/Clientes")
        await asyncio.to_thread(a_night, program, proxy, Storm(chance, share), kills, tasks, deliveries)


def a_night(program: WebDavProgram, proxy: Proxy, weather: Storm, kills: int, tasks: int, deliveries: int) -> None:
    assert program.call("portal", "check").returncode == 0
    with program.opened() as ctx:
        for task in program.add_tasks(ctx, tasks, clients=7):
            program.send(ctx, task)
    proxy.plan = weather
    reader = Reader(program)
    reader.start()
    try:
        print(send_through(program, weather, kills, deliveries))
    finally:
        reader.done.set()
        reader.join()
    assert reader.wrong == []
    assert reader.reads > tasks
    time.sleep(2 * TIMEOUT + 1)  # so long whatever lies there may still be somebody's
    assert program.call("deliver").returncode == 0  # which clears what late requests left
    program.check()
