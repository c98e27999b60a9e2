"""What the live log costs: `python -m benchmarks.console_log [EVENTS]`, through a pseudo-terminal at 80×24, truecolor.

Opening it, moving in it, filtering all of history, memory; and following while another process writes events at 200,
2,000 and 10,000 a second: the bytes a second that come, which the issue bounds at 4 kB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.console import Terminal
from core.domain.models import Client, Event, Level
from core.domain.permissions import Actor
from core.office import activation, create_office, open_office

BATCH = 10_000
CLIENTS = 500
RATES = (200, 2_000, 10_000)
WATCHED = 10.0
"""Seconds that each rate is followed."""
UP, PAGE_UP, DOWN, END = b"\x1b[A", b"\x1b[5~", b"\x1b[B", b"\x1b[F"
EVERY = {50: ("kept_both", Level.WARNING), 100: ("failed", Level.ERROR)}


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
            begun = time.perf_counter()
            for start in range(0, events, BATCH):
                numbers = range(start, min(start + BATCH, events))
                ctx.store.append([event(n, now - timedelta(seconds=10 * (events - n))) for n in numbers])
            print(f"{events:,} events written in {time.perf_counter() - begun:.0f} s")
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
    print(done)


def settled(terminal: Terminal, keys: bytes, quiet: float) -> tuple[float, float]:
    """Press keys; the seconds until the first and until the last byte came before so long a silence."""
    begun = time.perf_counter()
    before = len(terminal.output)
    os.write(terminal._fd, keys)
    terminal.read(30, 30, until=lambda: len(terminal.output) > before)
    first = time.perf_counter()
    return first - begun, terminal.read(quiet, 90) - begun


def each(terminal: Terminal, what: str, key: bytes, times: int, quiet: float) -> None:
    """Print what a key costs on average; `quiet` is how long one waits before the next."""
    costs = [terminal.press(key, quiet) for _ in range(times)]
    sizes, cpu = [size for size, _ in costs], sum(cpu for _, cpu in costs)
    print(f"  {what:20} {sum(sizes) / times:,.0f} bytes ({max(sizes):,} at most), {cpu / times:.1f} ms")
    terminal.read(0.5)


def memory(terminal: Terminal) -> str:
    status = Path(f"/proc/{terminal.pid}/status").read_text()
    return f"{int(status.split('VmRSS:')[1].split()[0]) // 1024} MB"


def follow(terminal: Terminal, folder: Path, rate: int) -> None:
    """Print what following costs while someone writes at that rate."""
    argv = [sys.executable, "-m", "benchmarks.console_log", "--write", str(folder), str(rate), str(WATCHED + 3)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
        terminal.read(1.5, 1.5)
        before, cpu, begun = len(terminal.output), terminal.cpu(), time.perf_counter()
        terminal.read(WATCHED, WATCHED)
        took = time.perf_counter() - begun
        size, cpu = len(terminal.output) - before, terminal.cpu() - cpu
        written, _ = writer.communicate()
    terminal.read(3, 60)
    print(
        f"  following {rate:>6,}/s   {size / took:,.0f} bytes a second, {cpu / took * 100:.0f} % of a processor"
        f" (written: {int(written) / (WATCHED + 3):,.0f}/s)"
    )


def measure(folder: Path, events: int) -> None:
    """Print the figures."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "MALOTE_LANG": "pt"}
    environment |= {"MALOTE_OFFICE": str(folder)}
    environment.pop("NO_COLOR", None)
    terminal = Terminal([sys.executable, "-m", "tui"], environment)
    terminal.read(20, until=lambda: b"ajuda" in terminal.output)
    terminal.read(2, 8)
    print(f"  memory before        {memory(terminal)}")
    before = len(terminal.output)
    first, last = settled(terminal, b"4", 1)
    size = len(terminal.output) - before
    print(f"  opening              {first * 1000:.0f} ms to the first, {last * 1000:.0f} to the last of {size:,} bytes")
    terminal.read(1)
    each(terminal, "step, key held", UP, 30, 0.035)
    each(terminal, "step, then rest", UP, 10, 0.5)
    each(terminal, "page", PAGE_UP, 5, 0.1)
    size, cpu = terminal.press(b"g", 0.5)
    print(f"  to its beginning     {size:,} bytes, {cpu:.0f} ms")
    each(terminal, "page from there", b"\x1b[6~", 5, 0.1)
    terminal.press(END, 0.5)
    for what, keys in (
        ("warnings and errors", b"n"),
        ("errors only", b"n"),
        ("all again", b"n"),
        ("filters off", b"f"),
        ("a rare word", "/certidão".encode()),
    ):
        cpu = terminal.cpu()
        first, last = settled(terminal, keys, 1.5)
        cpu = terminal.cpu() - cpu
        print(f"  {what:20} {first:.2f} s to the first byte, {last:.2f} s to the last, {cpu * 1000:.0f} ms")
    print(f"  memory               {memory(terminal)}")
    terminal.press(b"\x1b", 1)
    terminal.press(b"/padaria", 1)
    each(terminal, "step while looking", UP, 10, 0.035)
    terminal.read(2, 60)
    print(f"  memory, all found    {memory(terminal)}")
    terminal.press(b"\x1b", 1)
    terminal.press(END, 1)
    for rate in RATES:
        follow(terminal, folder, rate)
    size, cpu = len(terminal.output), terminal.cpu()
    time.sleep(5)
    terminal.read(0.1)
    print(f"  idle afterwards      {len(terminal.output) - size} bytes, {(terminal.cpu() - cpu) * 200:.1f} ms a second")
    print(f"  memory               {memory(terminal)}")
    terminal.close()


def main() -> None:
    if sys.argv[1:2] == ["--write"]:
        write(Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
        return
    for events in [int(one) for one in sys.argv[1:]] or [1_000_000]:
        with office(events) as folder:
            measure(folder, events)


if __name__ == "__main__":
    main()
