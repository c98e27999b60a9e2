"""A table with its columns known and its cells read; what is wrong is collected, not raised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from core.domain.models import Model
from core.domain.text import InvalidValue, Sentence, Text, words
from core.office.intake.cells import clean
from core.office.tables import MAX_PROBLEMS, BadTable, Problem, Row, Table, read_table, shown
from core.ports import Repository

Progress = Callable[[str, int, int], None]
STEP = 1000
"""Rows between two words of progress, and asked for or saved at once: as texts they are as large as the file."""

MISSING_COLUMN = Text("Falta a coluna {name}", "The column {name} is missing")
TWICE = Text("Duas colunas dizem {name}: {first} e {second}", "Two columns say {name}: {first} and {second}")
EMPTY = Text("A célula está vazia", "The cell is empty")
REPEATED = Text("Código repetido: já está na linha {line}", "This id is on line {line} already")
UNKNOWN_COLUMN = Text(
    "{file}: a coluna {column} não é conhecida e foi ignorada", "{file}: unknown column {column} ignored"
)
MORE_PROBLEMS = Text("E mais {count} problemas", "And {count} more problems")
MORE_WARNINGS = Text("{file}: e mais {count} avisos", "{file}: and {count} more warnings")


@dataclass(frozen=True)
class Column:
    """A column of a file.

    Args:
        aliases: other names of it; case, accents and signs do not count.
        read: what a cell that is not empty says; raises InvalidValue.
        needed: whether what is new must say it.
    """

    name: str
    aliases: tuple[str, ...]
    read: Callable[[str], Any]
    needed: bool = False


class Given(NamedTuple):
    """What a row says: its cells that are not empty, read, by the columns' names."""

    row: Row
    values: dict[str, Any]


class Counts(NamedTuple):
    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Sheet:
    """One file's rows as read, with the problems and warnings that come up."""

    def __init__(self, file: str, columns: tuple[Column, ...]):
        self.file = file
        self.rows: list[Given] = []
        self.total = 0
        self._columns = columns
        self._header = Row(1, [])
        self._places: dict[str, int] = {}
        self._problems: list[Problem] = []
        self._problem_count = 0
        self._warnings: list[Sentence] = []
        self._warning_count = 0
        self._absent: set[str] = set()

    @property
    def refused(self) -> bool:
        return self._problem_count > 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The first of them by line, and how many more there are."""
        found = sorted(self._problems, key=lambda one: one.line)
        if more := self._problem_count - len(found):
            found.append(Problem(self.file, 0, "", "", MORE_PROBLEMS, {"count": more}))
        return tuple(found)

    @property
    def warnings(self) -> tuple[Sentence, ...]:
        """The first of them, and how many more there are."""
        more = self._warning_count - len(self._warnings)
        rest = [Sentence(MORE_WARNINGS, {"file": self.file, "count": more})] if more else []
        return (*self._warnings, *rest)

    def add(self, problem: Problem) -> None:
        self._problem_count += 1
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(problem)

    def problem(self, row: Row, column: str, text: Text, value: str | None = None, /, **params: object) -> None:
        """Something is wrong with a cell; `value` where it is only a part of it."""
        place = self._places.get(column)
        if place is None or place >= len(row.cells):
            line, cell = row.line, ""
        else:
            line, cell = row.line_of(place), clean(row.cells[place])
        self.add(Problem(self.file, line, self.heading(column), cell if value is None else value, text, params))

    def warn(self, text: Text, /, **params: object) -> None:
        """Something is worth knowing; the file is taken all the same."""
        self._warning_count += 1
        if len(self._warnings) < MAX_PROBLEMS:
            self._warnings.append(Sentence(text, {"file": self.file, **params}))

    def heading(self, column: str) -> str:
        """The column's name as in the header."""
        place = self._places.get(column)
        return column if place is None else self._header.cells[place].strip()

    def require(self, given: Given, only: str | None = None) -> bool:
        """Whether the row says all that something new needs, or that one column; a missing column is told once."""
        complete = True
        for column in self._columns:
            if not column.needed or column.name in given.values or only not in (None, column.name):
                continue
            complete = False
            place = self._places.get(column.name)
            if place is None:
                self._tell_absent(column.name)
            elif not (place < len(given.row.cells) and clean(given.row.cells[place])):
                self.problem(given.row, column.name, EMPTY)
        return complete

    def read(self, table: Table, progress: Progress) -> None:
        """Read all cells of a table."""
        self.total = len(table.rows)
        self._find_columns(table.header)
        if (key := self._columns[0].name) not in self._places:
            self._tell_absent(key)
        known = [(self._places[one.name], one) for one in self._columns if one.name in self._places]
        for number, row in enumerate(table.rows):
            if number % STEP == 0:
                progress(self.file, number, self.total)
            self.rows.append(Given(row, self._values(row, known)))

    def _values(self, row: Row, known: list[tuple[int, Column]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for place, column in known:
            cell = clean(row.cells[place]) if place < len(row.cells) else ""
            if cell:
                try:
                    values[column.name] = column.read(cell)
                except InvalidValue as error:
                    self.problem(row, column.name, error.text, **error.params)
        return values

    def _find_columns(self, header: Row) -> None:
        self._header = header
        names = {_folded(name): one.name for one in self._columns for name in (one.name, *one.aliases)}
        for place, cell in enumerate(header.cells):
            name = names.get(_folded(clean(cell)))
            if name is None:
                self.warn(UNKNOWN_COLUMN, column=shown(cell.strip()) or place + 1)
            elif name in self._places:
                params = {"name": name, "first": self.heading(name), "second": cell.strip()}
                line = header.line_of(place)
                self.add(Problem(self.file, line, cell.strip(), "", TWICE, params))
            else:
                self._places[name] = place

    def _tell_absent(self, column: str) -> None:
        if column not in self._absent:
            self._absent.add(column)
            self.add(Problem(self.file, self._header.line, column, "", MISSING_COLUMN, {"name": column}))


def _folded(name: str) -> str:
    return " ".join(words(name))


def open_sheet(path: Path, columns: tuple[Column, ...], progress: Progress) -> Sheet:
    """Read a file; the first of its columns is the rows' key.

    Returns:
        The sheet, refused where the file is no table or a cell cannot be read.
    """
    sheet = Sheet(path.name, columns)
    try:
        sheet.read(read_table(path), progress)
    except BadTable as error:
        for problem in error.problems:
            sheet.add(problem)
    return sheet


class Identified(Protocol):
    @property
    def id(self) -> str: ...


M = TypeVar("M", bound=Model)


class Change(NamedTuple, Generic[M]):
    """What a row makes: `before` is None for what is new."""

    given: Given
    before: M | None
    after: M


def keyed(sheet: Sheet) -> Iterator[Given]:
    """The rows that have an id, each id once; the others are problems."""
    lines: dict[str, int] = {}
    for given in sheet.rows:
        key = given.values.get("id")
        if key is None:
            sheet.require(given, "id")
        elif key in lines:
            sheet.problem(given.row, "id", REPEATED, line=lines[key])
        else:
            lines[key] = given.row.line
            yield given


def changes(
    sheet: Sheet, given: Iterable[Given], existing: Mapping[str, M], model: type[M], fields: frozenset[str]
) -> list[Change[M]]:
    """What the rows make of what there is: an empty cell changes nothing."""
    found: list[Change[M]] = []
    for one in given:
        values = {name: value for name, value in one.values.items() if name in fields}
        before = existing.get(one.values["id"])
        if before is not None:
            found.append(Change(one, before, before.model_copy(update=values)))
        elif sheet.require(one):
            found.append(Change(one, None, model(**values)))
    return found


def save(repository: Repository[M], items: Iterable[M]) -> None:
    """Save many, some at a time. In the caller's transaction."""
    rest = iter(items)
    while some := list(islice(rest, STEP)):
        repository.save(some)


def known_ids(repository: Repository[M], ids: Iterable[str]) -> set[str]:
    """Those of many ids that there are."""
    rest = iter(set(ids))
    found: set[str] = set()
    while some := list(islice(rest, STEP)):
        found |= repository.get_many(some).keys()
    return found


def count(changed: Iterable[Change[M]]) -> Counts:
    """How many are new, how many change, how many stay."""
    added = altered = unchanged = 0
    for one in changed:
        added += one.before is None
        altered += one.before is not None and one.before != one.after
        unchanged += one.before is not None and one.before == one.after
    return Counts(added, altered, unchanged)
