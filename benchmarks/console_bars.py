"""The console's figures against their bars, and the peers' beside them; how they are measured is in `console`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks import terminal_peers as peers
from benchmarks.console import DOCUMENTS, MOST, Terminal, first_paint, office
from benchmarks.figures import Figure
from benchmarks.memory import resident
from benchmarks.terminal_peers import DOWN, PAGE

ESCAPE, END = b"\x1b", b"\x1b[F"
UP, PAGE_UP = b"\x1b[A", b"\x1b[5~"
Found = Mapping[str, Mapping[str, float]]


class Bars(NamedTuple):
    """At most so many bytes and milliseconds of processor time, on average; 0 is no bar."""

    size: float = 0
    cpu: float = 0


STEP, WHOLE, KEY = Bars(400, 4), Bars(8_000), Bars(4_000, 16)
"""A cursor's step; a page, a palette or a modal; a filter's key."""


class Walk(NamedTuple):
    """Keys that are pressed one by one and what each may cost; `before` leads there and `after` back, unmeasured."""

    what: str
    keys: tuple[bytes, ...]
    bars: Bars
    quiet: float = 0.15
    after: tuple[bytes, ...] = ()
    before: tuple[bytes, ...] = ()


def typed(text: str) -> tuple[bytes, ...]:
    return tuple(sign.encode() for sign in text)


WALKS = (
    Walk("Templates: opening", (b"2",), Bars(), 2.0),
    Walk("cursor step", (*(DOWN,) * 14, *(UP,) * 13), STEP),
    Walk("Templates: step, also scrolling", (DOWN,) * 40, Bars(0, 4)),
    Walk("page", (PAGE,) * 5, WHOLE),
    Walk("Templates: opening the filter", (b"/",), KEY),
    Walk("filter key", typed("balancete"), KEY, 0.25, (ESCAPE,)),
    Walk("Templates: sort", (b"s",) * 4, WHOLE),
    Walk("Templates: mark", (b" ",) * 10, Bars()),
    Walk("picker: opening", (b"d",), WHOLE, 1.5),
    Walk("picker: step", (DOWN,) * 3, STEP),
    Walk("picker: filter key", typed("guias 3"), KEY, 0.25, (ESCAPE, ESCAPE)),
    Walk("palette: opening", (b"?",), WHOLE, 0.5),
    Walk("palette: filter key", typed("pasta"), KEY, 0.25, (ESCAPE, ESCAPE)),
    Walk("Tarefas: opening", (b"3",), Bars(), 3.0),
    Walk("Tarefas: step", (DOWN,) * 12, STEP),
    Walk("Tarefas: page", (PAGE,) * 5, WHOLE),
    Walk("Registro: opening", (b"4",), Bars(), 1.5),
    Walk("Registro: step", (UP,) * 12, STEP, before=(UP,)),  # the first leaves following
    Walk("Registro: page", (PAGE_UP,) * 5, WHOLE),
    Walk("Erros: opening", (b"5",), Bars(), 1.0),
    Walk("Express: opening", (b"6",), Bars(), 1.0),
    Walk("Clientes: opening", (b"7",), Bars(), 1.0),
    Walk("Clientes: step", (DOWN,) * 12, STEP),
    Walk("Clientes: page", (PAGE,) * 5, WHOLE),
)
TRIES = 5


def beside(found: Found, what: str) -> dict[str, float]:
    """The peers that have that figure."""
    return {peer: figures[what] for peer, figures in found.items() if what in figures}


def walked(terminal: Terminal, walk: Walk, at: str, found: Found) -> Iterator[Figure]:
    """A walk's bytes and milliseconds, on average."""
    for key in walk.before:
        terminal.press(key, 0.5)
    cost = peers.cost(terminal, walk.what, list(walk.keys), walk.quiet)
    for unit, bar in (("bytes", walk.bars.size), ("ms", walk.bars.cpu)):
        name = f"{walk.what} {unit}"
        yield Figure(f"{at}{walk.what}", cost[name], unit, most=bar or None, peers=beside(found, name))
    for key in walk.after:
        terminal.press(key, 0.5)


def of_office(folder: Path, templates: int, *, quick: bool) -> Iterator[Figure]:
    """The figures of one office, the peers with as many rows as it has templates."""
    at, tries = f"{templates:,} templates: ", 2 if quick else TRIES
    documents = min(templates * DOCUMENTS, MOST)
    found = {f"DataTable of {templates:,}": peers.bare(templates)}
    if peers.installed():
        found[f"harlequin, {templates:,} rows"] = peers.harlequin(folder, templates)
    paints = []
    for _ in range(tries):
        terminal, seconds, size = first_paint(folder)
        paints.append((seconds, size))
        terminal.close()
    seconds, size = min(paints)
    what = f"{at}first full paint, {documents:,} documents, best of {tries}"
    yield Figure(what, seconds, "s", most=0.4, peers=beside(found, "first paint"))
    yield Figure(f"{at}first full paint", size, "bytes", most=24_000, peers=beside(found, "first paint bytes"))
    terminal, _, _ = first_paint(folder)
    terminal.read(3)
    for walk in WALKS:
        yield from walked(terminal, walk._replace(keys=walk.keys[:3]) if quick else walk, at, found)
    terminal.press(b"1", 3.0 if quick else 12.0)
    before, cpu = len(terminal.output), terminal.cpu()
    time.sleep(5)
    terminal.read(0.1)
    yield Figure(f"{at}standing still, in 5 s", len(terminal.output) - before, "bytes", most=0)
    yield Figure(f"{at}standing still", (terminal.cpu() - cpu) * 200, "ms a second", most=3)
    yield Figure(f"{at}memory", resident(terminal.pid), "MB")
    terminal.close()


def measure(quick: bool) -> Iterator[Figure]:
    """Offices of each size."""
    for templates in (100,) if quick else (500, 5_000):
        with office(templates) as folder:
            yield from of_office(folder, templates, quick=quick)
