"""Peers of the console: apps of one line and one table (`python -m benchmarks.terminal_peers ROWS`), and harlequin."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Input, Label

from benchmarks.terminal import DOWN, PAGE, Paint, Terminal, cost, environment, painted

RUN, RESULTS = b"\x0a", b"\x1b[15~"
"""Harlequin's keys: run the query, go to its rows."""
LAST = "Todas as linhas"


class Bare(App[None]):
    """Rows like those of Templates, all loaded, and a filter that fills the table anew as one does without a list."""

    CSS = "Input { dock: top; height: 1; border: none; } DataTable { height: 1fr; }"
    BINDINGS: ClassVar = [("slash", "filter", "filter")]

    def __init__(self, count: int):
        super().__init__()
        self.rows = [(f"Relatório nº {n} do período", "Fiscal", f"Fiscal > Pasta {n % 37}") for n in range(count)]

    def compose(self) -> ComposeResult:
        yield Input()
        yield DataTable(cursor_type="row")
        yield Label()

    def on_mount(self) -> None:
        self.table.add_columns("Template", "Departamento", "Pasta de destino")
        self.table.add_rows(self.rows)
        self.table.focus()
        self.query_one(Label).update(LAST)

    @property
    def table(self) -> DataTable[str]:
        return self.query_one(DataTable)

    def action_filter(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.table.clear()
        self.table.add_rows(row for row in self.rows if event.value in row[0])


class OneLine(App[None]):
    """As little as an app of Textual can show: what no console made with it starts faster than."""

    def compose(self) -> ComposeResult:
        yield Label(LAST)


def first(paint: Paint) -> dict[str, float]:
    """The first paint, by the names that the console's figures have."""
    return {
        "first paint": paint.seconds,
        "first paint processor": paint.processor,
        "first paint bytes": float(paint.size),
    }


def started(count: int) -> tuple[Terminal, Paint]:
    """The bare app of so many rows, or of one line where there are none, once it is painted."""
    return painted([sys.executable, "-m", "benchmarks.terminal_peers", str(count)], environment(), [LAST])


def bare(count: int) -> dict[str, float]:
    """What the bare app costs: seconds, bytes and milliseconds, by the names that the console's figures have."""
    terminal, paint = started(count)
    found = first(paint)
    terminal.read(1)
    for what, keys in (("cursor step", [DOWN] * 15), ("page", [PAGE] * 5)):
        found |= cost(terminal, what, keys)
    terminal.press(b"/", 0.5)
    found |= cost(terminal, "filter key", [b"1", b"2"], 1.0)
    terminal.close()
    return found


def harlequin(folder: Path, count: int) -> dict[str, float]:
    """The same of harlequin over a SQLite file of as many rows, of what can be asked of it without its query."""
    file = folder / "harlequin.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE templates (name TEXT, department TEXT, folder TEXT)")
        rows = ((f"Relatório nº {n} do período", "Fiscal", f"Fiscal > Pasta {n % 37}") for n in range(count))
        connection.executemany("INSERT INTO templates VALUES (?, ?, ?)", rows)
    connection.close()
    argv = ["harlequin", "--adapter", "sqlite", str(file)]
    terminal, paint = painted(argv, environment(HOME=str(folder)), ["Run Query"])  # it keeps what one did there
    terminal.read(2, 20)
    found = first(paint)
    terminal.press(b"select * from templates", 1.0)
    terminal.press(RUN, 3.0)
    terminal.press(RESULTS, 1.0)
    found |= cost(terminal, "cursor step", [DOWN] * 10)
    found |= cost(terminal, "page", [PAGE] * 5)
    terminal.close()
    return found


def installed() -> bool:
    return shutil.which("harlequin") is not None


if __name__ == "__main__":
    rows = int(sys.argv[1])
    (Bare(rows) if rows else OneLine()).run()
