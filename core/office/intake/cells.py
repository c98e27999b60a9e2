"""What a cell says: dates, yes and no, lists and the rest, as Brazilian spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TypeVar

from core.domain.models import Names, Origin, TaskStatus
from core.domain.periods import InvalidPeriod, month_number, parse_period
from core.domain.text import InvalidValue, Text, fold

E = TypeVar("E", bound=StrEnum)

_ID_BROKEN = Text(
    "O código contém quebra de linha ou letra invisível", "The id contains a line break or invisible sign"
)
_NO_DATE = Text("Data inválida; use 2026-11-20 ou 20/11/2026", "Not a date; give 2026-11-20 or 20/11/2026")
_NO_ANSWER = Text("Não é sim nem não", "It is neither yes nor no")
_NO_STATUS = Text("Situação desconhecida; use open ou completed", "Unknown status; give open or completed")
_NO_ORIGIN = Text(
    "Origem desconhecida; use manual, express ou accounting", "Unknown origin; give manual, express or accounting"
)

_DATE = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<d2>\d{1,2})(?P<sep>[/.-])(?P<m2>\d{1,2})(?P=sep)(?P<y2>\d{4}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.ASCII,
)
_NAMED_MONTH = re.compile(r"([a-z]+)(?:\.? de |[./ -]+)((?:20)?[0-9]{2})")
_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_YES = frozenset({"yes", "y", "sim", "s", "1", "true", "t", "x", "verdadeiro", "v"})
_NO = frozenset({"no", "n", "nao", "0", "false", "f", "falso"})
_STATUSES = {
    **dict.fromkeys(("open", "aberta", "aberto", "em aberto", "pendente"), TaskStatus.OPEN),
    **dict.fromkeys(("completed", "concluida", "concluido", "finalizada", "finalizado"), TaskStatus.COMPLETED),
}
_ORIGINS = {
    "manual": Origin.MANUAL,
    "express": Origin.EXPRESS,
    **dict.fromkeys(("accounting", "contabil", "contabilidade", "sistema contabil"), Origin.ACCOUNTING),
}


def clean(cell: str) -> str:
    """The cell without spaces around it and without what keeps a spreadsheet from reading it: `'0012`, `="0012"`."""
    cell = cell.strip()
    if cell[:1] == "=" and (formula := _FORMULA.fullmatch(cell)):
        return formula[1].replace('""', '"').strip()
    if cell[:1] == "'" and cell.count("'") == 1:
        return cell[1:].strip()
    return cell


def read_id(cell: str) -> str:
    """An id, as it is given.

    Raises:
        InvalidValue: it holds a control character.
    """
    if not cell.isprintable():
        raise InvalidValue(_ID_BROKEN)
    return cell


def read_line(cell: str) -> str:
    """A text of one line: line breaks become spaces."""
    return cell if cell.isprintable() else _BREAKS.sub(" ", cell)


def read_list(cell: str) -> Names:
    """Texts between semicolons, commas, bars or line breaks, each once."""
    return tuple(dict.fromkeys(part for one in re.split(r"[;,|\r\n]", cell) if (part := one.strip())))


def read_date(cell: str) -> date:
    """`2026-11-20` or `20/11/2026`; a time behind it does not count.

    Raises:
        InvalidValue: anything else.
    """
    found = _DATE.fullmatch(cell)
    try:
        if found:
            return date(*(int(found[name] or found[f"{name}2"]) for name in ("y", "m", "d")))
    except ValueError:
        pass
    raise InvalidValue(_NO_DATE)


def read_period(cell: str) -> str:
    """A period, also as a spreadsheet that takes it for a date shows it: `out/26`, `01/10/2026`.

    Raises:
        InvalidPeriod: anything else.
    """
    try:
        return parse_period(cell)
    except InvalidPeriod:
        if (named := _NAMED_MONTH.fullmatch(fold(cell))) and (month := month_number(named[1])):
            return f"20{named[2][-2:]}-{month:02}"
        try:
            first = read_date(cell)
        except InvalidValue:
            first = None
        if first is None or first.day != 1:
            raise
        return parse_period(f"{first:%Y-%m}")


def read_bool(cell: str) -> bool:
    """Yes or no.

    Raises:
        InvalidValue: neither.
    """
    answer = fold(cell)
    if answer not in _YES and answer not in _NO:
        raise InvalidValue(_NO_ANSWER)
    return answer in _YES


def read_status(cell: str) -> TaskStatus:
    """A task's status.

    Raises:
        InvalidValue: it is unknown.
    """
    return _choice(cell, _STATUSES, _NO_STATUS)


def read_origin(cell: str) -> Origin:
    """A document's origin.

    Raises:
        InvalidValue: it is unknown.
    """
    return _choice(cell, _ORIGINS, _NO_ORIGIN)


def _choice(cell: str, choices: dict[str, E], unknown: Text) -> E:
    found = choices.get(fold(cell))
    if found is None:
        raise InvalidValue(unknown)
    return found
