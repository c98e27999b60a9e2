"""The live log's figures against their bars; how they are measured is in `console_log`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.console import Terminal
from benchmarks.console_bars import END, PAGE_UP, STEP, UP, WHOLE, Bars, Walk, walked
from benchmarks.console_log import RATES, office, settled
from benchmarks.figures import Figure
from benchmarks.memory import resident
from benchmarks.terminal_peers import PAGE, environment

FOLLOWED = 4_000
"""Bytes a second that following may cost, whatever the rate."""
WALKS = (
    Walk("step, key held", (UP,) * 30, STEP, 0.035, before=(UP,)),
    Walk("step, then rest", (UP,) * 10, Bars(), 0.5),
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


def following(terminal: Terminal, folder: Path, rate: int, seconds: float) -> tuple[float, float]:
    """The bytes and the part of a processor that a second costs while someone writes so many events a second."""
    argv = [sys.executable, "-m", "benchmarks.console_log", "--write", str(folder), str(rate), str(seconds + 3)]
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
        of = {**environment(), "MALOTE_LANG": "pt", "MALOTE_OFFICE": str(folder)}
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
