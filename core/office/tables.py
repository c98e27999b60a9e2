"""One CSV file as a table, in any form in which spreadsheets write one; what is wrong is told by its place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from core.domain.reasons import reason_of
from core.domain.text import Text

MAX_BYTES = 128 << 20
MAX_PROBLEMS = 50
SEPARATORS = "\t;,"
"""What a header may be separated by; of equally frequent ones the first: a comma may be part of a column's name."""

_WHERE = Text("{file}, linha {line}, coluna {column}: {sentence}", "{file}, line {line}, column {column}: {sentence}")
_UNREADABLE = Text("Não pode ser lido: {reason}", "It cannot be read: {reason}")
_NO_FILE = Text("Não é um arquivo", "It is not a file")
_HUGE = Text("O arquivo é grande demais: cabem {most} MB", "The file is too large: {most} MB fit")
_WORKBOOK = Text(
    "É uma pasta de trabalho, não um CSV: abra na planilha e salve como CSV",
    "It is a workbook, no CSV: open it in the spreadsheet and save it as CSV",
)
_EMPTY = Text(
    "O arquivo está vazio: falta a linha com os nomes das colunas", "The file is empty: it needs a header line"
)
_QUOTES = Text(
    "As aspas abertas aqui não são fechadas, ou há texto entre o fechamento e o separador",
    "The quotes opened here are not closed, or text stands between their end and the separator",
)
_LONG = Text("A célula é longa demais: cabem {most} letras", "The cell is too long: {most} characters fit")
_NUL = Text("A célula contém um byte nulo", "The cell contains a NUL byte")
_UNDECODABLE = Text("A célula contém bytes que não são texto", "The cell contains bytes that are no text")
_SURPLUS = Text("Há uma célula a mais do que colunas no cabeçalho", "There is a cell beyond the header's columns")

_SAYING = re.compile(r"[^\s,;]")
_BREAK = re.compile(r"\r\n?|\n")
_SEP_LINE = re.compile(r'"?sep=([^\w"\r\n])"?[,;\t ]*(?:\r\n?|\n|$)', re.IGNORECASE)
_ESCAPED = re.compile("[\udc80-\udcff]")
_ACCENTED = re.compile("[^\x00-\x7f\udc80-\udcff]")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, and where.

    Args:
        line: the physical line, from 1 on, on which the cell begins; 0 for the file as a whole.
        column: its name as in the header, or its number where it has none.
        value: the cell.
    """

    file: str
    line: int
    column: str | int
    value: str
    text: Text
    params: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str = "pt") -> str:
        """`clients.csv, linha 7, coluna id: Código repetido: "12"`."""
        sentence = self.text.say(lang, **self.params)
        value = shown(self.value)
        if value and value not in sentence:
            sentence = f'{sentence.rstrip(".")}: "{value}"'
        if not self.line:
            return f"{self.file}: {sentence}"
        return _WHERE.say(lang, file=self.file, line=self.line, column=shown(str(self.column)), sentence=sentence)


class Row(NamedTuple):
    """A row's cells as they are written, and the physical line on which it begins."""

    line: int
    cells: list[str]

    def line_of(self, index: int) -> int:
        """The physical line on which a cell begins: cells before it may hold line breaks."""
        return self.line + sum(len(_BREAK.findall(cell)) for cell in self.cells[:index])


@dataclass(frozen=True)
class Table:
    """A header and the rows below it that are not blank; no row is longer than the header."""

    file: str
    header: Row
    rows: list[Row]


class BadTable(Exception):
    """The file is no table; `problems` says why and where."""

    def __init__(self, problems: list[Problem]):
        super().__init__("; ".join(problem.say() for problem in problems))
        self.problems = problems


def shown(value: str) -> str:
    """A value as it can be shown on one line."""
    short = value if len(value) <= 60 else value[:59] + "…"
    return "".join(map(_printable, short))


def _printable(sign: str) -> str:
    return sign if sign.isprintable() else ascii(sign)[1:-1].replace("\\udc", "\\x")


def read_table(path: Path) -> Table:
    """Read a CSV file: UTF-8, UTF-16 with a byte-order mark, or Windows-1252; comma, semicolon or tab.

    Blank lines, trailing empty columns and Excel's `sep=;` line are passed over, and count as lines.

    Raises:
        BadTable: it cannot be read, has no header, or a cell is broken.
    """
    text = decode(_bytes(path))
    separator, skipped = _separator(text)
    rows = _rows(path.name, text, separator, skipped)
    header = next(rows, None) if _SAYING.search(text) else None
    if header is None:
        raise BadTable([Problem(path.name, 1, 1, "", _EMPTY)])
    while not header.cells[-1].strip():
        header.cells.pop()
    table = Table(path.name, header, list(rows))
    if problems := _broken_cells(table, damaged="\0" in text or _ESCAPED.search(text) is not None):
        raise BadTable(problems)
    return table


def decode(data: bytes) -> str:
    """Find a file's encoding and decode it; bytes that are no text become lone surrogates (PEP 383).

    UTF-8 that is damaged in a few places stays UTF-8: read as Windows-1252 every accent in it would be wrong.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            try:
                return data[2:].decode(encoding)
            except UnicodeDecodeError:  # half a character cannot be kept as its bytes
                return data[2:].decode(encoding, "replace").replace("\ufffd", "\udcff")
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "surrogateescape")
    text = data.decode("utf-8", "surrogateescape")
    wrong = len(_ESCAPED.findall(text))
    if wrong > len(_ACCENTED.findall(text)):
        return data.decode("cp1252", "surrogateescape")
    return text


def _bytes(path: Path) -> bytes:
    def refuse(text: Text, **params: object) -> BadTable:
        return BadTable([Problem(path.name, 0, "", "", text, params)])

    try:
        if not path.is_file():
            raise refuse(_NO_FILE)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refuse(_UNREADABLE, reason=reason_of(error)) from None
    if len(data) > MAX_BYTES:
        raise refuse(_HUGE, most=MAX_BYTES >> 20)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise refuse(_WORKBOOK)
    return data


def _separator(text: str) -> tuple[str, int]:
    """What separates the cells, and how many lines say nothing else."""
    if said := _SEP_LINE.match(text):
        return said[1], 1
    start = _SAYING.search(text)
    counts = dict.fromkeys(SEPARATORS, 0)
    quoted = False
    for sign in text[start.start() : start.start() + 65_536] if start else "":
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in "\r\n":
            break
        elif not quoted and sign in counts:
            counts[sign] += 1
    most = max(SEPARATORS, key=counts.__getitem__)
    return (most if counts[most] else ","), 0


def _rows(file: str, text: str, separator: str, skipped: int) -> Iterator[Row]:
    lines = io.StringIO(text, newline="")
    for _ in range(skipped):
        lines.readline()
    reader = csv.reader(lines, delimiter=separator, strict=True)
    header: list[str] = []
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise BadTable([_broken_row(file, text, separator, line, header)]) from None
        if any(map(str.strip, cells)):
            header = header or cells
            yield Row(line, cells)


def _broken_row(file: str, text: str, separator: str, line: int, header: list[str]) -> Problem:
    """Find the cell of a row that cannot be read."""
    lines = io.StringIO(text, newline="")
    for _ in range(line - 1):
        lines.readline()
    rest = lines.read()
    sign = re.escape(separator)
    cell = re.compile(rf'(?:"[^"]*(?:""[^"]*)*"|(?!")[^{sign}\r\n]*)(?=[{sign}\r\n]|\Z)')
    most, index, position = csv.field_size_limit(), 0, 0
    fault, params = _QUOTES, {}
    while position <= len(rest) and (found := cell.match(rest, position)):
        if len(found[0]) > most:
            fault, params = _LONG, {"most": most}
            break
        position, index = found.end() + 1, index + 1
    line += len(_BREAK.findall(rest[: min(position, len(rest))]))
    column = header[index].strip() if index < len(header) else ""
    return Problem(file, line, column or index + 1, rest[position : position + 60], fault, params)


def _broken_cells(table: Table, *, damaged: bool) -> list[Problem]:
    width = len(table.header.cells)
    problems: list[Problem] = []
    for row in (table.header, *table.rows):
        if len(row.cells) > width:
            surplus = next((n for n in range(width, len(row.cells)) if row.cells[n].strip()), None)
            if surplus is not None:
                problems.append(Problem(table.file, row.line_of(surplus), surplus + 1, row.cells[surplus], _SURPLUS))
            del row.cells[width:]
        for index, cell in enumerate(row.cells) if damaged else ():
            if "\0" in cell or _ESCAPED.search(cell):
                column = table.header.cells[index].strip() if row is not table.header else index + 1
                fault = _NUL if "\0" in cell else _UNDECODABLE
                problems.append(Problem(table.file, row.line_of(index), column or index + 1, shown(cell), fault))
    return problems
