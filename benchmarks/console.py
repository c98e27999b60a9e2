"""The console's figures against their bars, in offices of three sizes, and the peers' beside them."""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from benchmarks import terminal_peers as peers
from benchmarks.console_bars import (
    IDLE_BYTES,
    IDLE_CPU,
    KEY,
    PAINT_BYTES,
    PAINT_SECONDS,
    STEP,
    WHOLE,
    Bars,
    Found,
    Walk,
    beside,
    typed,
    walked,
)
from benchmarks.console_office import documents_of, office
from benchmarks.figures import Figure
from benchmarks.memory import resident
from benchmarks.terminal import DOWN, ENTER, ESCAPE, PAGE, PAGE_UP, UP, Paint, Terminal, environment, painted

SIZES = {500: 1, 5_000: 10, 50_000: 1}
"""Templates, and events of each document: a million with the second, which is the office that the bars are for."""
TEMPLATES = (
    Walk("Templates: opening", (b"2",), quiet=4.0),  # until all are there
    Walk("cursor step", (*(DOWN,) * 14, *(UP,) * 13), STEP),
    Walk("Templates: step, also scrolling", (DOWN,) * 40, Bars(0, 4)),
    Walk("page", (PAGE,) * 5, WHOLE),
    Walk("Templates: opening the filter", (b"/",), KEY),
    Walk("filter key", typed("balancete"), KEY, 0.25, (ESCAPE,)),
    Walk("Templates: sort", (b"s",) * 4, WHOLE),
    Walk("Templates: mark", (b" ",) * 10),
    Walk("picker: opening", (b"d",), WHOLE, 1.5),
    Walk("picker: step", (DOWN,) * 3, STEP),
    Walk("picker: filter key", typed("guias 3"), KEY, 0.25, (ESCAPE, ESCAPE)),
    Walk("palette: opening", (b"?",), WHOLE, 0.5),
    Walk("palette: filter key", typed("pasta"), KEY, 0.25, (ESCAPE, ESCAPE)),
)
JOURNAL = (
    Walk("Registro: opening", (b"4",), quiet=1.5),
    Walk("Registro: step", (UP,) * 12, STEP, before=(UP,)),  # the first leaves following
    Walk("Registro: page", (PAGE_UP,) * 5, WHOLE),
)
OTHERS = (
    Walk("Tarefas: opening", (b"3",), quiet=3.0),
    Walk("Tarefas: step", (DOWN,) * 12, STEP),
    Walk("Tarefas: page", (PAGE,) * 5, WHOLE),
    Walk("Tarefas: opening the filter", (b"/",), quiet=0.5),  # and what is searched is read
    Walk("Tarefas: filter key", typed("relat"), KEY, 0.25, (ESCAPE,)),
    Walk("Tarefa: opening", (ENTER,), quiet=1.0),
    Walk("Tarefa: step", (DOWN,) * 12, STEP, after=(ESCAPE,)),
    Walk("Erros: opening", (b"5",), quiet=1.0),
    Walk("Erros: step", (DOWN,) * 12, STEP),
    Walk("Express: opening", (b"6",), quiet=1.0),
    Walk("Express: step", (DOWN,) * 13, STEP),
    Walk("Express, one file: opening", (ENTER,), quiet=1.0),
    Walk("Express, one file: step", (*(DOWN,) * 3, *(UP,) * 3), STEP),
    Walk("Express, one file: step, then rest", (*(DOWN,) * 3, *(UP,) * 3), quiet=0.5, after=(ESCAPE,)),
    Walk("Clientes: opening", (b"7",), quiet=1.0),
    Walk("Clientes: step", (DOWN,) * 12, STEP),
    Walk("Clientes: page", (PAGE,) * 5, WHOLE),
    Walk("Funcionários: opening", (b"8",), quiet=1.0),
    Walk("Funcionários: step", (DOWN,) * 12, STEP),
    Walk("Configurações: opening", (b"0",), quiet=1.0),
    Walk("Configurações: step", (DOWN,) * 12, STEP),
    Walk("Express's rules: opening", (b"e",), quiet=1.0, before=(b"2", b"g")),
    Walk("Express's rules: step", (DOWN,) * 12, STEP, after=(ESCAPE,)),
)
TURNS = 3
"""How often an office is measured at most: again only where something is over its bar."""
WHOLE_PANEL = ("Prioridade", "Templates sem pasta", "Por hora", "ajuda")
"""What stands on the dashboard once it is all painted."""


def first_paint(folder: Path) -> tuple[Terminal, Paint]:
    """Start the console, not where the one before was ended."""
    shutil.rmtree(folder / "host" / "consoles", ignore_errors=True)
    of = environment(MALOTE_OFFICE=str(folder), MALOTE_LANG="pt")
    return painted([sys.executable, "-m", "tui"], of, WHOLE_PANEL)


def paints(folder: Path, at: str, documents: int, tries: int, found: Found) -> Iterator[Figure]:
    """The first full paint and, by turns, that of Textual alone: medians, after one start that is not counted."""
    starts = {"Malote": partial(first_paint, folder), "Textual, one line": partial(peers.started, 0)}
    taken: dict[str, list[Paint]] = {who: [] for who in starts}
    for number in range(tries + 1):
        for who, start in starts.items():
            terminal, paint = start()
            terminal.close()
            if number:
                taken[who].append(paint)
    medians = {who: peers.first(Paint(*map(statistics.median, zip(*all_, strict=True)))) for who, all_ in taken.items()}
    ours = medians.pop("Malote")
    beside_it = {**medians, **found}
    what = f"{at}first full paint"
    named = f"{what}, {documents:,} documents, median of {tries}"
    yield Figure(named, ours["first paint"], "s", most=PAINT_SECONDS, peers=beside(beside_it, "first paint"))
    processor = beside(beside_it, "first paint processor")
    yield Figure(f"{what}, processor", ours["first paint processor"], "s", peers=processor)
    size = beside(beside_it, "first paint bytes")
    yield Figure(what, ours["first paint bytes"], "bytes", most=PAINT_BYTES, peers=size)


def again(turn: Callable[[], Iterable[Figure]]) -> Iterator[Figure]:
    """What is over its bar is measured again, a few minutes later: a machine shared with others is often slow for some.

    What is over at each turn is over: of times the least counts, of bytes the most.
    """
    best: dict[tuple[str, str], Figure] = {}
    for _ in range(TURNS):
        for one in turn():
            choose = max if one.unit == "bytes" else min
            best[one.what, one.unit] = choose(best.get((one.what, one.unit), one), one, key=lambda of: of.value)
        if all(one.held is not False for one in best.values()):
            break
    yield from best.values()


def of_office(folder: Path, at: str, documents: int, events: int, found: Found, *, quick: bool) -> Iterator[Figure]:
    """The figures of one office: from the first paint to standing still."""
    yield from paints(folder, at, documents, 3 if quick else 9, found)
    terminal, _ = first_paint(folder)
    terminal.read(3)

    def each(walks: tuple[Walk, ...]) -> Iterator[Figure]:
        for walk in walks:
            yield from walked(terminal, walk._replace(keys=walk.keys[:3]) if quick else walk, at, found)

    yield from each(TEMPLATES)
    yield from each(JOURNAL)
    what = f"{at}memory, the journal of {documents * events:,} events open"
    yield Figure(what, resident(terminal.pid), "MB")
    yield from each(OTHERS)
    terminal.press(b"1", 3.0 if quick else 12.0)
    before, cpu = len(terminal.output), terminal.cpu()
    time.sleep(5)
    terminal.read(0.1)
    yield Figure(f"{at}standing still, in 5 s", len(terminal.output) - before, "bytes", most=IDLE_BYTES)
    yield Figure(f"{at}standing still", (terminal.cpu() - cpu) * 200, "ms a second", most=IDLE_CPU)
    terminal.close()


def measure(quick: bool) -> Iterator[Figure]:
    """Offices of each size with peers of as many rows, quickly too: what is quick is that few keys are pressed."""
    for templates, events in SIZES.items():
        with office(templates, events) as folder:
            at, documents = f"{templates:,} templates: ", documents_of(templates)
            found = {f"DataTable of {templates:,}": peers.bare(templates)}
            if peers.installed():
                found[f"harlequin, {templates:,} rows"] = peers.harlequin(folder, templates)
            yield from again(partial(of_office, folder, at, documents, events, found, quick=quick))
