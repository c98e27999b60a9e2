"""What the console costs: `python -m benchmarks.console [TEMPLATES…]`, through a pseudo-terminal at 80×24, truecolor.

Time and bytes to the first full paint; bytes and processor time for a cursor step, a page, a filter key, a dialog, and
for standing still. An office of each size has twenty documents a template (100,000 at 5,000) and ten events a document.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.domain.models import Client, Document, Event, Task, Template
from core.domain.permissions import Actor
from core.office import activation, create_office, open_office

ACTOR = Actor.outsider("bench")
DEPARTMENTS = ("Fiscal", "Contabilidade", "Pessoal", "Legal")
BATCH = 5_000
DOCUMENTS, EVENTS = 20, 10
"""Of each template, and of each document."""
MOST = 100_000
"""Documents, however many templates there are."""
FOLDERS = 400
"""Of the model client at the portal."""


class Terminal:
    """A program on a pseudo-terminal of 80×24; answers that it can hold output back (mode 2026), as most do."""

    def __init__(self, argv: list[str], environment: dict[str, str]):
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if not self.pid:
            os.execvpe(argv[0], argv, environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.output = b""

    def read(self, quiet: float, most: float = 10.0, until: Callable[[], bool] = lambda: False) -> float:
        """Read until nothing has come for `quiet` seconds, or `until` says so; returns when the last byte came."""
        last = begun = time.perf_counter()
        while time.perf_counter() - max(last, begun) < quiet and time.perf_counter() - begun < most and not until():
            ready, _, _ = select.select([self._fd], [], [], 0.01)
            if ready:
                got = os.read(self._fd, 65536)
                if b"\x1b[?2026$p" in got:
                    os.write(self._fd, b"\x1b[?2026;2$y")
                self.output += got
                last = time.perf_counter()
        return last

    def press(self, keys: bytes, quiet: float = 0.15) -> tuple[int, float]:
        """Press keys; returns the bytes and the milliseconds of processor time that they cost."""
        before, cpu = len(self.output), self.cpu()
        os.write(self._fd, keys)
        self.read(quiet)
        return len(self.output) - before, (self.cpu() - cpu) * 1000

    def cpu(self) -> float:
        """Seconds of processor time so far, of all threads."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(one.read_text().split()[0]) for one in threads) / 1e9

    def close(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self._fd)


@contextmanager
def office(templates: int) -> Iterator[Path]:
    """An office of that size, active; all in its store, nothing at the portal."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        folder, portal = Path(name, "office"), Path(name, "portal")
        for n in range(FOLDERS):
            Path(portal, "0", DEPARTMENTS[n % 4], f"Pasta {n // 10}", f"Guias {n}").mkdir(parents=True)
        create_office(folder, {"portal": {"url": f"dir://{portal}"}})
        with open_office(folder) as ctx:
            store = ctx.store
            store.clients.save(
                Client(id=str(n), name=f"Padaria São José {n} Ltda", portal=(str(n),)) for n in range(500)
            )
            store.templates.save(
                Template(
                    id=f"t{n:06}",
                    name=f"{'Balancete' if n % 50 == 0 else 'Relatório'} nº {n} do período",
                    department=DEPARTMENTS[n % 4],
                    destination=None if n % 50 == 0 else (DEPARTMENTS[n % 4], f"Pasta {n % 37}"),
                )
                for n in range(templates)
            )
            count = min(templates * DOCUMENTS, MOST)
            for start in range(0, count, BATCH):
                numbers = range(start, min(start + BATCH, count))
                with store.transaction():
                    store.tasks.save(_task(n) for n in numbers if n % DOCUMENTS == 0)
                    store.documents.save(_document(n, templates, now) for n in numbers)
                    for n in numbers:
                        store.append([_event(n, now)] * EVENTS)
            activation.activate(ctx, ACTOR)
        yield folder


def _task(n: int) -> Task:
    return Task(id=f"T{n:07}", client=str(n % 500), name=f"Relatório {n}", period="2026-10")


def _document(n: int, templates: int, now: datetime) -> Document:
    task, name = f"T{n - n % DOCUMENTS:07}", f"Relatório {n}.pdf"
    return Document(
        id=f"d{n:08}",
        task=task,
        client=str(n % 500),
        template=f"t{n % templates:06}",
        name=name,
        source_name=name,
        sha256=f"{n:064x}",
        size=40_000,
        attached_by="ana",
        attached_at=now,
    )


def _event(n: int, now: datetime) -> Event:
    past = now.replace(year=now.year - 1)
    return Event(at=past, code="attached", client=str(n % 500), name=f"Relatório {n}.pdf", params={"size": 40_000})


def first_paint(folder: Path, ssh: bool = False) -> tuple[Terminal, float, int]:
    """Start the console; returns it, the seconds and the bytes to its first full paint."""
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "MALOTE_OFFICE": str(folder),
        "MALOTE_LANG": "pt",
    }
    environment.pop("NO_COLOR", None)
    shutil.rmtree(folder / "host" / "consoles", ignore_errors=True)  # not where the one before was ended
    if ssh:
        environment["SSH_CONNECTION"] = "127.0.0.1 1 127.0.0.1 22"
    terminal = Terminal([sys.executable, "-m", "tui"], environment)
    whole = tuple(word.encode() for word in ("Prioridade", "Templates sem pasta", "Por hora", "ajuda"))
    at = terminal.read(5, until=lambda: all(word in terminal.output for word in whole))
    at = terminal.read(0.03)
    return terminal, at - terminal.started, len(terminal.output)


def measure(folder: Path, templates: int) -> None:
    """Print the figures of one office."""
    documents = min(templates * DOCUMENTS, MOST)
    print(f"{templates} templates, {documents:,} documents, {documents * EVENTS:,} events")
    tries = []
    for _ in range(5):
        terminal, seconds, size = first_paint(folder)
        terminal.close()
        tries.append((seconds, size))
    print(
        f"  first full paint     {min(tries)[0]:.2f} s (best of {len(tries)}; {max(tries)[0]:.2f} s worst),"
        f" {min(tries)[1]:,} bytes"
    )
    terminal, _, _ = first_paint(folder)
    terminal.read(3)
    begun, start, cpu = time.perf_counter(), len(terminal.output), terminal.cpu()
    terminal.press(b"2", 0)
    shown = f"{templates:,} de ".replace(",", ".").encode()
    terminal.read(60, 60, lambda: shown in terminal.output[start:])
    seconds = time.perf_counter() - begun
    terminal.read(1.0)
    size, cpu = len(terminal.output) - start, (terminal.cpu() - cpu) * 1000
    print(f"  opening Templates    {size:,} bytes, {cpu:.0f} ms, all there after {seconds:.2f} s")
    each(terminal, "cursor step", [b"\x1b[B"] * 14 + [b"\x1b[A"] * 13)
    each(terminal, "step, also scrolling", [b"\x1b[B"] * 100)
    each(terminal, "page", [b"\x1b[6~"] * 5)
    terminal.press(b"/")
    each(terminal, "filter key", [bytes([sign]) for sign in b"balancete"])
    terminal.press(b"\x1b", 0.5)
    each(terminal, "sort", [b"s"] * 6)
    each(terminal, "mark", [b" "] * 10)
    each(terminal, "next column", [b"\x1b[C"] * 5)
    measure_picker(terminal)
    size, cpu = terminal.press(b"?", 0.5)
    print(f"  opening the help     {size:,} bytes, {cpu:.0f} ms")
    terminal.press(b"\x1b", 0.5)
    size, cpu = terminal.press(b"4", 1.0)
    print(f"  opening Registro     {size:,} bytes, {cpu:.0f} ms")
    each(terminal, "its cursor step", [b"\x1b[A"] * 12)
    each(terminal, "its page", [b"\x1b[5~"] * 5)
    size, cpu = terminal.press(b"g", 0.5)
    print(f"  to its beginning     {size:,} bytes, {cpu:.0f} ms")
    size, cpu = terminal.press(b"3", 3.0)
    print(f"  opening Tarefas      {size:,} bytes, {cpu:.0f} ms")
    terminal.press(b"1", 12.0)
    before, cpu = len(terminal.output), terminal.cpu()
    time.sleep(5)
    terminal.read(0.1)
    print(
        f"  idle                 {len(terminal.output) - before} bytes, {(terminal.cpu() - cpu) * 200:.1f} ms a second"
    )
    status = Path(f"/proc/{terminal.pid}/status").read_text()
    print(f"  memory               {int(status.split('VmRSS:')[1].split()[0]) // 1024} MB")
    terminal.close()


def measure_picker(terminal: Terminal) -> None:
    """Print what choosing a folder costs, and go back."""
    size, cpu = terminal.press(b"d", 1.0)
    print(f"  opening the picker   {size:,} bytes, {cpu:.0f} ms, its folders read")
    each(terminal, "its cursor step", [b"\x1b[B"] * 3)
    each(terminal, "opening a folder", [b"\x1b[C"])
    each(terminal, "its filter key", [bytes([sign]) for sign in b"guias 3"])
    size, cpu = terminal.press(b"\t", 0.5)
    print(f"  to its clients       {size:,} bytes, {cpu:.0f} ms")
    each(terminal, "its filter key", [bytes([sign]) for sign in b"padaria 4"])
    terminal.press(b"\x1b", 0.5)
    terminal.press(b"\x1b", 0.5)


def each(terminal: Terminal, what: str, keys: list[bytes]) -> None:
    """Print what a key costs, on average and at most."""
    costs = [terminal.press(key) for key in keys]
    sizes, times = [size for size, _ in costs], [cpu for _, cpu in costs]
    print(
        f"  {what:20} {sum(sizes) / len(sizes):,.0f} bytes ({max(sizes):,} at most), "
        f"{sum(times) / len(times):.1f} ms ({max(times):.1f} at most)"
    )


def main() -> None:
    for templates in [int(one) for one in sys.argv[1:]] or [500, 5_000]:
        with office(templates) as folder:
            measure(folder, templates)


if __name__ == "__main__":
    main()
