"""The live log's figures against their bars: opened on a million events, filtered, followed while others write.

`python -m benchmarks.console_log FOLDER RATE SECONDS` is the one who writes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.console_bars import FOLLOWED, STEP, WHOLE, Walk, walked
from benchmarks.figures import Figure
from benchmarks.memory import resident
from benchmarks.terminal import END, PAGE, PAGE_UP, UP, Terminal, environment
from core.domain.models import Client, Event, Level
from core.domain.permissions import Actor
from core.office import activation, create_office, open_office

BATCH = 10_000
CLIENTS = 500
RATES = (200, 2_000, 10_000)
EVERY = {50: ("kept_both", Level.WARNING), 100: ("failed", Level.ERROR)}
WALKS = (
    Walk("step, key held", (UP,) * 30, STEP, 0.035, before=(UP,)),
    Walk("step, then rest", (UP,) * 10, quiet=0.5),
    Walk("page", (PAGE_UP,) * 5, WHOLE),
    Walk("to its beginning", (b"g",), WHOLE, 0.5),
    Walk("page from there", (PAGE,) * 5, WHOLE, 0.15, (END,)),
)
FILTERS = (
    ("warnings and errors alone", b"n"),
    ("errors alone", b"n"),
    ("all again", b"nf"),
    ("a rare word", "/certidão".encode()),
)


def event(n: int, at: datetime) -> Event:
    """One of many: a delivery, a warning each 50, a failure each 100."""
    code, level = EVERY[100] if n % 100 == 0 else EVERY[50] if n % 50 == 0 else ("delivered", Level.INFO)
    name = f"Relatório {n}.pdf" if n % 9973 else f"Certidão única {n}.pdf"
    client = n % CLIENTS
    params = {"place": f"{client} - Padaria São José > Fiscal > DAS > {name}", "wanted": name, "why": ["é outro", "x"]}
    if level is Level.ERROR:
        params = {"failure": "no_destination", "template_name": f"Balancete {n % 37}", "template": "b"}
    return Event(
        at=at,
        code=code,
        level=level,
        actor="fiscal",
        login="ana",
        task=f"T{n // 5:07}",
        client=str(client),
        document=f"d{n // 5:09}",
        folder=("Fiscal", "DAS"),
        name=name,
        params=params,
    )


@contextmanager
def office(events: int) -> Iterator[Path]:
    """An active office with so many events, over some months."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        folder, portal = Path(name, "office"), Path(name, "portal")
        portal.mkdir()
        create_office(folder, {"portal": {"url": f"dir://{portal}"}})
        with open_office(folder) as ctx:
            ctx.store.clients.save(Client(id=str(n), name=f"Padaria São José {n} Ltda") for n in range(CLIENTS))
            for start in range(0, events, BATCH):
                numbers = range(start, min(start + BATCH, events))
                ctx.store.append([event(n, now - timedelta(seconds=10 * (events - n))) for n in numbers])
            activation.activate(ctx, Actor.outsider("bench"))
        yield folder


def write(folder: Path, rate: int, seconds: float) -> None:
    """Write events at that rate, in twenty commits a second; what another process does while the log is followed."""
    with open_office(folder) as ctx:
        begun, done = time.monotonic(), 0
        while (now := time.monotonic() - begun) < seconds:
            due = int(now * rate)
            if due > done:
                ctx.store.append([event(n, datetime.now(UTC)) for n in range(done, due)])
                done = due
            time.sleep(0.05)


def settled(terminal: Terminal, keys: bytes, quiet: float) -> tuple[float, float]:
    """Press keys; the seconds until the first and until the last byte came before so long a silence."""
    begun = time.perf_counter()
    before = len(terminal.output)
    terminal.send(keys)
    terminal.read(30, 30, until=lambda: len(terminal.output) > before)
    first = time.perf_counter()
    return first - begun, terminal.read(quiet, 90) - begun


def following(terminal: Terminal, folder: Path, rate: int, seconds: float) -> tuple[float, float]:
    """The bytes and the part of a processor that a second costs while someone writes so many events a second."""
    argv = [sys.executable, "-m", "benchmarks.console_log", str(folder), str(rate), str(seconds + 3)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL):
        terminal.read(1.5, 1.5)
        before, cpu, begun = len(terminal.output), terminal.cpu(), time.perf_counter()
        terminal.read(seconds, seconds)
        took = time.perf_counter() - begun
        size, cpu = len(terminal.output) - before, terminal.cpu() - cpu
    terminal.read(3, 60)
    return size / took, cpu / took


def measure(quick: bool) -> Iterator[Figure]:
    """An office of a million events."""
    events = 20_000 if quick else 1_000_000
    with office(events) as folder:
        of = environment(MALOTE_LANG="pt", MALOTE_OFFICE=str(folder))
        terminal = Terminal([sys.executable, "-m", "tui"], of)
        terminal.read(20, until=lambda: b"ajuda" in terminal.output)
        terminal.read(2, 8)
        before = len(terminal.output)
        first, last = settled(terminal, b"4", 1)
        at = f"{events:,} events: "
        yield Figure(f"{at}opening, all there", last, "s")
        yield Figure(f"{at}opening", len(terminal.output) - before, "bytes")
        terminal.read(1)
        for walk in WALKS:
            yield from walked(terminal, walk._replace(keys=walk.keys[:5]) if quick else walk, at, {})
        for what, keys in FILTERS:
            first, last = settled(terminal, keys, 1.5)
            yield Figure(f"{at}filter, {what}: its first line", first, "s")
            yield Figure(f"{at}filter, {what}: all of history", last, "s")
        yield Figure(f"{at}memory", resident(terminal.pid), "MB")
        terminal.press(b"\x1b", 1)
        terminal.press(END, 1)
        for rate in RATES[:2] if quick else RATES:
            size, processor = following(terminal, folder, rate, 3 if quick else 10)
            yield Figure(f"following {rate:,} events a second", size, "bytes a second", most=FOLLOWED)
            yield Figure(f"following {rate:,} events a second", 100 * processor, "% of a core")
        yield Figure("memory after following", resident(terminal.pid), "MB")
        terminal.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
