"""Competência: the month (`2026-10`) or the year (`2026`) that a task is about, and how folders are named after one."""

from __future__ import annotations

import re

from core.domain.text import InvalidValue, Text, words

MONTHS = (
    *("janeiro", "fevereiro", "marco", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
"""Months' names, folded."""

_YEAR = r"(?:19|20)[0-9]{2}"
_MONTH = r"0?[1-9]|1[0-2]"
_PERIOD = re.compile(f"(?P<y1>{_YEAR})(?:[-/](?P<m1>{_MONTH}))?|(?P<m2>{_MONTH})[-/](?P<y2>{_YEAR})")
_NUMBERS = {f"{n:02}": n for n in range(1, 13)}
_NAMED = {form: n for n, name in enumerate(MONTHS, 1) for form in (name, name[:3])}

_INVALID = Text(
    "{value} não é uma competência: use ano e mês (2026-10) ou só o ano (2026).",
    "{value} is no period: give year and month (2026-10) or the year alone (2026).",
)


class InvalidPeriod(InvalidValue):
    """No year and no month of a year; `sentence` says so."""


def parse_period(text: str) -> str:
    """Read a period: `2026-10`, `2026/10`, `10/2026`, `10-2026` or `2026`.

    Returns:
        `2026-10`, or `2026` for a yearly one; as text they sort as time does.

    Raises:
        InvalidPeriod: anything else, or a year outside 1900 to 2099.
    """
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        raise InvalidPeriod(_INVALID, value=ascii(text[:40]) if not text.isprintable() else text[:40] or '""')
    year, month = found["y1"] or found["y2"], found["m1"] or found["m2"]
    return f"{year}-{int(month):02}" if month else year


def year_of(period: str) -> str:
    """The year of a period as `parse_period` returns it."""
    return period[:4]


def month_of(period: str) -> str | None:
    """The month, `01` to `12`, of a period as `parse_period` returns it; None for a yearly one."""
    return period[5:] or None


def month_number(word: str) -> int | None:
    """1 to 12 for a month's folded name (`outubro`) or its three letters (`out`)."""
    return _NAMED.get(word)


def is_year(name: str) -> bool:
    """Whether a folder's name is a year: `2026`."""
    return re.fullmatch(_YEAR, name) is not None


def is_month(name: str) -> bool:
    """Whether a folder's name is a month: `10`, `Outubro`, `out`, `10 - Outubro`; not `9`, not `09 - Outubro`."""
    return _is_month(words(name))


def is_period(name: str) -> bool:
    """Whether a folder's name is a month of a year: `2026-10`, `10.2026`, `Outubro 2026`, `10 - Outubro de 2026`."""
    parts = tuple(word for word in words(name) if word != "de")
    if len(parts) < 2:
        return False
    return (is_year(parts[0]) and _is_month(parts[1:])) or (is_year(parts[-1]) and _is_month(parts[:-1]))


def _is_month(parts: tuple[str, ...]) -> bool:
    match parts:
        case [one]:
            return one in _NUMBERS or one in _NAMED
        case [number, name]:
            return number.isdecimal() and int(number) == _NAMED.get(name)
    return False
